"""The table without the flagged pictures, and what a trivial mask or few pictures would say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from carseg.analysis.boards import STREET, STUDIO, WEB
from carseg.analysis.frames import per_picture, summarise
from carseg.core import settings
from carseg.data.audit import audit
from carseg.measures.overlap import Counts, PictureScore
from carseg.ui.dice_table.flagged import largest_change
from carseg.ui.dice_table.trivial_masks import enough, needed, trivial
from tests.factories.checkpoints import write_baseline
from tests.factories.pages import SIDE_BY_SIDE, open_page, table_of, tables_of, words
from tests.factories.scores import dice_set, score_set, ship

STREETS = [name for name, one in audit().items() if one.set == "street-photo"][:20]
WEBS = [name for name, one in audit().items() if one.set == "street-web"]
FLAGGED = [name for name, one in audit().items() if one.flagged]


def level(name: str) -> float:
    return 0.2 if name in FLAGGED else 0.9


@pytest.fixture
def scored(tiny_weights: Path) -> Path:
    street = dice_set("tiny-a", STREET, {name: level(name) for name in STREETS})
    web = dice_set("tiny-a", WEB, {name: level(name) for name in WEBS})
    ship(tiny_weights, street, web, dice_set("tiny-a", STUDIO, {"x_01": 0.99}))
    return tiny_weights


def every_row(app) -> pd.DataFrame:
    """The table of every set and grid."""
    return table_of(app, "Mean Dice per model and set")


@pytest.mark.usefixtures("scored")
def test_the_switch_recomputes_means_and_names_what_it_leaves_out():
    app = open_page()
    number = sum(name in FLAGGED for name in [*STREETS, *WEBS])
    switch = app.toggle(key="without-flagged")
    assert switch.label == f"Leave out the {number} pictures that the audit flagged"
    assert table_of(app, SIDE_BY_SIDE)["street"][0] < 0.9
    whole = every_row(app)
    switch.set_value(True).run()
    assert not app.exception
    assert table_of(app, SIDE_BY_SIDE)["street"][0] == pytest.approx(0.9)
    rows = every_row(app).set_index("set")
    assert rows.loc["street-photo", "dice"] == pytest.approx(0.9)
    gone = sum(name in FLAGGED for name in STREETS)
    assert rows.loc["street-photo", "n"] == len(STREETS) - gone > 0
    assert rows.loc["carvana-test", "dice"] == whole.set_index("set").loc["carvana-test", "dice"]
    text = words(app)
    for name in FLAGGED:
        if name in [*STREETS, *WEBS]:
            assert f"`{name}`" in text
    assert "large blue vehicle and a chassis behind, not labelled" in text
    assert "no model's mean changes by more than" in text
    assert "These gaps include the flagged pictures" in text


@pytest.mark.usefixtures("scored")
def test_a_link_leaves_them_out():
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=60)
    app.run().switch_page("pages/dice_table.py")
    app.query_params["without-flagged"] = "true"
    app.run()
    assert app.toggle(key="without-flagged").value
    assert table_of(app, SIDE_BY_SIDE)["street"][0] == pytest.approx(0.9)


def test_without_flagged_pictures_there_is_no_switch(tiny_weights):
    ship(tiny_weights, dice_set("tiny-a", STREET, {f"s{i}": 0.9 for i in range(6)}))
    assert "without-flagged" not in [toggle.key for toggle in open_page().toggle]


def test_the_largest_move_is_named():
    whole = per_picture(
        [dice_set(m, STREET, {"a": 0.9, "b": d}) for m, d in (("m", 0.1), ("k", 0.8))]
    )
    kept = whole[whole["picture"] == "a"]
    text = largest_change(summarise(whole), summarise(kept))
    assert "more than 0.4000 (`m` on street-photo: 0.500 with, 0.900 without)" in text
    assert largest_change(summarise(whole), summarise(whole)) == "No mean remains to compare."


def test_baselines_frame_the_models_and_are_not_ranked(scored):
    for name, dice in (("baseline-mean", 0.95), ("baseline-empty", 0.0)):
        write_baseline(scored, name)
        ship(scored, dice_set(name, STREET, dict.fromkeys(STREETS, dice)))
    app = open_page()
    models, rules = tables_of(app, SIDE_BY_SIDE)
    assert list(models["title"]) == ["Tiny tiny-a"]
    assert sorted(rules["street"]) == pytest.approx([0.0, 0.95])
    assert all("baseline" not in title for title in every_row(app)["title"])
    text = words(app)
    assert "The mean mask of the training cars, the same every time, gets 0.950 on street" in text
    assert "An empty mask gets 0 on street-photo" in text
    assert "Below the mean mask on street-photo: Tiny tiny" in text


@pytest.mark.usefixtures("scored")
def test_without_baselines_the_commands_are_named():
    assert "carseg baselines --data CARVANA" in words(open_page())


def sides(**rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(rows, index=["studio", "street", "web"]).T.rename_axis("model")
    kinds = ["baseline" if name.startswith("baseline") else "network" for name in table.index]
    return table.assign(kind=kinds, title=table.index).reset_index()


def test_trivial_masks_in_words():
    rows = sides(
        **{
            "good": (0.99, 0.9, 0.9),
            "bad": (0.99, 0.5, np.nan),
            "baseline-ceiling-160x240": (1.0, 0.9936, np.nan),
            "baseline-mean": (0.74, 0.6, 0.55),
            "baseline-empty": (0.0, np.nan, np.nan),
        }
    )
    text = trivial(rows)
    assert "gets 0.740 in the studio, 0.600 on street-photo and 0.550 on street-web." in text
    assert "An empty mask gets 0 in the studio:" in text
    assert "A perfect mask on a 160x240 grid gets 0.994 on street-photo, the most it" in text
    assert "1.000" not in text
    assert text.endswith("Below the mean mask on street-photo: bad.")


@pytest.mark.parametrize(
    ("clusters", "width", "number"),
    [(30, 0.02, 120), (30, 0.0776, 1900), (32, 0.0014, 5), (10, 0.01, 10), (7, 0.0, 5)],
)
def test_how_many_scenes_an_interval_takes(clusters, width, number):
    assert needed(clusters, width) == number


def test_how_many_pictures_in_words():
    table = pd.DataFrame(
        [
            ("A", "street-photo", "native", 96, 30, 0.97, 0.98),
            ("B", "street-photo", "native", 96, 30, 0.60, 0.68),
            ("A", "carvana-test", "160x240", 512, 32, 0.989, 0.990),
            ("C", "street-web", "native", 3, 3, np.nan, np.nan),
        ],
        columns=["title", "set", "grid", "n", "clusters", "low", "high"],
    )
    text = enough(table)
    assert (
        "On street-photo 96 pictures in 30 scenes leave intervals 0.0100 (A) to 0.0800 (B)" in text
    )
    assert "for 0.01 the widest would take about 2,000 scenes like these." in text
    assert (
        "In the studio 512 pictures of 32 cars leave intervals 0.0010 wide: enough to tell" in text
    )
    assert "arXiv 2307.10926" in text
    assert enough(table.iloc[3:]) == ""
    assert enough(table.iloc[:0]) == ""


def test_pictures_without_a_car_are_shown_by_area(tiny_weights):
    pictures = tuple(
        PictureScore(f"bg{i}", f"bg{i}", Counts(0, false, 0, 1000 - false), 0.0)
        for i, false in enumerate((0, 0, 0, 0, 0, 60))
    )
    free = score_set("tiny-a", "street", set="car-free", grid="native", pictures=pictures)
    ship(tiny_weights, score_set("tiny-a", "street", grid="native"), free)
    app = open_page()
    assert not app.exception
    assert "Where there is no car" in [e.label for e in app.expander]
    table = table_of(app, "False car in pictures without one")
    assert table["area"].tolist() == [0.01]
    assert table["much"].tolist() == [1 / 6]
