"""One car along a dial, live. Each step, prediction and view is made once, when it is needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from carseg.compositing.backgrounds import Colour
from carseg.compositing.overlays import outline
from carseg.data.pairs import DataError, find_backgrounds
from carseg.dials import Dial, LabelledPicture, Materials
from carseg.evaluation.stress_pictures import library, on_grid
from carseg.imaging.grid import resize_mask, resize_picture
from carseg.inference.prediction import LEAST_CAR, Prediction
from carseg.measures.overlap import counts
from carseg.service.workshop import Photo, Workshop

ENLARGED = 2
"""Display pixels per pixel of the dials' grid: outlines are drawn finer than the grid."""
THUMBNAIL = 160
"""The longer side of a thumbnail in the row of all steps, in pixels."""
TRUE: Colour = (255, 255, 255)
"""The colour of the true mask's outline."""


@dataclass(frozen=True)
class Car:
    """A picture on the dials' grid, with a mask of its car.

    Attributes:
        photo: its source; its id decides the random draws.
        sample: picture and mask. The mask is true, or a model's mask of the untouched picture.
        mask: the name of this mask.
        true: whether the mask is true.
    """

    photo: Photo
    sample: LabelledPicture
    mask: str
    true: bool

    @property
    def key(self) -> tuple[str, str]:
        """Identifies picture and mask."""
        return self.photo.id, self.mask


@dataclass(frozen=True)
class Borrowed:
    """The materials that dials may borrow, and a key that identifies them."""

    materials: Materials = field(default_factory=Materials)
    key: tuple = ()


def borrowed_backgrounds(folder: Path) -> Borrowed:
    """The pictures without a car in a folder. If there are none, the dials draw their own."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return _borrowed_backgrounds(
        folder, tuple((file.name, file.stat().st_mtime_ns) for file in files)
    )


@lru_cache(2)
def _borrowed_backgrounds(folder: Path, files: tuple) -> Borrowed:
    try:
        found = find_backgrounds(folder)
    except DataError:
        return Borrowed()
    return Borrowed(library([], found)(found[0]), files)


def car_with_truth(
    shop: Workshop, photo: Photo, truth: np.ndarray, name: str, void: np.ndarray | None = None
) -> Car:
    """The photo with its true mask and void at the photo's size; ``name`` names the mask."""
    return Car(photo, on_grid(shop.decoded(photo).rgb, truth, void), name, True)


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
    found = LabelledPicture(sample.rgb, said.mask(size=sample.truth.shape))
    return Car(photo, found, f"{model} {version}", False)


def untouched(photo: Photo) -> tuple[str, ...]:
    """Identifies a photo at severity 0, which is the same on every dial."""
    return "step", photo.id


def answered(shop: Workshop, key: tuple, rgb: np.ndarray, model: str, version: str) -> Prediction:
    """A model's prediction for the picture that ``key`` identifies; computed once.

    Raises:
        CheckpointError: the model cannot be used.
    """
    return shop.store.get_or_make(
        answer_key(shop, key, model, version), lambda: shop.predictor.predict(rgb, model)
    )


def answer_key(shop: Workshop, key: tuple, model: str, version: str) -> tuple:
    """The key under which ``answered`` stores a prediction."""
    return "said", *key, model, version, shop.predictor.device.kind


def moved_mask(car: Car, mask: np.ndarray, dial: Dial, severity: float, seed: int) -> np.ndarray:
    """Another mask of the car's picture, moved by the dial's geometric effects: bool (H, W).

    The mask goes through the effects as a white on black picture with the car's own mask, so it
    moves as the picture's pixels move.
    """
    level = np.where(mask, 255, 0).astype(np.uint8)
    seen = LabelledPicture(np.repeat(level[..., None], 3, -1), car.sample.truth)
    for effect, own, draw in dial.steps(severity, car.photo.id, seed):
        if effect.geometric:
            seen = effect.apply(seen, own, draw, Materials())
    return seen.rgb[..., 0] >= 128


