"""The Dice table as a whole page, without a browser."""

import io
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from carseg import results
from carseg.analysis.boards import STREET
from carseg.analysis.frames import to_csv
from carseg.ui.dice_table.studio_street import best_of
from carseg.ui.shared import tables
from tests.factories.checkpoints import write_tiny
from tests.factories.pages import SIDE_BY_SIDE, edit, only, open_page, table_of, words
from tests.factories.scores import dice_set, names_saved, save, saved_score, score_set, ship

pytestmark = pytest.mark.usefixtures("tiny_weights")


def tick(app: AppTest, table: str, **selection) -> AppTest:
    """Choose in the table whose key begins so, and run the page."""
    (key,) = (k for k in app.session_state if k.startswith(f"{table}-"))
    app.session_state[key] = {"selection": {"rows": [], "cells": []} | selection}
    return app.run()


@pytest.fixture
def scored(tiny_weights: Path) -> Path:
    """Both tiny checkpoints with studio scores, the first with four street pictures as well."""
    sets = [score_set("tiny-a"), score_set("tiny-b"), score_set("tiny-a", "street", 4)]
    ship(tiny_weights, *sets)
    return tiny_weights


def test_empty_states_say_what_to_do():
    app = open_page()
    assert not app.exception
    assert [tab.label for tab in app.tabs] == ["Shipped results", "Saved by you", "Your own set"]
    shipped, comparisons, saved = (info.value for info in app.info)
    assert "needs no true mask" in comparisons
    assert "carseg evaluate" in shipped
    assert "true mask" in saved
    assert len(app.tabs[1].get("page_link")) == 1
    assert "not measured here" in app.expander[0].label


@pytest.mark.usefixtures("scored")
def test_shipped_rows():
    app = open_page()
    assert not app.exception
    rows = table_of(app, "Mean Dice per model and set")
    assert list(rows["title"]) == ["Tiny tiny-a", "Tiny tiny-b", "Tiny tiny-a"]
    assert list(rows["domain"]) == ["studio", "studio", "street"]
    assert list(rows["n"]) == [6, 6, 4]
    assert " to " in rows["interval"][0]
    assert rows["interval"][2] == "\u2013"
    assert len(app.get("plotly_chart")) == 1
    assert app.download_button(key="csv-counts").label == "Counts per picture (CSV)"


def test_it_opens_with_five_models_and_a_dot_plot(tiny_weights: Path):
    levels = {"tiny-a": 0.3, "tiny-b": 0.4, "c": 0.9, "d": 0.8, "e": 0.7, "f": 0.6, "g": 0.5}
    for seed, (name, level) in enumerate(levels.items(), 1):
        write_tiny(tiny_weights, name, seed)
        pictures = {f"s{i}": level + 0.01 * (i % 2) for i in range(8)}
        ship(tiny_weights, dice_set(name, STREET, pictures))
    edit(tiny_weights, "tiny-a", opens=True)
    app = open_page(unfolded=False)
    assert not app.exception
    five = ["Tiny tiny-a", "Tiny c", "Tiny d", "Tiny e", "Tiny f"]
    assert list(table_of(app, SIDE_BY_SIDE)["title"]) == five
    assert "5 of 7 in all" in words(app)
    assert len(app.get("plotly_chart")) == 1
    assert len(app.dataframe) == 2, "beside it only the published figures"
    app.toggle(key="dice-all").set_value(True).run()
    assert len(table_of(app, SIDE_BY_SIDE)) == 7
    app.multiselect(key="dice-title").set_value(["Tiny g"]).run()
    assert list(table_of(app, SIDE_BY_SIDE)["title"]) == ["Tiny g"]


def test_the_best_of_a_column_is_bold_with_what_cannot_be_told_from_it():
    rows = pd.DataFrame(
        {
            "model": ["a", "b", "c", "rule"],
            "kind": ["network"] * 3 + ["baseline"],
            "studio": [0.98, 0.99, 0.985, 1.0],
            "studio_low": [0.97, 0.984, 0.98, 1.0],
            "street": [0.7, float("nan"), 0.6, 1.0],
            "street_low": [0.69, float("nan"), 0.59, 1.0],
            "web": [float("nan")] * 4,
            "web_low": [float("nan")] * 4,
        }
    )
    found = best_of(rows, rows.iloc[[2, 1, 0]].reset_index(drop=True))
    assert found == {"studio": [0, 1], "street": [2], "web": []}


@pytest.mark.usefixtures("scored")
def test_filter_and_order():
    app = open_page()
    app.button_group(key="dice-domain").set_value(["street"]).run()
    assert list(table_of(app, "Mean Dice per model and set")["domain"]) == ["street"]
    app.multiselect(key="dice-title").set_value(["Tiny tiny-b"]).run()
    assert "take one of the filters off" in words(app)
    app.button_group(key="dice-domain").set_value([]).run()
    app.multiselect(key="dice-title").set_value([]).run()
    app.selectbox(key="dice-sort").select("Model").run()
    rows = table_of(app, "Mean Dice per model and set")
    assert list(rows["title"]) == ["Tiny tiny-a"] * 2 + ["Tiny tiny-b"]
    assert not app.exception


