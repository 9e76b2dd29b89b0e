"""The frames of the Dice table, against numbers worked out by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from carseg.analysis.frames import per_picture, summarise
from carseg.results import ScoreSet, write_scores
from carseg.ui.shared import tables
from tests.factories.scores import saved_score, score_set


@pytest.fixture
def both() -> list[ScoreSet]:
    return [score_set("b", "street"), score_set("a"), score_set("b"), score_set("a", "street", 4)]


def test_words_name_the_model_and_the_interval(both):
    table = tables.with_words(summarise(both), {"a": "Model A"})
    rows = table.set_index(["model", "domain"])
    assert rows.loc[("a", "studio"), "title"] == "Model A"
    assert rows.loc[("b", "studio"), "title"] == "b"  # its folder is gone
    assert rows.loc[("a", "street"), "interval"] == tables.DASH  # 4 pictures
    low, high = rows.loc[("a", "studio"), "interval"].split(" to ")
    dice = np.array([2 * (90 - i) / (2 * (90 - i) + 10 + i) for i in range(6)])
    assert float(low) < dice.mean() < float(high)
    assert dice.min() <= float(low)
    assert float(high) <= dice.max()


def test_words_on_nothing():
    assert tables.with_words(summarise([]), {}).empty


def test_pick_keeps_what_is_wanted_and_everything_without_a_wish(both):
    table = summarise(both)
    assert len(tables.pick(table, {"domain": [], "grid": None})) == 4
    street = tables.pick(table, {"domain": ["street"], "model": ["b", "x"]})
    assert list(street["model"]) == ["b"]
    assert list(street.index) == [0]
    assert tables.pick(table, {"grid": ["native"]}).empty


@pytest.mark.parametrize("sort", tables.SORTS)
def test_every_order_holds_all_rows(both, sort):
    table = tables.with_words(summarise(both), {})
    rows = tables.ordered(table, sort)
    assert sorted(rows["dice"]) == sorted(table["dice"])
    assert list(rows.index) == [0, 1, 2, 3]


def test_studio_stands_before_street_and_the_best_first(both):
    table = tables.with_words(summarise(both), {})
    first, *_ = tables.SORTS
    assert list(tables.ordered(table, first)["domain"]) == ["studio", "studio", "street", "street"]
    assert tables.ordered(table, "Mean Dice, best first")["dice"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("state", "rows"),
    [
        (None, []),
        ({}, []),
        ({"selection": {"rows": [2, 0], "cells": []}}, [0, 2]),
        ({"selection": {"rows": [1], "cells": [(1, "dice"), (0, "n")]}}, [0, 1]),
        ({"selection": {"rows": [7, -1]}}, []),
    ],
)
def test_chosen_rows(state, rows):
    assert tables.chosen_rows(state, 3) == rows


def test_the_pictures_behind_a_row_are_only_its_own(both):
    table = tables.with_words(summarise(both), {})
    line = table[(table["model"] == "a") & (table["domain"] == "street")]
    behind = tables.pictures_of_rows(per_picture(both), line)
    assert list(behind["picture"]) == ["p0", "p1", "p2", "p3"]
    assert set(behind["label"]) == {"a<br>street-photo at 160x240"}


def test_the_hardest_come_worst_first(both):
    rows = tables.with_words(per_picture(both[1:2]), {})
    assert list(tables.hardest(rows, 2)["picture"]) == ["p5", "p4"]


def test_the_download_holds_counts_from_which_dice_follows(both):
    table = tables.with_words(summarise(both), {})
    pictures = per_picture(both)
    out = tables.counts_table(tables.pictures_of_rows(pictures, table), {"a": "Model A"})
    assert len(out) == len(pictures)
    assert list(out.columns[7:11]) == ["tp", "fp", "fn", "tn"]
    assert not {"id", "label", "settings_sha256"} & set(out.columns)
    np.testing.assert_allclose(2 * out.tp / (2 * out.tp + out.fp + out.fn), out["dice"])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, ""),
        ({"edges": {"refine": True, "feather": 0.0, "largest_piece": False}}, "edges: refine"),
        ({"second_look": True, "dtype": "bfloat16"}, "second look, dtype bfloat16"),
        ({"edges": {"feather": 1.5}, "detail": None}, "edges: feather 1.5"),
        ({"edges": {}}, ""),
    ],
)
def test_settings_in_words(settings, words):
    assert tables.settings_words(settings) == words


def test_saved_rows_are_newest_first_with_their_settings():
    scores = [saved_score("old", 1), saved_score("new", 2, settings={"detail": True})]
    rows = tables.saved_rows(scores, {"m": "Model M"})
    assert list(rows["picture"]) == ["new", "old"]
    assert list(rows["settings"]) == ["detail", ""]
    assert list(rows["title"]) == ["Model M"] * 2
    assert rows["time"][0] == pd.Timestamp(2025, 1, 2, 3, 2)
    assert rows["dice"][0] == pytest.approx(0.8)


def test_only_equal_settings_are_averaged():
    scores = [saved_score(f"p{i}") for i in range(5)]
    scores += [saved_score("other", settings={"detail": True}), saved_score("t", threshold=0.4)]
    table = tables.saved_summary(tables.saved_rows(scores, {}), {})
    found = table.set_index(["settings", "threshold"])["n"]
    assert found.loc[("", 0.5)] == 5
    assert found.loc[("detail", 0.5)] == 1
    assert found.loc[("", 0.4)] == 1


def test_measured_reads_again_when_a_file_changes(tmp_path: Path):
    assert tables.shipped_frames(tmp_path / "none").table.empty
    assert tables.shipped_frames(tmp_path).table.empty
    write_scores(tmp_path / "m", score_set())
    assert list(tables.shipped_frames(tmp_path).table["n"]) == [6]
    assert list(tables.shipped_frames(tmp_path).table["split"]) == ["test"]
    write_scores(tmp_path / "m", score_set(n=7))
    assert list(tables.shipped_frames(tmp_path).table["n"]) == [7]


def test_a_broken_score_file_costs_only_itself(tmp_path: Path):
    write_scores(tmp_path / "m", score_set())
    write_scores(tmp_path / "k", score_set("k")).write_text("no table")
    found = tables.shipped_frames(tmp_path)
    assert list(found.table["model"]) == ["m"]
    assert len(found.problems) == 1
    assert "k/scores/carvana-160x240.csv" in found.problems[0]


def test_published_figures_are_shares():
    assert tables.PUBLISHED_FIGURES["Value"].between(0.9, 1).all()


def test_labels_tell_models_of_one_title_apart():
    titles = {"a": "Net", "a-s1": "Net", "a-s12": "Net", "b": "Other", "c": "Other", "d": "Own"}
    assert tables.labels(titles) == {
        "a": "Net",
        "a-s1": "Net, seed 1",
        "a-s12": "Net, seed 12",
        "b": "Other (b)",
        "c": "Other (c)",
        "d": "Own",
    }


def test_listed_keeps_the_order_and_what_it_does_not_have():
    assert tables.in_order(["x", "b", "a", "b"], ["a", "b", "c"]) == ["a", "b", "x"]
    assert tables.in_order([], ["a"]) == []
