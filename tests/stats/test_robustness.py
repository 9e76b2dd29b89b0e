"""Logit axes against scipy.special, the line against scipy's regression and known truths."""

import numpy as np
import pytest
from scipy import special
from scipy.stats import linregress

from carseg.stats import effective_robustness, expit, fit_line, logit


def test_logit_is_scipys_within_the_clipping() -> None:
    dice = np.linspace(0.001, 0.9995, 101)
    assert logit(dice) == pytest.approx(special.logit(dice))
    assert expit(logit(dice)) == pytest.approx(dice)
    assert logit(dice.reshape(1, -1)).shape == (1, 101)
    assert float(logit(0.5)) == 0


def test_logit_is_clipped_at_both_ends() -> None:
    assert logit([0.0, 0.0005, 0.001]).tolist() == [logit(0.001)] * 3
    assert logit([1.0, 0.9999, 0.9995]).tolist() == [logit(0.9995)] * 3


def test_expit_is_scipys_and_never_overflows() -> None:
    x = np.array([-1000.0, -40, -1, 0, 1, 40, 1000])
    with np.errstate(all="raise", under="ignore"):
        assert expit(x) == pytest.approx(special.expit(x))
    assert float(expit(0)) == 0.5


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan, [0.5, np.inf]])
def test_logit_refuses_what_is_no_dice(wrong: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        logit(wrong)


@pytest.mark.parametrize("n", [3, 12, 31])
def test_line_is_scipys_regression(n: int) -> None:
    rng = np.random.default_rng(n)
    x = rng.normal(2, 1.5, n)
    y = 0.6 * x - 0.8 + rng.normal(0, 0.2, n)
    studio, street = special.expit(x), special.expit(y)
    theirs = linregress(special.logit(studio), special.logit(street))
    line = fit_line(studio, street)
    assert (line.slope, line.intercept) == pytest.approx((theirs.slope, theirs.intercept))
    assert line.r2 == pytest.approx(theirs.rvalue**2)
    assert (line.n, line.low, line.high) == (n, studio.min(), studio.max())
    order = rng.permutation(n)
    assert fit_line(studio[order], street[order]) == line


def test_a_straight_path_is_found_again() -> None:
    x = np.linspace(-1, 5, 12)
    line = fit_line(special.expit(x), special.expit(0.5 * x - 1))
    assert (line.slope, line.intercept, line.r2) == pytest.approx((0.5, -1, 1))
    assert line.street(0.5) == pytest.approx(special.expit(-1))
    assert line.street([0.5, 0.9]) == pytest.approx(
        special.expit(0.5 * special.logit([0.5, 0.9]) - 1)
    )
    flat = fit_line([0.2, 0.5, 0.9], [0.6, 0.6, 0.6])
    assert (flat.slope, flat.r2) == pytest.approx((0, 1), abs=1e-12)


def test_effective_robustness_by_hand() -> None:
    # The path scores the same on the street as in the studio.
    line = fit_line([0.2, 0.5, 0.9], [0.2, 0.5, 0.9])
    found = effective_robustness(line, studio=0.8, street=0.9)
    assert found.logit == pytest.approx(np.log(9) - np.log(4))
    assert (found.dice, found.expected) == pytest.approx((0.1, 0.8))
    assert not found.extrapolated
    worse = effective_robustness(line, studio=0.95, street=0.9)
    assert (worse.dice, worse.extrapolated) == (pytest.approx(-0.05), True)
    assert worse.logit == pytest.approx(np.log(9) - np.log(19))


def test_on_the_line_there_is_none() -> None:
    x = np.linspace(-1, 5, 12)
    line = fit_line(special.expit(x), special.expit(0.5 * x - 1))
    for studio in (0.3, 0.9, 0.99):
        found = effective_robustness(line, studio, float(line.street(studio)))
        assert (found.logit, found.dice) == pytest.approx((0, 0), abs=1e-9)


def test_both_forms_have_one_sign_even_where_dice_is_clipped() -> None:
    steep = fit_line([0.2, 0.5, 0.9], [0.1, 0.6, 0.99])
    for street in (0.0, 0.5, 1.0):
        found = effective_robustness(steep, studio=1.0, street=street)
        assert found.extrapolated
        assert np.sign(found.logit) == np.sign(found.dice)


def test_a_line_needs_three_different_checkpoints() -> None:
    with pytest.raises(ValueError, match="at least 3 checkpoints"):
        fit_line([0.5, 0.6], [0.5, 0.6])
    with pytest.raises(ValueError, match="3 studio and 2 street"):
        fit_line([0.5, 0.6, 0.7], [0.5, 0.6])
    with pytest.raises(ValueError, match="same studio Dice"):
        fit_line([0.9] * 4, [0.5, 0.6, 0.7, 0.8])
    with pytest.raises(ValueError, match="from 0 to 1"):
        fit_line([0.5, 0.6, 1.7], [0.5, 0.6, 0.7])
