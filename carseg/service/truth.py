"""Scores results against a true mask that the user brings."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from carseg.compositing.edges import Edges
from carseg.compositing.views import Look
from carseg.core.gate import PIXELS
from carseg.data.annotations import (
    SUFFIXES,
    car_labels,
    key_of,
    labels_of,
    mask_of,
    read_annotations,
)
from carseg.data.polygons import AnnotationError
from carseg.imaging import codec
from carseg.imaging.car_choice import CarChoice, Label
from carseg.imaging.grid import Size
from carseg.imaging.masks import TrueMask, read_mask
from carseg.inference.engines.engine import USUAL
from carseg.measures.overlap import Counts, boundary_iou, counts
from carseg.service.workshop import Ask, Photo, Workshop

if TYPE_CHECKING:
    from carseg.results import Score

ASPECT_SLACK = 0.02
"""How much the mask's aspect ratio may differ from the photo's: enough for a pixel lost in a
resize, too little for another crop."""
_DRAWN = "a drawing"
"""The name of a truth drawn by hand; the name of the mask that it started from follows it."""


class Ran(Protocol):
    """What knows how a network ran: a ``Prediction`` or a ``Provenance``."""

    @property
    def engine(self) -> str:
        """The library."""

    @property
    def dtype(self) -> str:
        """The precision."""


def saved_settings(
    edges: Edges, own: float, *, second_look: bool, way: Ran
) -> tuple[float, dict[str, Any]]:
    """The threshold of a mask, 0..1, and the settings that are saved beside it.

    A mask that a hand has changed is marked ``edited``; the strokes themselves are not saved.

    Args:
        own: the model's threshold, which is used if ``edges`` has none.
        way: how the network ran.
    """
    rest = asdict(edges)
    threshold, cars = rest.pop("threshold"), rest.pop("cars")
    rest["largest_piece"] = False  # a setting of earlier versions
    # What is as usual adds nothing, so that such rows equal those of earlier versions.
    more: dict[str, Any] = {"edited": True} if rest.pop("strokes") else {}
    spots = ", ".join(f"{100 * row:.1f} {100 * column:.1f}" for row, column in cars or ())
    more |= {"chosen_cars": spots} if spots else {}
    more |= {} if way.engine == USUAL else {"engine": way.engine}
    settings = {"edges": rest, "second_look": second_look, "dtype": way.dtype, **more}
    return own if threshold is None else threshold, settings


@dataclass(frozen=True)
class Truth:
    """A true mask at the photo's full size: bool (H, W). ``id`` is the sha256 of its file.

    ``void`` is bool (H, W), pixels of which nothing is known, or None; ``note`` says how the file
    was read, where one may wonder, and ``doubt`` are the labels to choose from in that case.
    """

    id: str
    name: str
    mask: np.ndarray
    resized: str = ""
    void: np.ndarray | None = None
    note: str = ""
    doubt: tuple[Label, ...] = ()

    def known(self, mask: np.ndarray) -> np.ndarray:
        """A mask of the photo's size without what lies in the void: so it is no mistake there."""
        return mask if self.void is None else mask & ~self.void

    @property
    def true(self) -> TrueMask:
        """Mask and void, which go to another grid together."""
        return TrueMask(self.mask, self.void)


@dataclass(frozen=True)
class TruthScore:
    """One result's counts and Boundary IoU at the photo's full size."""

    counts: Counts
    boundary_iou: float


def read_truth(name: str, data: bytes, size: Size) -> Truth:
    """The mask in ``data`` for a photo of ``size``.

    Raises:
        UnsureMaskError: it is not sure which part of the mask is the car.
        images.PictureError: not a picture, or of another shape than the photo.
    """
    true = read_mask(data)
    height, width = true.car.shape
    sentence = ""
    if true.car.shape != tuple(size):
        ratio = (width / height) / (size[1] / size[0])
        if abs(np.log(ratio)) > ASPECT_SLACK:
            raise codec.PictureError(
                f"The mask has {width}x{height} pixels and the photo {size[1]}x{size[0]}: "
                "bring a mask of the same shape."
            )
        sentence = f"The mask was resized from {width}x{height} to {size[1]}x{size[0]} pixels."
    fitted = true.at(size)
    return Truth(codec.digest(data), name, fitted.car, sentence, fitted.void, true.note, true.doubt)


