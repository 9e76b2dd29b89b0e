"""Bands against resamples drawn car by car, against pointwise intervals, and for coverage."""

import numpy as np
import pytest

from carseg.stats.bands import Curve, curve, resampled_means

SEVERITIES = 6


def table(seed: int = 0, cars: int = 20) -> tuple[np.ndarray, list[str]]:
    """Falling scores (severities, pictures) of cars with 1 to 4 pictures, and the cars."""
    rng = np.random.default_rng(seed)
    labels = [f"car{n}" for n in range(cars) for _ in range(rng.integers(1, 5))]
    own = {label: rng.normal(0, 0.02) for label in sorted(set(labels))}
    level = 0.98 - 0.03 * np.arange(SEVERITIES)[:, None]
    noise = rng.normal(0, 0.01, (SEVERITIES, len(labels)))
    return level + np.array([own[label] for label in labels]) + noise, labels


def drawn_one_by_one(scores: np.ndarray, labels: list[str], number: int) -> np.ndarray:
    """Means (number, severities) of whole cars drawn with replacement, picture by picture."""
    rng = np.random.default_rng(99)
    cars = sorted(set(labels))
    means = []
    for _ in range(number):
        columns = []
        for car in rng.choice(cars, len(cars)):
            columns += [i for i, label in enumerate(labels) if label == car]
        means.append(scores[:, columns].mean(1))
    return np.array(means)


def test_resamples_are_those_drawn_car_by_car() -> None:
    scores, labels = table()
    mean, ours = resampled_means(scores, labels, resamples=20_000)
    theirs = drawn_one_by_one(scores, labels, 2_000)
    np.testing.assert_allclose(mean, scores.mean(1), rtol=1e-12)
    np.testing.assert_allclose(ours.mean(0), theirs.mean(0), atol=3e-4)
    np.testing.assert_allclose(ours.std(0), theirs.std(0), rtol=0.08)
    for level in (0.025, 0.25, 0.75, 0.975):
        spread = theirs.std(0).mean()
        apart = np.abs(np.quantile(ours, level, 0) - np.quantile(theirs, level, 0))
        assert apart.max() < 0.15 * spread


def test_a_band_holds_pointwise_intervals_and_is_wider() -> None:
    scores, labels = table()
    band = curve(scores, labels)
    draws = drawn_one_by_one(scores, labels, 2_000)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    assert (np.array(band.low) < low).all()
    assert (np.array(band.high) > high).all()
    # 1.96 standard errors would be a pointwise interval; a sum over 6 looks would take 2.64.
    reach = (np.array(band.high) - np.array(band.mean)) / draws.std(0)
    assert 2.0 < reach.mean() < 2.8
    assert np.ptp(reach) < 0.3


def test_whole_curves_lie_in_their_bands_about_as_often_as_they_should() -> None:
    inside, own = 0, np.linspace(0.98, 0.9, SEVERITIES)
    for seed in range(200):
        rng = np.random.default_rng(seed)
        scores = own[:, None] + np.repeat(rng.normal(0, 0.02, (SEVERITIES, 32)), 3, axis=1)
        band = curve(scores, np.repeat(np.arange(32), 3).tolist(), resamples=500)
        inside += bool((np.array(band.low) <= own).all() and (own <= np.array(band.high)).all())
    assert 0.86 <= inside / 200 <= 0.99


def test_the_same_in_any_order_and_on_every_call() -> None:
    scores, labels = table()
    order = np.random.default_rng(5).permutation(len(labels))
    shuffled = curve(scores[:, order], [labels[i] for i in order])
    assert curve(scores, labels) == curve(scores, labels) == shuffled
    assert curve(scores, labels, seed=1) != shuffled


def test_models_meet_the_same_cars() -> None:
    (a, labels), (b, _) = table(), table(seed=3)
    b = b[:, : a.shape[1]] if b.shape[1] >= a.shape[1] else np.resize(b, a.shape)
    draws = [resampled_means(scores, labels)[1] for scores in (a, b, a - b)]
    np.testing.assert_allclose(draws[0] - draws[1], draws[2], atol=1e-12)


def test_cars_that_score_alike_leave_no_band() -> None:
    band = curve(np.full((3, 12), 0.9), list("abcdefabcdef"))
    assert band.low == band.high == band.mean
    assert band.mean == pytest.approx([0.9] * 3)


def test_below_five_cars_there_is_a_mean_only() -> None:
    assert curve([[0.5, 0.7, 0.9, 0.9]], list("abcd")) == Curve((0.75,), None, None)


@pytest.mark.parametrize(
    ("scores", "labels", "options", "reason"),
    [
        ([0.5, 0.7], ["a", "b"], {}, "severities by pictures"),
        ([[]], [], {}, "severities by pictures"),
        ([[0.5, np.nan]], ["a", "b"], {}, "finite"),
        ([[0.5, 0.7]], ["a"], {}, "2 pictures but 1 cluster"),
        ([[0.5, 0.7]], ["a", "b"], {"level": 95}, "between 0 and 1"),
        ([[0.5, 0.7]], ["a", "b"], {"resamples": 9}, "too few"),
    ],
)
def test_what_is_no_table_is_refused(scores, labels, options, reason) -> None:
    with pytest.raises(ValueError, match=reason):
        curve(scores, labels, **options)
