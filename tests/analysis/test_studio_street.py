"""Studio and street side by side, angles, and the path of a training, by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit as scipy_logit

from carseg.analysis import studio_street
from carseg.analysis.boards import STREET, STUDIO, WEB
from carseg.analysis.frames import per_picture, summarise
from carseg.measures.overlap import Counts
from carseg.results import write_scores
from tests.factories.configs import config
from tests.factories.scores import dice_set

CARS = [f"car{i}" for i in range(5)]


def studio(model: str, level: float = 0.9, **changes):
    """Five cars from sixteen angles; side views (5 and 13) lie 0.05 higher."""
    dice = {
        f"{car}_{angle:02d}": level + (0.05 if angle in (5, 13) else 0)
        for car in CARS
        for angle in range(1, 17)
    }
    return dice_set(model, STUDIO, dice, **changes)


def street(model: str, level: float = 0.6, benchmark=STREET):
    return dice_set(model, benchmark, {f"s{i}": level + 0.01 * i for i in range(6)})


def test_one_row_per_model_with_its_gap():
    sets = [studio("net"), street("net"), street("net", 0.7, WEB), studio("gone", 0.8)]
    sets += [street("control"), studio("baseline-mean", 0.3)]
    configs = {
        "control": config("control", scores_only=True, pretrained="ImageNet"),
        "net": config("net"),
        "unmeasured": config("unmeasured"),
        "baseline-mean": config("baseline-mean", architecture="none", scores_only=True),
    }
    pictures = per_picture(sets)
    table = studio_street.side_by_side(pictures, summarise(pictures), configs)
    assert list(table["model"]) == ["control", "net", "baseline-mean", "gone"]
    assert list(table["kind"]) == ["control", "network", "baseline", "network"]
    rows = table.set_index("model")
    assert rows.loc["net", "studio"] == pytest.approx(0.9 + 0.05 * 2 / 16)
    assert rows.loc["net", "street"] == pytest.approx(0.625)
    assert rows.loc["net", "web"] == pytest.approx(0.725)
    assert rows.loc["net", "gap"] == pytest.approx(0.90625 - 0.625)
    assert rows.loc["net", "gap_low"] < rows.loc["net", "gap"] < rows.loc["net", "gap_high"]
    assert rows.loc["control", ["studio", "gap", "gap_low"]].isna().all()
    assert rows.loc["control", "pretrained"] == "ImageNet"
    assert rows.loc["net", "augmentation"] == "studio"
    assert rows.loc["net", "seen"] == 800
    assert pd.isna(rows.loc["gone", "seen"])
    assert pd.isna(rows.loc["baseline-mean", "gap"])


def test_nothing_measured_gives_no_rows():
    table = studio_street.side_by_side(per_picture([]), summarise([]), {"a": config()})
    assert table.empty
    assert list(table.columns) == studio_street.STUDIO_STREET_COLUMNS


def test_the_gap_within_side_views():
    pictures = per_picture([studio("net"), street("net")])
    found = studio_street.gap(pictures, "net", "side views")
    # Angles 4 to 6 and 12 to 14: two of six lie 0.05 higher.
    assert found.difference == pytest.approx(0.9 + 0.05 / 3 - 0.625)
    assert found.n == (30, 6)
    assert studio_street.gap(pictures, "net").n == (80, 6)
    assert studio_street.gap(pictures, "other") is None
    assert studio_street.gap(per_picture([studio("net")]), "net") is None


def test_the_gap_within_thirds_of_car_size():
    """Street cars fill 0.1, 0.3 or 0.6; studio cars 0.1 (Dice 0.9) or, seldom, 0.6 (Dice 0.7)."""

    def sized(scores, shares):
        """The same Dice with cars of other sizes: true pixels of 10,000."""
        pictures = []
        for picture, share in zip(scores.pictures, shares, strict=True):
            true = round(10_000 * share)
            hits = round(true * picture.counts.dice)
            counts = Counts(hits, true - hits, true - hits, 10_000 - true - (true - hits))
            pictures.append(replace(picture, counts=counts))
        return replace(scores, pictures=tuple(pictures))

    outside = dice_set(
        "m", STREET, {f"s{i}": d for i, d in enumerate((0.8, 0.8, 0.7, 0.7, 0.6, 0.6))}
    )
    outside = sized(outside, [0.1, 0.1, 0.3, 0.3, 0.6, 0.6])
    inside = dice_set("m", STUDIO, {f"c{i}_01": 0.9 if i < 8 else 0.7 for i in range(10)})
    inside = sized(inside, [0.1] * 8 + [0.6] * 2)
    pictures = per_picture([outside, inside])
    assert studio_street.car_share(pictures).round(6).tolist()[:3] == [0.1, 0.1, 0.3]
    found = studio_street.gap(pictures, "m", "car size")
    # The middle third has no studio car; small and large weigh the same: (0.1 + 0.1) / 2.
    assert found.difference == pytest.approx(0.1, abs=1e-3)
    assert found.strata == (0, 2)
    assert found.n == (10, 4)


@pytest.mark.parametrize(
    ("picture", "angle"),
    [("0cdf5b5d0ce1_01", 1), ("a_16", 16), ("a_17", None), ("a_00", None), ("a_1", None),
     ("IMG_20201123", None), ("_05", None), ("IMG_20201123_132929__01", 1), ("photo", None)],
)  # fmt: skip
def test_angles_are_read_from_names(picture, angle):
    assert studio_street.angle(picture) == angle


def test_means_by_angle():
    table = studio_street.by_angle(per_picture([studio("a"), studio("b", 0.8)]), STUDIO)
    assert len(table) == 32
    assert set(table["n"]) == {5}
    rows = table.set_index(["model", "angle"])["dice"]
    assert rows["a", 5] == pytest.approx(0.95)
    assert rows["a", 4] == pytest.approx(0.9)
    assert rows["b", 13] == pytest.approx(0.85)
    assert studio_street.by_angle(per_picture([street("a")]), STREET).empty


def put(folder: Path, seen: int, studio_dice: float | None, street_dice: float) -> None:
    step = folder / "path" / str(seen)
    if studio_dice is not None:
        write_scores(step, dice_set(str(seen), STUDIO, {"c_01": studio_dice, "c_02": studio_dice}))
    write_scores(
        step, dice_set(str(seen), STREET, {"s0": street_dice - 0.1, "s1": street_dice + 0.1})
    )


def test_the_path_is_read_in_the_order_of_training(tmp_path: Path):
    for seen, inside, outside in ((1024, 0.9, 0.6), (64, 0.5, 0.3), (256, 0.7, 0.45)):
        put(tmp_path, seen, inside, outside)
    put(tmp_path, 2048, None, 0.7)  # not measured in the studio
    (tmp_path / "path" / "notes").mkdir()
    path = studio_street.training_path(tmp_path)
    assert path["seen"].tolist() == [64, 256, 1024]
    np.testing.assert_allclose(path["studio"], [0.5, 0.7, 0.9])
    np.testing.assert_allclose(path["street"], [0.3, 0.45, 0.6])


def test_a_broken_step_is_named_and_left_out(tmp_path: Path):
    put(tmp_path, 64, 0.5, 0.3)
    (tmp_path / "path" / "64" / "scores" / "street-photo-native.csv").write_text("no scores")
    problems: list[str] = []
    assert studio_street.training_path(tmp_path, problems).empty
    assert len(problems) == 1
    assert "street-photo-native.csv" in problems[0]


def test_without_a_path_there_is_no_line(tmp_path: Path):
    path = studio_street.training_path(tmp_path)
    assert list(path.columns) == studio_street.PATH_COLUMNS
    assert path.empty
    assert studio_street.line_of(path) is None
    two = pd.DataFrame({"studio": [0.5, 0.6], "street": [0.3, 0.4]})
    assert studio_street.line_of(two) is None
    level = pd.DataFrame({"studio": [0.5] * 3, "street": [0.3, 0.4, 0.5]})
    assert studio_street.line_of(level) is None


def test_effective_robustness_is_the_distance_from_the_line():
    path = pd.DataFrame({"studio": [0.5, 0.7, 0.9], "street": [0.4, 0.55, 0.7]})
    slope, intercept = np.polyfit(scipy_logit(path["studio"]), scipy_logit(path["street"]), 1)
    models = {"weak": (0.8, 0.5), "strong": (0.95, 0.9)}
    table = studio_street.robustness(models, studio_street.line_of(path)).set_index("model")
    assert list(table.index) == ["strong", "weak"]
    for name, (inside, outside) in models.items():
        own = scipy_logit(outside) - (intercept + slope * scipy_logit(inside))
        assert table.loc[name, "logit"] == pytest.approx(own)
        assert np.sign(table.loc[name, "dice"]) == np.sign(own)
    assert table["extrapolated"].tolist() == [True, False]
