"""The answer for a lay reader follows the numbers."""

from dataclasses import replace

import pytest

from carseg.analysis.answer import Answer, Sides, answer
from carseg.analysis.boards import STREET, STUDIO, board
from carseg.analysis.effects import Cell, RecipeEffect
from carseg.analysis.frames import per_picture
from carseg.analysis.junctures import recipe_curves
from carseg.analysis.stress import versus
from carseg.stats import Interval
from carseg.ui.juncture import lay
from carseg.ui.juncture.answer import bars, bars_alt, measured_on
from tests.factories.scores import dice_set
from tests.factories.stress import rows, stress_set


def sides(a: float, b: float, reach: float = 0.01) -> Sides:
    lead = a - b
    effect = RecipeEffect(lead, Interval(lead - reach, lead + reach), 0.01, 96, 30, ())
    first, second = (Cell(x, Interval(x - 0.02, x + 0.02), 96, 3) for x in (a, b))
    return Sides(first, second, effect)


def found(first=(0.98, 0.94, 0.9), second=(0.98, 0.92, 0.8), **facts) -> Answer:
    pair = versus(
        *(stress_set(n, rows=rows(m)) for n, m in zip("ab", (first, second), strict=True))
    )
    told = {
        **{"runs": (3, 3), "cause": "start", "turned": False},
        **{"studio": sides(0.987, 0.981), "street": sides(0.808, 0.663)},
    }
    return Answer(pair, **(told | facts))


def test_the_whole_sentence():
    assert lay.question(found()) == (
        "Does pretraining help on the way from the studio to the street?"
    )
    assert lay.sentence(found(), "A", "B") == (
        "**Yes**: the pretrained network is ahead soon after the studio (from severity 0.5 "
        "[0.5, 0.5] of 2 on); on photographs of real streets its Dice is 0.808 against 0.663; in "
        "the studio the two are nearly alike (Dice 0.987 against 0.981). Three training runs of "
        "each are averaged."
    )


def test_what_rests_on_one_run_says_so():
    assert lay.sentence(found(runs=(1, 1)), "A", "B").endswith(
        "**One training run** of each stands behind this: other runs may differ."
    )
    assert lay.sentence(found(runs=(3, 1)), "A", "B").endswith(
        "3 and 1 training runs are averaged."
    )


def test_the_other_one_may_be_pretrained_or_ahead():
    turned = lay.sentence(found(turned=True), "A", "B")
    assert turned.startswith("**No**: the one from a random start is ahead")
    other = found((0.98, 0.9, 0.7), (0.98, 0.92, 0.8))
    said = lay.sentence(other, "A", "B")
    assert said.startswith("**No**: the one from a random start is ahead")
    assert "but on photographs of real streets it is behind, 0.663 against 0.808" in said


def test_a_pair_that_differs_in_much_goes_by_its_titles():
    said = lay.sentence(found(cause=""), "A", "B")
    assert said.startswith("*A* is ahead soon after the studio")
    assert lay.question(found(cause="")).startswith("Which of the two holds up better")


def test_no_juncture_and_noise():
    none = found((0.98, 0.9), (0.98, 0.9), street=sides(0.9, 0.88, reach=0.05), studio=None)
    assert lay.sentence(none, "A", "B") == (
        "**Not shown**: neither the pretrained network nor the one from a random start gets ahead "
        "by 0.01 to stay; on photographs of real streets they cannot be told apart (Dice 0.900 "
        "against 0.880). Three training runs of each are averaged."
    )


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ((0.9, 0.85, 0.8), "from the untouched studio picture on"),
        ((0.98, 0.94, 0.8), "half-way from the studio (from severity 1.1"),
        ((0.98, 0.94, 0.88), "far from the studio (from severity 1.5"),
    ],
)
def test_where_the_lead_begins(second, words):
    assert words in lay.sentence(found(second=second), "A", "B")


def test_the_answer_is_taken_from_the_counts_of_all_runs():
    ends = {"a": 0.9, "a-s1": 0.8, "b": 0.7}
    first, second = recipe_curves(
        stress_set(name, rows=rows((0.98, end))) for name, end in ends.items()
    )
    names = [f"c{i}_1" for i in range(6)]
    scores = [
        dice_set(model, at, dict.fromkeys(names, dice))
        for at in (STUDIO, STREET)
        for model, dice in (("a", 0.9), ("a-s1", 0.8), ("b", 0.6))
    ]
    pictures = per_picture(scores)
    boards = {at: board(pictures, at) for at in (STUDIO, STREET)}
    told = answer(versus(first, second), first, second, {}, boards)
    assert told.runs == (2, 1)
    assert told.cause == ""
    assert told.street.a.dice == pytest.approx(0.85)
    assert told.street.effect.difference == pytest.approx(0.25)
    cells, place = measured_on(told)
    assert (cells[0].dice, place) == (told.street.a.dice, "on photographs of real streets")
    # Without the street the bars are of the end of the dial.
    (low, high), place = measured_on(replace(told, street=None))
    assert (low.dice, high.dice) == (pytest.approx(0.85, abs=1e-3), pytest.approx(0.7, abs=1e-3))
    assert place == "at the end of the dial"


def test_two_bars_with_their_intervals():
    cells = (Cell(0.8, Interval(0.75, 0.82), 96, 3), Cell(0.6, None, 96, 1))
    figure = bars(cells, ["A", "B"], ["#000000", "#ffffff"])
    assert [bar.x for bar in figure.data] == [(0.8,), (0.6,)]
    assert figure.data[0].error_x.array[0] == pytest.approx(0.02)
    assert figure.data[0].error_x.arrayminus[0] == pytest.approx(0.05)
    assert figure.data[1].error_x.array[0] == 0
    assert bars_alt(cells, ["A", "B"], "here") == (
        "Mean Dice here. A: 0.800 [0.750, 0.820]; B: 0.600."
    )
