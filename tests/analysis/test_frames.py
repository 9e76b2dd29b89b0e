"""Tables from scores, and a CSV in which no cell runs."""

import csv
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carseg.analysis.frames import per_picture, summarise, to_csv
from carseg.measures.overlap import Counts, PictureScore
from carseg.results import Score, ScoreSet
from carseg.stats import mean_interval

SHA = {"weights_sha256": "a" * 64, "fingerprint": "f" * 64, "truth_sha256": "b" * 64}


def one_saved(number: int, **changed) -> Score:
    facts = {
        "model": "unet",
        "picture": f"{number}.jpg",
        "picture_sha256": f"{number:064x}",
        "domain": "street",
        "set": "mine",
        "grid": "native",
        "threshold": 0.5,
        "tp": 90 + number,
        "fp": 3,
        "fn": 4,
        "tn": 200,
        "boundary_iou": 0.8,
    }
    return Score(**{**SHA, **facts, **changed})


def one_shipped(pictures: list[PictureScore], **changed) -> ScoreSet:
    facts = {
        **{"model": "unet", "weights_sha256": "a" * 64, "fingerprint": "f" * 64},
        **{"domain": "studio", "set": "carvana"},
        **{"split": "test", "split_sha256": "c" * 64, "grid": "160x240", "threshold": 0.4},
        **{"dtype": "float32", "device": "cpu", "date": "2025-12-31", "command": "evaluate"},
    }
    return ScoreSet(**{**facts, **changed}, pictures=tuple(pictures))


def test_a_row_by_hand() -> None:
    pictures = [
        PictureScore(f"car{car}_{view}", f"car{car}", Counts(10 + car, view, 1, 50), 0.5)
        for car in range(6)
        for view in range(3)
    ]
    (row,) = summarise([one_shipped(pictures)]).to_dict("records")
    dices = [2 * p.counts.tp / (2 * p.counts.tp + p.counts.fp + 1) for p in pictures]
    interval = mean_interval(dices, clusters=[p.group for p in pictures])
    assert (row["n"], row["clusters"], row["date"]) == (18, 6, "2025-12-31")
    assert row["dice"] == pytest.approx(np.mean(dices))
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["low"] < row["dice"] < row["high"]
    tp, fp = sum(p.counts.tp for p in pictures), sum(p.counts.fp for p in pictures)
    assert row["pooled_dice"] == pytest.approx(2 * tp / (2 * tp + fp + 18))
    assert row["iou"] == pytest.approx(np.mean([d / (2 - d) for d in dices]))
    assert row["boundary_iou"] == 0.5


def test_intervals_start_at_five_pictures() -> None:
    four, five = (summarise([one_saved(n) for n in range(count)]) for count in (4, 5))
    assert math.isnan(four.low[0])
    assert math.isnan(four.high[0])
    assert five.low[0] < five.dice[0] < five.high[0]


def test_views_of_four_cars_get_no_interval() -> None:
    pictures = [PictureScore(f"{n}", f"car{n % 4}", Counts(10, n, 1, 50), 0.5) for n in range(40)]
    (row,) = summarise([one_shipped(pictures)]).to_dict("records")
    assert (row["n"], row["clusters"]) == (40, 4)
    assert math.isnan(row["low"])


@pytest.mark.parametrize(
    "changed",
    [
        {"threshold": 0.6},
        {"grid": "160x240"},
        {"settings": {"detail": True}},
        {"weights_sha256": "d" * 64},
        {"fingerprint": "d" * 64},
        {"domain": "studio"},
        {"set": "other"},
        {"model": "vgg"},
    ],
)
def test_only_equal_measurements_are_averaged(changed: dict) -> None:
    table = summarise([one_saved(1), one_saved(2), one_saved(3, **changed)])
    assert sorted(table.n) == [1, 2]


def test_two_truths_of_one_picture_are_one_cluster() -> None:
    (row,) = summarise([one_saved(1), one_saved(1, truth_sha256="e" * 64)]).to_dict("records")
    assert (row["n"], row["clusters"]) == (2, 1)


