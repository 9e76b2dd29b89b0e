"""Shares of errors against sums by hand, and rank correlations against SciPy."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from carseg.analysis.boards import STREET
from carseg.analysis.error_profile import PARTS, joined, link, profile
from carseg.analysis.frames import per_picture
from carseg.measures.faults import ANATOMY_COLUMNS
from carseg.results import read_details
from tests.factories.scores import dice_set

DICE = {"s1_a": 0.8, "s1_b": 0.9, "s2_a": 0.5}  # of 1000 car pixels: 200, 100 and 500 of each kind


def details(**changes) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "picture": list(DICE),
            "surface_dice": 0.5,
            "edge_fp": [150, 100, 0],
            "edge_fn": [200, 40, 100],
            "inner_fp": [50, 0, 500],
            "inner_fn": [0, 60, 400],
            "stray_pieces": [0, 1, 3],
            "stray_pixels": [0, 10, 90],
            "wheel_zone": [300, 300, 300],
            "wheel_fn": [14, 15, 200],
            "edge_contrast": [20.0, 30.0, np.nan],
            "blown": [0.0, 0.0, 0.1],
            "threshold_trust": [0.9, 0.7, 0.8],
            "mirror_trust": [0.8, 0.9, 0.1],
        }
    )
    return table.assign(**changes)


@pytest.fixture
def scores() -> pd.DataFrame:
    return per_picture([dice_set("m", STREET, DICE)])


def test_the_fixture_has_every_measure():
    assert {*ANATOMY_COLUMNS} <= set(details().columns)


def test_the_profile_is_a_mean_over_pictures(scores):
    found = profile(joined(details(), scores))
    assert (found.n, found.clusters) == (3, 2)
    assert found.dice == pytest.approx((0.8 + 0.9 + 0.5) / 3)
    wanted = {"edge_fp": 250, "edge_fn": 340, "inner_fp": 550, "inner_fn": 460}
    assert found.parts == pytest.approx({k: v / 3000 for k, v in wanted.items()})
    assert found.wrong == pytest.approx(1600 / 3000)
    assert found.share("edge_fp", "edge_fn") == pytest.approx(590 / 1600)
    assert found.strays == pytest.approx(4 / 3)
    assert found.strayed == 2
    assert found.wheel == 2, "15 of 300 is the limit, 14 is below it"


def test_each_picture_counts_the_same_whatever_its_size(scores):
    large = scores.assign(tp=scores["tp"] * [1, 1, 9], fn=scores["fn"] * [1, 1, 9])
    rows = joined(details(inner_fn=[0, 60, 4400]), large.assign(fp=[200, 100, 500]))
    assert profile(rows).parts["inner_fn"] == pytest.approx((0 + 60 / 1000 + 4400 / 9000) / 3)


def test_trust_is_the_lower_of_the_two_and_may_be_missing(scores):
    assert joined(details(), scores)["trust"].tolist() == [0.8, 0.7, 0.1]
    older = joined(details().drop(columns="mirror_trust"), scores)
    assert older["trust"].isna().all()


@pytest.mark.parametrize(
    "other",
    [
        None,
        details().iloc[:2],
        details(picture=["s1_a", "s1_b", "other"]),
        details(inner_fp=[50, 0, 499]),
        pd.concat([details(), details().assign(picture=["x", "y", "z"])]),
    ],
    ids=["none", "fewer", "others", "other counts", "more"],
)
def test_details_of_other_scores_count_as_none(scores, other):
    assert joined(other, scores) is None


def written(folder: Path, table: pd.DataFrame) -> Path:
    (folder / "details").mkdir()
    table.to_csv(folder / "details" / "mine-native.csv", index=False)
    return folder


def test_details_are_read_as_they_were_written(tmp_path):
    table = details(picture=["003", "b", "c"])
    found = read_details(written(tmp_path, table), "mine-native")
    pd.testing.assert_frame_equal(found, table)
    assert read_details(tmp_path, "other-native") is None


def test_details_may_lack_trust(tmp_path):
    older = details().drop(columns=["threshold_trust", "mirror_trust"])
    assert list(read_details(written(tmp_path, older), "mine-native")) == list(older)


@pytest.mark.parametrize(
    "broken",
    [
        details().drop(columns="edge_contrast"),
        details().drop(columns="picture"),
        details(picture=["s1_a", "s1_a", "s1_b"]),
        details(edge_fn=["200", "40", "many"]),
        details(mirror_trust=["0.9", "0.8", "none?"]),
        pd.DataFrame(),
    ],
    ids=["older", "no picture", "twice", "text", "trust in words", "empty"],
)
def test_a_file_that_holds_no_details_counts_as_absent(tmp_path, broken):
    assert read_details(written(tmp_path, broken), "mine-native") is None


def test_pictures_without_a_car_are_left_out(scores):
    empty = scores.assign(tp=[800, 900, 0], fn=[200, 100, 0])
    rows = joined(details(edge_fn=[200, 40, 0], inner_fn=[0, 60, 0]), empty)
    assert list(rows["picture"]) == ["s1_a", "s1_b"]
    with pytest.raises(ValueError, match="no picture with a car"):
        profile(rows.iloc[:0])


def test_nothing_wrong_has_no_shares(scores):
    none = dict.fromkeys(PARTS, 0)
    rows = joined(details(**none), scores.assign(fp=0, fn=0))
    assert profile(rows).wrong == 0
    assert profile(rows).share("edge_fp") == 0


def made(n: int = 60, seed: int = 1, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = x + rng.normal(size=n)
    return (x.round(), y) if ties else (x, y)


@pytest.mark.parametrize("ties", [False, True])
def test_the_rank_correlation_and_its_interval_are_scipys(ties):
    x, y = made(ties=ties)
    found = link(x, y, [str(i) for i in range(len(x))])
    assert found.rank == pytest.approx(stats.spearmanr(x, y).statistic)
    assert (found.n, found.clusters) == (60, 60)
    other = stats.bootstrap(
        (x, y),
        lambda a, b: stats.spearmanr(a, b).statistic,
        paired=True,
        vectorized=False,
        n_resamples=400,
        method="percentile",
        rng=np.random.default_rng(5),
    ).confidence_interval
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(other), abs=0.06)
    assert found.clear


def test_pictures_of_one_scene_do_not_narrow_the_interval():
    x, y = made(12)
    alone = link(x, y, [str(i) for i in range(12)])
    copies = link(np.tile(x, 8), np.tile(y, 8), [str(i) for i in range(12)] * 8)
    assert (copies.n, copies.clusters) == (96, 12)
    assert copies.interval.width == pytest.approx(alone.interval.width, abs=0.02)
    assert copies.interval.width > link(np.tile(x, 8), np.tile(y, 8), range(96)).interval.width


def test_noise_is_not_clear_and_the_same_call_gives_the_same():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 40))
    found = link(x, y, range(40))
    assert not found.clear
    assert found == link(x, y, range(40))


def test_what_is_missing_is_left_out():
    x, y = made(8)
    x[2] = np.nan
    there = np.isfinite(x)
    found = link(x, y, list("aabbccdd"))
    assert found.rank == pytest.approx(stats.spearmanr(x[there], y[there]).statistic)
    assert found.n == 7
    assert found.clusters == 4
    assert found.interval is None
    assert not found.clear


def test_a_measure_that_hardly_ever_changes_still_has_an_interval():
    found = link([0.0] * 9 + [1.0], np.arange(10.0), range(10))
    assert found.rank == pytest.approx(stats.spearmanr([0] * 9 + [1], range(10)).statistic)
    assert -1 <= found.interval.low <= found.interval.high <= 1


@pytest.mark.parametrize("x", [[1.0] * 9, [np.nan] * 9, [1, 2, 3, 4] + [np.nan] * 5])
def test_too_little_to_say(x):
    assert link(x, np.arange(9.0), range(9)) is None
