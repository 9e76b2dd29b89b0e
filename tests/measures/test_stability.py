import numpy as np
import pytest
from scipy import stats

from carseg.inference.prediction import Prediction
from carseg.measures.stability import Trust, agreement, correlation, trust


def said(probability, threshold=0.5):
    probability = np.asarray(probability, np.float16)
    return Prediction("m", "sha", probability, probability.shape, threshold)


def square(size=(20, 30), left=5, level=1.0):
    probability = np.zeros(size)
    probability[5:15, left : left + 10] = level
    return probability


def test_a_mask_that_holds_still_is_trusted():
    p = square()
    assert trust(said(p), said(p[:, ::-1])) == Trust(1, 1)


def test_what_lies_near_the_threshold_is_unsteady():
    p = square() + square(left=15, level=0.6)
    # At 0.3 both squares are car, at 0.7 one is: 2 * 100 / 300.
    found = trust(said(p), said(p[:, ::-1]))
    assert found.threshold == pytest.approx(2 / 3)
    assert found.mirror == 1
    assert found.figure == pytest.approx(2 / 3)


def test_a_mirrored_picture_that_is_seen_otherwise_costs_trust():
    p, other = square(), square(left=10)
    found = trust(said(p), said(other[:, ::-1]))
    assert found.threshold == 1
    assert found.mirror == found.figure == pytest.approx(0.5)


@pytest.mark.parametrize("threshold", [0.04, 0.5, 0.97])
def test_the_shaken_threshold_stays_a_probability(threshold):
    p = square(level=0.99)
    assert trust(said(p, threshold), said(p[:, ::-1], threshold)).threshold == 1


def test_two_grids_are_refused():
    with pytest.raises(ValueError, match="mirror image"):
        trust(said(square()), said(square((30, 20), 2)))


def test_agreement_is_the_mean_dice_with_the_others():
    a, b, c = (square(left=left) > 0 for left in (5, 10, 20))
    found = agreement({"a": a, "b": b, "c": c})
    assert found == {"a": pytest.approx(0.25), "b": pytest.approx(0.25), "c": 0}
    assert agreement({"a": a}) == {}


def test_correlation_is_spearmans_over_what_was_measured():
    rng = np.random.default_rng(0)
    figures, dice = rng.random(30), rng.random(30)
    figures[3] = np.nan
    rest = np.delete(np.arange(30), 3)
    rank = stats.pearsonr(stats.rankdata(figures[rest]), stats.rankdata(dice[rest])).statistic
    assert correlation(figures, dice) == (pytest.approx(rank), 29)
    assert correlation([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]) is None
    assert correlation([1, 2], [1, 2]) is None
