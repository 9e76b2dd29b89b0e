"""The gap against scipy's two-sample BCa and against clusters of both sides drawn one by one."""

import numpy as np
import pytest
from scipy.stats import bootstrap, norm

from carseg.stats import Interval, Sample, mean_gap, terciles


def test_without_clusters_it_is_scipys_two_sample_bca() -> None:
    rng = np.random.default_rng(0)
    studio, street = rng.beta(60, 1, 70), rng.beta(6, 3, 25)
    theirs = bootstrap(
        (studio, street),
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        vectorized=True,
        n_resamples=10_000,
        method="BCa",
        rng=1,
    ).confidence_interval
    found = mean_gap(Sample(studio), Sample(street))
    assert found.difference == pytest.approx(studio.mean() - street.mean())
    assert (found.n, found.clusters, found.strata) == ((70, 25), (70, 25), ())
    tolerance = 0.06 * (theirs.high - theirs.low)
    assert found.interval.low == pytest.approx(theirs.low, abs=tolerance)
    assert found.interval.high == pytest.approx(theirs.high, abs=tolerance)


Groups = list[dict[str, list[float]]]
"""Per cluster the values by stratum."""


def made(rng: np.random.Generator, cars: int, level: float) -> Groups:
    """Cars of unequal size whose pictures fall into two strata, the second one harder."""
    return [
        {
            name: (level - step + rng.normal(0, 0.03) + rng.normal(0, 0.01, size)).tolist()
            for name, step, size in zip("ab", (0.0, 0.1), rng.integers(1, 5, 2), strict=True)
        }
        for _ in range(cars)
    ]


def sample(groups: Groups, *, strata: bool = True) -> Sample:
    rows = [(v, i, s) for i, g in enumerate(groups) for s, vs in g.items() for v in vs]
    values, clusters, labels = (list(column) for column in zip(*rows, strict=True))
    return Sample(values, clusters, labels if strata else None)


def equal_mean(groups: Groups, names: tuple[str, ...]) -> float:
    return float(
        np.mean([np.mean([v for g in groups for n in name for v in g[n]]) for name in names])
    )


@pytest.mark.parametrize("names", [("a", "b"), ("ab",)], ids=["two strata", "pooled"])
def test_clusters_and_strata_agree_with_brute_force(names: tuple[str, ...]) -> None:
    rng = np.random.default_rng(5)
    studio, street = made(rng, 14, 0.95), made(rng, 9, 0.8)

    def drawn(groups: Groups) -> Groups:
        return [groups[i] for i in rng.integers(len(groups), size=len(groups))]

    gap = equal_mean(studio, names) - equal_mean(street, names)
    draws = np.array(
        [equal_mean(drawn(studio), names) - equal_mean(drawn(street), names) for _ in range(3_000)]
    )
    cubes = squares = 0.0
    for side, sign in ((studio, 1), (street, -1)):
        k = len(side)
        left = np.array([sign * equal_mean(side[:i] + side[i + 1 :], names) for i in range(k)])
        pull = (k - 1) * (left.mean() - left)
        cubes, squares = cubes + (pull**3).sum() / k**3, squares + (pull**2).sum() / k**2
    acceleration = cubes / (6 * squares**1.5)
    bias = norm.ppf((draws < gap).mean())
    z = bias + norm.ppf([0.025, 0.975])
    low, high = np.quantile(draws, norm.cdf(bias + z / (1 - acceleration * z)))

    strata = len(names) == 2
    found = mean_gap(sample(studio, strata=strata), sample(street, strata=strata))
    assert found.difference == pytest.approx(gap)
    assert (found.clusters, found.strata) == ((14, 9), ("a", "b") if strata else ())
    assert found.interval.low == pytest.approx(low, abs=0.08 * (high - low))
    assert found.interval.high == pytest.approx(high, abs=0.08 * (high - low))


def test_strata_take_away_what_their_mix_explains() -> None:
    easy, hard = np.full(30, 0.9), np.full(30, 0.5)
    wobble = np.random.default_rng(1).normal(0, 0.01, 40)
    studio = Sample(np.r_[easy, hard[:10]] + wobble, strata=[0] * 30 + [1] * 10)
    street = Sample(np.r_[easy[:10], hard] + wobble, strata=[0] * 10 + [1] * 30)
    plain = mean_gap(Sample(studio.values), Sample(street.values))
    within = mean_gap(studio, street)
    assert plain.difference == pytest.approx(0.2, abs=0.01)
    assert within.difference == pytest.approx(0, abs=0.01)
    assert within.interval.low < 0 < within.interval.high
    assert within.interval.width < plain.interval.width / 3


