"""Which claims hold: many comparisons at once, interactions of effects, the spread over seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carseg.stats.bootstrap import Interval
from carseg.stats.clusters import checked

INTERACTION = (1.0, -1.0, -1.0, 1.0)
"""Weights of A, B, C, D in the difference of differences (D - C) - (B - A)."""


def holm(p_values: Sequence[float] | np.ndarray) -> list[float]:
    """Adjusted p-values of m tests, in the order given (Holm 1979).

    The i-th smallest (from 0) is multiplied by m - i, raised to the largest before it and cut at
    1. If a claim is made where the result is at most alpha, the chance of any false claim among all
    m is at most alpha, however the tests depend on each other. An empty list gives an empty one.

    Raises:
        ValueError: values outside 0..1, not finite, or not a plain list.
    """
    values = np.asarray(p_values, dtype=np.float64)
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise ValueError("P-values to adjust must be a plain list of numbers from 0 to 1.")
    order = np.argsort(values, kind="stable")
    stepped = values[order] * np.arange(values.size, 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1)
    return [float(p) for p in adjusted]


def contrast(
    values: Sequence[Sequence[float] | np.ndarray], weights: Sequence[float]
) -> np.ndarray:
    """The weighted sum of several models' scores of each picture, (n,) float64.

    ``values`` holds one list of n scores per model, all of the same pictures in the same order.
    ``weights`` holds one number per model; they add up to 0, so a level common to all models
    cancels. ``mean_interval`` and ``sign_flip`` of the result tell whether its mean differs from 0.

    With A the scratch and B the pretrained model of studio training, C and D the same two with
    street augmentation, ``contrast((a, b, c, d), INTERACTION)`` is, per picture, how much more
    pretraining buys with the augmentation than without.

    Raises:
        ValueError: no lists, lists of unequal length or not finite, another number of weights than
            lists, weights whose sum is not 0.
    """
    if not len(values) or len(values) != len(weights):
        raise ValueError(
            f"There are {len(values)} lists of scores and {len(weights)} weights: a contrast needs "
            "one weight per list."
        )
    numbers = [checked(scores) for scores in values]
    if len({scores.size for scores in numbers}) != 1:
        sizes = ", ".join(str(scores.size) for scores in numbers)
        raise ValueError(f"A contrast needs lists of the same pictures; these have {sizes} scores.")
    if not abs(math.fsum(weights)) <= 1e-9:
        raise ValueError(f"The weights of a contrast add up to 0; these to {math.fsum(weights):g}.")
    # A matrix product may round a picture differently if it is at another place in the list.
    weighted = [w * scores for w, scores in zip(weights, numbers, strict=True)]
    return np.asarray(np.sum(weighted, axis=0))


@dataclass(frozen=True)
class SeedSpread:
    """How much the mean score of one recipe differs between training seeds.

    Attributes:
        mean: Of the means of all seeds.
        sd: Standard deviation of the means (divided by n - 1); None for one seed.
        low: Lowest mean.
        high: Highest mean.
        n: Seeds.
    """

    mean: float
    sd: float | None
    low: float
    high: float
    n: int

    @property
    def range(self) -> float:
        """``high - low``."""
        return self.high - self.low


def seed_spread(means: Sequence[float] | np.ndarray) -> SeedSpread:
    """Spread of the mean scores (n,) of one recipe, one mean per training seed.

    Raises:
        ValueError: no seeds, or means that are not finite.
    """
    numbers = np.sort(checked(means))
    if not numbers.size:
        raise ValueError("A spread over seeds needs the mean score of at least one seed.")
    return SeedSpread(
        mean=math.fsum(numbers) / numbers.size,
        sd=float(numbers.std(ddof=1)) if numbers.size > 1 else None,
        low=float(numbers[0]),
        high=float(numbers[-1]),
        n=numbers.size,
    )


def effect_exceeds(difference: float, interval: Interval | None, *spreads: SeedSpread) -> bool:
    """Whether an effect may be claimed: it exceeds the picture interval and the seed spread.

    True where all of these hold, else False:

    1. ``interval``, the interval of ``difference`` over pictures, exists and leaves out 0 (its
       ends included): another choice of pictures would hardly turn the sign.
    2. At least one of ``spreads`` is given, one per recipe compared, and each is of two seeds or
       more: one seed says nothing about the others.
    3. ``|difference|`` is greater than the range (highest less lowest mean) of every spread:
       another seed of the same recipe changes the mean by less.

    If recipes have several seeds, ``difference`` is that of their means over seeds, and
    ``interval`` is computed from each picture's scores, averaged over seeds. The range is stricter
    than the standard deviation: for three seeds it is about 1.7 standard deviations.
    """
    if interval is None or not interval.excludes(0) or not spreads:
        return False
    return all(spread.n > 1 and abs(difference) > spread.range for spread in spreads)
