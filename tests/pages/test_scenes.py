"""Scenes behind the car, as a visitor of Compare chooses them."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from tests.factories.compare import APP, bring, photo, sound, viewer
from tests.factories.scenes import FACTS, write_scene


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No test sees the networks and pictures of another."""
    st.cache_resource.clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where scenes are looked for; empty."""
    monkeypatch.setattr(settings, "samples_dir", lambda: tmp_path / "samples")
    return tmp_path / "samples" / "backgrounds"


@pytest.fixture
def app(tiny_weights: Path, folder: Path) -> AppTest:  # noqa: ARG001 - asked for its effect
    write_scene(folder, "city-night", FACTS | {"light_colour": [0.03, 0.02, 0.02]})
    write_scene(folder, "road", FACTS | {"horizon": 0.2})
    return opened()


def opened(**link: str) -> AppTest:
    """The page with a photo, half of it car, on a new background; the link names the settings."""
    app = AppTest.from_file(APP, default_timeout=60)
    for name, value in ({"view": "New background", "t_tiny_a": "56"} | link).items():
        app.query_params[name.replace("_", "-")] = value
    return bring(app.run(), ("a.png", photo(21)))


def address(app: AppTest) -> str:
    return viewer(app)["panes"][0]["url"]


def test_scenes_are_offered_where_there_are_some(app: AppTest, folder: Path):
    assert "Scene" in app.selectbox(key="behind").options
    sound(app.selectbox(key="behind").set_value("scene").run())
    for file in folder.iterdir():
        file.unlink()
    sound(app.run())
    behind = app.selectbox(key="behind")
    assert "Scene" not in behind.options
    assert behind.value == "colour"


def test_a_scene_is_chosen_by_its_title(app: AppTest):
    flat = address(app)
    sound(app.selectbox(key="behind").set_value("scene").run())
    choice = app.selectbox(key="scene")
    assert (choice.options, choice.value) == (["City night", "Road"], "city-night")
    night = address(app)
    sound(choice.set_value("road").run())
    assert len({flat, night, address(app)}) == 3
    assert not app.warning
    assert not app.error


def test_shadow_and_light_are_a_switch(app: AppTest):
    sound(app.selectbox(key="behind").set_value("scene").run())
    without = address(app)
    sound(app.toggle(key="standing").set_value(True).run())
    assert address(app) != without


def test_a_link_opens_the_scene(app: AppTest):
    app.selectbox(key="behind").set_value("scene").run()
    sound(app.selectbox(key="scene").set_value("road").run())
    there = opened(behind="Scene", scene="Road")
    assert there.selectbox(key="behind").value == "scene"
    assert there.selectbox(key="scene").value == "road"
    assert address(there).split("/")[-1] == address(app).split("/")[-1]


@pytest.mark.usefixtures("app")
def test_a_link_to_a_scene_that_is_not_here():
    there = opened(behind="Scene", scene="../../etc/passwd")
    assert there.selectbox(key="scene").value == "city-night"


@pytest.mark.usefixtures("tiny_weights", "folder")
def test_a_link_to_a_scene_where_there_are_none():
    there = opened(behind="Scene", scene="Road")
    assert there.selectbox(key="behind").value == "colour"


def test_a_scene_without_ground_is_said_and_shown(app: AppTest, folder: Path):
    sound(app.selectbox(key="behind").set_value("scene").run())
    placed = address(app)
    (folder / "city-night.json").write_text("{")
    sound(app.run())
    (said,) = app.warning
    assert "cannot be read as JSON" in said.value
    assert "plain picture" in said.value
    assert address(app) != placed


def test_a_scene_that_is_no_picture_is_one_sentence(app: AppTest, folder: Path):
    (folder / "city-night.jpg").write_bytes(b"no picture")
    sound(app.selectbox(key="behind").set_value("scene").run())
    (error,) = app.error
    assert "City night" in error.value
    assert "choose another" in error.value
    sound(app.selectbox(key="scene").set_value("road").run())
    assert not app.error
