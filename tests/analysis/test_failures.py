"""The gallery's choice of pictures against hand-made cases, and the audit's flags in words."""

import pandas as pd
import pytest

from carseg.analysis.boards import STREET, STUDIO, WEB, Benchmark
from carseg.analysis.failures import (
    BOTH_ERRORS,
    LOST_CAR,
    NO_ERROR,
    TOOK_BACKGROUND,
    error,
    flagged,
    widest,
    without_flagged,
    worst,
)
from carseg.analysis.frames import per_picture
from carseg.data.audit import audit
from carseg.measures.overlap import Counts, PictureScore
from tests.factories.scores import dice_set, score_set

GROSS = "IMG_20201123_133022__01"  # other cars, not labelled
SMALL = "IMG_20201123_133402"  # other cars, of no consequence
CLEAN = "IMG_20201123_132905"


@pytest.fixture
def pictures() -> pd.DataFrame:
    a = {"c": 0.9, "a": 0.4, "b": 0.4, "d": 0.95, "only": 0.1}
    b = {"c": 0.5, "a": 0.6, "b": 0.4, "d": 0.96}
    elsewhere = dice_set("a", STUDIO, {"car_01": 0.01})
    return per_picture([dice_set("a", STREET, a), dice_set("b", STREET, b), elsewhere])


def test_the_worst_come_first_and_equals_by_name(pictures):
    cases = worst(pictures, STREET, "a", 4)
    assert [case.picture for case in cases] == ["only", "a", "b", "c"]
    assert cases[0].counts == {"a": Counts(100, 900, 900, 2000)}
    assert list(worst(pictures, STREET, "b", 1)[0].counts) == ["b", "a"], "its own counts in front"
    assert cases[1].best == ("b", pytest.approx(0.6))
    assert len(worst(pictures, STREET, "a", 99)) == 5
    assert worst(pictures, STREET, "nobody", 3) == []


def test_the_widest_gap_whoever_is_better_on_common_pictures_only(pictures):
    cases = widest(pictures, STREET, "a", "b", 9)
    assert [case.picture for case in cases] == ["c", "a", "d", "b"]
    assert list(cases[0].counts) == ["a", "b"]
    assert list(widest(pictures, STREET, "b", "a", 1)[0].counts) == ["b", "a"]
    assert widest(pictures, STREET, "a", "nobody", 9) == []
    assert widest(pictures, Benchmark("mine", "native"), "a", "b", 9) == []


def test_baselines_are_no_models():
    sets = [dice_set(m, STREET, {"x": 0.5}) for m in ("baseline-mean", "m")]
    assert list(worst(per_picture(sets), STREET, "m", 1)[0].counts) == ["m"]


@pytest.mark.parametrize(
    ("fp", "fn", "words"),
    [
        (0, 0, NO_ERROR),
        (1, 0, TOOK_BACKGROUND),
        (0, 1, LOST_CAR),
        (200, 100, TOOK_BACKGROUND),
        (199, 101, BOTH_ERRORS),
        (100, 200, LOST_CAR),
        (101, 199, BOTH_ERRORS),
    ],
)
def test_what_went_wrong_follows_the_counts(fp, fn, words):
    assert error(Counts(500, fp, fn, 500)) == words


def test_flags_are_those_of_the_audit():
    sets = [dice_set("m", STREET, {GROSS: 0.3, SMALL: 0.4, CLEAN: 0.5, "stranger": 0.6})]
    gross, small, clean, stranger = worst(per_picture(sets), STREET, "m", 4)
    assert gross.flagged
    assert gross.flags == ["other car, not labelled"]
    assert not small.flagged
    assert small.flags == ["other cars, of no consequence"]
    assert clean.flags == stranger.flags == []
    assert stranger.finding is None
    # The same name in another set is another picture; the refined set has the same pictures.
    here = per_picture([dice_set("m", WEB, {GROSS: 0.3})])
    assert worst(here, WEB, "m", 1)[0].finding is None
    fine = Benchmark("street-photo-refined", "native")
    assert worst(per_picture([dice_set("m", fine, {GROSS: 0.3})]), fine, "m", 1)[0].flagged


def test_without_the_flagged_drops_just_those():
    street = dice_set("m", STREET, {name: 0.5 for name in audit() if "IMG" in name})
    web = dice_set("m", WEB, {name: 0.5 for name in audit() if "IMG" not in name})
    both = per_picture([street, web, score_set("m")])
    kept = without_flagged(both)
    assert kept.index.is_unique
    assert set(kept.columns) == set(both.columns)
    gone = set(both["picture"]) - set(kept["picture"])
    assert gone == {name for name, one in audit().items() if 2 in (one.other_cars, one.label_fault)}
    assert len(gone) == len(both) - len(kept) == 6
    assert [one.picture for one in flagged(both)] == sorted(gone)
    assert [one.set for one in flagged(both)] == ["street-photo"] * 4 + ["street-web"] * 2
    assert flagged(kept) == []
    assert len(without_flagged(kept)) == len(kept)


def test_nothing_at_all():
    empty = per_picture([])
    assert without_flagged(empty).empty
    assert flagged(empty) == []
    one = score_set("m", pictures=(PictureScore("x", "", Counts(0, 0, 0, 9), None),))
    assert worst(per_picture([one]), Benchmark("carvana", "160x240"), "m", 1)[0].group == "x"
