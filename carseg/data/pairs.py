"""Finds pictures and their masks in the two layouts that carseg reads."""

import hashlib
import logging
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from carseg.data import annotations
from carseg.data.file_names import DataError as DataError
from carseg.data.file_names import files_of, photo_files, picture_files, plain, unreadable
from carseg.data.polygons import AnnotationError
from carseg.imaging.car_choice import CarChoice

_logger = logging.getLogger(__name__)

LAYOUTS = {"carvana": ("train", "train_masks"), "pairs": ("images", "masks")}
"""The folders of pictures and of masks in each layout."""
_ANNOTATED = ("masks", "annotations", "labels", ".", "images")
"""Where annotation files of the layout ``pairs`` may be."""
# Kaggle's pictures are 1918x1280. Common copies are squashed to squares, so the true aspect ratio
# is stated here.
CARVANA_ASPECT = 1918 / 1280
_MASK = re.compile(r"(_mask|\.truth)$", re.IGNORECASE)


@dataclass(frozen=True)
class Pair:
    """A picture and its true mask on disk.

    Attributes:
        id: the picture's stem, unique in its set.
        picture, mask: the files. The mask is a picture or an annotation file
            (``carseg.data.truths``); None means that there is no car.
        group: a label (car id, scene). Pictures of one group are never split or resampled apart.
        aspect: width / height to restore, or None to keep the file's own.
        annotated: the part of the mask that a person drew, if the rest was estimated.
        car: the labels that are the car, or None: the mask itself says it.
    """

    id: str
    picture: Path
    mask: Path | None
    group: str
    aspect: float | None = None
    annotated: Path | None = None
    car: CarChoice | None = None

    @property
    def files(self) -> list[Path]:
        """Its files."""
        return [file for file in (self.picture, self.mask, self.annotated) if file is not None]


def find_pairs(
    root: Path, layout: str = "carvana", *, strict: bool = False, car: CarChoice | None = None
) -> list[Pair]:
    """All pairs under ``root``, ordered by id.

    Args:
        layout: ``carvana`` (``train/<car>_<NN>.jpg``, ``train_masks/<car>_<NN>_mask.gif``) or
            ``pairs`` (``images/<stem>.*``, ``masks/<stem>.*`` and, if masks were completed by
            estimation, ``parts/<stem>.*`` with what was annotated, or ``clean/<stem>.*`` with a
            better mask that contains no estimate). In ``pairs``, annotation files of COCO, labelme
            or CVAT may take the place of masks.
        strict: an unpaired picture is an error, not a warning.
        car: the labels of the masks that are the car; None: the masks themselves say it.

    Raises:
        UnsureMaskError: annotation files have several labels, and none is called car.
        DataError: unknown layout, missing folders, two files of one stem, no pair at all, or
            (strict) an unpaired file.
    """
    root = Path(root)
    if layout not in LAYOUTS:
        raise DataError(f"There is no layout '{layout}'. Known are: {', '.join(LAYOUTS)}.")
    drawn = _annotated(root) if layout == "pairs" else {}
    _check_folders(root, layout, (LAYOUTS[layout][0],) if drawn else LAYOUTS[layout])
    pictures = _by_stem(root / LAYOUTS[layout][0])
    folder = root / LAYOUTS[layout][1]
    masks = _masks(folder, "_mask" if layout == "carvana" else "") if is_folder(folder) else {}
    masks = _of_pictures(masks, pictures) if layout == "pairs" else masks
    parts, clean = (_beside(root, name, layout) for name in ("parts", "clean"))
    labels = annotations.labels_of(one for _, one in drawn.values())
    named = annotations.car_labels(labels, car) if drawn else None
    _report_unpaired(pictures.keys() ^ (masks.keys() | drawn.keys()), strict)
    pairs = []
    for stem in sorted(pictures.keys() & (masks.keys() | drawn.keys())):
        if stem in masks:
            mask, annotated, chosen = masks[stem], parts.get(stem), car
        else:
            mask, annotated, chosen = drawn[stem][0], None, named
        if stem in clean:
            mask, annotated, chosen = clean[stem], None, car
        pair = Pair(stem, pictures[stem], mask, stem, annotated=annotated, car=chosen)
        pairs.append(_seen(pair) if layout == "carvana" else pair)
    if not pairs:
        raise DataError(f"'{root}' has no picture with a mask in the layout '{layout}'.")
    return pairs


