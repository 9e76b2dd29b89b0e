"""Pictures as engines take them, without PyTorch: normalised, padded, and cropped back."""

import os

import numpy as np

from carseg.imaging.grid import padding_to
from carseg.models.checkpoint import Config


def normalised(batch: np.ndarray, config: Config) -> np.ndarray:
    """uint8 RGB (N, H, W, 3) to float32 (N, 3, H, W) in the weights' own normalisation."""
    mean, std = (np.asarray(v, np.float32) for v in (config.mean, config.std))
    values: np.ndarray = (batch.astype(np.float32) / 255 - mean) / std
    return np.ascontiguousarray(values.transpose(0, 3, 1, 2))


def padded(x: np.ndarray, multiple: int) -> tuple[np.ndarray, tuple[slice, slice]]:
    """``x`` (N, C, H, W) reflected to a multiple, and where the picture is in it.

    As ``carseg.models.padding.padded_logits`` does it for PyTorch.
    """
    height, width = x.shape[-2:]
    left, right, top, bottom = padding_to((height, width), multiple)
    place = slice(top, top + height), slice(left, left + width)
    if left + right + top + bottom == 0:
        return x, place
    fits = max(left, right) < width and max(top, bottom) < height
    sides = ((0, 0), (0, 0), (top, bottom), (left, right))
    return np.pad(x, sides, mode="reflect" if fits else "edge"), place


def threads() -> int:
    """How many threads an engine may use: what PyTorch would take too."""
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdigit() and int(asked):
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
