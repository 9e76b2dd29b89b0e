"""Effects of start and training views, and seeds, against scores worked out by hand."""

import numpy as np
import pytest

from carseg.analysis import boards
from carseg.analysis.boards import STREET
from carseg.analysis.effects import SQUARE_EFFECTS, recipe_effect, square
from carseg.analysis.frames import per_picture
from carseg.train.families import FAMILIES
from tests.factories.effects import CORNERS, LEVELS, board
from tests.factories.scores import dice_set


def test_the_four_differences_and_the_interaction():
    found = square(board(LEVELS), CORNERS)
    wanted = dict(zip(SQUARE_EFFECTS, (0.1, 0.2, 0.2, 0.3, 0.1), strict=True))
    for name, value in wanted.items():
        one = found.effects[name]
        assert one.difference == pytest.approx(value)
        # The same in every picture: the interval has no width, and all ten signs agree.
        assert (one.interval.low, one.interval.high) == pytest.approx((value, value))
        assert one.p == pytest.approx(2 / 2**10)
        assert found.adjusted[name] == pytest.approx(5 * 2 / 2**10)
    assert [cell.dice for cell in found.cells] == pytest.approx([0.5225, 0.6225, 0.7225, 0.9225])
    assert found.missing == []


def test_a_missing_corner_leaves_what_can_be_said():
    found = square(board({name: LEVELS[name] for name in "abd"}), CORNERS)
    assert found.missing == ["c"]
    assert found.cells[2] is None
    assert set(found.adjusted) == {"Pretraining, studio views", "Street views, pretrained"}
    assert found.effects["Interaction"] is None
    assert found.adjusted["Street views, pretrained"] == pytest.approx(2 * 2 / 2**10)


def test_nothing_of_a_family():
    for family in FAMILIES:
        found = square(board({"other": 0.5}), family)
        assert found.missing == list(family.corners)
        assert not found.adjusted


def test_seeds_are_averaged_and_their_spread_limits_the_claim():
    levels = {"a": 0.5, "a-s1": 0.52, "b": 0.6, "b-s1": 0.56, "b-s2": 0.64}
    one = recipe_effect(board(levels), ["b", "a"], (1, -1))
    assert one.difference == pytest.approx(0.6 - 0.51)
    assert [spread.n for spread in one.spreads] == [3, 2]
    assert [spread.range for spread in one.spreads] == pytest.approx([0.08, 0.02])
    assert one.exceeds
    wide = recipe_effect(board(levels | {"b-s2": 0.7}), ["b", "a"], (1, -1))
    assert wide.difference == pytest.approx(0.62 - 0.51)  # less than the range of b, 0.14
    assert not wide.exceeds


def test_one_seed_claims_nothing():
    assert not recipe_effect(board(LEVELS), ["d", "a"], (1, -1)).exceeds


def test_only_pictures_that_all_were_measured_on_count():
    sets = [dice_set("a", STREET, {f"s{i}_1": 0.5 for i in range(8)})]
    sets.append(dice_set("b", STREET, {f"s{i}_1": 0.5 + 0.05 * i for i in range(6)}))
    one = recipe_effect(boards.board(per_picture(sets), STREET), ["b", "a"], (1, -1))
    assert (one.n, one.clusters) == (6, 6)
    assert one.difference == pytest.approx(np.mean([0.05 * i for i in range(6)]))
    assert recipe_effect(boards.board(per_picture(sets), STREET), ["b", "z"], (1, -1)) is None


def test_too_few_scenes_have_no_interval():
    sets = [
        dice_set(m, STREET, {f"s{i}_1": d for i in range(4)}) for m, d in (("a", 0.4), ("b", 0.5))
    ]
    one = recipe_effect(boards.board(per_picture(sets), STREET), ["b", "a"], (1, -1))
    assert one.interval is None
    assert one.difference == pytest.approx(0.1)
