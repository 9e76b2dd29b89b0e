"""The pictures for the dials, their grid, and the materials that dials may borrow."""

import hashlib
import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache, partial

import numpy as np

from carseg.data.pairs import DataError, Pair
from carseg.dials import LabelledPicture, Materials
from carseg.evaluation.loaded_pairs import read
from carseg.imaging.grid import FINEST_GRID, grid_for, resize_picture
from carseg.imaging.masks import TrueMask

GRID = FINEST_GRID
"""The size on which dials work and masks are compared: this many pixels, in the picture's own
aspect ratio. So no network gets an enlarged picture, and a severity means the same for all."""

STRESS_PICTURES = 96
"""Three views of each of the 32 test cars."""

_AT_HAND = 64


def on_grid(rgb: np.ndarray, truth: np.ndarray, void: np.ndarray | None = None) -> LabelledPicture:
    """A picture, uint8 (H, W, 3), its truth and void, bool (H, W), on the grid of the dials."""
    size = grid_for(rgb.shape[:2], GRID[0] * GRID[1])
    true = TrueMask(truth, void).at(size)
    return LabelledPicture(resize_picture(rgb, size), true.car, true.void)


def read_on_grid(pair: Pair) -> LabelledPicture:
    """A pair on the grid of the dials.

    Raises:
        PictureError, DataError: as ``carseg.evaluation.loaded_pairs.read``.
    """
    sample = read(pair)
    void = TrueMask(sample.stored, sample.void).at(sample.truth.shape).void
    return on_grid(sample.rgb, sample.truth, void)


def chosen_pictures(pairs: Sequence[Pair], number: int = STRESS_PICTURES) -> list[Pair]:
    """``number`` pictures (all if there are fewer), spread evenly over cars and angles, by id.

    Cars take turns in the order of the SHA-256 of their names. Each car starts one angle after the
    car before it and continues in steps of about a third of the circle. So 96 pictures of 32 cars
    show each of the 16 angles six times. A smaller number gives a subset of a larger one.

    Raises:
        DataError: a number below 1.
    """
    if number < 1:
        raise DataError(f"{number} pictures cannot be measured: choose 1 or more with --n.")
    cars: dict[str, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda p: p.id):
        cars.setdefault(pair.group, []).append(pair)
    ordered = sorted(cars, key=lambda car: (hashlib.sha256(car.encode()).hexdigest(), car))
    turns = [_turn(cars[car], place) for place, car in enumerate(ordered)]
    rounds = range(max(map(len, turns), default=0))
    chosen = [turn[n] for n in rounds for turn in turns if n < len(turn)]
    return sorted(chosen[:number], key=lambda p: p.id)


def _turn(views: Sequence[Pair], first: int) -> list[Pair]:
    """All views of a car, each a third of the circle after the one before."""
    count = len(views)
    step = next((s for s in range(count // 3, 0, -1) if math.gcd(s, count) == 1), 1)
    return [views[(first + step * n) % count] for n in range(count)]


def library(cars: Sequence[Pair], backgrounds: Sequence[Pair]) -> Callable[[Pair], Materials]:
    """The materials that a dial may borrow for a picture: backgrounds, and all cars but its own."""
    car, background = lru_cache(_AT_HAND)(read_on_grid), lru_cache(_AT_HAND)(_background)
    borrowed = [partial(background, pair) for pair in _by_id(backgrounds)]

    @cache
    def without(group: str) -> Materials:
        return Materials(borrowed, [partial(car, p) for p in _by_id(cars) if p.group != group])

    return lambda pair: without(pair.group)


def _by_id(pairs: Sequence[Pair]) -> list[Pair]:
    return sorted(pairs, key=lambda p: p.id)


def _background(pair: Pair) -> np.ndarray:
    rgb = read(pair).rgb
    # Twice the pixels of the grid, because a background of another aspect ratio is cropped.
    size = grid_for(rgb.shape[:2], 2 * GRID[0] * GRID[1])
    return resize_picture(rgb, size) if size < rgb.shape[:2] else rgb
