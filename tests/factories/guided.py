"""The guided filter in NumPy, written from the paper: the reference for OpenCV's."""

from collections.abc import Callable

import cv2
import numpy as np

Mean = Callable[[np.ndarray], np.ndarray]


def guided_filter(p: np.ndarray, rgb: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """``p`` as the best linear function of the colours in each window (He, Sun, Tang 2010).

    In every window of 2 radius + 1 pixels, p is fitted by a . colour + b with ``epsilon`` times the
    square of a as a penalty (equations 19 to 21); a pixel takes the mean of its windows' fits. A
    window reaches ``radius`` pixels and so does the mean: the filter reaches 2 radius in all.

    Args:
        p: float32 (H, W).
        rgb: the guide, uint8 (H, W, 3).
        epsilon: colour variance, of colours in 0..1, below which a window counts as flat.

    Returns:
        float32 (H, W); may leave 0..1 by a little.
    """

    def mean(x: np.ndarray) -> np.ndarray:
        side = 2 * radius + 1
        return cv2.blur(x, (side, side), borderType=cv2.BORDER_REPLICATE)

    # Centred colours: variance is the small difference of two squares, and float32 is short.
    guide = rgb.astype(np.float32) / np.float32(255)
    guide -= guide.mean((0, 1))
    mean_p, mean_guide = mean(p), mean(guide)
    covariance = mean(guide * p[..., None]) - mean_guide * mean_p[..., None]
    slope = _solve(_variances(guide, mean_guide, mean, epsilon), covariance)
    offset = mean_p - _dot(slope, mean_guide)
    return _dot(mean(slope), guide) + mean(offset)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def _variances(
    guide: np.ndarray, mean_guide: np.ndarray, mean: Mean, epsilon: float
) -> list[np.ndarray]:
    """The window's colour covariance plus epsilon on the diagonal: rr, rg, rb, gg, gb, bb."""
    found = []
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
        product = mean(guide[..., i] * guide[..., j]) - mean_guide[..., i] * mean_guide[..., j]
        # Rounding must not make a flat window's variance negative.
        found.append(np.maximum(product, 0) + np.float32(epsilon) if i == j else product)
    return found


def _solve(symmetric: list[np.ndarray], right: np.ndarray) -> np.ndarray:
    """x of A x = right per pixel, by cofactors: many times faster than a batched solver."""
    rr, rg, rb, gg, gb, bb = symmetric
    c00, c01, c02 = gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg
    c11, c12, c22 = rr * bb - rb * rb, rg * rb - rr * gb, rr * gg - rg * rg
    scale = 1 / np.maximum(rr * c00 + rg * c01 + rb * c02, np.float32(1e-20))
    x, y, z = right[..., 0], right[..., 1], right[..., 2]
    return np.stack(
        [
            (c00 * x + c01 * y + c02 * z) * scale,
            (c01 * x + c11 * y + c12 * z) * scale,
            (c02 * x + c12 * y + c22 * z) * scale,
        ],
        axis=-1,
    )
