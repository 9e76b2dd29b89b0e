"""sRGB to linear light and back (IEC 61966-2-1): light adds up and is multiplied there."""

from functools import cache

import numpy as np

_STEPS = 65535
"""Steps of linear light in the table: finer than 8 bit sRGB, so a round trip is exact."""


@cache
def _linear_of_srgb() -> np.ndarray:
    v = np.arange(256) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4).astype(np.float32)


@cache
def _srgb_of_linear() -> np.ndarray:
    x = np.arange(_STEPS + 1) / _STEPS
    v = np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(v * 255), np.uint8)


def to_linear(rgb: np.ndarray) -> np.ndarray:
    """sRGB uint8 to linear light, float32 in 0..1."""
    return np.take(_linear_of_srgb(), rgb)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear light to sRGB uint8; what is brighter than 1 or darker than 0 is clipped."""
    steps: np.ndarray = (np.clip(linear, 0, 1) * _STEPS + 0.5).astype(np.uint16)
    return np.take(_srgb_of_linear(), steps)
