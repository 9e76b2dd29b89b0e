"""Calibration: of the pixels that a network calls car with 80 %, are 80 in 100 car?

Counted in bins of equal width, as in Guo et al. 2017 (arXiv 1706.04599). The bins are those of the
probability of car, from 0 to 1, so pixels that are surely background count as well.
"""

import numpy as np

BINS = 10
"""Bins of equal width over the probability of car."""
GAPS = tuple(f"gap_{number}" for number in range(BINS))
"""The names of the bins' gaps in a file."""


def gaps(probability: np.ndarray, truth: np.ndarray, void: np.ndarray | None = None) -> np.ndarray:
    """How much too sure a prediction is, in pixels: float64 (``BINS``,).

    Each bin holds the sum over its pixels of the probability of car less the truth (0 or 1). Gaps
    of several pictures add up. A probability on the border of two bins belongs to the upper one, 1
    to the last.

    Args:
        probability: float (H, W), 0..1.
        truth: bool (H, W).
        void: bool (H, W), pixels that are left out.

    Raises:
        ValueError: the two differ in shape.
    """
    if probability.shape != truth.shape:
        raise ValueError(f"Probabilities {probability.shape} and truth {truth.shape} differ.")
    if void is not None:
        probability, truth = probability[~void], truth[~void]
    sure = np.asarray(probability, np.float64)
    bins = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    return np.bincount(bins.ravel(), (sure - truth).ravel(), BINS)


def calibration_error(total: np.ndarray, pixels: int) -> float:
    """Expected calibration error, 0..1: how far the stated probability is off, mean over pixels.

    Args:
        total: the sum of ``gaps`` over the pictures of a set, (``BINS``,).
        pixels: the pixels of all these pictures.

    Raises:
        ValueError: no pixel.
    """
    if pixels < 1:
        raise ValueError("The calibration of no pixel is not known.")
    return float(np.abs(total).sum() / pixels)
