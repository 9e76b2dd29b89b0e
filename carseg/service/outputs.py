"""Saves predictions as files at the picture's own size, with the app's default look."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from carseg.compositing.alike import Alike, Place
from carseg.compositing.edges import Edges
from carseg.compositing.views import Background, Look
from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.data.car_names import UNKNOWN, CarView, Named, by_car, car_views
from carseg.imaging import codec
from carseg.inference.prediction import Prediction
from carseg.service.inputs import Input
from carseg.service.naming import Pattern, unique
from carseg.service.rendered import Rendered

GREY_KIND = "grey"
KINDS = {
    "mask": "0 and 255",
    "overlay": "the car tinted",
    "outline": "a line around the car",
    "cutout": "the car alone",
    "background": "the car on another background",
    "probability": "as colours",
    GREY_KIND: "probability as 0 to 255",
}
"""The kinds of files with their meaning: views of ``carseg.compositing.views``, and grey."""


FORMATS = ("png", "webp", "jpeg")
EXACT = frozenset({"mask", GREY_KIND})
"""Kinds whose values matter: they are PNGs in every case."""


@dataclass(frozen=True)
class Coding:
    """How pictures are written.

    Attributes:
        format: ``png``, ``webp`` or ``jpeg``; masks and grey are PNGs in every case.
        quality: 1 to 100, of WebP and JPEG.
        most_bytes: of a file; None: any size.
    """

    format: str = "png"
    quality: int = 90
    most_bytes: int | None = None

    def ending(self, kind: str) -> str:
        """Of a file of this kind, with its dot."""
        return ".png" if kind in EXACT else f".{self.format}".replace("jpeg", "jpg")

    def file(self, kind: str, picture: np.ndarray, exif: bytes = b"") -> bytes:
        """A file of this kind. Raises PictureError where it does not fit into ``most_bytes``."""
        format = "png" if kind in EXACT else self.format
        if self.most_bytes is None:
            return codec.encode(picture, format, self.quality, exif)
        return codec.encode_within(picture, self.most_bytes, format, self.quality, exif)


class OutputError(CarsegError):
    """Results cannot be written; the message says why and what to do."""


@dataclass(frozen=True)
class Job:
    """One model on one input: where its files go, by kind, and which car it shows.

    Attributes:
        place: of cut-outs and new backgrounds in the photo; None: the whole photo.
        remark: what a person should know of that place, or ''.
    """

    item: Input
    model: str
    files: dict[str, Path]
    view: CarView = UNKNOWN
    place: Place | None = None
    remark: str = ""

    def without(self, paths: Iterable[Path]) -> "Job":
        """The same without these files."""
        left_out = set(paths)
        files = {kind: path for kind, path in self.files.items() if path not in left_out}
        return replace(self, files=files)


def planned(
    inputs: Sequence[Input],
    models: Sequence[str],
    kinds: Sequence[str],
    *,
    folder: Path,
    pattern: Pattern,
    coding: Coding,
    sets: str = "auto",
) -> list[Job]:
    """Every model on every input, each file with a name of its own. Pictures of one car follow
    each other.

    Args:
        kinds: keys of ``KINDS``.  folder: that of the results.
        sets: how pictures of one car are known, a key of ``carseg.data.car_names.RULES``.
    """
    taken: set[str] = set()
    views = car_views([Named(item.stem, item.folder, item.parent) for item in inputs], sets)

    def place(number: int, index: int, model: str, kind: str) -> Path:
        item, view = inputs[number], views[number]
        path = pattern.path(
            folder=item.folder, stem=item.stem, index=index, model=model, kind=kind, view=view
        )
        name = unique(path.name, taken, within=str(path.parent))
        return folder / path.with_name(f"{name}{coding.ending(kind)}")

    return [
        Job(
            inputs[number],
            model,
            {kind: place(number, index, model, kind) for kind in kinds},
            views[number],
        )
        for index, number in enumerate(by_car(views), 1)
        for model in models
    ]


def save_results(
    files: Mapping[str, Path],
    rgb: np.ndarray,
    prediction: Prediction,
    *,
    edges: Edges,
    coding: Coding | None = None,
    exif: bytes = b"",
    background: Background | None = None,
    own: np.ndarray | None = None,
    frame: Alike | Place | None = None,
) -> Rendered:
    """Write a file of every kind; outlines follow the photo.

    Args:
        files: by kind, a key of ``KINDS``; their folders are made.
        rgb: uint8 (H, W, 3), the picture that was predicted.
        edges: with the threshold, and the cars that are kept.
        exif: see ``carseg.imaging.exif.without_place``.
        background, own: behind the car, as ``carseg.service.cutout.behind_the_car`` makes them.
        frame: of cut-outs and new backgrounds; None: the whole photo.

    Returns:
        what was written, as pixels.
    """
    look = Look(edges, background=background or Background(), frame=frame)
    result, coding = Rendered(rgb, prediction, look), coding or Coding()
    for kind, path in files.items():
        if kind == GREY_KIND:
            made = np.rint(result.probability * 255).astype(np.uint8)
        else:
            made = result.view(kind, own)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, coding.file(kind, made, exif))
    return result