@pytest.mark.usefixtures("scored")
def test_a_chosen_row_shows_its_pictures():
    app = open_page()
    tick(app, "dice-rows", cells=[(2, "dice")])
    assert not app.exception
    assert "Picture by picture" in words(app)
    assert len(app.get("plotly_chart")) == 2
    hardest = table_of(app, "The five pictures with the lowest Dice")
    assert list(hardest["picture"]) == ["p3", "p2", "p1", "p0"]
    assert "carseg evaluate" in words(app)
    # Another order moves the rows: the choice must not stay where another row now stands.
    app.selectbox(key="dice-sort").select("Model").run()
    assert "Picture by picture" not in words(app)


def test_a_broken_score_file_is_named_and_the_rest_shown(scored):
    (scored / "tiny-b" / "scores" / "carvana-160x240.csv").write_text("no scores")
    app = open_page()
    assert not app.exception
    assert "tiny-b/scores/carvana-160x240.csv" in only(app.warning)
    assert len(table_of(app, "Mean Dice per model and set")) == 2


def test_saved_rows_are_averaged_and_listed():
    save(*(saved_score(f"p{i}", i) for i in range(5)), saved_score("*x*", 9, threshold=0.4))
    app = open_page()
    assert not app.exception
    averages = table_of(app, "Mean Dice of the saved scores")
    each = table_of(app, "The saved scores")
    assert sorted(averages["n"]) == [1, 5]
    assert list(each["picture"]) == ["*x*", "p4", "p3", "p2", "p1", "p0"]
    assert app.button(key="saved-delete").disabled  # nothing is ticked


def test_saved_sets_without_a_car_show_false_car():
    walls = [
        saved_score(f"w{i}", i, set="walls", tp=0, fn=0, fp=10 * i, tn=1000 - 10 * i)
        for i in range(5)
    ]
    save(saved_score("car", 9), *walls)
    app = open_page()
    assert not app.exception
    cars = table_of(app, "Mean Dice of the saved scores")
    free = table_of(app, "Mean false car of the saved scores")
    each = table_of(app, "The saved scores")
    assert list(cars["set"]) == ["mine"]
    assert "area" not in cars
    assert list(free["set"]) == ["walls"]
    assert "dice" not in free
    assert free["area"][0] == pytest.approx(0.02)
    assert free["n"][0] == 5
    assert list(each["dice"].notna()) == [True] + [False] * 5
    assert list(each["area"][1:]) == pytest.approx([0.04, 0.03, 0.02, 0.01, 0])
    tick(app, "saved-rows", rows=[1])
    assert "w4 by m, 4.0% false car" in words(app)


def test_deleting_asks_and_takes_only_what_was_ticked():
    save(*(saved_score(f"p{i}", i) for i in range(4)))
    app = open_page()
    tick(app, "saved-rows", rows=[0, 2])
    assert "p3 by m, Dice 0.800" in words(app)
    assert "p1 by m, Dice 0.800" in words(app)
    assert names_saved() == ["p0", "p1", "p2", "p3"]
    app.button(key="saved-delete").click().run()
    assert not app.exception
    assert names_saved() == ["p0", "p2"]
    assert list(table_of(app, "The saved scores")["picture"]) == ["p2", "p0"]
    # Nothing is ticked any more, so nothing more can go.
    assert "Dice 0.800" not in words(app)


def test_a_score_saved_meanwhile_by_someone_else_is_not_deleted():
    save(saved_score("old", 1))
    app = open_page()
    tick(app, "saved-rows", rows=[0])
    save(saved_score("new", 2))
    app.button(key="saved-delete").click().run()
    assert names_saved() == ["new"]


def test_a_tick_does_not_move_to_a_score_saved_meanwhile():
    save(saved_score("old", 1))
    app = open_page()
    tick(app, "saved-rows", rows=[0])
    assert "old by m" in words(app)
    save(saved_score("new", 2))
    app.run()
    assert not app.exception
    assert app.button(key="saved-delete").disabled
    assert "by m, Dice" not in words(app)


def test_a_score_that_cannot_be_deleted_is_one_sentence(monkeypatch):
    def fail(*_):
        raise results.ResultsError("The database is locked: try again.")

    save(saved_score("old", 1))
    app = open_page()
    tick(app, "saved-rows", rows=[0])
    with monkeypatch.context() as patch:
        patch.setattr(results, "delete_scores", fail)
        app.button(key="saved-delete").click().run()
    assert not app.exception
    assert not app.toast
    assert [e.value for e in app.error] == ["The database is locked: try again."]
    app.run()
    assert not app.error
    assert names_saved() == ["old"]


def test_a_database_that_cannot_be_opened_is_one_sentence(tmp_path, monkeypatch):
    broken = tmp_path / "not-a-database.sqlite"
    broken.write_bytes(b"this is no database at all" * 100)
    monkeypatch.setenv("CARSEG_DATABASE", f"sqlite:///{broken}")
    app = open_page()
    assert not app.exception
    assert "not a database" in only(app.error)
    assert len(app.tabs) == 3


def test_the_download_of_saved_scores_runs_nothing_in_a_spreadsheet():
    rows = tables.saved_rows([saved_score("=cmd|'/c calc'!A1")], {})
    text = to_csv(tables.export_rows(rows)).decode("utf-8-sig")
    cell = pd.read_csv(io.StringIO(text))["picture"][0]
    assert not cell.startswith("=")
