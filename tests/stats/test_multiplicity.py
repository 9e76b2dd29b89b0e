"""Holm against the closed test it is a shortcut of; contrasts and seeds by hand."""

from itertools import combinations

import numpy as np
import pytest

from carseg.stats import (
    INTERACTION,
    Interval,
    contrast,
    effect_exceeds,
    holm,
    mean_interval,
    seed_spread,
)


def closed_bonferroni(p_values: list[float]) -> list[float]:
    """Holm as the closed test: a claim stands if every set of tests with it passes Bonferroni."""
    m = len(p_values)
    sets = [s for size in range(1, m + 1) for s in combinations(range(m), size)]
    return [
        min(1.0, max(len(s) * min(p_values[j] for j in s) for s in sets if i in s))
        for i in range(m)
    ]


@pytest.mark.parametrize("m", [1, 2, 3, 6, 9])
def test_holm_is_closed_bonferroni(m: int) -> None:
    rng = np.random.default_rng(m)
    for _ in range(5):
        p_values = np.round(rng.uniform(0, 1, m) ** 3, 2).tolist()
        assert holm(p_values) == pytest.approx(closed_bonferroni(p_values))


def test_holm_by_hand() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([0.0, 1.0]) == [0.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize("wrong", [[1.1], [-0.1, 0.2], [np.nan], [[0.1]]])
def test_holm_refuses_what_is_no_p_value(wrong: list) -> None:
    with pytest.raises(ValueError, match="numbers from 0 to 1"):
        holm(wrong)


def test_interaction_is_the_difference_of_differences() -> None:
    rng = np.random.default_rng(1)
    a, b, c, d = rng.beta(20, 2, (4, 60))
    found = contrast((a, b, c, d), INTERACTION)
    assert found == pytest.approx((d - c) - (b - a))
    # A picture that is harder for all four changes nothing.
    hard = rng.normal(0, 0.3, 60)
    assert contrast([x + hard for x in (a, b, c, d)], INTERACTION) == pytest.approx(found)
    cars = rng.integers(0, 20, 60).tolist()
    interval = mean_interval(found, clusters=cars)
    assert interval.low < (d.mean() - c.mean()) - (b.mean() - a.mean()) < interval.high


def test_contrast_averages_seeds() -> None:
    a1, a2, b = [0.9, 0.8], [0.7, 1.0], [0.5, 0.5]
    assert contrast([a1, a2, b], [0.5, 0.5, -1]).tolist() == pytest.approx([0.3, 0.4])
    third = [[0.3, 0.6]] * 4
    assert contrast(third, [1 / 3, 1 / 3, 1 / 3, -1]) == pytest.approx(0)


def test_contrast_refuses_bad_input() -> None:
    with pytest.raises(ValueError, match="2 lists of scores and 3 weights"):
        contrast([[0.1], [0.2]], [1, -1, 0])
    with pytest.raises(ValueError, match="these have 1, 2 scores"):
        contrast([[0.1], [0.2, 0.3]], [1, -1])
    with pytest.raises(ValueError, match="add up to 0; these to 2"):
        contrast([[0.1], [0.2]], [1, 1])
    with pytest.raises(ValueError, match="add up to 0"):
        contrast([[0.1], [0.2]], [1, np.nan])
    with pytest.raises(ValueError, match="finite"):
        contrast([[0.1], [np.inf]], [1, -1])
    with pytest.raises(ValueError, match="0 lists of scores"):
        contrast([], [])


def test_seed_spread_by_hand() -> None:
    found = seed_spread([0.60, 0.66, 0.63])
    assert (found.mean, found.sd, found.range) == pytest.approx((0.63, 0.03, 0.06))
    assert (found.low, found.high, found.n) == (0.60, 0.66, 3)
    assert found == seed_spread([0.66, 0.63, 0.60])
    one = seed_spread([0.6])
    assert (one.mean, one.sd, one.range, one.n) == (0.6, None, 0.0, 1)
    with pytest.raises(ValueError, match="at least one seed"):
        seed_spread([])


def test_an_effect_must_exceed_both_spreads() -> None:
    narrow, wide = seed_spread([0.60, 0.61, 0.62]), seed_spread([0.60, 0.70])
    clear, unclear = Interval(0.03, 0.07), Interval(-0.01, 0.11)
    assert effect_exceeds(0.05, clear, narrow, narrow)
    assert effect_exceeds(-0.05, Interval(-0.07, -0.03), narrow)
    assert not effect_exceeds(0.05, unclear, narrow)
    assert not effect_exceeds(0.05, Interval(0.0, 0.1), narrow)
    assert not effect_exceeds(0.05, clear, narrow, wide)
    assert not effect_exceeds(0.05, None, narrow)


def test_without_a_second_seed_nothing_is_claimed() -> None:
    clear, narrow = Interval(0.03, 0.07), seed_spread([0.60, 0.61])
    assert not effect_exceeds(0.05, clear)
    assert not effect_exceeds(0.05, clear, narrow, seed_spread([0.6]))
