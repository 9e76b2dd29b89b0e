"""The generalisation gap: means of two different sets of pictures, also within strata."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from carseg.stats.bootstrap import Interval, bca_interval
from carseg.stats.clusters import Totals, checked, totals


@dataclass(frozen=True)
class Sample:
    """Scores of one set of pictures.

    Attributes:
        values: One score per picture, (n,).
        clusters: Car or scene of each picture; None: each picture is a cluster of its own.
        strata: Label of each picture, such as ``terciles`` of car area; None: one stratum.
    """

    values: Sequence[float] | np.ndarray
    clusters: Sequence[Hashable] | None = None
    strata: Sequence[str] | Sequence[int] | np.ndarray | None = None


@dataclass(frozen=True)
class Gap:
    """How much lower the second set's mean is. Pairs of numbers are of the first and second set.

    Attributes:
        difference: Mean of the first set less mean of the second.
        interval: Its 95 % interval, clusters of both sets resampled; None if one of them has
            fewer than five clusters in a stratum.
        n: Compared pictures of each set.
        clusters: Compared cars or scenes of each set.
        strata: Labels of the strata that both sets have, in sorted order; empty without strata.
    """

    difference: float
    interval: Interval | None
    n: tuple[int, int]
    clusters: tuple[int, int]
    strata: tuple[str | int, ...] = ()


def mean_gap(
    first: Sample,
    second: Sample,
    *,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> Gap:
    """Mean of ``first`` (studio) less mean of ``second`` (street), different pictures in each.

    With strata in both samples, the gap is the mean of the gaps within the strata that both have;
    each stratum has the same weight. Pictures of other strata are left out, and ``Gap.n`` states
    how many remain. The interval is BCa of two independent samples: the clusters of each sample are
    resampled independently, as a whole even if their pictures are in several strata. A stratum that
    a resample misses keeps its observed mean.

    Raises:
        ValueError: a sample without pictures, strata in one sample only, none in common, labels
            of another number than values, and what ``mean_interval`` refuses.
    """
    pair = (_checked(first), _checked(second))
    shared = _shared(*pair)
    (n, part), (other_n, other) = (_within(sample, shared) for sample in pair)
    return Gap(
        difference=part.mean - other.mean,
        interval=bca_interval([part, other], level=level, resamples=resamples, seed=seed),
        n=(n, other_n),
        clusters=(part.sums.shape[1], other.sums.shape[1]),
        strata=shared,
    )


def terciles(
    values: Sequence[float] | np.ndarray, *, of: Sequence[float] | np.ndarray | None = None
) -> np.ndarray:
    """Lower, middle or upper third of each value: 0, 1 or 2, (n,) integers.

    The cuts are values of ``of`` (by default of ``values``): the smallest values that at least a
    third, and at least two thirds, of them do not exceed. A value equal to a cut belongs below it.
    So equal values always get the same label, and with many ties a third may be small or empty.
    Give ``of=street`` to sort studio pictures by the thirds of the street pictures.

    Raises:
        ValueError: no values to cut by, or values that are not finite or not 1-D.
    """
    numbers = checked(values)
    ordered = np.sort(numbers if of is None else checked(of))
    if not ordered.size:
        raise ValueError("Terciles need at least one value to cut by.")
    n = ordered.size
    return np.searchsorted(ordered[[-(-n // 3) - 1, -(-2 * n // 3) - 1]], numbers, side="left")


def _checked(sample: Sample) -> Sample:
    """The sample with its values as float64 (n,) and its strata as a list."""
    values = checked(sample.values, sample.clusters)
    if not values.size:
        raise ValueError("A gap needs at least one picture on either side.")
    if sample.strata is None:
        return Sample(values, sample.clusters)
    strata = np.asarray(sample.strata).tolist()
    if len(strata) != values.size:
        raise ValueError(f"There are {values.size} values but {len(strata)} strata.")
    return Sample(values, sample.clusters, strata)


def _shared(first: Sample, second: Sample) -> tuple[str | int, ...]:
    """Sorted strata that both samples have; empty where neither has any."""
    if first.strata is None and second.strata is None:
        return ()
    if first.strata is None or second.strata is None:
        raise ValueError("Strata are given for one sample only: give them for both or neither.")
    shared = set(first.strata) & set(second.strata)
    if not shared:
        raise ValueError("The two samples have no stratum in common, so nothing can be compared.")
    return tuple(sorted(shared))


def _within(sample: Sample, shared: tuple[str | int, ...]) -> tuple[int, Totals]:
    """How many pictures lie in the shared strata (or in all), and their totals."""
    values = np.asarray(sample.values)
    if sample.strata is None:
        return len(values), totals(values, sample.clusters)
    kept = [place for place, label in enumerate(sample.strata) if label in shared]
    clusters = None if sample.clusters is None else [sample.clusters[place] for place in kept]
    codes = np.array([shared.index(sample.strata[place]) for place in kept])
    return len(kept), totals(values[kept], clusters, codes)
