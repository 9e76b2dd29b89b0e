"""Names of result files: patterns such as ``{folder}/{stem}_{model}``, and names that are taken."""

import re
import string
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from carseg.core.errors import CarsegError
from carseg.data.car_names import CarView
from carseg.data.file_names import plain

FIELDS = {
    "folder": "the picture's place below the folder that was given",
    "stem": "the picture's name without its ending",
    "index": "its number, counted from 1",
    "model": "the checkpoint's name",
    "kind": "what the file shows",
    "car": "the car that the picture shows: the name without its angle, or the folder",
    "angle": "from where: 07 of a1b2_07, front of car1-front; else its place among the car's "
    "pictures; empty for a picture that stands alone",
}
"""What a pattern may hold."""
USUAL = "{folder}/{stem}.{model}.{kind}"
LONGEST = 200
"""Letters of a pattern, and bytes of each part of a name: disks take 255, and an ending follows."""
_INDEX = re.compile(r"0?\d?")
_FORBIDDEN = re.compile(r'[\\<>:"|?*]')
"""Windows takes none of these."""


class NamingError(CarsegError):
    """A pattern cannot be used; the message says why and what can."""


@dataclass(frozen=True)
class Pattern:
    """A checked pattern. ``Pattern.parse`` makes one."""

    text: str

    @classmethod
    def parse(cls, text: str, models: int = 1, kinds: int = 1) -> "Pattern":
        """Check a pattern.

        Args:
            models, kinds: how many files each picture gets; a pattern has to tell them apart.

        Raises:
            NamingError: it cannot be used.
        """
        if not text.strip() or len(text) > LONGEST:
            raise NamingError(f"A name has 1 to {LONGEST} letters.")
        used = _fields(text)
        if not used & {"stem", "index"} and not {"car", "angle"} <= used:
            raise NamingError(
                "A name needs {stem}, {index}, or {car} and {angle}: else all pictures have one "
                "name."
            )
        for field, number in (("model", models), ("kind", kinds)):
            if number > 1 and field not in used:
                raise NamingError(f"A name needs {{{field}}} here: there are {number} of them.")
        if Path(text).is_absolute() or ".." in PurePosixPath(text).parts:
            raise NamingError(
                "A name stays within the folder of results: leave out a first / and .."
            )
        return cls(text)

    def path(
        self, *, folder: str, stem: str, index: int, model: str, kind: str, view: CarView
    ) -> Path:
        """The relative path of one result, without ending, in names that every disk takes."""
        flat = {
            "stem": stem,
            "model": model,
            "kind": kind,
            "car": view.car,
            "angle": view.angle,
        }
        values = {name: value.replace("/", "_") for name, value in flat.items()}
        filled = self.text.format(folder=folder, index=index, **values)
        parts = [_part(part) for part in filled.split("/")]
        return Path(*[part for part in parts if part] or ["picture"])


def unique(name: str, taken: set[str], within: str = "") -> str:
    """``name``, or ``name-2`` and so on if it is in ``taken`` (lower case); adds it there.

    Args:
        within: the folder in which names must differ.
    """
    found, number = name, 1
    while f"{within}/{found}".lower() in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(f"{within}/{found}".lower())
    return found


def _fields(text: str) -> set[str]:
    """The names of a pattern's fields. Raises NamingError for what is none."""
    known = ", ".join(f"{{{name}}}" for name in FIELDS)
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        raise NamingError(f"'{text}' has half a pair of braces. Fields are: {known}.") from None
    for _, name, spec, conversion in parts:
        if name is None:
            continue
        numbered = name == "index" and _INDEX.fullmatch(spec or "")
        if name not in FIELDS or conversion or (spec and not numbered):
            shown = f"{{{name}{':' if spec else ''}{spec or ''}}}"
            raise NamingError(
                f"{shown} is no field of a name. Fields are: {known}; {{index:04}} has zeros."
            )
    return {name for _, name, _, _ in parts if name is not None}


def _part(text: str) -> str:
    """A part of a path that every disk takes: what is no text becomes ``_``, and it has an end."""
    text = "".join(letter if letter.isprintable() else "_" for letter in plain(text))
    clean = _FORBIDDEN.sub("_", text).strip()
    clean = clean if clean.strip(".") else ""
    while len(clean.encode()) > LONGEST:
        clean = clean[:-1]
    return clean