def _annotated(root: Path) -> dict[str, tuple[Path, annotations.Drawing]]:
    """The drawings of annotation files by the picture's stem, with their file.

    Raises:
        DataError: a file is damaged, or two draw one picture.
    """
    found: dict[str, tuple[Path, annotations.Drawing]] = {}
    folders = [root / name for name in _ANNOTATED if is_folder(root / name)]
    for file in (file for folder in folders for file in files_of(folder, annotations.SUFFIXES)):
        try:
            held = annotations.annotations_in(file)
        except (AnnotationError, OSError) as error:
            raise DataError(f"'{file}': {error}") from error
        for stem, drawing in (held or {}).items():
            if stem in found:
                raise DataError(
                    f"'{found[stem][0].name}' and '{file.name}' both draw '{stem}': keep one."
                )
            found[stem] = file, drawing
    return found


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


def _seen(pair: Pair) -> Pair:
    """A view of one of Carvana's cars."""
    return replace(pair, group=pair.id.rsplit("_", 1)[0], aspect=CARVANA_ASPECT, annotated=None)


def _beside(root: Path, name: str, layout: str) -> dict[str, Path]:
    """The masks of an optional folder of the layout ``pairs``, by stem."""
    folder = Path(root) / name
    return _masks(folder) if layout == "pairs" and is_folder(folder) else {}


def _masks(folder: Path, without: str = "") -> dict[str, Path]:
    return _by_stem(folder, without, picture_files)


def _of_pictures(masks: Mapping[str, Path], pictures: Container[str]) -> dict[str, Path]:
    """The same masks; one whose name has no picture may end in ``_mask`` or ``.truth``."""
    found = dict(masks)
    for stem, path in masks.items():
        name = _MASK.sub("", stem)
        if stem not in pictures and name in pictures and name not in found:
            found[name] = path
            del found[stem]
    return found


def _by_stem(
    folder: Path, without: str = "", files: Callable[[Path], list[Path]] = photo_files
) -> dict[str, Path]:
    """The pictures of a folder by stem, in one spelling of accents.

    The stem's ending ``without`` is removed.
    """
    _check_folder(folder)
    found: dict[str, Path] = {}
    for path in files(folder):
        stem = plain(path.stem).removesuffix(without)
        if stem in found:
            raise DataError(
                f"'{plain(found[stem].name)}' and '{plain(path.name)}' in '{folder}' share the "
                f"name '{stem}': rename or remove one of them."
            )
        found[stem] = path
    return found


def is_folder(path: Path) -> bool:
    """Whether there is such a folder.

    Raises:
        DataError: it cannot be seen, because a folder above it cannot be read.
    """
    try:
        return path.is_dir()
    except OSError as error:
        raise DataError(unreadable(path, error)) from error


def _check_folder(folder: Path) -> None:
    if not is_folder(folder):
        raise DataError(f"There is no folder '{folder}'.")


def _check_folders(root: Path, layout: str, needed: Iterable[str]) -> None:
    """Raises DataError if a folder is missing; it says so if the other layout's folders exist."""
    _check_folder(root)
    missing = next((name for name in needed if not is_folder(root / name)), None)
    if missing is None:
        return
    text = f"The layout '{layout}' needs the folder '{root / missing}', which is not there"
    for other, names in LAYOUTS.items():
        if all(is_folder(root / name) for name in names):
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
