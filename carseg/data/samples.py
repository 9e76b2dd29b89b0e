"""The shipped sample pictures, found in ``sample_images``."""

import re
from dataclasses import dataclass
from pathlib import Path

from carseg.core import settings

_GROUPS = ("studio", "street")
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


VIEW = re.compile(r"(?P<car>.+)_(?P<number>\d\d)")
"""The stem of a picture that is one of several views of a car, as Carvana names them."""
LEAD = 3
"""The number of the view that represents a car: of sixteen views, the three-quarter front."""


@dataclass(frozen=True)
class SamplePicture:
    """One sample picture.

    Attributes:
        name: ``group/stem``; used in links.
        car: ``group/car``, the same for all views of a car.
        mask: its true mask, or None.
        leads: it is the view that represents its car.
    """

    name: str
    car: str
    group: str
    title: str
    path: Path
    mask: Path | None
    leads: bool


def samples(root: Path | None = None) -> dict[str, SamplePicture]:
    """All samples by name, studio first; empty if none are shipped."""
    root = settings.samples_dir() if root is None else root
    found = {}
    for group in _GROUPS:
        folder = root / group
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.suffix.lower() in SUFFIXES:
                sample = _sample(root, group, path)
                found[sample.name] = sample
    return found


def one_of_each(found: dict[str, SamplePicture]) -> dict[str, SamplePicture]:
    """One view of each car, in the same order: the leading view, or the first one."""
    chosen = {}
    for sample in found.values():
        if sample.car not in chosen or sample.leads:
            chosen[sample.car] = sample
    return {sample.name: sample for sample in chosen.values()}


def sample_titles(found: dict[str, SamplePicture]) -> dict[str, str]:
    """The title of each sample for a list, by name. Further views of a car come last."""
    return {s.name: f"{s.title} ({s.group})" for s in (one_of_each(found) | found).values()}


def _sample(root: Path, group: str, path: Path) -> SamplePicture:
    masks = (root / "masks" / group / f"{path.stem}.png", root / "masks" / f"{path.stem}.png")
    mask = next((m for m in masks if m.is_file()), None)
    view = VIEW.fullmatch(path.stem)
    car, leads = (view["car"], int(view["number"]) == LEAD) if view else (path.stem, False)
    name, title = f"{group}/{path.stem}", title_of(path.stem)
    return SamplePicture(name, f"{group}/{car}", group, title, path, mask, leads)


def title_of(stem: str) -> str:
    """A file's stem as words: ``city-night`` is City night and ``sedan_04`` Sedan, view 4."""
    if view := VIEW.fullmatch(stem):
        return f"{title_of(view['car'])}, view {int(view['number'])}"
    words = stem.replace("-", " ").replace("_", " ").capitalize()
    return words.replace("Suv", "SUV")
