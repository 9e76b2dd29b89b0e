"""Which pictures show the same car, and from where: read from the names of files and folders.

A name such as ``a1b2_07`` or ``car1-front`` is a car and an angle. A name such as ``IMG_4711`` is a
camera's and says neither; then the folder may be the car: dealers keep one for a stock number.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

RULES = {
    "auto": "car_07 and car-front by name; a folder of names like IMG_4711 below the one given",
    "folder": "each folder is a car",
    "one": "all are one car",
    "none": "each picture by itself",
}
"""How pictures of one car are known."""
_WORD = (
    "front|rear|back|left|right|side|driver|passenger|three|quarter|half|corner|top|above|"
    "fl|fr|rl|rr|bl|br"
)
_WORDS = re.compile(rf"(?:^|[ _.-])((?:{_WORD})(?:[ _.-]?(?:{_WORD}|3-?4|[0-9]))*)$", re.IGNORECASE)
_NUMBER = re.compile(r"(?:^|[ _.-])\(?(\d{1,3})\)?(?: ?°| ?deg)?$", re.IGNORECASE | re.ASCII)
_CAMERA = re.compile(
    r"(?:(?:img|image|dscn?|dscf|pxl|mvi|gopr|p|photo|foto|picture|pic|bild|scan|screenshot|"
    r"untitled|download|unnamed|whatsapp image)?s?[\d _.()-]*|(?:car|auto|vehicle)s?)",
    re.IGNORECASE | re.ASCII,
)
"""Names that say nothing of the car."""
_STOCK = re.compile(r"(?!(?:19|20)\d{6}(?!\d))[\d .-]{4,}", re.ASCII)
"""A stock number, which is no date."""


@dataclass(frozen=True)
class CarView:
    """What a picture shows.

    Attributes:
        car: the car's name.
        angle: from where: ``07``, ``front``; '' if that is not known.
        together: pictures of one car have the same number, all others another.
    """

    car: str
    angle: str
    together: int


UNKNOWN = CarView("", "", 0)


@dataclass(frozen=True)
class Named:
    """A picture's name.

    Attributes:
        stem: without its ending.
        folder: its place below the folder that was given; '' for right there.
        parent: the name of the folder that it is in; '' if it is not known.
    """

    stem: str
    folder: str = ""
    parent: str = ""


def angle_of(stem: str) -> tuple[str, str]:
    """A stem as a car and an angle; the angle is '' if there is none, the car if it is not said."""
    for pattern in (_WORDS, _NUMBER):
        if found := pattern.search(stem):
            return stem[: found.start()].rstrip(" _.-("), found[1]
    return stem, ""


def car_views(pictures: Sequence[Named], rule: str = "auto") -> list[CarView]:
    """What each picture shows.

    Pictures of one car without an angle in their names are numbered: 01, 02 ...

    Args:
        rule: a key of ``RULES``.
    """
    keys = [_key(number, named, rule) for number, named in enumerate(pictures)]
    if rule == "one":
        keys = keys[:1] * len(keys)
    if rule == "auto":
        counted = Counter(keys)
        keys = [
            key if counted[key] > 1 else ("alone", str(number), _name(named))
            for number, (key, named) in enumerate(zip(keys, pictures, strict=True))
        ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    counted, so_far = Counter(keys), Counter[tuple[str, str, str]]()
    found = []
    for key, named in zip(keys, pictures, strict=True):
        so_far[key] += 1
        angle = angle_of(named.stem)[1]
        if not angle and counted[key] > 1:
            angle = f"{so_far[key]:02}"
        found.append(CarView(key[2], angle, numbers[key]))
    return found


def by_car(views: Sequence[CarView]) -> list[int]:
    """The order in which pictures of one car follow each other, numbered angles by number."""
    return sorted(range(len(views)), key=lambda n: (views[n].together, *_place(views[n].angle)))


def _place(angle: str) -> tuple[int, int]:
    """The place of an angle on its car's list; words stay as they came, after numbers."""
    return (0, int(angle)) if angle.isdecimal() else (1, 0)


def _key(number: int, named: Named, rule: str) -> tuple[str, str, str]:
    """What is equal for pictures of one car: how it is known, where, and its name."""
    if rule == "one":
        return "one", "", named.parent or "car"
    if rule == "folder":
        return "folder", named.folder, named.parent or "car"
    car, angle = angle_of(named.stem)
    if rule == "auto" and angle and _says_a_car(car):
        return "name", named.folder, car
    if rule == "auto" and named.folder and not (_says_a_car(car) and (angle or not _bare(car))):
        return "folder", named.folder, named.folder.rsplit("/", 1)[-1]
    return "alone", str(number), _name(named)


def _name(named: Named) -> str:
    """The name of the car of a picture that stands alone."""
    car = angle_of(named.stem)[0]
    return car if _says_a_car(car) else named.stem


def _says_a_car(text: str) -> bool:
    """Whether a name without its angle is more than a camera gives."""
    return _STOCK.fullmatch(text) is not None or _CAMERA.fullmatch(text) is None


def _bare(text: str) -> bool:
    """Whether a name is a number: with an angle beside it a stock number, else a camera's."""
    return _STOCK.fullmatch(text) is not None
