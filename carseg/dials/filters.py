"""Grain, blur and resizing that look alike in pictures of any size."""

import cv2
import numpy as np

from carseg.imaging.grid import FINEST_GRID, Size, grid_for

# Grain, drops and blocks are made on a grid of this many pixels and scaled with the picture, as if
# all pictures came from one camera. Networks were trained on this grid, so they see such detail.
WORKING_AREA = FINEST_GRID[0] * FINEST_GRID[1]


def working_size(size: Size) -> Size:
    """The grid of about ``WORKING_AREA`` pixels with the aspect ratio of ``size``."""
    return grid_for(size, WORKING_AREA)


def resized(x: np.ndarray, size: Size) -> np.ndarray:
    """An array (H, W) or (H, W, C) at ``size``: area average when shrinking, else bicubic."""
    if x.shape[:2] == tuple(size):
        return x
    method = cv2.INTER_AREA if size[0] < x.shape[0] else cv2.INTER_CUBIC
    return cv2.resize(x, size[::-1], interpolation=method)


def to_uint8(x: np.ndarray) -> np.ndarray:
    """Numbers on the scale 0..255, rounded and clipped."""
    return np.clip(np.rint(x), 0, 255).astype(np.uint8)


def mix(rgb: np.ndarray, layer: np.ndarray, share: np.ndarray | float) -> np.ndarray:
    """(1 - share) rgb + share layer in sRGB: uint8 (H, W, 3); share (H, W) or number, 0..1."""
    share = np.asarray(share, np.float32)
    share = share[..., None] if share.ndim == 2 else share
    photo = rgb.astype(np.float32)
    return to_uint8(photo + share * (layer.astype(np.float32) - photo))


def grain(draw: np.random.Generator, size: Size, channels: int) -> np.ndarray:
    """Noise of spread 1 per working pixel: float32 (H, W, channels)."""
    noise = draw.standard_normal((*working_size(size), channels), np.float32)
    return resized(noise, size).reshape(*size, channels)


def clouds(draw: np.random.Generator, size: Size, cells: int = 3, octaves: int = 4) -> np.ndarray:
    """Smooth noise, float32 (H, W) in -1..1: ``cells`` along a side, then twice as fine, ..."""
    total = np.zeros(size, np.float32)
    for octave in range(octaves):
        side = cells * 2**octave + 1
        coarse = draw.uniform(-1, 1, (side, side)).astype(np.float32)
        total += cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_LINEAR) / 2**octave
    return total / sum(0.5**octave for octave in range(octaves))


def spread_kernel(points: np.ndarray) -> np.ndarray:
    """A blur kernel, float32, odd sides, of sum 1: equal weights at ``points`` (N, 2) as x, y.

    Each point shares its weight bilinearly among four pixels, so that the kernel grows smoothly
    with what it is made of, also below the size of a pixel.
    """
    reach = int(np.ceil(np.abs(points).max())) + 1
    side = 2 * reach + 1
    low = np.floor(points).astype(int)
    part = points - low
    kernel = np.zeros(side * side)
    for right, down in ((0, 0), (1, 0), (0, 1), (1, 1)):
        share = np.abs(1 - right - part[:, 0]) * np.abs(1 - down - part[:, 1])
        place = (low[:, 1] + down + reach) * side + low[:, 0] + right + reach
        kernel += np.bincount(place, share, side * side)
    return (kernel / len(points)).reshape(side, side).astype(np.float32)


def line_points(length: float, degrees: float) -> np.ndarray:
    """Points (N, 2) along a line around the origin, at least four per pixel of its length."""
    steps = np.linspace(-length / 2, length / 2, 4 * int(np.ceil(length)) + 5)
    angle = np.radians(degrees)
    return np.stack([steps * np.cos(angle), steps * np.sin(angle)], -1)


def disc_points(radius: float) -> np.ndarray:
    """Points (N, 2) that fill a disc around the origin evenly, at least nine per pixel of area."""
    count = 9 * int(np.ceil(np.pi * radius**2)) + 90
    index = np.arange(count) + 0.5
    # Vogel's spiral (1979): the golden angle leaves no gaps.
    angle, distance = index * np.pi * (3 - 5**0.5), radius * np.sqrt(index / count)
    return np.stack([distance * np.cos(angle), distance * np.sin(angle)], -1)
