"""What goes wrong, as a visitor reads it: shares, links with Dice, and what is missing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carseg import results
from carseg.analysis.boards import STREET
from carseg.analysis.error_profile import MEASURES, Link, Profile
from carseg.stats import Interval
from carseg.ui.dice_table.error_figures import against, against_alt, stacked
from carseg.ui.dice_table.errors import about, linked
from tests.factories.checkpoints import write_tiny
from tests.factories.pages import edit, table_of, view, words
from tests.factories.scores import dice_set, ship

SCENES = [f"s{i}" for i in range(8)]


def with_details(model: str, **changes):
    """Eight scenes of 1000 car pixels; the lower the contrast the lower the Dice."""
    scores = dice_set(model, STREET, {n: round(0.6 + 0.04 * i, 3) for i, n in enumerate(SCENES)})
    pictures = []
    for number, one in enumerate(scores.pictures):
        measures = {
            "surface_dice": 0.5,
            "edge_fp": one.counts.fp,
            "inner_fp": 0,
            "edge_fn": 0,
            "inner_fn": one.counts.fn,
            "stray_pieces": int(number == 0),
            "stray_pixels": 0,
            "wheel_zone": 100,
            "wheel_fn": 50 * int(number < 2),
            "edge_contrast": 10.0 + number,
            "blown": 0.0,
            "threshold_trust": 1.0,
            "mirror_trust": 0.99 - 0.01 * number,
        }
        pictures.append(replace(one, details=measures | changes))
    return replace(scores, pictures=tuple(pictures))


@pytest.fixture
def one_of_two(tiny_weights: Path) -> Path:
    """Two checkpoints with scores, the first with details as well."""
    scores = with_details("tiny-a")
    ship(tiny_weights, scores, dice_set("tiny-b", STREET, dict.fromkeys(SCENES, 0.5)))
    results.write_details(tiny_weights / "tiny-a", scores)
    return tiny_weights


@pytest.mark.usefixtures("one_of_two")
def test_shares_links_and_what_is_missing():
    app = view("wrong")
    text = words(app)
    # The mean of 400, 360 ... 120 of 1000 pixels, half of it at the edge.
    assert "52.0 %" in text
    assert text.count("(50 %)") >= 2
    assert "A stray piece in 1 picture, a lost wheel in 2" in text
    assert "1.00 [1.00, 1.00], 8 pictures" in text
    assert "it is the same for all of them" in text  # nothing is blown out
    assert "own size: Tiny tiny-b" in text
    assert app.tabs[0].code[0].value == "python -m carseg evaluate --details"
    assert len(app.get("plotly_chart")) == 4
    table = table_of(app, "Errors of every model")
    assert table["edge_fp"].tolist() == pytest.approx([0.26])
    assert table["wheel"].tolist() == [0.25]
    assert table["strays"].tolist() == [0.125]


def test_details_of_older_scores_do_not_count(one_of_two):
    ship(one_of_two, dice_set("tiny-a", STREET, dict.fromkeys(SCENES, 0.7)))
    app = view("wrong")
    assert "Tiny tiny-a, Tiny tiny-b" in words(app)
    assert not app.tabs[0].get("plotly_chart")


def test_new_details_are_noticed(one_of_two):
    assert "No details" in words(view("wrong"))
    scores = with_details("tiny-b")
    ship(one_of_two, scores)
    results.write_details(one_of_two / "tiny-b", scores)
    app = view("wrong")
    assert "No details" not in words(app)
    assert app.selectbox(key="wrong-model").options == ["Tiny tiny-a", "Tiny tiny-b"]


def test_a_control_has_no_command(one_of_two):
    edit(one_of_two, "tiny-b", scores_only=True)
    app = view("wrong")
    assert "its details cannot be measured" in words(app)
    assert not app.tabs[0].code


@pytest.mark.usefixtures("one_of_two")
def test_every_figure_has_an_alt_text():
    shown = view("wrong")
    elements = [*shown.get("plotly_chart"), *shown.dataframe]
    assert elements
    assert all(element.proto.alt for element in elements)
    assert "edge band, background taken 26.00 %" in shown.get("plotly_chart")[0].proto.alt


def test_baselines_and_nothing(tiny_weights):
    write_tiny(tiny_weights, "baseline-mean", 9)
    ship(tiny_weights, dice_set("baseline-mean", STREET, dict.fromkeys(SCENES, 0.5)))
    assert "No model here has scores on pictures with cars" in words(view("wrong"))


def test_words_follow_the_numbers():
    found = Profile(
        96, 30, 0.9, {"edge_fp": 0.03, "edge_fn": 0.01, "inner_fp": 0, "inner_fn": 0}, 0, 0, 0
    )
    text = about("M", found, STREET)
    assert "come to 4.0 % of the car's. Mostly at the edge (100 %), mostly background taken" in text
    assert "96 pictures in 30 scenes" in text
    none = replace(found, parts=dict.fromkeys(found.parts, 0.0))
    assert "not one wrong pixel" in about("M", none, STREET)


@pytest.mark.parametrize(
    ("rank", "ends", "said"),
    [
        (0.2, (0.1, 0.3), "the higher the Dice, weakly"),
        (-0.5, (-0.7, -0.1), "the lower the Dice, moderately"),
        (-0.9, (-0.99, -0.8), "the lower the Dice, strongly"),
        (0.3, (-0.1, 0.5), "No correlation with Dice is visible"),
        (0.9, None, "too few for an interval"),
    ],
)
def test_links_in_words(rank, ends, said):
    found = Link(rank, Interval(*ends) if ends else None, 20, 9)
    text = linked(MEASURES["blown"], found, STREET)
    assert said in text
    assert f"{rank:.2f}" in text
    assert "20 pictures in 9 scenes" in text


def test_the_stacked_bars_hold_the_shares_and_differ_without_colour():
    parts = {"edge_fp": 0.03, "edge_fn": 0.01, "inner_fp": 0.5, "inner_fn": 0.2}
    figure = stacked({"A": Profile(9, 9, 0.9, parts, 0, 0, 0)})
    assert [trace.x[0] for trace in figure.data] == list(parts.values())
    looks = {(trace.marker.color, trace.marker.pattern.shape) for trace in figure.data}
    assert len(looks) == 4
    assert figure.layout.annotations[0].text == "A: 74.0 %"


def test_flagged_pictures_have_a_mark_of_their_own():
    rows = pd.DataFrame(
        {
            "picture": ["a", "b", "c"],
            "dice": [0.9, 0.8, 0.7],
            "blown": [0.1, 0.2, np.nan],
            "flagged": [False, True, False],
        }
    )
    figure = against(rows, "blown", "blown", share=True)
    assert [(t.name, list(t.x)) for t in figure.data] == [
        ("not flagged by the audit", [0.1]),
        ("flagged by the audit", [0.2]),
    ]
    assert figure.data[0].marker.symbol != figure.data[1].marker.symbol
    assert "2 pictures: blown from 0.1 to 0.2, Dice from 0.800 to 0.900" in against_alt(
        rows, "blown", "blown"
    )


def test_a_measure_that_is_missing_is_said():
    assert "Fewer than five pictures have this figure" in linked(MEASURES["trust"], None, STREET)


def test_older_details_without_trust(one_of_two):
    path = one_of_two / "tiny-a" / "details" / "street-photo-native.csv"
    rows = results.read_details(one_of_two / "tiny-a", "street-photo-native")
    rows.drop(columns=["threshold_trust", "mirror_trust"]).to_csv(path, index=False)
    app = view("wrong")
    assert not np.any(app.exception)
    assert len(app.get("plotly_chart")) == 3
