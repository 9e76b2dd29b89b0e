"""The Learn page as a whole, without a browser: every chapter draws, and answers its controls."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
import torch
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from carseg.models import build
from carseg.models.weights import save_checkpoint
from carseg.ui.learn import CHAPTERS
from carseg.ui.learn.diagram_layout import words_of
from tests.factories.checkpoints import FACTS
from tests.factories.pages import table_of

NEEDS_WEIGHTS = {"receptive_field", "skips", "transfer", "maps", "filters"}


def open_page(chapter: str = "", **linked: str) -> AppTest:
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=120)
    for name, value in linked.items():
        app.query_params[name] = value
    app.run().switch_page("pages/learn.py").run()
    return turn_to(app, chapter) if chapter else app


def turn_to(app: AppTest, chapter: str) -> AppTest:
    app.button_group(key="chapter").set_value(chapter).run()
    assert not app.exception, chapter
    return app


def words(app: AppTest) -> str:
    return "\n".join(e.value for kind in (app.markdown, app.caption, app.info) for e in kind)


def add_others(root: Path) -> None:
    """Networks that nothing on the page has been written for: no skips, and a transformer."""
    torch.manual_seed(5)
    arguments = {"widths": [4, 8, 16]}
    small = arguments | {"layers": 1, "heads": 2, "mlp": 16}
    for name, design, how in (
        ("plain", "cnn-plain", arguments),
        ("tokens", "transunet-dilated", small),
    ):
        facts = FACTS | {"title": name, "architecture": design, "arguments": how, "order": 9}
        save_checkpoint(build(design, **how), root / name, facts)


def test_every_chapter_draws_with_any_checkpoints(tiny_weights: Path):
    add_others(tiny_weights)
    app = open_page()
    for chapter, title in CHAPTERS.items():
        turn_to(app, chapter)
        assert [h.value for h in app.header] == [title]
        assert "Source" in words(app), chapter
        assert not app.error, chapter
        assert not app.info, chapter
    for model in ("tiny-a", "plain", "tokens"):
        for chapter in ("receptive_field", "skips", "maps"):
            turn_to(app, chapter)
            app.selectbox(key="learn-model").set_value(model).run()
            assert not app.exception, (model, chapter)
            assert not app.error, (model, chapter)


def test_every_chapter_draws_without_checkpoints(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CARSEG_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / "home"))
    app = open_page()
    for chapter in CHAPTERS:
        turn_to(app, chapter)
        said = " ".join(i.value for i in app.info)
        assert ("no checkpoint" in said) == (chapter in NEEDS_WEIGHTS), chapter
        assert not app.error
        assert "Source" in words(app)
    turn_to(app, "unet")
    assert len(app.selectbox(key="design").options) == 6


@pytest.mark.usefixtures("tiny_weights")
def test_the_first_chapter_opens_and_a_link_opens_its_own():
    assert [h.value for h in open_page().header] == ["Convolution"]


@pytest.mark.usefixtures("tiny_weights")
def test_a_kernel_can_be_picked_and_edited():
    app = open_page("convolution")
    app.selectbox(key="kernel").set_value("copy").run()
    app.slider(key="conv-down-1").set_value(1).run()
    app.slider(key="conv-right-1").set_value(1).run()
    first = total(app)
    app.number_input(key="k4-copy").set_value(2.0).run()
    assert total(app) == pytest.approx(2 * first, abs=0.02)
    app.slider(key="stride").set_value(2).run()
    assert not app.exception
    assert words_of((24, 36)) in images(app)


def total(app: AppTest) -> float:
    """The number at the end of the formula."""
    return float(app.latex[1].value.strip("$= \n"))


def images(app: AppTest) -> str:
    """The captions of all pictures."""
    return "\n".join(caption for image in app.get("image") for caption in image.captions)


@pytest.mark.usefixtures("tiny_weights")
def test_moving_the_mask_changes_the_scores():
    app = open_page("overlap")
    app.slider(key="move-right").set_value(0).run()
    assert [m.value for m in app.metric] == ["1.000"] * 3
    app.slider(key="move-right").set_value(20).run()
    dice, iou, rim = (float(m.value) for m in app.metric)
    assert 1 > dice > iou > rim > 0
    assert dice == pytest.approx(2 * iou / (1 + iou), abs=2e-3)


@pytest.mark.usefixtures("tiny_weights")
def test_accuracy_follows_the_share():
    app = open_page("accuracy")
    app.slider(key="car-share").set_value(40).run()
    table = table_of(app, "Scores of a mask without car")
    assert list(table.loc["Empty"]) == ["0.60", "0.00", "0.00"]


@pytest.mark.usefixtures("tiny_weights")
def test_feature_maps_are_not_kept_in_the_session():
    app = open_page("maps")
    first = images(app)
    app.selectbox(key="layer-tiny-a").set_value("head").run()
    assert not app.exception
    assert images(app) != first
    assert "of 1, each" in images(app)
    app.button_group(key="map-scale").set_value("one").run()
    assert "of all shown" in words(app)
    held = [app.session_state[key] for key in app.session_state]
    assert not any(isinstance(value, np.ndarray | torch.Tensor) for value in held)


@pytest.mark.usefixtures("tiny_weights")
def test_many_feature_maps_stand_in_two_sheets():
    app = open_page("maps")
    box = app.selectbox(key="layer-tiny-a")
    box.set_value("encoder.2.2").run()
    assert [c.partition(",")[0] for c in images(app).splitlines()] == [
        "Maps 1 to 8 of 16",
        "Maps 9 to 16 of 16",
    ]
    box.set_value("encoder.0.2").run()
    assert images(app).startswith("Maps 1 to 4 of 4, each ")


@pytest.mark.usefixtures("tiny_weights")
def test_the_gradient_runs_on_request():
    app = open_page("receptive_field")
    assert "Gradient" not in images(app)
    app.toggle(key="field-run").set_value(True).run()
    assert not app.exception
    assert "Half of it all comes from" in images(app)


@pytest.mark.usefixtures("tiny_weights")
def test_cutting_no_skip_changes_nothing():
    app = open_page("skips")
    app.button_group(key="cut-2").set_value([]).run()
    first, second = (c.partition(": ")[2] for c in images(app).splitlines())
    assert first == second
    app.button_group(key="cut-2").set_value([0, 1]).run()
    assert not app.exception
    assert "2 of 2 cut" in images(app)


@pytest.mark.usefixtures("tiny_weights")
def test_the_picture_of_compare_stands_here_too():
    app = open_page("relu", sample="studio/sedan_03")
    box = app.selectbox(key="learn-picture")
    assert box.value == "compare"
    assert "Sedan, view 3" in box.options[0]
    photos = app.session_state["tray"].photos
    (key, photo) = next(iter(photos.items()))
    photos[key] = replace(photo, name="my_own_car.jpg")
    box = app.run().selectbox(key="learn-picture")
    assert box.options[0] == "From Compare: my_own_car.jpg", "options are no Markdown"
    box.set_value("drawn").run()
    assert not app.exception


def test_altered_weights_are_one_sentence(tiny_weights: Path):
    path = tiny_weights / "tiny-a" / "model.safetensors"
    blob = bytearray(path.read_bytes())
    blob[-1] ^= 1
    path.write_bytes(blob)
    # What other tests have run with these weights is known by their hash.
    st.cache_resource.clear()
    app = open_page()
    for chapter in ("maps", "skips", "filters"):
        turn_to(app, chapter)
        assert ["altered or damaged" in e.value for e in app.error] == [True], chapter