def test_pictures_without_a_group_stand_alone() -> None:
    pictures = [PictureScore(f"{n}", "", Counts(10, n, 1, 50), None) for n in range(6)]
    table = summarise([one_shipped(pictures)])
    assert table.clusters[0] == 6
    assert math.isnan(table.boundary_iou[0])


def test_a_mean_over_some_of_the_boundaries_is_not_shown() -> None:
    assert math.isnan(summarise([one_saved(1), one_saved(2, boundary_iou=None)]).boundary_iou[0])


def test_nothing_gives_an_empty_table_with_the_same_columns() -> None:
    full, empty = summarise([one_saved(1)]), summarise([])
    assert len(empty) == 0
    assert list(empty.columns) == list(full.columns)
    assert (empty.dtypes[["n", "dice", "low"]] == full.dtypes[["n", "dice", "low"]]).all()
    assert len(to_csv(empty)) > 0


def test_part_of_the_pictures_can_be_summarised() -> None:
    frame = per_picture([one_saved(n) for n in range(4)])
    assert summarise(frame[frame.dice > frame.dice.median()]).n[0] == 2
    assert frame.dice[0] == pytest.approx(180 / 187)


def test_rows_are_sorted_whatever_the_order() -> None:
    scores = [
        one_saved(1),
        one_saved(2, model="a"),
        one_shipped([PictureScore("p", "", Counts(1), 1)]),
    ]
    table = summarise(scores)
    assert list(zip(table.domain, table.model, strict=True)) == [
        ("street", "a"),
        ("street", "unet"),
        ("studio", "unet"),
    ]
    pd.testing.assert_frame_equal(table, summarise(scores[::-1]))


EVIL = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\uff1d1",
    "a;=1",
    'a",=1',
    "a|@x",
]


@pytest.mark.parametrize("text", EVIL)
def test_text_that_would_run_is_neutralised(text: str) -> None:
    data = to_csv(pd.DataFrame({"name": [text], text: ["x"]})).decode("utf-8-sig")
    for row in csv.reader(io.StringIO(data, newline="")):
        assert all(cell.strip()[0] not in "=+-@\uff1d\t\r\n" for cell in row)
        assert all("'" in cell for cell in row if cell not in ("x", "name"))


@given(st.lists(st.text("=+-@\t\r\n;,|\"' a\u00a0\uff1d", max_size=8), min_size=1, max_size=6))
@settings(deadline=None, max_examples=300)
def test_no_cell_runs_whatever_the_separator(texts: list[str]) -> None:
    data = to_csv(pd.DataFrame({"name": texts, "again": texts})).decode("utf-8-sig")
    assert data.count("\r") == data.count("\n") == len(texts) + 1
    assert "\t" not in data
    for separator in ",;\t|":
        for row in csv.reader(io.StringIO(data, newline=""), delimiter=separator):
            assert all(cell.strip()[:1] not in ("=", "+", "-", "@", "\uff1d") for cell in row)


@given(st.lists(st.text(max_size=12), min_size=1, max_size=4))
@settings(deadline=None, max_examples=100)
def test_the_file_always_reads_back_with_every_row(texts: list[str]) -> None:
    data = to_csv(pd.DataFrame({"n": range(len(texts)), "name": texts}))
    back = pd.read_csv(io.BytesIO(data), keep_default_na=False)
    assert back.n.tolist() == list(range(len(texts)))


def test_numbers_and_harmless_text_stay_as_they_are() -> None:
    frame = pd.DataFrame(
        {
            "float": [-0.1, 1 / 3],
            "mixed": pd.Series([-2, "Ätna, 2-door"], dtype=object),
            "id": pd.Series([None, 7], dtype="Int64"),
            "gone": [math.nan, -1.5],
            "kind": pd.Categorical(["a", "=b"]),
        }
    ).set_axis([5, 5])
    data = to_csv(frame)
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").split("\r\n") == [
        "float,mixed,id,gone,kind",
        "-0.1,-2,,,a",
        f'{1 / 3!r},"Ätna, 2-door",7,-1.5,\'=b',
        "",
    ]
    assert frame.kind[5].tolist() == ["a", "=b"]
    assert pd.read_csv(io.BytesIO(data))["float"].tolist() == [-0.1, 1 / 3]
