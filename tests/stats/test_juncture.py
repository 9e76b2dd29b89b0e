"""Junctures on tables whose answer is known by construction, and none where there is none."""

import numpy as np
import pytest

from carseg.stats import compare
from carseg.stats.juncture import Along, Juncture, Span, along, juncture, leads

DIAL = np.arange(0, 5.5, 0.5)
CARS = [f"car{n:02}" for n in range(32) for _ in range(3)]


def tables(lead: np.ndarray, spread: float = 0.02, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores of A and B (severities, 96 pictures): the lead of A differs between cars.

    The lead's mean over the 32 cars is ``lead`` itself where ``spread`` is 0.
    """
    rng = np.random.default_rng(seed)
    b = np.clip(0.9 + rng.normal(0, 0.03, (len(lead), len(CARS))), 0, 1)
    own = np.repeat(rng.normal(0, spread, 32), 3)
    return b + lead[:, None] + own, b


@pytest.mark.parametrize("wanted", [0.1, 2.3, 2.5, 4.9, 5.0])
def test_a_straight_line_crosses_where_it_was_made_to(wanted: float) -> None:
    difference = 0.01 + 0.02 * (DIAL - wanted)
    assert juncture(DIAL, difference) == pytest.approx(wanted)
    a, b = tables(difference, spread=0)
    assert along(DIAL, a, b, CARS).ahead.at == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("difference", "wanted"),
    [
        ([0.0, 0.0, 0.0, 0.0], None),
        ([0.02, 0.02, 0.02, 0.0], None),  # ahead, but not at the end
        ([-0.1, -0.1, 0.0, 0.0099], None),
        ([0.02, 0.01, 0.01, 0.03], 0.0),  # from the start, touching the lead
        ([0.0, 0.02, 0.0, 0.02], 3.0),  # falls back: only the last crossing lasts
        ([0.0, 0.02, 0.01, 0.02], 0.5),  # touches and does not fall back
        ([0.0, 0.0, 0.0, 0.01], 4.0),
        ([-0.03, 0.05, 0.05, 0.05], 0.5),
    ],
)
def test_by_hand(difference: list[float], wanted: float | None) -> None:
    assert juncture([0, 1, 2, 4], difference) == (None if wanted is None else pytest.approx(wanted))


def test_by_brute_force() -> None:
    """The last point of a fine grid at which the interpolated difference is below the lead."""
    rng = np.random.default_rng(1)
    fine = np.linspace(0, 5, 200_001)
    for _ in range(50):
        difference = np.cumsum(rng.normal(0.003, 0.01, len(DIAL)))
        below = np.interp(fine, DIAL, difference) < 0.01
        found = juncture(DIAL, difference)
        if below[-1]:
            assert found is None
        else:
            wanted = fine[below][-1] if below.any() else 0
            assert found == pytest.approx(wanted, abs=1e-4)


def test_a_lead_that_is_reached_on_paper_counts() -> None:
    a = np.full((3, 10), 0.1 + 0.2)
    assert juncture([0, 1, 2], (a - 0.29).mean(1)) == 0


def test_a_mirror_shows_the_other_direction() -> None:
    a, b = tables(0.01 + 0.02 * (DIAL - 2.3))
    one, other = along(DIAL, a, b, CARS), along(DIAL, b, a, CARS)
    assert (one.ahead, one.behind) == (other.behind, other.ahead)
    assert one.behind.at is None
    assert one.behind.never == 1
    assert one.behind.span == Span(None, None)
    assert (one.a, one.b, one.area) == (other.b, other.a, -other.area)
    assert one.difference.low == tuple(-high for high in other.difference.high)


def test_the_span_covers_the_truth_about_as_often_as_it_should() -> None:
    rng, covered = np.random.default_rng(0), 0
    for seed in range(200):
        wanted = rng.uniform(1, 4)
        a, b = tables(0.01 + 0.02 * (DIAL - wanted), spread=0.05, seed=seed)
        found = along(DIAL, a, b, CARS, resamples=500).ahead
        low = np.inf if found.span.low is None else found.span.low
        high = np.inf if found.span.high is None else found.span.high
        covered += low <= wanted <= high
    assert 0.88 <= covered / 200 <= 0.99


def drawn_one_by_one(a: np.ndarray, b: np.ndarray, number: int) -> list[float]:
    """Junctures of whole cars drawn with replacement; infinite where there is none."""
    rng, cars = np.random.default_rng(7), sorted(set(CARS))
    found = []
    for _ in range(number):
        columns = np.concatenate(
            [np.flatnonzero(np.array(CARS) == car) for car in rng.choice(cars, len(cars))]
        )
        at = juncture(DIAL, (a - b)[:, columns].mean(1))
        found.append(np.inf if at is None else at)
    return sorted(found)


def test_span_and_share_without_are_those_of_cars_drawn_one_by_one() -> None:
    a, b = tables(0.01 + 0.006 * (DIAL - 2.8), spread=0.02)
    ours, theirs = along(DIAL, a, b, CARS).ahead, drawn_one_by_one(a, b, 2_000)
    never = float(np.isinf(theirs).mean())
    assert 0.04 < never < 0.3
    assert ours.never == pytest.approx(never, abs=0.03)
    assert ours.span.low == pytest.approx(theirs[50], abs=0.15)
    assert ours.span.high is None  # more than 2.5 % of the resamples have no juncture
    assert theirs[-51] == np.inf


def test_no_difference_has_no_juncture() -> None:
    a, b = tables(np.zeros(len(DIAL)), spread=0)
    found = along(DIAL, a, b, CARS)
    assert found.ahead == found.behind == Juncture(None, Span(None, None), 1.0, 0.01)
    assert found.area == pytest.approx(0)


def test_a_lead_from_the_start_is_0_in_every_resample() -> None:
    a, b = tables(np.full(len(DIAL), 0.05), spread=0.001)
    assert along(DIAL, a, b, CARS).ahead == Juncture(0.0, Span(0.0, 0.0), 0.0, 0.01)


def test_the_area_is_the_sum_of_trapezoids() -> None:
    a, b = tables(0.01 * DIAL)
    steps = [0, 1, 2.5, 5]
    a, b = a[:4], b[:4]
    means = (a - b).mean(1)
    by_hand = sum(
        (means[i] + means[i + 1]) / 2 * (steps[i + 1] - steps[i]) for i in range(len(steps) - 1)
    )
    found = along(steps, a, b, CARS)
    assert found.area == pytest.approx(by_hand)
    whole = [np.trapezoid(scores, steps, axis=0) for scores in (a, b)]
    assert found.area_interval == compare(*whole, clusters=CARS).interval
    assert found.area_interval.low < by_hand < found.area_interval.high


def test_the_same_in_any_order_and_on_every_call() -> None:
    a, b = tables(0.01 * DIAL)
    order = np.random.default_rng(5).permutation(len(CARS))
    shuffled = along(DIAL, a[:, order], b[:, order], [CARS[i] for i in order])
    assert along(DIAL, a, b, CARS) == along(DIAL, a, b, CARS) == shuffled
    assert (shuffled.n, shuffled.clusters) == (96, 32)


def test_below_five_cars_there_is_no_interval() -> None:
    a, b = tables(0.01 + 0.02 * (DIAL - 2.3), spread=0)
    found: Along = along(DIAL, a[:, :12], b[:, :12], CARS[:12])
    assert found.ahead == Juncture(pytest.approx(2.3), None, None, 0.01)
    assert found.difference.low is found.area_interval is None


@pytest.mark.parametrize(
    ("severities", "difference", "delta", "reason"),
    [
        ([0, 1], [0.1], 0.01, "rising severities"),
        ([0, 0], [0.1, 0.1], 0.01, "rising severities"),
        ([1, 0], [0.1, 0.1], 0.01, "rising severities"),
        ([0, np.nan], [0.1, 0.1], 0.01, "rising severities"),
        ([], [], 0.01, "rising severities"),
        ([0, 1], [0.1, np.inf], 0.01, "finite"),
        ([0, 1], [0.1, 0.1], 0, "more than 0"),
        ([0, 1], [0.1, 0.1], -0.01, "more than 0"),
        ([0, 1], [0.1, 0.1], np.nan, "more than 0"),
    ],
)
def test_what_is_no_dial_is_refused(severities, difference, delta, reason) -> None:
    with pytest.raises(ValueError, match=reason):
        juncture(severities, difference, delta)


def test_tables_of_unequal_shape_are_refused() -> None:
    a, b = tables(0.01 * DIAL)
    with pytest.raises(ValueError, match="one of each per severity"):
        along(DIAL, a, b[:-2], CARS)
    with pytest.raises(ValueError, match="rising severities"):
        along(DIAL[:-1], a, b, CARS)
    with pytest.raises(ValueError, match="95 pictures but 96 cluster labels"):
        along(DIAL, a, b[:, :-1], CARS)


@pytest.mark.parametrize(
    ("difference", "expected"),
    [
        ([0.0, 0.02, 0.0, 0.0], [(0.5, 1.5)]),
        ([0.02, 0.0, 0.0, 0.03], [(0.0, 0.5), (2 + 1 / 3, 3.0)]),
        ([0.02, 0.02, 0.02, 0.02], [(0.0, 3.0)]),
        ([-0.02, 0.0, 0.009, 0.0], []),
        ([0.0, 0.01, 0.0, 0.0], [(1.0, 1.0)]),
    ],
)
def test_leads_on_the_way(difference, expected):
    found = leads(range(4), difference, 0.01)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other)
    last = juncture(range(4), difference, 0.01)
    assert last == (found[-1][0] if found and found[-1][1] == 3 else None)


def test_leads_refuse_what_a_juncture_refuses():
    with pytest.raises(ValueError, match="more than 0"):
        leads([0, 1], [0, 1], 0)
    with pytest.raises(ValueError, match="rising severities"):
        leads([1, 0], [0, 1])
