"""The relation of studio and street scores: logit axes and a baseline line."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carseg.stats.clusters import checked

CLIP = (0.001, 0.9995)
"""Dice is clipped to this range before the logit, which is infinite at 0 and 1."""

FEWEST_POINTS = 3
"""The least number of points for a line: fewer always lie on one."""


def logit(dice: float | Sequence[float] | np.ndarray) -> np.ndarray:
    """log(d / (1 - d)) of Dice 0..1, clipped to 0.001..0.9995; same shape, float64.

    Raises:
        ValueError: values outside 0..1 or not numbers.
    """
    values = np.asarray(dice, dtype=np.float64)
    if not ((values >= 0) & (values <= 1)).all():
        raise ValueError("A logit is taken of Dice scores, numbers from 0 to 1.")
    clipped = np.clip(values, *CLIP)
    return np.log(clipped / (1 - clipped))


def expit(x: float | Sequence[float] | np.ndarray) -> np.ndarray:
    """Dice 0..1 of a logit, 1 / (1 + exp(-x)): the inverse of ``logit`` within its clipping."""
    # exp(-x) alone would overflow.
    return np.exp(-np.logaddexp(0, -np.asarray(x, dtype=np.float64)))


@dataclass(frozen=True)
class BaselineLine:
    """Street logit = ``intercept`` + ``slope`` * studio logit, fitted to a baseline's path.

    Attributes:
        slope: Street logits per studio logit.
        intercept: Street logit at a studio Dice of 0.5.
        r2: Share of the street logits' variance that the line explains, 0..1; 1 if they have none.
        low: Lowest studio Dice of the path; below it the line is an extrapolation.
        high: Highest studio Dice of the path; above it the line is an extrapolation.
        n: Points fitted.
    """

    slope: float
    intercept: float
    r2: float
    low: float
    high: float
    n: int

    def street(self, studio: float | Sequence[float] | np.ndarray) -> np.ndarray:
        """Street Dice that the line expects at a studio Dice; same shape."""
        return expit(self.intercept + self.slope * logit(studio))


def fit_line(
    studio: Sequence[float] | np.ndarray, street: Sequence[float] | np.ndarray
) -> BaselineLine:
    """Least-squares line of the street logits on the studio logits (Taori et al. 2020).

    ``studio`` and ``street`` are the mean Dice 0..1, (n,) each, of checkpoints along the training
    of one model. Every checkpoint weighs the same.

    Raises:
        ValueError: fewer than three points, lists of unequal length, a studio Dice that is the
            same everywhere, values outside 0..1.
    """
    dice = checked(studio)
    x, y = logit(dice), logit(checked(street))
    if x.size != y.size or x.size < FEWEST_POINTS:
        raise ValueError(
            f"There are {x.size} studio and {y.size} street scores: a baseline needs one of each "
            f"from at least {FEWEST_POINTS} checkpoints."
        )
    # Sorted, so that the sums do not depend on the order of the checkpoints.
    order = np.lexsort((y, x))
    dx, dy = x[order] - x[order].mean(), y[order] - y[order].mean()
    if np.ptp(x) <= 1e-12:
        raise ValueError("All checkpoints have the same studio Dice: a line needs different ones.")
    slope = float(dx @ dy / (dx @ dx))
    rest, total = float(((dy - slope * dx) ** 2).sum()), float(dy @ dy)
    return BaselineLine(
        slope=slope,
        intercept=float(y[order].mean() - slope * x[order].mean()),
        r2=max(0.0, 1 - rest / total) if np.ptp(y) > 1e-12 else 1.0,
        low=float(dice.min()),
        high=float(dice.max()),
        n=x.size,
    )


@dataclass(frozen=True)
class Robustness:
    """How much better a model is on the street than its studio score predicts.

    Attributes:
        logit: Its street logit less the line's at its studio logit (effective robustness).
        dice: The same in Dice: its street Dice (clipped) less ``expected``; same sign.
        expected: Street Dice that the line expects of it.
        extrapolated: Its studio Dice lies outside the path that the line was fitted to.
    """

    logit: float
    dice: float
    expected: float
    extrapolated: bool


def effective_robustness(line: BaselineLine, studio: float, street: float) -> Robustness:
    """Effective robustness (Taori et al. 2020) of a model with these mean Dice scores 0..1.

    Raises:
        ValueError: values outside 0..1.
    """
    own, expected = float(logit(street)), line.intercept + line.slope * float(logit(studio))
    return Robustness(
        logit=own - expected,
        dice=float(expit(own) - expit(expected)),
        expected=float(expit(expected)),
        extrapolated=not line.low <= studio <= line.high,
    )
