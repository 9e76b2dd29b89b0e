"""Resolution: which grid a network sees a picture on, and how pictures and masks get there."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Size = tuple[int, int]
"""(height, width) in pixels."""

PUBLISHED_GRID: Size = (160, 240)
"""The grid of the results that others have published: ours are measured and counted there too."""
FINEST_GRID: Size = (320, 480)
"""The grid that pictures are kept on for views that zoom in."""
_TIE = 1e-4
"""Shares this close to half differ from it by rounding only."""


def grid_for(size: Size, area: int) -> Size:
    """The grid with the picture's aspect ratio and about ``area`` pixels; sides at least 16.

    A 1280x1918 picture and an area of 160 * 240 give (160, 240).
    """
    height, width = size
    scale = math.sqrt(area / (height * width))
    return max(16, round(height * scale)), max(16, round(width * scale))


def padding_to(size: Size, multiple: int) -> tuple[int, int, int, int]:
    """(left, right, top, bottom) pixels that make both sides divisible by ``multiple``."""
    missing_h, missing_w = (-side % multiple for side in size)
    return missing_w // 2, missing_w - missing_w // 2, missing_h // 2, missing_h - missing_h // 2


def resize_picture(rgb: np.ndarray, size: Size) -> np.ndarray:
    """RGB uint8 (H, W, 3) to ``size``; bilinear, area-weighted when shrinking (no aliasing)."""
    if rgb.shape[:2] == tuple(size):
        return rgb
    return np.asarray(Image.fromarray(rgb).resize(size[::-1], Image.Resampling.BILINEAR))


def coverage(mask: np.ndarray, size: Size) -> np.ndarray:
    """The car's share of each cell of ``size``, exact area: (H, W) to float32 in 0..1.

    ``mask`` is bool, or holds the shares of finer cells.

    A cell takes from each pixel exactly the part that it covers, so no edge moves. Pillow's BOX
    filter counts whole pixels, which moves edges by up to a fifth of a cell.
    """
    if mask.shape == tuple(size):
        return mask.astype(np.float32)
    rows, columns = (_overlap(*sides) for sides in zip(mask.shape, size, strict=True))
    return np.ascontiguousarray((columns @ (rows @ mask.astype(np.float32)).T).T)


def _overlap(pixels: int, cells: int) -> "csr_array":
    """How much of each of ``cells`` equal cells lies in each of ``pixels``: (cells, pixels).

    Nearly all of it is 0, so it is sparse: a mask of 64 million pixels takes seconds, not minutes.
    """
    from scipy.sparse import csr_array  # who only shows pictures need not wait for scipy

    points = np.union1d(np.arange(pixels + 1), np.linspace(0, pixels, cells + 1))
    middles = (points[1:] + points[:-1]) / 2  # each piece lies in one pixel and in one cell
    shares = (np.diff(points) * (cells / pixels)).astype(np.float32)
    rows = np.minimum((middles * (cells / pixels)).astype(int), cells - 1)
    return csr_array((shares, (rows, middles.astype(int))), shape=(cells, pixels))


def resize_mask(mask: np.ndarray, size: Size) -> np.ndarray:
    """A truth on another grid: bool (H, W), car where more than half of the cell is car.

    Of cells that are half car, every other one is car, as on a chessboard: so ties neither add to
    the car's area nor take from it.
    """
    if mask.shape == tuple(size):
        return mask
    share = coverage(mask, size)
    tie = np.abs(share - 0.5) < _TIE
    even = np.add.outer(np.arange(size[0]), np.arange(size[1])) % 2 == 0
    return np.where(tie, even, share > 0.5)
