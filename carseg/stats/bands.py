"""Mean curves over the severities of a dial, with bands that hold at all severities at once."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from carseg.stats.bootstrap import FEWEST

RESAMPLES = 2_000
"""The number of resamples of the cars."""


@dataclass(frozen=True)
class Curve:
    """Mean scores at each severity, and the band around them.

    Attributes:
        mean: One per severity.
        low, high: The simultaneous band, one per severity; None below five clusters.
    """

    mean: tuple[float, ...]
    low: tuple[float, ...] | None
    high: tuple[float, ...] | None


def checked_table(
    scores: Sequence[Sequence[float]] | np.ndarray, clusters: Sequence[Hashable]
) -> np.ndarray:
    """``scores`` as float64 (severities, pictures), each picture with a cluster label.

    Raises:
        ValueError: no such table, scores that are not finite, labels of another number.
    """
    # In another memory layout the numbers would be added up in another order.
    table = np.ascontiguousarray(scores, dtype=np.float64)
    if table.ndim != 2 or not table.size or not np.isfinite(table).all():
        raise ValueError("Scores along a dial must be finite numbers, severities by pictures.")
    if len(clusters) != table.shape[1]:
        raise ValueError(f"There are {table.shape[1]} pictures but {len(clusters)} cluster labels.")
    return table


def resampled_means(
    table: np.ndarray,
    clusters: Sequence[Hashable],
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray | None]:
    """Mean scores (S,) of a table (S, n), and those of resamples of its clusters, (resamples, S).

    Whole clusters are drawn with replacement; every picture of a drawn cluster counts once, as in
    ``mean_interval``. Clusters are drawn in the order of their labels. So with one seed all models
    get the same cars, and the resamples of a difference are the differences of the resamples.

    Returns:
        the means and the resamples, which are None below five clusters.

    Raises:
        ValueError: what ``checked_table`` refuses, fewer than 100 resamples.
    """
    if resamples < 100:
        raise ValueError(f"{resamples} resamples are too few for an interval: choose 2,000.")
    sums, sizes = _totals(checked_table(table, clusters), clusters)
    mean = sums.sum(1) / sizes.sum()
    if len(sizes) < FEWEST:
        return mean, None
    even = np.full(len(sizes), 1 / len(sizes))
    times = np.random.default_rng(seed).multinomial(len(sizes), even, resamples).astype(np.float64)
    return mean, (times @ sums.T) / (times @ sizes)[:, None]


def _totals(table: np.ndarray, clusters: Sequence[Hashable]) -> tuple[np.ndarray, np.ndarray]:
    """Sums (S, clusters) and sizes (clusters,) by label, the same for any order of pictures."""
    codes = np.unique([str(label) for label in clusters], return_inverse=True)[1]
    order = np.lexsort((*table, codes))
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return np.add.reduceat(table[:, order], starts, axis=1), np.bincount(codes).astype(np.float64)


def curve(
    scores: Sequence[Sequence[float]] | np.ndarray,
    clusters: Sequence[Hashable],
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Curve:
    """The mean of scores (S, n) at each severity with its simultaneous band.

    The sup-t band: mean -+ c * standard error, both of resamples of clusters, with c the ``level``
    quantile of the largest |t| over severities (Montiel Olea and Plagborg-Moller 2019, Journal of
    Applied Econometrics 34). The whole true curve lies in it with about that chance.

    Raises:
        ValueError: what ``resampled_means`` refuses, a level outside 0..1.
    """
    mean, drawn = resampled_means(np.asarray(scores), clusters, resamples=resamples, seed=seed)
    return curve_of(mean, drawn, level)


def curve_of(mean: np.ndarray, drawn: np.ndarray | None, level: float = 0.95) -> Curve:
    """The ``curve`` of what ``resampled_means`` returned."""
    if not 0 < level < 1:
        raise ValueError(f"The level is {level}: choose one between 0 and 1, such as 0.95.")
    centre = tuple(mean.tolist())
    if drawn is None:
        return Curve(centre, None, None)
    error = drawn.std(0, ddof=1)
    # If all cars score the same, the only error is in the last digit of a mean.
    error[error <= 1e-13] = 0
    t = np.abs(drawn - mean) / np.where(error > 0, error, np.inf)
    reach = float(np.quantile(t.max(1), level)) * error
    return Curve(centre, tuple((mean - reach).tolist()), tuple((mean + reach).tolist()))
