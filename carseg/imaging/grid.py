"""Resolution: which grid a network sees a picture on, and how pictures and masks get there."""

import math

import numpy as np
from PIL import Image

Size = tuple[int, int]
"""(height, width) in pixels."""

PUBLISHED: Size = (160, 240)
"""The grid of the results that others have published: ours are measured and counted there too."""
FINEST: Size = (320, 480)
"""The finest grid that networks learn on."""


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
    """The car's share of each cell of ``size``: bool (H, W) to float32 in 0..1 by area average."""
    picture = Image.fromarray(mask.astype(np.float32), mode="F")
    return np.asarray(picture.resize(size[::-1], Image.Resampling.BOX))


def resize_mask(mask: np.ndarray, size: Size) -> np.ndarray:
    """A truth on another grid: bool (H, W), car where at least half of the cell is car."""
    if mask.shape == tuple(size):
        return mask
    return coverage(mask, size) >= 0.5
