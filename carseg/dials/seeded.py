"""Random generators and choices that are the same on every machine: seeds are SHA-256 of names."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

_T = TypeVar("_T")


def _number(names: Sequence[object]) -> int:
    text = "\x1f".join(map(str, names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])


def generator(*names: object) -> np.random.Generator:
    """The random generator for these names, such as seed, picture and effect."""
    return np.random.default_rng(_number(names))


def pick_by_names(options: Sequence[_T], *names: object) -> _T:
    """One of ``options``: the same for the same names, and all equally often over many names."""
    return options[_number(names) % len(options)]


def one_of(options: Sequence[_T], draw: np.random.Generator) -> _T:
    """One of ``options``. It always draws exactly one number from the generator."""
    return options[int(draw.random() * len(options))]


def lazily(sources: Sequence[Callable[[], _T]], draw: np.random.Generator) -> _T | None:
    """One of the sources, read now; None if there are none. One number is drawn in both cases."""
    place = draw.random()
    return sources[int(place * len(sources))]() if sources else None
