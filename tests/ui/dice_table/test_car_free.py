"""Sets without a car: false car in the place of Dice, by hand and on saved scores."""

import pandas as pd
import pytest

from carseg.analysis.frames import per_picture
from carseg.measures.overlap import Counts, PictureScore
from carseg.results import ScoreSet
from carseg.ui.dice_table import car_free
from carseg.ui.shared import tables
from tests.factories.scores import saved_score, score_set

TITLES = {"m": "Model *M*"}
FALSE = (0, 3, 11, 0, 40, 200)
"""False pixels of six pictures of 1,000."""


def empty(model: str = "m", false: tuple[int, ...] = FALSE, **changes) -> ScoreSet:
    pictures = tuple(
        PictureScore(f"p{i}", f"scene{i}", Counts(0, fp, 0, 1000 - fp), None)
        for i, fp in enumerate(false)
    )
    return score_set(model, "street", set="walls", pictures=pictures, **changes)


def test_averages_are_those_of_a_calculator():
    (row,) = car_free.car_free_averages(per_picture([empty()]), TITLES).to_dict("records")
    assert row["area"] == pytest.approx(254 / 6000)
    # Of 1.1, 4 and 20 % more than one in a hundred pixels is called car.
    assert row["much"] == pytest.approx(3 / 6)
    assert (row["title"], row["set"], row["n"]) == ("Model *M*", "walls", 6)
    assert row["low"] < row["area"] < row["high"]
    assert row["interval"] == f"{row['low']:.1%} to {row['high']:.1%}"


def test_lines_are_kept_apart_and_the_least_false_car_comes_first():
    better = empty("other", FALSE[:4])
    pictures = per_picture([empty(), empty(grid="native"), better])
    table = car_free.car_free_averages(pictures, TITLES)
    assert list(zip(table["model"], table["grid"], strict=True)) == [
        ("other", "160x240"),
        ("m", "160x240"),
        ("m", "native"),
    ]
    assert table["interval"][0] == tables.DASH  # four pictures are too few


def test_one_car_makes_it_a_set_with_cars():
    walls, cars = per_picture([empty()]), per_picture([score_set()])
    assert car_free.is_car_free(walls).all()
    assert not car_free.is_car_free(cars).any()
    mixed = pd.concat([walls, cars.head(1).assign(domain="street", set="walls")])
    assert not car_free.is_car_free(mixed).any()
    assert car_free.empty_truth(mixed).tolist() == [True] * 6 + [False]


def test_the_pictures_with_most_false_car_come_first():
    pictures = tables.with_words(per_picture([empty()]), TITLES)
    assert list(car_free.most_false(pictures, 3)["picture"]) == ["p5", "p4", "p2"]


def test_each_row_says_one_thing():
    rows = per_picture([saved_score("car"), saved_score("wall", set="w", tp=0, fn=0, tn=980)])
    shown = car_free.each(rows).set_index("picture")
    assert shown.loc["car", "dice"] == 0.8
    assert pd.isna(shown.loc["car", "area"])
    assert pd.isna(shown.loc["wall", car_free.SCORES_OF_CARS]).all()
    assert shown.loc["wall", "area"] == 0.02


def test_nothing_saved_is_no_set_without_a_car():
    assert car_free.is_car_free(per_picture([])).empty
