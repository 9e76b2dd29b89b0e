"""The shipped sample pictures, found in ``sample_images``."""

from dataclasses import dataclass
from pathlib import Path

from carseg import settings

GROUPS = {"studio": "Studio", "street": "Street"}
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})


@dataclass(frozen=True)
class Sample:
    """One sample: ``name`` is ``group/stem`` and stands in links; ``mask`` its truth, if there."""

    name: str
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


def _sample(root: Path, group: str, path: Path) -> Sample:
    masks = (root / "masks" / group / f"{path.stem}.png", root / "masks" / f"{path.stem}.png")
    mask = next((m for m in masks if m.is_file()), None)
    return Sample(f"{group}/{path.stem}", group, title_of(path.stem), path, mask)


def title_of(stem: str) -> str:
    """A file's stem as words: ``city-night`` to ``City night``."""
    return stem.replace("-", " ").replace("_", " ").capitalize()
