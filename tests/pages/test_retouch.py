"""Strokes on a result, as Compare takes them: shares, marks, scores, and what comes after them."""

import json
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from carseg import results
from tests.factories.compare import APP, bring, given, photo, png, sent, sound, viewer
from tests.factories.pages import keyed, table_of

ACROSS = {"radius": 0.5, "points": [[0.0, 0.2], [1.0, 0.2], [1.0, 0.8], [0.0, 0.8]]}
KEEP, ERASE = {"keep": True, **ACROSS}, {"keep": False, **ACROSS}


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No test sees the networks and pictures of another."""
    st.cache_resource.clear()


@pytest.fixture
def app(tiny_weights: Path) -> AppTest:  # noqa: ARG001 - asked for its effect
    return AppTest.from_file(APP, default_timeout=60).run()


def brush(app: AppTest) -> dict:
    """What the brush was given."""
    return json.loads(given(app, "most").json)


def paint(app: AppTest, *strokes: dict, on: str = "tiny-a", **other) -> AppTest:
    """Send all strokes of a model's result, as the browser does."""
    if brush(app)["model"] != on:
        sound(app.segmented_control(key="retouch-of").set_value(on).run())
    now = brush(app)
    message = {name: now[name] for name in ("picture", "model")}
    message |= {"epoch": now["state"]["epoch"], "serial": now["state"]["serial"] + 1}
    message |= {"strokes": list(strokes)} | other
    return sound(sent(app, "most", "strokes", message))


def switched(app: AppTest, on: bool) -> AppTest:
    return sound(app.toggle(key="retouch").set_value(on).run())


def notes(app: AppTest) -> dict[str, str]:
    """What stands under each result, with the brush off."""
    switched(app, False)
    return {pane["id"]: pane["note"] for pane in viewer(app)["panes"]}


def test_strokes_change_one_result_of_one_picture_and_go_with_it(app: AppTest):
    bring(app, ("a.png", photo(1)), ("b.png", photo(2)))
    before = notes(app)
    paint(switched(app, True), KEEP)
    after = notes(app)
    assert after == {"tiny-a": "100.0% car, edited", "tiny-b": before["tiny-b"]}
    sound(app.toggle(key="each").set_value(True).run())
    sound(app.slider(key="t-tiny-a").set_value(99).run())
    assert notes(app) == after, "strokes lie over the model's mask"
    paint(switched(app, True), KEEP, ERASE)
    assert notes(app)["tiny-a"] == "No car found, edited"

    first, second = app.session_state["tray"].photos
    sound(app.button(key=f"show-{second[:12]}").click().run())
    assert "edited" not in notes(app)["tiny-a"], "the other picture has none"
    sound(app.button(key=f"show-{first[:12]}").click().run())
    assert "edited" in notes(app)["tiny-a"]
    sound(app.button(key="remove").click().run())
    assert first not in app.session_state["tray"].retouches


def test_the_brush_gets_its_strokes_back_and_undo_takes_them_away(app: AppTest):
    bring(app, ("a.png", photo(1)))
    plain = notes(app)
    url = brush(switched(app, True))["url"]
    dot = {"keep": True, "radius": 0.3, "points": [[0.25, 0.5]]}
    paint(app, dot)
    (kept,) = brush(app)["state"]["strokes"]
    assert (kept["keep"], kept["radius"]) == (True, 0.3)
    assert np.allclose(kept["points"], dot["points"], atol=4e-5)
    assert brush(app)["state"]["serial"] == 1
    assert "car" in brush(app)["note"]
    paint(app)
    assert (brush(app)["state"]["strokes"], brush(app)["url"]) == ([], url)
    assert notes(app) == plain


def test_each_model_has_its_own_and_a_view_without_them_becomes_the_overlay(app: AppTest):
    bring(app, ("a.png", photo(1)))
    sound(keyed(app, "button_group", "view").set_value("probability").run())
    paint(switched(app, True), KEEP, on="tiny-b")
    assert brush(app)["note"] == "100.0% car"
    overlay = brush(app)["url"]
    sound(keyed(app, "button_group", "view").set_value("overlay").run())
    assert (brush(app)["model"], brush(app)["url"]) == ("tiny-b", overlay)
    sound(app.segmented_control(key="retouch-of").set_value("tiny-a").run())
    assert brush(app)["state"]["strokes"] == []
    sound(app.pills(key="models").set_value(["tiny-b"]).run())
    assert brush(app)["model"] == "tiny-b", "one model needs no choice"
    assert len(brush(app)["state"]["strokes"]) == 1


@pytest.mark.parametrize(
    "other",
    [{"strokes": "no list"}, {"serial": None}, {"strokes": [{**KEEP, "radius": 7}]}],
)
def test_a_damaged_message_is_one_sentence_and_nothing_is_lost(app: AppTest, other: dict):
    bring(app, ("a.png", photo(1)))
    paint(switched(app, True), KEEP)
    paint(app, KEEP, **other)
    assert "paint them again" in brush(app)["problem"]
    assert len(brush(app)["state"]["strokes"]) == 1
    sound(app.run())
    assert brush(app)["problem"] == ""


@pytest.mark.parametrize("other", [{"picture": "another"}, {"model": "another"}, {"picture": None}])
def test_strokes_on_what_is_not_there_change_nothing(app: AppTest, other: dict):
    bring(app, ("a.png", photo(1)))
    paint(switched(app, True), KEEP, **other)
    assert brush(app)["state"]["strokes"] == []


def test_an_edited_score_says_so_and_is_saved_so(app: AppTest):
    bring(app, ("a.png", photo(1)))
    truth = np.zeros((60, 90), np.uint8)
    truth[10:50, 20:70] = 255
    keyed(app, "file_uploader", "truth-").set_value(("t.png", png(truth), "image/png"))
    sound(app.run())
    paint(switched(app, True), KEEP, on="tiny-b")
    scores = table_of(app, "Scores of each model against the true mask")
    assert list(scores.index) == ["Tiny tiny-a", "Tiny tiny-b (edited)"]
    # All of the picture is car, so the precision is the true car's share.
    assert scores.loc["Tiny tiny-b (edited)", "Precision"] == pytest.approx(40 * 50 / 5400)
    sound(app.button(key="save-scores").click().run())
    saved = {row.model: row.settings for row in results.saved_scores(results.open_engine())}
    assert saved["tiny-b"]["edited"] is True
    assert "edited" not in saved["tiny-a"]
    assert "strokes" not in str(saved)
