"""The evidence figures hold the numbers, and their alt texts say them."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from carseg.analysis import boards, studio_street
from carseg.analysis.boards import STREET, STUDIO
from carseg.analysis.effects import square
from carseg.analysis.frames import per_picture
from carseg.stats import fit_line
from carseg.ui.dice_table import figures, robustness_figure
from carseg.ui.shared.charts import MARKS
from tests.factories.effects import CORNERS, LEVELS, board
from tests.factories.scores import dice_set


@pytest.fixture
def pair() -> tuple:
    a = dice_set("a", STREET, {f"s{i}": d for i, d in enumerate((0.9, 0.8, 0.7, 0.6, 0.5, 0.5))})
    b = dice_set("b", STREET, {f"s{i}": d for i, d in enumerate((0.5, 0.5, 0.5, 0.5, 0.9, 0.5))})
    here = boards.board(per_picture([a, b]), STREET)
    return boards.differences(here, "a", "b"), boards.compare_pair(here, "a", "b")


def test_every_picture_is_a_dot_on_its_side(pair):
    figure = figures.strip(*pair, "A", "B")
    found = {trace.name: sorted(np.round(trace.x, 3)) for trace in figure.data}
    assert found == {
        "A better: A": [0.1, 0.2, 0.3, 0.4],
        "B better: B": [-0.4],
        "within 0.001": [0.0],
    }
    assert len({trace.marker.symbol for trace in figure.data}) == 3
    text = figures.strip_alt(*pair, "A", "B")
    assert "-0.4000 on s4 to +0.4000 on s0" in text
    assert "4 better, 1 alike, 1 worse" in text


def test_equal_models_still_make_a_figure():
    sets = [dice_set(m, STREET, {f"s{i}": 0.5 for i in range(6)}) for m in "ab"]
    here = boards.board(per_picture(sets), STREET)
    figure = figures.strip(
        boards.differences(here, "a", "b"), boards.compare_pair(here, "a", "b"), "A", "B"
    )
    assert [trace.name for trace in figure.data] == ["within 0.001"]
    assert sorted(figure.data[0].y) == [-2, -1, 0, 1, 2, 3]  # stacked, none upon another


def test_the_square_is_two_lines_of_two_dots():
    made = square(board(LEVELS), CORNERS)
    scratch, pretrained = figures.lines_of_square(made).data
    np.testing.assert_allclose(scratch.y, [0.5225, 0.7225])
    np.testing.assert_allclose(pretrained.y, [0.6225, 0.9225])
    assert scratch.line.dash != pretrained.line.dash
    text = figures.square_alt(made, "made")
    assert "pretrained, street views: 0.92" in text


def test_a_square_with_holes():
    made = square(board({"a": 0.5, "b": 0.6, "d": 0.7}), CORNERS)
    scratch, pretrained = figures.lines_of_square(made).data
    assert len(scratch.x) == 1
    assert len(pretrained.x) == 2
    assert "nothing pretrained, street views: not measured" in figures.square_alt(made, "made")
    empty = square(board({"z": 0.5}), CORNERS)
    assert all(not trace.x for trace in figures.lines_of_square(empty).data)


def test_angles_close_the_ring():
    dice = {f"car{c}_{k:02d}": 0.9 + 0.001 * k for c in range(5) for k in range(1, 17)}
    rows = studio_street.by_angle(per_picture([dice_set("a", STUDIO, dice)]), STUDIO).assign(
        title="A"
    )
    (ring,) = figures.angles(rows).data
    assert len(ring.r) == 17
    assert ring.r[0] == ring.r[16]
    assert list(ring.theta[:3]) == [0, 22.5, 45]
    assert "best 0.916 at angle 16, worst 0.901 at angle 1" in figures.angles_alt(rows)


def points() -> pd.DataFrame:
    return pd.DataFrame(
        {
            **{"number": [1, 2], "title": ["A", "B"], "studio": [0.99, 0.98]},
            **{"street": [0.6, 0.9], "studio_low": [0.985, np.nan], "studio_high": [0.992, np.nan]},
            **{"street_low": [0.5, np.nan], "street_high": [0.7, np.nan]},
            "group": ["nothing pretrained, studio views", "pretrained, other scenes too"],
        }
    )


def test_dots_and_intervals_stand_at_their_logits():
    path = pd.DataFrame(
        {"seen": [64, 128, 256], "studio": [0.5, 0.8, 0.95], "street": [0.3, 0.5, 0.6]}
    )
    line = fit_line(path["studio"], path["street"])
    figure = robustness_figure.scatter(points(), path, line)
    fitted, walked, first, second = figure.data
    np.testing.assert_allclose(walked.x, logit(path["studio"]))
    np.testing.assert_allclose(fitted.y, line.intercept + line.slope * np.asarray(fitted.x))
    np.testing.assert_allclose((first.x[0], first.y[0]), logit([0.99, 0.6]))
    np.testing.assert_allclose(first.y[0] + first.error_y.array[0], logit(0.7))
    np.testing.assert_allclose(first.x[0] - first.error_x.arrayminus[0], logit(0.985))
    assert second.error_y.array[0] == 0  # no interval
    assert first.marker.symbol != second.marker.symbol
    ticks = [float(text) for text in figure.layout.yaxis.ticktext]
    np.testing.assert_allclose(figure.layout.yaxis.tickvals, logit(ticks))
    text = robustness_figure.scatter_alt(points(), path)
    assert "A: studio 0.990, street 0.600" in text
    assert "0.950 and 0.600" in text


@pytest.mark.parametrize("spread", [0.3, 0.01, 0.0005, 0.0])
def test_short_axes_have_ticks_as_well(spread):
    rows = points().assign(studio=[0.99, 0.99 - spread], studio_low=np.nan, studio_high=np.nan)
    empty = pd.DataFrame(columns=["seen", "studio", "street"])
    figure = robustness_figure.scatter(rows, empty, None)
    assert len(figure.data) == 2  # no path, no line
    low, high = figure.layout.xaxis.range
    ticks = figure.layout.xaxis.tickvals
    assert len(ticks) >= 3
    assert low <= min(ticks)
    assert max(ticks) <= high
    shown = [float(text) for text in figure.layout.xaxis.ticktext]
    np.testing.assert_allclose(logit(shown), ticks, atol=1e-4)


def test_marks_differ_by_symbol_and_dash():
    for place in (0, 1, 2):
        assert len({mark[place] for mark in MARKS}) == len(MARKS)


def test_numbers_are_moved_apart_in_their_order():
    heights = np.array([100.0, 101.0, 100.5, 300.0])
    placed = robustness_figure.pushed_apart(heights, 15)
    assert list(np.argsort(placed)) == [0, 2, 1, 3]
    assert np.diff(np.sort(placed)).min() > 14.9
    assert placed[3] == 300
    np.testing.assert_allclose(placed.mean(), heights.mean())
    assert list(robustness_figure.pushed_apart(np.array([7.0]), 15)) == [7]
