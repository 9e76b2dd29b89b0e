"""Finding pictures and their masks in the two layouts we read."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

logger = logging.getLogger(__name__)

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff"}
)
LAYOUTS = ("carvana", "pairs")
# Kaggle's pictures are 1918x1280; common copies are squashed to squares, so the aspect is stated.
CARVANA_ASPECT = 1918 / 1280


class DataError(ValueError):
    """A data folder that cannot be used; the message says what is missing."""


@dataclass(frozen=True)
class Pair:
    """A picture and its true mask on disk.

    Attributes:
        id: the picture's stem, unique in its set.
        picture, mask: the files; mask pixels above half are car. No mask: no car in the picture.
        group: what must not be split or resampled apart (car id, scene).
        aspect: width / height to restore, or None to keep the file's own.
        annotated: the part of the mask that a person drew, where the rest was estimated.
    """

    id: str
    picture: Path
    mask: Path | None
    group: str
    aspect: float | None = None
    annotated: Path | None = None

    @property
    def files(self) -> list[Path]:
        """The files that there are."""
        return [file for file in (self.picture, self.mask, self.annotated) if file is not None]


def find_pairs(root: Path, layout: str = "carvana", *, strict: bool = False) -> list[Pair]:
    """All pairs under ``root``, ordered by id.

    Args:
        layout: ``carvana`` (``train/<car>_<NN>.jpg``, ``train_masks/<car>_<NN>_mask.gif``) or
            ``pairs`` (``images/<stem>.*``, ``masks/<stem>.*`` and, if masks were completed by
            estimation, ``parts/<stem>.*`` with what was annotated).
        strict: an unpaired picture is an error, not a warning.

    Raises:
        DataError: unknown layout, missing folders, no pair at all, or (strict) an unpaired file.
    """
    if layout not in LAYOUTS:
        raise DataError(f"There is no layout '{layout}'. Known are: {', '.join(LAYOUTS)}.")
    folders = ("train", "train_masks") if layout == "carvana" else ("images", "masks")
    pictures, masks = (_by_stem(Path(root) / folder, layout) for folder in folders)
    if layout == "carvana":
        masks = {stem.removesuffix("_mask"): path for stem, path in masks.items()}
    _report_unpaired(pictures.keys() ^ masks.keys(), strict)
    parts = Path(root) / "parts"
    annotated = _by_stem(parts, layout) if layout == "pairs" and parts.is_dir() else {}
    pairs = [
        _pair(stem, pictures[stem], masks[stem], layout, annotated.get(stem))
        for stem in sorted(pictures.keys() & masks.keys())
    ]
    if not pairs:
        raise DataError(f"'{root}' has no picture with a mask in the layout '{layout}'.")
    return pairs


def held_backgrounds() -> set[str]:
    """The SHA-256 of the files of backgrounds that are never learned from."""
    return set((files("carseg.data") / "splits" / "backgrounds-held.txt").read_text().split())


def find_backgrounds(root: Path, *, held_out: bool = False) -> list[Pair]:
    """Pictures without a car: those for training, or the published ones that are held out.

    Raises:
        DataError: no folder, or no picture in it.
    """
    held = held_backgrounds()
    found = _by_stem(Path(root), "backgrounds")
    pairs = [
        Pair(stem, path, None, stem)
        for stem, path in found.items()
        if (hashlib.sha256(path.read_bytes()).hexdigest() in held) == held_out
    ]
    if not pairs:
        raise DataError(f"'{root}' has no picture to use as a background.")
    return pairs


def _pair(stem: str, picture: Path, mask: Path, layout: str, annotated: Path | None) -> Pair:
    if layout == "carvana":
        return Pair(stem, picture, mask, stem.rsplit("_", 1)[0], CARVANA_ASPECT)
    return Pair(stem, picture, mask, stem, annotated=annotated)


def _by_stem(folder: Path, layout: str) -> dict[str, Path]:
    if not folder.is_dir():
        raise DataError(f"The layout '{layout}' needs the folder '{folder}', which is not there.")
    found = sorted(p for p in folder.iterdir() if p.suffix.lower() in PICTURE_SUFFIXES)
    return {path.stem: path for path in found}


def _report_unpaired(stems: Iterable[str], strict: bool) -> None:
    names = sorted(stems)
    if not names:
        return
    text = f"{len(names)} without a partner: {', '.join(names[:5])}{' ...' * (len(names) > 5)}"
    if strict:
        raise DataError(f"Pictures and masks do not match, {text}.")
    logger.warning("Skipped %s", text)