def test_strata_of_one_side_only_are_left_out_and_counted() -> None:
    values = np.linspace(0.5, 0.9, 12)
    found = mean_gap(
        Sample(values, list(range(12)), np.repeat([0, 1], 6)),
        Sample(values - 0.1, list(range(12)), np.repeat([1, 2], 6)),
    )
    assert (found.n, found.clusters, found.strata) == ((6, 6), (6, 6), (1,))
    assert found.difference == pytest.approx(values[6:].mean() - values[:6].mean() + 0.1)


def test_too_few_clusters_in_a_stratum_give_no_interval() -> None:
    values = np.linspace(0.5, 0.9, 12)
    full, thin = np.repeat([0, 1], 6), np.repeat([0, 1], [8, 4])
    assert mean_gap(Sample(values, strata=full), Sample(values, strata=full)).interval
    assert mean_gap(Sample(values, strata=full), Sample(values, strata=thin)).interval is None
    assert mean_gap(Sample(values), Sample(values[:4])).interval is None
    assert mean_gap(Sample(values), Sample(values, [n % 3 for n in range(12)])).interval is None


def test_no_spread_gives_a_width_of_zero() -> None:
    found = mean_gap(Sample([0.9] * 8), Sample([0.7] * 6))
    assert found.interval == Interval(found.difference, found.difference)
    assert found.difference == pytest.approx(0.2)
    # One side varies, the other does not.
    assert mean_gap(Sample([0.9] * 8), Sample([0.7, 0.6, 0.8, 0.7, 0.5])).interval.width > 0.05
    # Every car has one hit and one miss, in this stratum or that: no resample can differ.
    cars, hits = [n // 2 for n in range(20)], [0.0, 1.0] * 5 + [1.0, 0.0] * 5
    even = Sample(hits, cars, [0, 1] * 10)
    assert mean_gap(even, even).interval.width == 0


def test_any_order_gives_the_same_gap() -> None:
    rng = np.random.default_rng(9)
    studio, street = sample(made(rng, 12, 0.95)), sample(made(rng, 8, 0.8))

    def shuffled(old: Sample) -> Sample:
        order = rng.permutation(len(old.values))
        return Sample(
            *([column[i] for i in order] for column in (old.values, old.clusters)),
            [old.strata[i] for i in order],
        )

    assert mean_gap(shuffled(studio), shuffled(street)) == mean_gap(studio, street)


@pytest.mark.parametrize("n", [1, 2, 3, 7, 30, 31, 32])
def test_terciles_of_different_values_are_thirds(n: int) -> None:
    values = np.random.default_rng(n).permutation(n) * 0.1
    labels = terciles(values)
    for value, label in zip(values, labels, strict=True):
        # The rank, from 1, against n / 3 and 2 n / 3 rounded up.
        rank = int((values <= value).sum())
        assert label == (rank > -(-n // 3)) + (rank > -(-2 * n // 3))
    assert np.ptp(np.bincount(labels, minlength=3)) <= 1 or n < 3


def test_equal_values_stay_in_one_tercile() -> None:
    assert terciles([0.2] * 5).tolist() == [0] * 5
    assert terciles([1, 1, 1, 1, 2, 3]).tolist() == [0, 0, 0, 0, 2, 2]
    assert terciles([3, 1, 2, 2, 2, 2]).tolist() == [2, 0, 0, 0, 0, 0]
    assert terciles([0.0, 10, 20, 30], of=[10, 20, 30]).tolist() == [0, 0, 1, 2]
    assert terciles([], of=[1.0]).tolist() == []


def test_bad_input_is_refused_with_a_sentence() -> None:
    some = Sample([0.1, 0.2])
    with pytest.raises(ValueError, match="at least one picture"):
        mean_gap(some, Sample([]))
    with pytest.raises(ValueError, match="one sample only"):
        mean_gap(some, Sample([0.1], strata=[0]))
    with pytest.raises(ValueError, match="no stratum in common"):
        mean_gap(Sample([0.1], strata=[1]), Sample([0.1], strata=[0]))
    with pytest.raises(ValueError, match="1 values but 2 strata"):
        mean_gap(Sample([0.1], strata=[1, 1]), Sample([0.1], strata=[0]))
    with pytest.raises(ValueError, match="level is 2"):
        mean_gap(some, some, level=2)
    with pytest.raises(ValueError, match="at least one value"):
        terciles([])
