"""The gallery of failures as a visitor meets it, with and without the data set at hand."""

from pathlib import Path

import pytest

from carseg.analysis.boards import STREET, STUDIO
from carseg.measures.overlap import Counts
from carseg.ui.dice_table.gallery import bar, how_wrong
from tests.factories.checkpoints import write_tiny
from tests.factories.pages import open_page, view, words
from tests.factories.pictures import write_pairs
from tests.factories.scores import dice_set, ship

FLAGGED = "IMG_20201123_133022__01"
IDS = [FLAGGED, "IMG_2020_b", "IMG_2020_c", "IMG_2020_d"]


@pytest.fixture
def two(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two checkpoints on four street pictures; no data folder."""
    monkeypatch.delenv("CARSEG_DATA_ROOT", raising=False)
    a = dict(zip(IDS, (0.3, 0.5, 0.9, 0.8), strict=True))
    b = dict(zip(IDS, (0.4, 0.9, 0.85, 0.8), strict=True))
    ship(tiny_weights, dice_set("tiny-a", STREET, a), dice_set("tiny-b", STREET, b))
    return tiny_weights


def names(app) -> list[str]:
    """The pictures in the order of their cards."""
    texts = [item.value.replace("\\", "") for item in app.markdown]
    return [text.strip("*") for text in texts if text.strip("*") in IDS]


@pytest.mark.usefixtures("two")
def test_worst_first_with_dice_error_and_flags():
    app = view("fails")
    assert app.selectbox(key="fail-model").value == "tiny-b", "the best on the street"
    assert names(app) == [IDS[0], IDS[3], IDS[2], IDS[1]]
    app.selectbox(key="fail-model").select("tiny-a").run()
    assert names(app) == [*IDS[:2], IDS[3], IDS[2]]
    text = words(app)
    assert "0.300" in text
    assert text.count("70.0 %") >= 2
    assert "two pixelated cars behind" in text  # the audit's note on a flagged picture
    assert "Tiny tiny-b, Dice 0.400" in text
    assert app.download_button(key="csv-failures").label == "These pictures (CSV)"


@pytest.mark.usefixtures("two")
def test_the_widest_gap_needs_two_models():
    app = open_page()
    app.button_group(key="view").set_value("fails").run()
    app.button_group(key="fail-mode").set_value("gap").run()
    assert not app.exception
    assert names(app) == [IDS[1], IDS[0], IDS[2], IDS[3]]
    assert (app.selectbox(key="fail-a").value, app.selectbox(key="fail-b").value) == (
        "tiny-b",
        "tiny-a",
    )
    assert "A less B: +0.4000" in words(app)
    assert "is better on 2, " in words(app)
    app.selectbox(key="fail-b").select("tiny-b").run()
    assert "the same model" in words(app)


def test_one_model_alone(tiny_weights):
    ship(tiny_weights, dice_set("tiny-a", STREET, dict.fromkeys(IDS, 0.5)))
    app = view("fails")
    assert names(app) == sorted(IDS)
    app.button_group(key="fail-mode").set_value("gap").run()
    assert not app.exception
    assert "Only one model" in words(app)


@pytest.mark.usefixtures("two")
def test_without_the_data_it_says_how_to_get_them():
    app = view("fails")
    assert not app.get("image")
    assert "fail-0" not in [b.key for b in app.button]
    assert "See the pictures" in [e.label for e in app.expander]
    assert "intelecai/car-segmentation" in words(app)
    assert "CARSEG_DATA_ROOT=DATA" in app.tabs[0].code[0].value


def test_another_set_has_another_source(two):
    ship(two, dice_set("tiny-a", STUDIO, {"x_01": 0.9}))
    app = view("fails")
    app.selectbox(key="fail-set").select_index(1).run()
    assert "carvana-image-masking-challenge" in words(app)


@pytest.mark.usefixtures("two")
def test_a_data_folder_without_the_set_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("CARSEG_DATA_ROOT", str(tmp_path))
    text = words(view("fails"))
    assert "is set, but no folder in it" in text
    assert str(tmp_path) not in text


@pytest.mark.usefixtures("two")
def test_a_click_takes_picture_and_truth_to_compare(tmp_path, monkeypatch):
    monkeypatch.setenv("CARSEG_DATA_ROOT", str(write_pairs(tmp_path / "data", IDS)))
    app = view("fails")
    assert len(app.get("image")) == 4
    assert "See the pictures" not in [e.label for e in app.expander]
    app.button(key="fail-1").click().run()
    assert not app.exception
    tray = app.session_state["tray"]
    (photo,) = tray.photos.values()
    assert photo.name == f"{IDS[3]}.png"
    assert tray.truths[photo.id][0] == f"{IDS[3]} (true mask)"
    assert app.session_state["models"] == ["tiny-b"]


@pytest.mark.usefixtures("two")
def test_a_picture_that_is_gone_costs_only_itself(tmp_path, monkeypatch):
    root = write_pairs(tmp_path / "data", IDS)
    monkeypatch.setenv("CARSEG_DATA_ROOT", str(root))
    (root / "images" / f"{IDS[3]}.png").write_bytes(b"no picture")
    app = view("fails")
    assert len(app.get("image")) == 3
    assert "not a picture that can be read" in words(app)


def test_baselines_do_not_fail(tiny_weights):
    write_tiny(tiny_weights, "baseline-mean", 9)
    ship(tiny_weights, dice_set("baseline-mean", STREET, dict.fromkeys(IDS, 0.5)))
    assert "No model here has scores on pictures with cars" in words(view("fails"))


def test_the_bar_says_its_shares():
    html = bar(Counts(60, 30, 10, 5), "<b>")
    assert "&lt;b&gt;: car found 60.0 %, car lost 10.0 %, background taken 30.0 %" in html
    assert "width:60.00%" in html
    assert "<b>" not in html
    assert "width:0.00%" in bar(Counts(0, 0, 0, 9), "")


def test_what_went_wrong_in_words():
    assert how_wrong(Counts(100, 0, 0, 9)) == ("Not one pixel wrong; precision 1.000, recall 1.000")
    assert how_wrong(Counts(90, 5, 10, 9)).startswith(
        "Lost car (5.0 % of the car's size too much, 10.0 % of the car's size lost); precision"
    )
