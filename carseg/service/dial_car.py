"""The car of the strip: a picture on the dials' grid, and where its car is. No Streamlit."""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from carseg.data.pairs import DataError, find_backgrounds
from carseg.dials import Dial, Materials, Sample
from carseg.evaluation.stress_pictures import library, on_grid
from carseg.inference.predictor import Prediction
from carseg.service.workshop import Photo, Workshop


@dataclass(frozen=True)
class Car:
    """A picture on the dials' grid, with what is known of where its car is.

    Attributes:
        photo: where it is from; its id decides what chance draws.
        sample: picture and mask; the mask is true, or a model's own of the untouched picture.
        mask: what names this mask.
        true: whether the mask is a true one.
    """

    photo: Photo
    sample: Sample
    mask: str
    true: bool

    @property
    def key(self) -> tuple[str, str]:
        """Names picture and mask."""
        return self.photo.id, self.mask


@dataclass(frozen=True)
class Borrowed:
    """What dials may take from elsewhere, and what names it."""

    materials: Materials = field(default_factory=Materials)
    key: tuple = ()


def scenes(folder: Path) -> Borrowed:
    """The pictures without a car in a folder; nothing where there are none: dials draw theirs."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return _scenes(folder, tuple((file.name, file.stat().st_mtime_ns) for file in files))


@lru_cache(2)
def _scenes(folder: Path, files: tuple) -> Borrowed:
    try:
        found = find_backgrounds(folder)
    except DataError:
        return Borrowed()
    return Borrowed(library([], found)(found[0]), files)


def with_truth(shop: Workshop, photo: Photo, truth: np.ndarray, name: str) -> Car:
    """The photo with its true mask, bool at the photo's size; ``name`` names the mask."""
    return Car(photo, on_grid(shop.decoded(photo).rgb, truth), name, True)


def found_by(shop: Workshop, photo: Photo, model: str, version: str) -> Car:
    """The photo with the mask that a model finds in it, untouched.

    Args:
        version: the model's ``fingerprint``, here and below.

    Raises:
        CheckpointError: the model cannot be used.
    """
    rgb = shop.decoded(photo).rgb
    sample = on_grid(rgb, np.zeros(rgb.shape[:2], bool))
    said = answered(shop, untouched(photo), sample.rgb, model, version)
    found = Sample(sample.rgb, said.mask(size=sample.truth.shape))
    return Car(photo, found, f"{model} {version}", False)


def untouched(photo: Photo) -> tuple[str, ...]:
    """Names a photo at severity 0, the same on every dial."""
    return "step", photo.id


def answered(shop: Workshop, key: tuple, rgb: np.ndarray, model: str, version: str) -> Prediction:
    """What a model says of the picture that ``key`` names; asked once.

    Raises:
        CheckpointError: the model cannot be used.
    """
    return shop.store.get_or_make(
        answer_key(shop, key, model, version), lambda: shop.predictor.predict(rgb, model)
    )


def answer_key(shop: Workshop, key: tuple, model: str, version: str) -> tuple:
    """Where ``answered`` keeps it."""
    return "said", *key, model, version, shop.predictor.device.kind


def moved(car: Car, mask: np.ndarray, dial: Dial, severity: float, seed: int) -> np.ndarray:
    """Another mask of the car's picture after what a dial does to places: bool (H, W).

    It goes through the geometric effects as a picture, white on black, with the car's own mask:
    so it goes where the picture's pixels go.
    """
    level = np.where(mask, 255, 0).astype(np.uint8)
    seen = Sample(np.repeat(level[..., None], 3, -1), car.sample.truth)
    for effect, own, draw in dial.steps(severity, car.photo.id, seed):
        if effect.geometric:
            seen = effect.apply(seen, own, draw, Materials())
    return seen.rgb[..., 0] >= 128
