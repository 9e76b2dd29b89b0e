"""Parts of a large picture: the tiles that touch a mask, and rows that fit into a cache."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np

Window = tuple[slice, slice]
Tile = tuple[Window, Window, Window]
"""(inner, outer, crop): see ``tiles``."""
_CACHED = 2**17
"""Pixels of which a few arrays of floats stay in a processor's cache."""


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, "tiles")


def on_all_cores(work: Callable[[Tile], None], of: Iterable[Tile]) -> None:
    """Do ``work`` on each tile, several at once; each may write its own tile only."""
    for _ in _threads().map(work, of):
        pass


def row_blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    """The rows of (H, W, ...) in blocks that fit into a processor's cache.

    Several steps on one block after another are some times as fast as each step on the whole.
    """
    step = max(1, _CACHED // max(1, shape[1]))
    for top in range(0, shape[0], step):
        yield slice(top, top + step)


def tiles(active: np.ndarray, side: int, margin: int) -> Iterator[Tile]:
    """Tiles of ``side`` pixels in which bool (H, W) ``active`` is true anywhere.

    For a filter that reads at most ``margin`` pixels away, the tiles give exactly the result of the
    whole picture.

    Yields:
        (inner, outer, crop): the tile, the tile with its margin (cut at the picture's border), and
        the tile within the latter, so that ``out[inner] = filter(x[outer])[crop]``.
    """
    height, width = active.shape
    for top in range(0, height, side):
        for left in range(0, width, side):
            bottom, right = min(top + side, height), min(left + side, width)
            inner = slice(top, bottom), slice(left, right)
            if not active[inner].any():
                continue
            above, before = max(top - margin, 0), max(left - margin, 0)
            outer = (
                slice(above, min(bottom + margin, height)),
                slice(before, min(right + margin, width)),
            )
            crop = (
                slice(top - above, bottom - above),
                slice(left - before, right - before),
            )
            yield inner, outer, crop
