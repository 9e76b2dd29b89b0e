"""The tiles of a large picture that touch a mask: work is done only there."""

from collections.abc import Iterator

import numpy as np

Window = tuple[slice, slice]


def tiles(active: np.ndarray, side: int, margin: int) -> Iterator[tuple[Window, Window, Window]]:
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
