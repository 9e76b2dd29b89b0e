"""What is behind the car, as a visitor of Compare chooses it from the strip."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from tests.factories.compare import APP, bring, choose_background, photo, sound, strip, viewer
from tests.factories.pages import keyed
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


def chosen(app: AppTest) -> str:
    return strip(app)["chosen"]


def names(app: AppTest) -> list[str]:
    return [item["name"] for item in strip(app)["items"]]


def test_scenes_are_offered_where_there_are_some(app: AppTest, folder: Path):
    assert names(app) == [
        "Transparent",
        "White",
        "A colour of your choice",
        "Gradient",
        "The photo, blurred",
        "City night",
        "Road",
        "A picture of your own",
    ]
    choose_background(app, "scene:road")
    for file in folder.iterdir():
        file.unlink()
    sound(app.run())
    assert "Road" not in names(app)
    assert chosen(app) == "colour"


def test_every_thumbnail_is_another_picture_and_shows_another_background(app: AppTest):
    items = strip(app)["items"]
    urls = [item["url"] for item in items if item["id"] != "picture"]
    assert len(set(urls)) == len(urls)
    assert all(urls)
    assert [item["id"] for item in items if item["clear"]] == ["clear"]
    seen = set()
    for item in items:
        if item["id"] in ("clear", "picture"):
            continue
        choose_background(app, item["id"])
        assert chosen(app) == item["id"]
        assert not app.warning
        assert not app.error
        seen.add(address(app))
    assert len(seen) == len(items) - 2


def test_transparent_is_the_cut_out_and_the_way_back(app: AppTest):
    choose_background(app, "scene:road")
    road = address(app)
    choose_background(app, "clear")
    assert keyed(app, "button_group", "view").value == "cutout"
    assert viewer(app)["panes"][0]["clear"]
    assert chosen(app) == "clear"
    choose_background(app, "scene:road")
    assert keyed(app, "button_group", "view").value == "background"
    assert address(app) == road


def test_white_is_a_colour_and_the_other_colour_comes_back(app: AppTest):
    sound(app.color_picker(key="behind-1").set_value("#336699").run())
    blue = address(app)
    assert chosen(app) == "colour"
    choose_background(app, "white")
    assert app.color_picker(key="behind-1").value == "#ffffff"
    white = address(app)
    assert white != blue
    sound(app.color_picker(key="behind-1").set_value("#336699").run())
    assert (chosen(app), address(app)) == ("colour", blue)


def test_the_strip_stands_where_a_background_is_seen(app: AppTest):
    for view, there in (("overlay", False), ("cutout", True), ("background", True)):
        sound(keyed(app, "button_group", "view").set_value(view).run())
        found = [c for c in app.get("bidi_component") if "chosen" in c.proto.json]
        assert bool(found) == there


def test_shadow_and_light_are_on_where_a_scene_asks_and_can_be_switched_off(app: AppTest):
    choose_background(app, "blur")
    assert not app.toggle(key="standing").value
    choose_background(app, "scene:road")
    light = app.toggle(key="scene-light")
    assert light.value
    with_light = address(app)
    sound(light.set_value(False).run())
    without = address(app)
    assert without != with_light
    choose_background(app, "scene:city-night")
    assert not app.toggle(key="scene-light").value, "the choice stays for other scenes"
    choose_background(app, "gradient")
    assert not app.toggle(key="standing").value
    choose_background(app, "scene:road")
    assert address(app) == without


def test_a_link_opens_the_scene(app: AppTest):
    choose_background(app, "scene:road")
    assert (app.query_params["behind"], app.query_params["scene"]) == ("Scene", "Road")
    there = opened(behind="Scene", scene="Road")
    assert chosen(there) == "scene:road"
    assert address(there).split("/")[-1] == address(app).split("/")[-1]
    choose_background(there, "gradient")
    assert there.query_params["behind"] == "Gradient"
    assert "scene" not in there.query_params
    choose_background(there, "colour")
    assert "behind" not in there.query_params, "what is usual is not in the link"


@pytest.mark.usefixtures("app")
def test_a_link_with_a_colour_and_a_checkerboard_of_before():
    there = opened(behind="One colour", behind_1="#336699")
    assert (chosen(there), there.color_picker(key="behind-1").value) == ("colour", "#336699")
    assert chosen(opened(behind_1="#ffffff")) == "white"
    assert chosen(opened(behind="Checkerboard")) == "checker"


@pytest.mark.usefixtures("app")
def test_a_link_to_a_scene_that_is_not_here():
    there = opened(behind="Scene", scene="../../etc/passwd")
    assert chosen(there) == "scene:city-night"


@pytest.mark.usefixtures("tiny_weights", "folder")
def test_a_link_to_a_scene_where_there_are_none():
    assert chosen(opened(behind="Scene", scene="Road")) == "colour"


@pytest.mark.parametrize("name", ["scene:nowhere", "scene", "scene:", "other", None, 7])
def test_what_is_not_offered_changes_nothing(app: AppTest, name: object):
    before = address(app)
    choose_background(app, name)
    assert (chosen(app), address(app)) == ("colour", before)


def test_a_scene_without_ground_is_said_and_shown(app: AppTest, folder: Path):
    choose_background(app, "scene:city-night")
    placed = address(app)
    (folder / "city-night.json").write_text("{")
    sound(app.run())
    (said,) = app.warning
    assert "cannot be read as JSON" in said.value
    assert "plain picture" in said.value
    assert address(app) != placed
    assert not app.toggle(key="standing").value, "it does not ask for light"


def test_a_scene_that_is_no_picture_is_one_sentence(app: AppTest, folder: Path):
    choose_background(app, "scene:city-night")
    (folder / "city-night.jpg").write_bytes(b"no picture")
    sound(app.run())
    (error,) = app.error
    assert "City night" in error.value
    assert "choose another" in error.value
    assert "City night" not in names(app)
    choose_background(app, "scene:road")
    assert not app.error


def test_a_crop_is_seen_linked_and_not_in_the_slider(app: AppTest):
    def size() -> tuple[int, int]:
        pane = viewer(app)["panes"][0]
        return pane["width"], pane["height"]

    choose_background(app, "clear")
    whole = size()
    assert whole == (90, 60)
    sound(app.toggle(key="crop").set_value(True).run())
    sound(app.slider(key="margin").set_value(0).run())
    sound(app.selectbox(key="aspect").set_value("1:1").run())
    assert size()[0] == size()[1]
    cropped = address(app)
    there = opened(view="Cut-out", crop="true", margin="0", aspect="Shape 1:1")
    assert address(there).split("/")[-1] == cropped.split("/")[-1]
    sound(keyed(app, "button_group", "view").set_value("overlay").run())
    assert size() == whole
    sound(keyed(app, "button_group", "view").set_value("background").run())
    assert size()[0] == size()[1]
    sound(keyed(app, "button_group", "view").set_value("cutout").run())
    assert address(app) == cropped
    sound(keyed(app, "button_group", "view").set_value("slider").run())
    assert size() == whole
