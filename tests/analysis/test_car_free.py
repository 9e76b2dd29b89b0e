import math

import pytest

from carseg.analysis.car_free import car_free_table, false_area, with_car
from carseg.analysis.frames import per_picture
from carseg.analysis.model_card import card_text
from carseg.analysis.readme_table import overview
from carseg.measures.overlap import Counts, PictureScore
from carseg.models.checkpoint import read_config
from tests.factories.scores import score_set, ship


def free(model: str, false: list[int]):
    """Pictures of 1,000 pixels without a car, so many of them called car in each."""
    pictures = tuple(
        PictureScore(f"bg{i}", f"bg{i}", Counts(0, fp, 0, 1000 - fp), 0.0)
        for i, fp in enumerate(false)
    )
    return score_set(model, "street", set="car-free", grid="native", pictures=pictures)


def test_area_and_share_by_hand():
    rows = per_picture([free("a", [0, 0, 5, 10, 11, 500]), free("b", [0, 20])])
    assert false_area(rows).tolist() == [0, 0, 0.005, 0.01, 0.011, 0.5, 0, 0.02]
    a, b = car_free_table(rows).itertuples(index=False)
    assert (a.model, a.n) == ("a", 6)
    assert a.area == pytest.approx(0.526 / 6)
    # One per cent is not more than one per cent.
    assert a.much == pytest.approx(2 / 6)
    assert a.low < a.area < a.high
    assert (b.area, b.much) == (0.01, 0.5)
    assert math.isnan(b.low)  # two pictures are too few for an interval


def test_other_sets_and_grids_are_left_out():
    rows = per_picture([score_set("a", "street"), free("a", [1, 2])])
    assert car_free_table(rows)["n"].tolist() == [2]
    assert set(with_car(rows)["set"]) == {"street-photo"}
    assert car_free_table(with_car(rows)).empty


def test_table_and_card_give_no_dice_where_there_is_no_car(tiny_weights):
    scores = free("tiny-a", [0, 30, 0, 0])
    ship(tiny_weights, scores)
    head, _, line = overview(tiny_weights).splitlines()
    assert "false car where there is none (n = 4)" in head
    assert "0.8 % of the picture; over 1 % in 25 %" in line
    text = card_text(read_config(tiny_weights / "tiny-a"), [scores])
    assert "Of 4 pictures without a car it calls 0.8 % car, and more than 1 % of 25 %" in text
    assert "| car-free |" not in text
