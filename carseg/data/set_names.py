"""What sets and checkpoints may be called: their names become those of files."""

import re

from carseg.data.sets import SETS

LONGEST_NAME = 60
UNNAMED = "own-set"
"""What a set is called where no name can be used."""
NAME_RULE = (
    "begins with a letter or a digit and holds only letters without accents, digits and . _ -, "
    f"at most {LONGEST_NAME}"
)


def is_plain(name: str) -> bool:
    """Whether a file can be called so on every system, and an option told so in every shell."""
    return re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) is not None


def name_problem(name: str) -> str:
    """One sentence where a set of one's own cannot be called so, else nothing."""
    if name in SETS:
        return f"{name} is the name of a shipped set: take another."
    return "" if is_plain(name) and len(name) <= LONGEST_NAME else f"A set's name {NAME_RULE}."


def plain_name(name: str, longest: int = LONGEST_NAME) -> str:
    """A name that a set may have, from that of a file or folder."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("._-")[:longest] or UNNAMED
    return f"my-{plain}" if plain in SETS else plain
