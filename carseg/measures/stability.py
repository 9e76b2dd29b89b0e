"""How far a mask can be trusted without a truth: how little it changes if the input changes.

These measures do not know what a car is: a model that is sure and wrong scores well. How much they
say about the real Dice is measured on labelled sets (``correlation``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from carseg.inference.prediction import Prediction
from carseg.measures.overlap import counts

SHAKE = 0.2
"""The threshold is moved by this much to either side, within 0.05 and 0.95."""


@dataclass(frozen=True)
class Trust:
    """How stable a mask is: figures from 0 to 1, where 1 means that it does not change.

    Attributes:
        threshold: Dice of the masks at a lower and at a higher threshold.
        mirror: Dice of the mask and of that of the mirrored picture, mirrored back.
    """

    threshold: float
    mirror: float

    @property
    def figure(self) -> float:
        """The lower of the two figures: the change that the mask withstands worst decides."""
        return min(self.threshold, self.mirror)


def trust(prediction: Prediction, mirrored: Prediction) -> Trust:
    """The trust of a prediction, given that of the mirrored picture.

    Both are compared on the grid that the network saw.

    Raises:
        ValueError: the two are not of one grid.
    """
    if prediction.grid != mirrored.grid:
        raise ValueError(
            f"A picture and its mirror image differ: {prediction.grid}, {mirrored.grid}."
        )
    grid, threshold = prediction.grid, prediction.threshold
    mask = prediction.mask(size=grid)
    back = mirrored.mask(size=grid)[:, ::-1]
    low, high = max(0.05, threshold - SHAKE), min(0.95, threshold + SHAKE)
    steady = counts(prediction.mask(low, grid), prediction.mask(high, grid)).dice
    return Trust(steady, counts(mask, np.ascontiguousarray(back)).dice)


def agreement(masks: Mapping[str, np.ndarray]) -> dict[str, float]:
    """The mean Dice of each model's mask with those of all others, bool (H, W) of one size.

    Empty for fewer than two models.
    """
    found: dict[str, list[float]] = {name: [] for name in masks}
    for a, b in combinations(masks, 2):
        dice = counts(masks[a], masks[b]).dice
        found[a].append(dice)
        found[b].append(dice)
    return {name: float(np.mean(dices)) for name, dices in found.items() if dices}


def correlation(figures: Sequence[float], dice: Sequence[float]) -> tuple[float, int] | None:
    """Spearman's rank correlation of a trust figure with the real Dice, and the number of pictures.

    None below five pictures, or where one of the two never changes.
    """
    from scipy.stats import spearmanr  # half the start-up time of the app

    pairs = np.array([figures, dice], float)
    pairs = pairs[:, np.isfinite(pairs).all(0)]
    if pairs.shape[1] < 5 or np.ptp(pairs, axis=1).min() == 0:
        return None
    return float(spearmanr(*pairs).statistic), pairs.shape[1]
