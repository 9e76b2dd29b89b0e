"""How sure a mean is: bootstrap intervals that respect which pictures belong together."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

FEWEST = 5
"""Below this many clusters (or pictures) no interval is given: so few say too little."""


@dataclass(frozen=True)
class Interval:
    """A confidence interval, ``low <= high``, in the unit of the values."""

    low: float
    high: float

    @property
    def width(self) -> float:
        """``high - low``."""
        return self.high - self.low


def mean_interval(
    values: Sequence[float] | np.ndarray,
    *,
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> Interval | None:
    """The BCa bootstrap interval of the mean of ``values`` (n,) (Efron 1987).

    Whole clusters are resampled, for pictures of one car or scene are not independent; every
    picture still counts once in the mean. Without ``clusters`` (n labels) each picture is its own.
    The same values give the same interval on every call and in any order. Values that are equal
    in every cluster's mean give an interval of width 0.

    Returns:
        None below five pictures, or below five clusters: 16 views of 3 cars are 3 observations.

    Raises:
        ValueError: values that are not finite or not 1-D, labels of another number, a level
            outside 0..1, fewer than 100 resamples.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise ValueError("An interval needs a plain list of finite numbers.")
    if clusters is not None and len(clusters) != numbers.size:
        raise ValueError(f"There are {numbers.size} values but {len(clusters)} cluster labels.")
    if not 0 < level < 1:
        raise ValueError(f"The level is {level}: choose one between 0 and 1, such as 0.95.")
    if resamples < 100:
        raise ValueError(f"{resamples} resamples are too few for an interval: choose 10,000.")
    sums, sizes = _totals(numbers, clusters)
    if sums.size < FEWEST:
        return None
    return _bca(sums.tobytes(), sizes.tobytes(), level, resamples, seed)


def _totals(
    values: np.ndarray, clusters: Sequence[Hashable] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Sum and number of values per cluster, float64 (k,) each, in an order of their own.

    Sorting before and after makes the result, and so the random draws, independent of the order
    in which the pictures came.
    """
    if clusters is None:
        return np.sort(values), np.ones(values.size)
    numbered: dict[Hashable, int] = {}
    codes = np.array([numbered.setdefault(label, len(numbered)) for label in clusters], np.intp)
    order = np.argsort(values, kind="stable")
    sums = np.bincount(codes[order], weights=values[order])
    sizes = np.bincount(codes).astype(np.float64)
    order = np.lexsort((sums, sizes))
    return sums[order], sizes[order]


# A page asks again for every table at each click; the answer cannot have changed.
@lru_cache(maxsize=1024)
def _bca(sums: bytes, sizes: bytes, level: float, resamples: int, seed: int) -> Interval:
    """The interval of sum(sums) / sum(sizes), clusters resampled; both float64 buffers."""
    total, number = np.frombuffer(sums), np.frombuffer(sizes)
    means = total / number
    mean = total.sum() / number.sum()
    # Every resample has this mean; BCa would divide 0 by 0.
    if np.ptp(means) <= 1e-12 * max(1.0, abs(mean)):
        return Interval(float(mean), float(mean))
    from scipy.stats import bootstrap  # half the start-up time of everything that saves a score

    result = bootstrap(
        (total, number),
        lambda part, count, axis: part.sum(axis) / count.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=resamples,
        # About 32 MB at a time, however many pictures.
        batch=max(1, 2_000_000 // total.size),
        confidence_level=level,
        method="BCa",
        rng=np.random.default_rng(seed),
    )
    low, high = result.confidence_interval
    return Interval(float(low), float(high))