def decided_truth(
    photo: str, name: str, data: bytes, size: Size, car: CarChoice | None = None
) -> tuple[str, bytes]:
    """A truth that a person brings, as a name and a mask that needs no further decision.

    A mask that is sure stays as it is. A chosen one, and one drawn by an annotation file, becomes a
    PNG.

    Args:
        photo: the photo's name: annotation files may draw many.
        size: (height, width) of the photo.
        car: the labels that are the car; None: the file itself says it.

    Raises:
        UnsureMaskError: it is not sure which part is the car.
        PictureError: the file cannot be used.
    """
    if name.lower().endswith(SUFFIXES):
        true = _drawn(photo, name, data, size, car)
    elif car is None:
        read_mask(data)
        return name, data
    else:
        true = read_mask(data, car)
    return (name if car is None else f"{name} ({car} is the car)"), true.encoded()


def _drawn(photo: str, name: str, data: bytes, size: Size, car: CarChoice | None) -> TrueMask:
    """The mask that an annotation file draws for a photo."""
    try:
        found = read_annotations(data, photo)
        if found is None:
            raise AnnotationError("This is no annotation file of COCO, labelme or CVAT.")
        drawing = found.get(key_of(photo))
        if drawing is None and len(found) == 1:
            (drawing,) = found.values()
        if drawing is None:
            raise AnnotationError(f"'{name}' draws {len(found)} pictures, and none has this name.")
        labels = car_labels(labels_of(found.values()), car)
        return mask_of(drawing, size, labels)
    except AnnotationError as error:
        raise codec.PictureError(str(error)) from error


def truth_for(shop: Workshop, photo: Photo, name: str, data: bytes) -> Truth:
    """``read_truth`` for a photo of the workshop, read once."""
    size = shop.decoded(photo).size
    key = ("truth", photo.id, name, codec.digest(data))
    return shop.store.get_or_make(key, lambda: read_truth(name, data, size))


def read_drawing(sent: Any, size: Size) -> np.ndarray:
    """The mask that the brush sent, bool (H, W).

    Args:
        sent: the data from the browser, checked here. It is a mapping with ``size``, [height,
            width], and ``runs``, the lengths of runs of equal pixels, row by row; the first run is
            unmarked.
        size: (height, width) that the drawing must have.

    Raises:
        images.PictureError: anything else.
    """
    runs = sent.get("runs") if isinstance(sent, Mapping) and sent.get("size") == [*size] else None
    pixels = size[0] * size[1]
    # At most as many runs as pixels, so that nothing larger than the mask is ever made here.
    if (
        not isinstance(runs, list)
        or not 0 < len(runs) <= pixels + 1
        or not all(type(run) is int and 0 <= run <= pixels for run in runs)
        or sum(runs) != pixels
    ):
        raise codec.PictureError("The drawing did not arrive whole: press Done again.")
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(size)


def drawing_name(started_from: str) -> str:
    """The name of a truth drawn by hand, given that of the mask it started from, or nothing."""
    if not started_from or started_from.startswith(_DRAWN):
        return started_from or _DRAWN
    return f"{_DRAWN} that started from {started_from}"


def measured(mask: np.ndarray, truth: Truth) -> TruthScore:
    """The score of a mask, bool (H, W) at the photo's full size."""
    rim = boundary_iou(mask, truth.mask, void=truth.void)
    return TruthScore(counts(mask, truth.mask, truth.void), rim)


def score_against_truth(shop: Workshop, ask: Ask, look: Look, truth: Truth) -> TruthScore:
    """The score of the result as it looks now, at full size. It is cached by its settings."""

    def make() -> TruthScore:
        with PIXELS.enter(truth.mask.size):
            return measured(shop.full_alpha(ask, look) >= 0.5, truth)

    shop.prediction(ask)  # before the turn, because others may be computing it
    return shop.store.get_or_make(_key(ask, look, truth), make)


def is_measured(shop: Workshop, ask: Ask, look: Look, truth: Truth) -> bool:
    """Whether ``score_against_truth`` is already computed."""
    return _key(ask, look, truth) in shop.store


def _key(ask: Ask, look: Look, truth: Truth) -> tuple:
    return ("measured", *ask.key, look.edges, truth.id)


def score(
    shop: Workshop, ask: Ask, look: Look, truth: Truth, *, domain: str, collection: str
) -> "Score":
    """The row to save; its settings contain everything that shaped the mask."""
    found, said = score_against_truth(shop, ask, look, truth), shop.prediction(ask)
    threshold, settings = saved_settings(
        look.edges, said.threshold, second_look=ask.detail, way=said
    )
    from carseg.results import Score  # it brings the database along

    return Score(
        model=ask.model,
        weights_sha256=said.sha256,
        fingerprint=ask.fingerprint,
        picture=ask.photo.name,
        picture_sha256=ask.photo.id,
        truth_sha256=truth.id,
        domain=domain,
        set=collection,
        grid="native",
        threshold=threshold,
        settings=settings,
        **asdict(found.counts),
        boundary_iou=found.boundary_iou,
    )
