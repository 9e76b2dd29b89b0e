"""BCa bootstrap intervals of a mean, or of a difference of two means, over whole clusters."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from carseg.stats.clusters import Totals, checked, totals

FEWEST = 5
"""Below this many clusters (or pictures) no interval is given, because they say too little."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval, ``low <= high``, in the unit of the values."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """``high - low``."""
        return self.high - self.low

    def __neg__(self) -> "Interval":
        """The interval of the values with the other sign."""
        return Interval(-self.high, -self.low)

    def excludes(self, value: float) -> bool:
        """Whether it leaves out ``value``; its ends are part of it."""
        return not self.low <= value <= self.high


def ends(interval: Interval | None) -> tuple[float, float]:
    """Low and high for a table; NaN if there is no interval."""
    return (interval.low, interval.high) if interval else (math.nan, math.nan)


def mean_interval(
    values: Sequence[float] | np.ndarray,
    *,
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> Interval | None:
    """The BCa bootstrap interval of the mean of ``values`` (n,) (Efron 1987).

    Whole clusters are resampled, because pictures of one car or scene are not independent. Every
    picture still counts once in the mean. Without ``clusters`` (n labels) each picture is a cluster
    of its own. The same values give the same interval on every call and in any order. If all
    clusters have the same mean, the interval has width 0.

    Returns:
        None below five pictures, or below five clusters: 16 views of 3 cars are 3 observations.

    Raises:
        ValueError: values that are not finite or not 1-D, labels of another number, a level
            outside 0..1, fewer than 100 resamples.
    """
    parts = [totals(checked(values, clusters), clusters)]
    return bca_interval(parts, level=level, resamples=resamples, seed=seed)


def bca_interval(
    parts: Sequence[Totals], *, level: float, resamples: int, seed: int
) -> Interval | None:
    """The interval of the first part's mean less the means of the others.

    BCa of one or several independent samples (Efron and Tibshirani 1993, 14.3 and 15.4, as in
    ``scipy.stats.bootstrap``): the clusters of every part are drawn, and left out one by one for
    the acceleration, independently of the other parts. A stratum that a resample misses keeps its
    mean.

    Returns:
        None if a part has fewer than five clusters in one of its strata.

    Raises:
        ValueError: a level outside 0..1, fewer than 100 resamples.
    """
    if not 0 < level < 1:
        raise ValueError(f"The level is {level}: choose one between 0 and 1, such as 0.95.")
    if resamples < 100:
        raise ValueError(f"{resamples} resamples are too few for an interval: choose 10,000.")
    if min(part.clusters for part in parts) < FEWEST:
        return None
    buffers = tuple((part.sums.tobytes(), part.sizes.tobytes()) for part in parts)
    return _bca(buffers, len(parts[0].sums), level, resamples, seed)


# A page computes every table again at each click, with the same numbers: so results are cached.
@lru_cache(maxsize=1024)
def _bca(
    buffers: tuple[tuple[bytes, bytes], ...], strata: int, level: float, resamples: int, seed: int
) -> Interval:
    """``bca_interval`` of float64 buffers of (strata, clusters)."""
    parts = [Totals(*(np.frombuffer(b).reshape(strata, -1) for b in pair)) for pair in buffers]
    value = parts[0].mean - sum(part.mean for part in parts[1:])
    spread = max(float(np.ptp(part.left_out())) for part in parts)
    # If every resample has the same mean, BCa would divide 0 by 0.
    if spread <= 1e-13 * max(1.0, abs(value)):
        return Interval(value, value)
    from scipy.stats import bootstrap  # half the start-up time of everything that saves a score

    def statistic(*drawn: np.ndarray, axis: int) -> np.ndarray:
        means = [
            part.resampled(part.sums[:, i].sum(axis), part.sizes[:, i].sum(axis))
            for part, i in zip(parts, drawn, strict=True)
        ]
        return means[0] - sum(means[1:])

    result = bootstrap(
        [np.arange(part.sums.shape[1]) for part in parts],
        statistic,
        vectorized=True,
        n_resamples=resamples,
        # About 32 MB at a time, for any number of pictures.
        batch=max(1, 2_000_000 // sum(part.sums.size for part in parts)),
        confidence_level=level,
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    low, high = result.confidence_interval
    return Interval(float(low), float(high))
