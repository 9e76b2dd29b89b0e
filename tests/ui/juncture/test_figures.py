"""The Juncture page's figures hold what was measured, and say it in words."""

import numpy as np
import pytest

from carseg.analysis.stress import versus
from carseg.stats.bands import Curve
from carseg.ui.juncture import figures
from carseg.ui.juncture.curves import titled
from carseg.ui.juncture.street import orders, orders_alt
from carseg.ui.shared.charts import MARKS
from tests.factories.stress import rows, stress_set

TITLES = {"a": "A", "b": "B"}


def line(title: str, means, exposed: str = "unseen", band=(0.01, 0.02)) -> figures.ModelCurve:
    low, high = (tuple(m + side for m in means) for side in (-band[0], band[1]))
    found = Curve(tuple(means), low, high)
    return figures.ModelCurve(
        title, exposed, tuple(range(len(means))), found, MARKS[ord(title) % 6]
    )


def pair(first, second):
    return versus(
        *(stress_set(n, rows=rows(m)) for n, m in zip("ab", (first, second), strict=True))
    )


@pytest.fixture
def figure():
    lines = [line("A", (0.98, 0.94, 0.9)), line("B", (0.98, 0.92, 0.8), "partly seen")]
    found = pair((0.98, 0.94, 0.9), (0.98, 0.92, 0.8))
    return figures.along_dial(lines, "Weather", found, TITLES)


def test_curves_bands_and_the_lead(figure):
    curves = [trace for trace in figure.data if trace.showlegend is None]
    assert [trace.name for trace in curves] == ["A (unseen)", "B (partly seen)"]
    assert curves[0].y == (0.98, 0.94, 0.9)
    assert curves[0].marker.symbol.endswith("-open")
    assert "-open" not in curves[1].marker.symbol
    (lead,) = (trace for trace in figure.data if trace.name == "A less B")
    assert lead.y == pytest.approx((0, 0.02, 0.1))
    assert lead.yaxis == "y2"
    bands = [trace for trace in figure.data if trace.fill == "toself"]
    assert len(bands) == 3
    assert bands[0].y == pytest.approx((1.0, 0.96, 0.92, 0.89, 0.93, 0.97))
    assert bands[0].x == (0, 1, 2, 2, 1, 0)


def test_a_band_ends_where_no_dice_can_be():
    lines = [line("A", (0.99, 0.005), band=(0.02, 0.02))]
    figure = figures.along_dial(lines, "x", None, TITLES)
    assert figure.data[0].y == pytest.approx((1.0, 0.025, 0.0, 0.97))


def test_the_juncture_stands_in_both_parts(figure):
    uprights = [s for s in figure.layout.shapes if s.type == "line" and s.x0 == s.x1]
    assert [s.x0 for s in uprights] == pytest.approx([0.5, 0.5])
    assert "juncture 0.5 [0.5, 0.5]" in [note.text for note in figure.layout.annotations]
    level = [s.y0 for s in figure.layout.shapes if s.type == "line" and s.y0 == s.y1]
    assert level == [0, 0.01]


def test_without_a_juncture_both_sides_are_looked_at():
    lines = [line("A", (0.98, 0.9)), line("B", (0.98, 0.9))]
    figure = figures.along_dial(lines, "x", pair((0.98, 0.9), (0.98, 0.9)), TITLES)
    level = [s.y0 for s in figure.layout.shapes if s.type == "line" and s.y0 == s.y1]
    assert level == [0, 0.01, -0.01]
    assert not [note for note in figure.layout.annotations if "juncture" in note.text]


def test_one_model_without_a_band():
    alone = figures.ModelCurve("A", "", (0, 1), Curve((0.9, 0.8), None, None), MARKS[0])
    figure = figures.along_dial([alone], "x", None, TITLES)
    assert [trace.name for trace in figure.data] == ["A"]
    assert "yaxis2" not in figure.to_plotly_json()["layout"]


def test_the_same_in_words():
    said = figures.along_dial_alt([line("A", (0.98, 0.94))], "Weather", "A is ahead.")
    assert said == (
        "Mean Dice along the Weather dial. A: 0.980 at severity 0, 0.940 at severity 1. A is ahead."
    )


def test_a_figure_on_its_own_has_the_answer_for_a_title(figure):
    alone = titled(figure, "A is ahead.")
    assert alone.layout.title.text == "A is ahead."
    assert figure.layout.title.text is None
    assert "A is ahead." in alone.to_html(include_plotlyjs=False)


def test_orders():
    stress = {"a": 0.9, "b": 0.8, "c": 0.7}
    street = {"a": 0.6, "b": 0.5, "elsewhere": 0.1}
    figure = orders(stress, street, TITLES, "Weather")
    dots = [t for t in figure.data if t.mode == "markers"]
    assert [(t.name, t.x, t.y) for t in dots] == [("A", (0.9,), (0.6,)), ("B", (0.8,), (0.5,))]
    assert orders_alt(stress, street, TITLES) == (
        "Mean Dice of each model on the dial and on street-photo. A: dial 0.900, street 0.600; "
        "B: dial 0.800, street 0.500."
    )
    many = {f"m{i}": value for i, value in enumerate(np.linspace(0.5, 0.9, 12))}
    figure = orders(many, many, {}, "x")
    dots = [t for t in figure.data if t.mode == "markers"]
    assert len({(t.marker.color, t.marker.symbol) for t in dots}) == 12


@pytest.mark.parametrize("spread", [0.3, 0.01, 0.0])
def test_every_dot_has_its_name_and_no_name_covers_another(spread):
    names = [f"m{i}" for i in range(14)]
    scores = {name: 0.7 + spread * (i % 5) for i, name in enumerate(names)}
    figure = orders(scores, scores, {name: name.upper() for name in names}, "x")
    notes = {note.text: note for note in figure.layout.annotations}
    assert sorted(notes) == sorted(name.upper() for name in names)
    heights = sorted(note.y for note in notes.values())
    low, high = figure.layout.yaxis.range
    plot = figure.layout.height - 60  # less the axis and the margins
    gaps = np.diff(heights) * plot / (high - low)
    assert gaps.min() >= 14, "a line of text of 12 px"
    # A line leads from each dot to its name.
    leads = [t for t in figure.data if t.mode == "lines"]
    assert sorted(t.y[1] for t in leads) == pytest.approx(heights)
    assert [t.y[0] for t in leads] == [scores[name] for name in names]
