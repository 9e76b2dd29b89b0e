"""Decides by name which of a stranger's files are pictures, which are masks, and which are pairs.

Names are labels here: they are cleaned, compared and shown. They never become paths.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import NamedTuple

from carseg.imaging.codec import PICTURE_EXTENSIONS

ANNOTATIONS = (".json", ".xml")
DRAWN = "drawn by annotation files"
FOLDERS = {"images": "masks", "train": "train_masks"}
"""Neighbouring folders (pictures, masks) whose files belong together by stem."""
REMARKS = {
    "alone": ("picture without a mask", "pictures without a mask"),
    "orphan": ("mask without a picture", "masks without a picture"),
    "several": ("file that shares its name with another", "files that share their names"),
    "size": ("picture whose mask has another size", "pictures whose masks have another size"),
    "unreadable": ("pair that cannot be read", "pairs that cannot be read"),
    "unsure": ("mask whose car is not sure", "masks whose car is not sure"),
    "doubt": ("mask to look at", "masks to look at"),
    "void": ("mask with void, which is left out", "masks with void, which is left out"),
    "notes": ("annotation file that cannot be used", "annotation files that cannot be used"),
    "again": ("repeated pair", "repeated pairs"),
    "archive": ("archive inside, left closed", "archives inside, left closed"),
    "empty": ("mask without a car", "masks without a car"),
    "answer": ("mask named like a model's answer, no truth", "masks named like models' answers"),
}
"""The words for each kind of remark, for one file and for many."""

_ARCHIVES = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar")
_CARVANA = re.compile(r"([0-9a-f]{12})_\d\d")
_VIEWS = "mask|overlay|cutout|background|outline|probability"
_OURS = re.compile(rf"(.+)\.(?:[^.]+\.({_VIEWS})|[^.]+\.against\.[^.]+)")
_MASK = re.compile(r"(.+)(?:_mask|\.truth)", re.IGNORECASE)

Parts = tuple[str, ...]
"""The parts of a name: its folders, then the file."""


@dataclass(frozen=True)
class Remark:
    """Something to say about a file; ``kind`` is a key of ``REMARKS``."""

    kind: str
    name: str
    detail: str = ""


class Match(NamedTuple):
    """A picture and its mask, as positions in the list of names.

    Attributes:
        id: the picture's name as it is shown, unique.
        layout: in words.
        car: the car's id if the name is one of Carvana's, else empty.
        answer: the mask's name is like that of a model's answer.
    """

    id: str
    layout: str
    car: str
    picture: int
    mask: int
    answer: bool


class _Role(NamedTuple):
    """The role of a file: ``picture``, ``mask``, ``answer`` or ``view``.

    Files that belong together have the same key.
    """

    key: Parts
    kind: str
    layout: str


def clean_name(name: str) -> Parts:
    """The parts of a name that can be shown; empty for hidden files and unusable names.

    Accented letters are normalised (Unicode's NFC), because systems write them differently.
    """
    text = unicodedata.normalize("NFC", name[:1001]).replace("\\", "/")
    shown = ("".join(c for c in part if c.isprintable()).strip() for part in text.split("/"))
    parts = tuple(part for part in shown if part not in ("", ".", ".."))
    strange = len(name) > 1000 or len(parts) > 32
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
    return () if strange or hidden else parts


def annotation_files(names: Sequence[str]) -> list[int]:
    """The positions of files that may draw masks: JSON and XML."""
    shown = ((place, clean_name(name)) for place, name in enumerate(names))
    return [place for place, parts in shown if parts and _suffix(parts) in ANNOTATIONS]


def match(
    names: Sequence[str], drawn: Mapping[str, int] = MappingProxyType({})
) -> tuple[list[Match], list[Remark]]:
    """The pairs, by id, and a remark for every file that belongs to none.

    Known are ``images/`` with ``masks/`` and ``train/`` with ``train_masks/`` by stem, and in any
    folder ``<stem>_mask.*``, ``<stem>.truth.*`` or a model's ``<stem>.<model>.mask.*`` beside
    ``<stem>.*``. A picture or mask that is not the only one of its stem is left out.

    Args:
        drawn: the positions of annotation files, by the stems of the pictures that they draw.
    """
    files = {place: parts for place, name in enumerate(names) if (parts := clean_name(name))}
    closed = [parts for parts in files.values() if parts[-1].lower().endswith(_ARCHIVES)]
    remarks = [Remark("archive", parts[-1]) for parts in closed]
    files = {p: parts for p, parts in files.items() if _suffix(parts) in PICTURE_EXTENSIONS}
    folders = {
        (parts[:at], parts[at].lower()) for parts in files.values() for at in range(len(parts) - 1)
    }
    roles = {place: _role(parts, folders) for place, parts in files.items()}
    shown = _labels(files, roles)
    fellows: dict[Parts, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for place, role in roles.items():
        fellows[role.key][role.kind].append(place)
    matches = []
    for here in fellows.values():
        pictures, masks = here["picture"], here["mask"] or here["answer"]
        if len(pictures) == len(masks) == 1:
            (picture,), (mask,) = pictures, masks
            role, name = roles[picture], shown[picture]
            car = _car(files[picture]) if role.layout == _layout("train") else ""
            matches.append(Match(name, role.layout, car, picture, mask, not here["mask"]))
            continue
        if len(pictures) == 1 and not masks and (stem := _picture_stem(files, pictures)) in drawn:
            name = shown[pictures[0]]
            matches.append(Match(name, DRAWN, "", pictures[0], drawn[stem], False))
            continue
        kind = "several" if pictures and masks else "alone" if pictures else "orphan"
        remarks += [Remark(kind, shown[place]) for place in (*pictures, *masks)]
    return sorted(matches), sorted(remarks, key=lambda r: (r.kind, r.name))


def remark_lines(
    remarks: Iterable[Remark], show: Callable[[str], str] = str, most: int = 5
) -> list[str]:
    """One line per kind of remark, such as '2 pictures without a mask: a.jpg, b.jpg'.

    Args:
        show: escapes a name or detail for the place where the text is shown.
        most: names that are written out per kind; the rest are counted.
    """
    kinds: Mapping[str, list[Remark]] = defaultdict(list)
    for remark in remarks:
        kinds[remark.kind].append(remark)
    texts = []
    for kind in (kind for kind in REMARKS if kind in kinds):
        here = kinds[kind]
        names = [show(r.name) + (f" ({show(r.detail)})" if r.detail else "") for r in here[:most]]
        names += [f"{len(here) - most:,} more"] if len(here) > most else []
        texts.append(f"{len(here):,} {REMARKS[kind][len(here) > 1]}: {', '.join(names)}")
    return texts


def _picture_stem(files: Mapping[int, Parts], pictures: Sequence[int]) -> str:
    return PurePosixPath(files[pictures[0]][-1]).stem


def _suffix(parts: Parts) -> str:
    return PurePosixPath(parts[-1]).suffix.lower()


def _layout(pictures: str) -> str:
    return f"in {pictures}/ and {FOLDERS[pictures]}/"


def _car(parts: Parts) -> str:
    found = _CARVANA.fullmatch(PurePosixPath(parts[-1]).stem)
    return found[1] if found else ""


def _stem(stem: str) -> tuple[str, str]:
    """The picture's stem, and ``plain``, ``mask``, ``answer`` or ``view``."""
    if ours := _OURS.fullmatch(stem):
        return ours[1], "answer" if ours[2] == "mask" else "view"
    if mask := _MASK.fullmatch(stem):
        return mask[1], "mask"
    return stem, "plain"


def _role(parts: Parts, folders: set[tuple[Parts, str]]) -> _Role:
    """The role of a file. ``folders``: all folders, as (parts above, name in lower case)."""
    *above, name = parts
    whole = PurePosixPath(name).stem
    stem, kind = _stem(whole)
    for at in reversed(range(len(above))):
        outside, inside = parts[:at], parts[at + 1 : -1]
        for pictures, masks in FOLDERS.items():
            if not {(outside, pictures), (outside, masks)} <= folders:
                continue
            key = (*outside, masks, *inside)
            if above[at].lower() == pictures:
                return _Role((*key, whole), "picture", _layout(pictures))
            if above[at].lower() == masks:
                return _Role((*key, stem), kind.replace("plain", "mask"), _layout(pictures))
    beside = "with the mask beside each picture"
    return _Role((*above, stem), kind.replace("plain", "picture"), beside)


def _labels(files: Mapping[int, Parts], roles: Mapping[int, _Role]) -> dict[int, str]:
    """Names without the folders that all pictures, or all masks, have in common."""
    shown: dict[int, str] = {}
    for picture in (True, False):
        mine = {p: parts for p, parts in files.items() if (roles[p].kind == "picture") == picture}
        common = _common([parts[:-1] for parts in mine.values()])
        shown |= {place: "/".join(parts[common:]) for place, parts in mine.items()}
    return shown


def _common(folders: Sequence[Parts]) -> int:
    """How many leading folders all have in common: those that the first and last in order share."""
    ends = zip(min(folders, default=()), max(folders, default=()), strict=False)
    return sum(1 for _ in takewhile(lambda two: two[0] == two[1], ends))
