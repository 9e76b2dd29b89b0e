"""Chance that is the same on every machine: seeds and choices by SHA-256 of names."""

import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

_T = TypeVar("_T")


def _number(names: Sequence[object]) -> int:
    text = "\x1f".join(map(str, names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])


def generator(*names: object) -> np.random.Generator:
    """A generator that belongs to these names, such as seed, picture and effect."""
    return np.random.default_rng(_number(names))


def pick_by_names(options: Sequence[_T], *names: object) -> _T:
    """One of ``options``, the same one for the same names, all alike over many names."""
    return options[_number(names) % len(options)]


def one_of(options: Sequence[_T], draw: np.random.Generator) -> _T:
    """One of ``options`` by one number of the generator, however many there are."""
    return options[int(draw.random() * len(options))]


def lazily(sources: Sequence[Callable[[], _T]], draw: np.random.Generator) -> _T | None:
    """One of the sources, read now; None where there are none. One number is drawn either way."""
    place = draw.random()
    return sources[int(place * len(sources))]() if sources else None
