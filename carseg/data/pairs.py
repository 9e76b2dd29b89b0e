"""Finds pictures and their masks in the two layouts that carseg reads."""

import hashlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from carseg.core.errors import CarsegError
from carseg.imaging.codec import PICTURE_EXTENSIONS

_logger = logging.getLogger(__name__)

LAYOUTS = {"carvana": ("train", "train_masks"), "pairs": ("images", "masks")}
"""The folders of pictures and of masks in each layout."""
# Kaggle's pictures are 1918x1280. Common copies are squashed to squares, so the true aspect ratio
# is stated here.
CARVANA_ASPECT = 1918 / 1280


class DataError(CarsegError):
    """A data folder cannot be used; the message says what is missing."""


@dataclass(frozen=True)
class Pair:
    """A picture and its true mask on disk.

    Attributes:
        id: the picture's stem, unique in its set.
        picture, mask: the files. Mask pixels above half are car; None means that there is no car.
        group: a label (car id, scene). Pictures of one group are never split or resampled apart.
        aspect: width / height to restore, or None to keep the file's own.
        annotated: the part of the mask that a person drew, if the rest was estimated.
    """

    id: str
    picture: Path
    mask: Path | None
    group: str
    aspect: float | None = None
    annotated: Path | None = None

    @property
    def files(self) -> list[Path]:
        """Its files."""
        return [file for file in (self.picture, self.mask, self.annotated) if file is not None]


def find_pairs(root: Path, layout: str = "carvana", *, strict: bool = False) -> list[Pair]:
    """All pairs under ``root``, ordered by id.

    Args:
        layout: ``carvana`` (``train/<car>_<NN>.jpg``, ``train_masks/<car>_<NN>_mask.gif``) or
            ``pairs`` (``images/<stem>.*``, ``masks/<stem>.*`` and, if masks were completed by
            estimation, ``parts/<stem>.*`` with what was annotated, or ``clean/<stem>.*`` with a
            better mask that contains no estimate).
        strict: an unpaired picture is an error, not a warning.

    Raises:
        DataError: unknown layout, missing folders, two files of one stem, no pair at all, or
            (strict) an unpaired file.
    """
    if layout not in LAYOUTS:
        raise DataError(f"There is no layout '{layout}'. Known are: {', '.join(LAYOUTS)}.")
    _check_folders(Path(root), layout)
    folders = [Path(root) / name for name in LAYOUTS[layout]]
    pictures = _by_stem(folders[0])
    masks = _by_stem(folders[1], "_mask" if layout == "carvana" else "")
    _report_unpaired(pictures.keys() ^ masks.keys(), strict)
    parts, clean = (_beside(root, name, layout) for name in ("parts", "clean"))
    pairs = [
        _pair(
            stem,
            pictures[stem],
            clean.get(stem, masks[stem]),
            layout,
            None if stem in clean else parts.get(stem),
        )
        for stem in sorted(pictures.keys() & masks.keys())
    ]
    if not pairs:
        raise DataError(f"'{root}' has no picture with a mask in the layout '{layout}'.")
    return pairs


def held_backgrounds() -> set[str]:
    """The SHA-256 of the background files that no training uses."""
    return set((files("carseg.data") / "splits" / "backgrounds-held.txt").read_text().split())


def find_pictures(root: Path) -> list[Pair]:
    """All pictures of a folder, ordered by file name, as pictures without a car.

    Raises:
        DataError: no folder, no picture in it, or two of one stem.
    """
    pairs = [Pair(stem, path, None, stem) for stem, path in _by_stem(Path(root)).items()]
    if not pairs:
        raise DataError(f"'{root}' has no picture.")
    return pairs


def find_backgrounds(root: Path, *, held_out: bool = False) -> list[Pair]:
    """Pictures without a car: those for training, or the published ones that are held out.

    Raises:
        DataError: as ``find_pictures``, or the folder has none of that kind.
    """
    held, found = held_backgrounds(), find_pictures(root)
    pairs = [
        pair
        for pair in found
        if (hashlib.sha256(pair.picture.read_bytes()).hexdigest() in held) == held_out
    ]
    if not pairs and held_out:
        raise DataError(
            f"'{root}' has none of the {len(held)} published pictures whose SHA-256 stands in "
            "carseg/data/splits/backgrounds-held.txt: give the folder that has them (evaluate "
            "takes any other pictures without cars with --layout backgrounds)."
        )
    if not pairs:
        raise DataError(
            f"All {len(found)} pictures of '{root}' are held out (carseg/data/splits/"
            "backgrounds-held.txt): give a folder with others to learn from."
        )
    return pairs


def _pair(stem: str, picture: Path, mask: Path, layout: str, annotated: Path | None) -> Pair:
    if layout == "carvana":
        return Pair(stem, picture, mask, stem.rsplit("_", 1)[0], CARVANA_ASPECT)
    return Pair(stem, picture, mask, stem, annotated=annotated)


def _beside(root: Path, name: str, layout: str) -> dict[str, Path]:
    """The files of an optional folder of the layout ``pairs``, by stem."""
    folder = Path(root) / name
    return _by_stem(folder) if layout == "pairs" and folder.is_dir() else {}


def picture_files(folder: Path) -> list[Path]:
    """The picture files of a folder by name, without hidden files and without subfolders."""
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in PICTURE_EXTENSIONS and not path.name.startswith(".")
    )


def _by_stem(folder: Path, without: str = "") -> dict[str, Path]:
    """The pictures of a folder by stem, where the stem's ending ``without`` is removed."""
    _check_folder(folder)
    found: dict[str, Path] = {}
    for path in picture_files(folder):
        stem = path.stem.removesuffix(without)
        if stem in found:
            raise DataError(
                f"'{found[stem].name}' and '{path.name}' in '{folder}' share the name '{stem}': "
                "rename or remove one of them."
            )
        found[stem] = path
    return found


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise DataError(f"There is no folder '{folder}'.")


def _check_folders(root: Path, layout: str) -> None:
    """Raises DataError if a folder is missing; it says so if the other layout's folders exist."""
    _check_folder(root)
    missing = next((name for name in LAYOUTS[layout] if not (root / name).is_dir()), None)
    if missing is None:
        return
    text = f"The layout '{layout}' needs the folder '{root / missing}', which is not there"
    for other, names in LAYOUTS.items():
        if all((root / name).is_dir() for name in names):
            text += f": '{root}' has {names[0]}/ and {names[1]}/, the folders of --layout {other}"
    raise DataError(f"{text}.")


def _report_unpaired(stems: Iterable[str], strict: bool) -> None:
    names = sorted(stems)
    if not names:
        return
    text = f"{len(names)} without a partner: {', '.join(names[:5])}{' ...' * (len(names) > 5)}"
    if strict:
        raise DataError(f"Pictures and masks do not match, {text}.")
    _logger.warning("Skipped %s", text)
