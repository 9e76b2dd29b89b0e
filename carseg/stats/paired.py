"""Model A against model B on the same pictures: difference, interval, sign-flip test, wins."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from carseg.stats.bootstrap import Interval, mean_interval
from carseg.stats.clusters import checked, numbered, totals

TIE = 0.001
"""Two scores of one picture that differ by less than this are a tie."""

_EXACT_UP_TO = 16
"""Up to this many clusters the sign-flip test goes through all 2^clusters signs."""

FLIPS = 10_000
"""The number of random draws of the sign-flip test if there are more clusters."""


@dataclass(frozen=True)
class Comparison:
    """A against B on the same pictures; positive means that A scores higher.

    Attributes:
        difference: Mean over pictures of A's score less B's.
        interval: Its 95 % interval, clusters resampled; None below five clusters.
        p: Two-sided p-value of the sign-flip test, 0 < p <= 1, not corrected (see ``holm``).
        wins: Pictures on which A is better by ``TIE`` or more.
        ties: Pictures on which the two differ by less than ``TIE``.
        losses: Pictures on which B is better by ``TIE`` or more.
        n: Pictures.
        clusters: Cars or scenes that the pictures show.
    """

    difference: float
    interval: Interval | None
    p: float
    wins: int
    ties: int
    losses: int
    n: int
    clusters: int


def compare(
    a: Sequence[float] | np.ndarray,
    b: Sequence[float] | np.ndarray,
    *,
    clusters: Sequence[Hashable] | None = None,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> Comparison:
    """Scores of two models, (n,) each, picture i of ``a`` being picture i of ``b``.

    The interval is ``mean_interval`` of the differences, the p-value ``sign_flip`` of them.
    ``compare(b, a)`` is the mirror image of ``compare(a, b)``.

    Args:
        a: Scores of the first model, such as Dice 0..1.
        b: Scores of the second on the same pictures in the same order.
        clusters: Car or scene of each picture; without them each picture is its own.
        level: Of the interval, between 0 and 1.
        resamples: Of clusters, 100 or more.
        seed: Of the random draws.

    Raises:
        ValueError: no pictures, lists of unequal length, and what ``mean_interval`` refuses.
    """
    first, second = checked(a, clusters), checked(b)
    if first.size != second.size or not first.size:
        raise ValueError(
            f"A has {first.size} scores and B {second.size}: give one of each per picture, "
            "for at least one picture."
        )
    differences = first - second
    difference = math.fsum(differences) / differences.size
    # The better model comes first, so that swapping A and B does not change the draws.
    sign = -1.0 if difference < 0 else 1.0
    interval = mean_interval(
        sign * differences, clusters=clusters, level=level, resamples=resamples, seed=seed
    )
    if interval and sign < 0:
        interval = -interval
    return Comparison(
        difference=difference,
        interval=interval,
        p=sign_flip(differences, clusters=clusters, seed=seed),
        wins=int((differences >= TIE).sum()),
        ties=int((np.abs(differences) < TIE).sum()),
        losses=int((differences <= -TIE).sum()),
        n=differences.size,
        clusters=differences.size if clusters is None else int(numbered(clusters).max()) + 1,
    )


def sign_flip(
    differences: Sequence[float] | np.ndarray,
    *,
    clusters: Sequence[Hashable] | None = None,
    seed: int = 0,
) -> float:
    """Two-sided p-value of the sign-flip (randomisation) test of a mean difference of 0.

    If A and B were equally good, the differences (n,) of each whole cluster could as well have the
    other sign. The statistic is the mean over pictures, so a cluster counts with the sum of its
    differences. p is the share of sign patterns whose mean is at least as far from 0 as the
    observed one. For k <= 16 clusters all 2^k patterns are counted (exact; p is at least
    2^(1 - k)); else p is (1 + hits) / (1 + 10,000) of 10,000 random draws (Phipson and Smyth 2010).

    Raises:
        ValueError: no differences, values that are not finite or not 1-D, labels of another number.
    """
    numbers = checked(differences, clusters)
    if not numbers.size:
        raise ValueError("A sign-flip test needs at least one difference.")
    sums = totals(numbers, clusters).sums[0]
    # Signs are drawn at random, so magnitudes are enough: swapping A and B then changes nothing.
    return _sign_flip(np.sort(np.abs(sums)).tobytes(), abs(math.fsum(sums)), seed)


@lru_cache(maxsize=1024)
def _sign_flip(buffer: bytes, observed: float, seed: int) -> float:
    """Share of random signs of the sums (float64 buffer) that reach ``observed`` >= 0."""
    sums = np.frombuffer(buffer)
    # Sums that are mathematically equal may differ in the last digit.
    reached = observed - 1e-12 * float(sums.sum())
    if sums.size <= _EXACT_UP_TO:
        flipped = np.zeros(1)
        for size in sums:
            flipped = np.concatenate([flipped + size, flipped - size])
        return float((np.abs(flipped) >= reached).mean())
    rng = np.random.default_rng(seed)
    hits, step = 0, max(1, 2_000_000 // sums.size)
    for start in range(0, FLIPS, step):
        signs = rng.integers(0, 2, (min(step, FLIPS - start), sums.size)) * 2 - 1
        hits += int((np.abs(signs @ sums) >= reached).sum())
    return (1 + hits) / (1 + FLIPS)
