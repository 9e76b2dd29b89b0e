"""Intervals against scipy's own BCa, against clusters resampled one by one, and for coverage."""

import numpy as np
import pytest
from scipy.stats import bootstrap, norm

from carseg.stats import Interval, ends, mean_interval


def dices(n: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).beta(40, 2, n)


@pytest.mark.parametrize("n", [5, 12, 150])
@pytest.mark.parametrize("level", [0.95, 0.8])
def test_unclustered_is_scipys_bca(n: int, level: float) -> None:
    values = dices(n)
    theirs = bootstrap(
        (values,), np.mean, n_resamples=10_000, confidence_level=level, method="BCa", rng=1
    ).confidence_interval
    ours = mean_interval(values, level=level)
    # Two different draws of 10,000 resamples: apart by a small part of the width.
    tolerance = 0.06 * (theirs.high - theirs.low)
    assert ours.low == pytest.approx(theirs.low, abs=tolerance)
    assert ours.high == pytest.approx(theirs.high, abs=tolerance)


def bca_of_clusters(groups: list[np.ndarray], level: float = 0.95) -> tuple[float, float]:
    """Efron's formulas written out, clusters drawn one by one."""
    rng = np.random.default_rng(7)
    mean = np.concatenate(groups).mean()
    draws = np.array(
        [
            np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))]).mean()
            for _ in range(4_000)
        ]
    )
    bias = norm.ppf((draws < mean).mean())
    left_out = np.array(
        [np.concatenate(groups[:i] + groups[i + 1 :]).mean() for i in range(len(groups))]
    )
    pull = left_out.mean() - left_out
    acceleration = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
    z = bias + norm.ppf([(1 - level) / 2, (1 + level) / 2])
    return tuple(np.quantile(draws, norm.cdf(bias + z / (1 - acceleration * z))))


def test_clusters_of_unequal_size_agree_with_brute_force() -> None:
    rng = np.random.default_rng(3)
    groups = [
        np.clip(rng.normal(0.9 + rng.normal(0, 0.03), 0.01, size), 0, 1)
        for size in rng.integers(1, 17, 20)
    ]
    labels = [f"car{number}" for number, group in enumerate(groups) for _ in group]
    ours = mean_interval(np.concatenate(groups), clusters=labels)
    low, high = bca_of_clusters(groups)
    assert ours.low == pytest.approx(low, abs=0.08 * (high - low))
    assert ours.high == pytest.approx(high, abs=0.08 * (high - low))


def test_views_of_one_car_are_not_independent() -> None:
    per_car = dices(10)
    values, cars = np.repeat(per_car, 16), np.repeat(np.arange(10), 16).tolist()
    by_car, by_view = mean_interval(values, clusters=cars), mean_interval(values)
    alone = mean_interval(per_car)
    assert (by_car.low, by_car.high) == pytest.approx((alone.low, alone.high), abs=1e-4)
    assert by_car.width > 3 * by_view.width


def test_it_covers_the_true_mean_about_as_often_as_promised() -> None:
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(200):
        cars = rng.normal(0, 0.05, 30)
        values = np.repeat(cars, 4) + rng.normal(0.9, 0.02, 120)
        found = mean_interval(values, clusters=np.repeat(np.arange(30), 4), resamples=500)
        inside += found.low <= 0.9 <= found.high
    assert 0.88 <= inside / 200 <= 0.99


def test_the_same_pictures_give_the_same_interval_in_any_order() -> None:
    values = dices(80)
    cars = np.random.default_rng(1).integers(0, 12, 80)
    order = np.random.default_rng(2).permutation(80)
    once = mean_interval(values, clusters=cars.tolist())
    assert once == mean_interval(values[order], clusters=[f"car {n}" for n in cars[order]])
    assert mean_interval(values) == mean_interval(values[order].tolist())
    assert mean_interval(values) != mean_interval(values, seed=1)


def test_too_few_give_none() -> None:
    assert mean_interval([]) is None
    assert mean_interval([0.9, 0.8, 0.7, 0.9]) is None
    assert mean_interval([0.9, 0.8, 0.7, 0.9, 0.6]) is not None
    assert mean_interval(dices(64), clusters=[n % 4 for n in range(64)]) is None


@pytest.mark.parametrize("value", [0.0, 0.1, 1.0])
def test_constant_values_give_a_width_of_zero(value: float) -> None:
    found = mean_interval([value] * 7)
    assert found == Interval(found.low, found.low)
    assert found.low == pytest.approx(value)
    # Every car has the same mean although its pictures differ.
    assert mean_interval([0.2, 0.8] * 6, clusters=np.repeat(range(6), 2).tolist()).width == 0


def test_one_bad_picture_widens_the_lower_side() -> None:
    values = [0.99] * 30 + [0.2]
    found = mean_interval(values)
    assert found.low < np.mean(values) < found.high <= 0.99
    assert np.mean(values) - found.low > found.high - np.mean(values)


def test_bad_input_is_refused_with_a_sentence() -> None:
    values = dices(6)
    with pytest.raises(ValueError, match="finite"):
        mean_interval([0.1, np.nan, 0.2, 0.3, 0.4])
    with pytest.raises(ValueError, match="plain list"):
        mean_interval(values[None])
    with pytest.raises(ValueError, match="6 values but 2 cluster labels"):
        mean_interval(values, clusters=["a", "b"])
    with pytest.raises(ValueError, match="level is 95"):
        mean_interval(values, level=95)
    with pytest.raises(ValueError, match="too few"):
        mean_interval(values, resamples=10)


def test_what_an_interval_leaves_out() -> None:
    found = Interval(0.25, 0.5)
    assert [found.excludes(v) for v in (0.0, 0.25, 0.4, 0.5, 0.51)] == [True, *[False] * 3, True]
    assert -found == Interval(-0.5, -0.25)


def test_the_ends_of_an_interval_for_a_table() -> None:
    assert ends(Interval(0.25, 0.5)) == (0.25, 0.5)
    assert np.isnan(ends(None)).tolist() == [True, True]
