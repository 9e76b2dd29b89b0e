"""The shipped sample pictures, found in ``sample_images``."""

import re
from dataclasses import dataclass
from pathlib import Path

from carseg import settings

GROUPS = {"studio": "Studio", "street": "Street"}
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


VIEW = re.compile(r"(?P<car>.+)_(?P<number>\d\d)")
"""The stem of a picture that is one of several views of a car, as Carvana names them."""


@dataclass(frozen=True)
class Sample:
    """One sample picture.

    Attributes:
        name: ``group/stem``; stands in links.
        car: ``group/car``, the same for all views of a car.
        mask: its truth, where there is one.
    """

    name: str
    car: str
    group: str
    title: str
    path: Path
    mask: Path | None


def samples(root: Path | None = None) -> dict[str, Sample]:
    """All samples by name, studio first; empty where none are shipped."""
    root = settings.samples_dir() if root is None else root
    found = {}
    for group in GROUPS:
        folder = root / group
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.suffix.lower() in SUFFIXES:
                sample = _sample(root, group, path)
                found[sample.name] = sample
    return found


def one_of_each(found: dict[str, Sample]) -> dict[str, Sample]:
    """The first view of each car, in the same order."""
    first = {}
    for sample in found.values():
        first.setdefault(sample.car, sample)
    return {sample.name: sample for sample in first.values()}


def _sample(root: Path, group: str, path: Path) -> Sample:
    masks = (root / "masks" / group / f"{path.stem}.png", root / "masks" / f"{path.stem}.png")
    mask = next((m for m in masks if m.is_file()), None)
    view = VIEW.fullmatch(path.stem)
    car = view["car"] if view else path.stem
    return Sample(f"{group}/{path.stem}", f"{group}/{car}", group, title_of(path.stem), path, mask)


def title_of(stem: str) -> str:
    """A file's stem as words: ``city-night`` is City night and ``sedan_04`` Sedan, view 4."""
    if view := VIEW.fullmatch(stem):
        return f"{title_of(view['car'])}, view {int(view['number'])}"
    words = stem.replace("-", " ").replace("_", " ").capitalize()
    return words.replace("Suv", "SUV")
