"""A against B by hand-made cases, every sign written out, and scipy's permutation test."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import permutation_test

from carseg.stats import Interval, compare, mean_interval, sign_flip


def flipped_by_hand(differences: np.ndarray, clusters: list) -> float:
    """Every choice of one sign per cluster, the mean over pictures taken anew each time."""
    names = list(dict.fromkeys(clusters))
    observed, hits = abs(np.mean(differences)), 0
    for signs in product((1, -1), repeat=len(names)):
        sign = dict(zip(names, signs, strict=True))
        mean = np.mean([sign[c] * d for c, d in zip(clusters, differences, strict=True)])
        hits += abs(mean) >= observed - 1e-12
    return hits / 2 ** len(names)


@pytest.mark.parametrize(("n", "cars"), [(1, 1), (4, 4), (9, 4), (23, 7), (30, 9)])
def test_exact_p_is_that_of_all_signs(n: int, cars: int) -> None:
    rng = np.random.default_rng(n)
    differences = rng.normal(0.02, 0.05, n)
    clusters = [*range(cars), *rng.integers(0, cars, n - cars).tolist()]
    p = sign_flip(differences, clusters=clusters)
    assert p == pytest.approx(flipped_by_hand(differences, clusters), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.4, 0.8])
def test_drawn_p_agrees_with_scipy(shift: float) -> None:
    differences = np.random.default_rng(4).normal(shift, 1, 40)
    theirs = permutation_test(
        (differences, np.zeros(40)),
        lambda a, b, axis: np.mean(a - b, axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=20_000,
        rng=np.random.default_rng(1),
    ).pvalue
    assert sign_flip(differences) == pytest.approx(theirs, abs=0.015)


def test_drawn_and_exact_meet_at_the_border() -> None:
    differences = np.random.default_rng(6).normal(0.3, 1, 16)
    # A seventeenth cluster without a difference adds nothing but the random draws.
    drawn = sign_flip([*differences, 0.0])
    assert drawn == pytest.approx(sign_flip(differences), abs=0.015)
    assert sign_flip([1.0] * 16) == 2 / 2**16
    assert sign_flip([1.0] * 400) == 1 / 10_001


def test_p_is_small_as_often_as_it_says_where_nothing_differs() -> None:
    rng = np.random.default_rng(8)
    cars = np.repeat(range(10), 5).tolist()
    found = [
        sign_flip(np.repeat(rng.normal(0, 1, 10), 5) + rng.normal(0, 1, 50), clusters=cars)
        for _ in range(400)
    ]
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.045)


def test_views_of_one_car_are_one_observation() -> None:
    rng = np.random.default_rng(0)
    per_car = rng.normal(0.01, 0.02, 8)
    differences, cars = np.repeat(per_car, 16), np.repeat(range(8), 16).tolist()
    assert sign_flip(differences, clusters=cars) == sign_flip(per_car)
    assert sign_flip(differences) < sign_flip(per_car) / 10


def test_a_comparison_by_hand() -> None:
    a = [0.95, 0.90, 0.80, 0.9005, 0.70, 0.99]
    b = [0.90, 0.95, 0.70, 0.9000, 0.60, 0.99]
    found = compare(a, b, clusters=["x", "x", "y", "y", "z", "z"])
    assert found.difference == pytest.approx((0.05 - 0.05 + 0.1 + 0.0005 + 0.1 + 0) / 6)
    assert (found.wins, found.ties, found.losses) == (3, 2, 1)
    assert (found.n, found.clusters) == (6, 3)
    assert found.interval is None
    # Of the eight signs of (0, 0.1005, 0.1) four reach the observed sum.
    assert found.p == 0.5
    assert compare(a, b).clusters == 6


def test_the_interval_is_that_of_the_differences() -> None:
    rng = np.random.default_rng(2)
    a, b = rng.beta(40, 2, 60), rng.beta(30, 2, 60)
    cars = rng.integers(0, 15, 60).tolist()
    found = compare(a, b, clusters=cars, level=0.9)
    assert found.difference == pytest.approx(a.mean() - b.mean())
    assert found.interval == mean_interval(a - b, clusters=cars, level=0.9)


@pytest.mark.parametrize("cars", [9, 25])
def test_swapping_mirrors_and_shuffling_changes_nothing(cars: int) -> None:
    rng = np.random.default_rng(cars)
    a, b = rng.beta(40, 2, 80), rng.beta(40, 3, 80)
    labels = rng.integers(0, cars, 80)
    found = compare(a, b, clusters=labels.tolist())
    back = compare(b, a, clusters=labels.tolist())
    assert (back.difference, back.p) == (-found.difference, found.p)
    assert back.interval == Interval(-found.interval.high, -found.interval.low)
    assert (back.wins, back.ties, back.losses) == (found.losses, found.ties, found.wins)
    order = rng.permutation(80)
    assert compare(a[order], b[order], clusters=[f"car {n}" for n in labels[order]]) == found


def test_equal_models_tie_everywhere() -> None:
    scores = np.random.default_rng(3).beta(40, 2, 30)
    found = compare(scores, scores)
    assert (found.difference, found.p) == (0.0, 1.0)
    assert (found.wins, found.ties, found.losses) == (0, 30, 0)
    assert found.interval == Interval(0.0, 0.0)


def test_bad_input_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="A has 3 scores and B 2"):
        compare([0.1, 0.2, 0.3], [0.1, 0.2])
    with pytest.raises(ValueError, match="at least one picture"):
        compare([], [])
    with pytest.raises(ValueError, match="finite"):
        compare([0.1], [np.nan])
    with pytest.raises(ValueError, match="2 values but 1 cluster"):
        compare([0.1, 0.2], [0.1, 0.2], clusters=["a"])
    with pytest.raises(ValueError, match="at least one difference"):
        sign_flip([])