@dataclass(frozen=True)
class Strip:
    """A car at any severity of a dial, through any of the models.

    Attributes:
        versions: the ``fingerprint`` of each model, by name.
        seed: of the dial.
    """

    shop: Workshop
    car: Car
    versions: Mapping[str, str]
    dial: Dial
    seed: int = 0
    borrowed: Borrowed = field(default_factory=Borrowed)

    def key(self, severity: float) -> tuple:
        """Identifies the picture of a step."""
        if not severity:
            return untouched(self.car.photo)
        return "step", *self.car.key, self.dial.name, severity, self.seed, *self.borrowed.key

    def step(self, severity: float) -> LabelledPicture:
        """The car at a severity, 0 to 5."""
        if not severity:
            return self.car.sample
        return self.shop.store.get_or_make(
            self.key(severity), lambda: self._changed(self.car.sample, severity)
        )

    def _changed(self, sample: LabelledPicture, severity: float) -> LabelledPicture:
        picture, materials = self.car.photo.id, self.borrowed.materials
        return self.dial.apply(sample, severity, picture, self.seed, materials)

    def prediction(self, model: str, severity: float) -> Prediction:
        """The model's prediction for a step. Raises ``CheckpointError`` if it cannot be used."""
        rgb = self.step(severity).rgb
        return answered(self.shop, self.key(severity), rgb, model, self.versions[model])

    def known(self, model: str, severity: float) -> bool:
        """Whether ``prediction`` is already computed."""
        key = answer_key(self.shop, self.key(severity), model, self.versions[model])
        return key in self.shop.store

    def dice(self, model: str, severity: float) -> float:
        """The Dice of the model's mask at a step against ``reference``."""
        mask = self.prediction(model, severity).mask(size=self.car.sample.truth.shape)
        return counts(mask, self.reference(model, severity), self.step(severity).void).dice

    def reference(self, model: str, severity: float) -> np.ndarray:
        """The mask that others are compared with at a step: bool (H, W) on the dials' grid.

        It is the truth if that is known. Else it is the model's own mask of the untouched picture,
        moved as the picture moves, without the parts that the dial hides and with those it adds.
        """
        truth = self.step(severity).truth
        if self.car.true:
            return truth
        own = self.prediction(model, 0).mask(size=truth.shape)
        if not severity:
            return own
        mine, first = (
            moved_mask(self.car, mask, self.dial, severity, self.seed)
            for mask in (own, self.car.sample.truth)
        )
        return mine & ~(first & ~truth) | truth & ~first

    def finds_a_car(self, model: str) -> bool:
        """Whether the model marks anything in the untouched picture."""
        return bool(self.prediction(model, 0).mask().mean() >= LEAST_CAR)

    def shown(self, severity: float, colours: Mapping[str, Colour], truth: bool) -> bytes:
        """A step with the outline of each model, and of the true mask if wanted, as JPEG."""
        models = [(name, self.versions[name], colour) for name, colour in colours.items()]
        kind = self.shop.predictor.device.kind
        key = "outlines", *self.key(severity), self.car.mask, truth, kind, *models
        return self.shop.painted(key, lambda: self._outlined(severity, colours, truth))

    def _outlined(self, severity: float, colours: Mapping[str, Colour], truth: bool) -> np.ndarray:
        step = self.step(severity)
        height, width = step.truth.shape
        size = ENLARGED * height, ENLARGED * width
        picture = resize_picture(step.rgb, size)
        if truth:
            picture = outline(picture, resize_mask(step.truth, size), TRUE, 2)
        for model, colour in colours.items():
            picture = outline(
                picture, self.prediction(model, severity).mask(size=size), colour, 2.5
            )
        return picture

    def thumbnail(self, severity: float) -> bytes:
        """A small JPEG of a step. The dial acts on a small copy, because it looks alike there."""

        def paint() -> np.ndarray:
            sample = self.car.sample
            scale = THUMBNAIL / max(sample.truth.shape)
            height, width = (max(1, round(side * scale)) for side in sample.truth.shape)
            size = height, width
            small = LabelledPicture(
                resize_picture(sample.rgb, size), resize_mask(sample.truth, size)
            )
            return self._changed(small, severity).rgb if severity else small.rgb

        return self.shop.painted(("thumbnail", *self.key(severity)), paint)
