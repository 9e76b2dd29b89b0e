"""Rules for the names of sets and checkpoints, which become names of files."""

import re

from carseg.data.sets import SETS

LONGEST_NAME = 60
UNNAMED = "own-set"
"""The name of a set if the given name cannot be used."""
NAME_RULE = (
    "begins with a letter or a digit and holds only letters without accents, digits and . _ -, "
    f"at most {LONGEST_NAME}"
)


def is_plain(name: str) -> bool:
    """Whether the name works as a file name on every system and as an option in every shell."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) is not None


def name_problem(name: str) -> str:
    """One sentence if a user's set cannot have this name, else ''."""
    if name in SETS:
        return f"{name} is the name of a shipped set: take another."
    return "" if is_plain(name) and len(name) <= LONGEST_NAME else f"A set's name {NAME_RULE}."


def plain_name(name: str, longest: int = LONGEST_NAME) -> str:
    """A valid name for a set, made from the name of a file or folder."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-")[:longest] or UNNAMED
    return f"my-{plain}" if plain in SETS else plain
