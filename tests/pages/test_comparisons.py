"""A comparison is saved without a true mask, listed, and opened again."""

import json
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from carseg import results
from carseg.core import settings
from carseg.results import Comparison, save_comparison
from carseg.results.comparison import to_file
from carseg.ui.dice_table import comparisons as listed
from tests.factories.compare import APP, bring, photo, sound
from tests.factories.pages import keyed, only, open_page, words
from tests.results.test_comparisons import facts

pytestmark = pytest.mark.usefixtures("tiny_weights")


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No test sees the networks and pictures of another."""
    st.cache_resource.clear()


@pytest.fixture
def app(tiny_weights: Path) -> AppTest:  # noqa: ARG001 - asked for its effect
    return AppTest.from_file(APP, default_timeout=60).run()


def kept() -> dict[int, Comparison]:
    return results.saved_comparisons(results.open_engine(settings.database_url()))


def one() -> tuple[int, Comparison]:
    (found,) = kept().items()
    return found


def save(app: AppTest) -> AppTest:
    return sound(app.button(key="save-comparison").click().run())


def table_page(app: AppTest) -> AppTest:
    return sound(app.switch_page("pages/dice_table.py").run())


def linked(tiny_weights: Path, **values: str) -> AppTest:  # noqa: ARG001
    """The page with these values in its address: there is no browser here that would put them."""
    app = AppTest.from_file(APP, default_timeout=60)
    for key, value in values.items():
        app.query_params[key.replace("_", "-")] = value
    return app.run()


def open_again(app: AppTest, number: int) -> AppTest:
    """Press "Open", and stay on the page that it leads to."""
    sound(app.button(key=f"comparison-open-{number}").click().run())
    return app.switch_page("pages/compare.py")


def shelve(**changed) -> int:
    """A comparison of the tiny checkpoints as another session saved it."""
    tiny = [
        {**outcome, "model": f"tiny-{letter}", "title": f"Tiny tiny-{letter}", "edited": False}
        for letter, outcome in zip("ab", facts()["outcomes"], strict=True)
    ]
    wanted = facts(
        outcomes=tiny,
        disagreements=[{"models": ["tiny-a", "tiny-b"], "different": 0.125, "dice": 0.9}],
        link={"t-tiny-a": ["63"], "each": ["true"], "view": ["Mask"]},
        **changed,
    )
    engine = results.open_engine(settings.database_url())
    return save_comparison(engine, Comparison.model_validate(wanted))


def test_it_holds_what_the_stage_shows_and_no_picture(tiny_weights: Path):
    app = linked(tiny_weights, t_tiny_a="63")
    bring(app, ("my car.png", photo(8)))
    assert keyed(app, "text_input", "save-name-").value == "my_car"
    save(app)
    _, found = one()
    assert (found.name, found.picture, found.origin) == ("my_car", "my car.png", "upload")
    assert (found.width, found.height) == (90, 60)
    first, second = found.outcomes
    assert (first.model, first.threshold, second.model) == ("tiny-a", 0.63, "tiny-b")
    assert found.link["t-tiny-a"] == ["63"]
    assert found.thumbnails == {}
    assert not found.edited
    (pair,) = found.disagreements
    assert pair.models == ("tiny-a", "tiny-b")
    # Shares and their difference belong together: |a - b| <= differing pixels <= a + b.
    assert abs(first.share - second.share) <= pair.different <= first.share + second.share


def test_small_pictures_only_with_the_tick(app: AppTest):
    bring(app, ("car.png", photo(8)))
    sound(app.checkbox(key="save-small").check().run())
    save(app)
    assert set(one()[1].thumbnails) == {"original", "tiny-a", "tiny-b"}
    assert app.button(key="save-comparison").label == "Save comparison"
    sound(app.run())
    assert app.button(key="save-comparison").label == "Replace it"
    assert "takes its place" in words(app)
    sound(app.checkbox(key="save-small").uncheck().run())
    save(app)
    assert one()[1].thumbnails == {}


def test_opened_in_the_same_session_everything_is_back(tiny_weights: Path):
    app = linked(tiny_weights, t_tiny_a="63", holes="true")
    bring(app, ("car.png", photo(8)), ("other.png", photo(9)))
    assert app.toggle(key="holes").value is True
    save(app)
    number, saved = one()
    sound(app.slider(key="t-tiny-a").set_value(20).run())
    sound(app.slider(key="feather").set_value(4.0).run())
    other = next(i for i in app.session_state["tray"].photos if i != saved.picture_sha256)
    sound(app.button(key=f"show-{other[:12]}").click().run())
    table_page(app)
    open_again(app, number)
    assert app.session_state["tray"].shown == saved.picture_sha256
    assert app.slider(key="t-tiny-a").value == 63
    assert app.toggle(key="holes").value is True
    assert app.slider(key="feather").value == 0.0, "what was at its first value is there again"
    sound(app.slider(key="t-tiny-a").set_value(30).run())
    assert app.slider(key="t-tiny-a").value == 30, "and it can be changed"


def test_in_another_session_it_asks_for_the_photo_by_name(app: AppTest):
    from carseg.imaging.codec import digest

    data = photo(8)
    number = shelve(picture="IMG_1.png", picture_sha256=digest(data))
    table_page(app)
    open_again(app, number)
    assert "**IMG\\_1.png**" in words(app)
    assert "choose that file again" in words(app)
    uploader = keyed(app, "file_uploader", "files-awaited")
    uploader.set_value([("whatever.png", data, "image/png")])
    sound(app.run())
    assert "choose that file again" not in words(app)
    assert app.slider(key="t-tiny-a").value == 63
    assert app.segmented_control(key="view").value == "mask"


def test_another_photo_instead_is_told(app: AppTest):
    number = shelve()
    table_page(app)
    open_again(app, number)
    keyed(app, "file_uploader", "files-awaited").set_value([("x.png", photo(9), "image/png")])
    sound(app.run())
    assert "This picture is not the one of **My car**" in words(app)
    assert app.slider(key="t-tiny-a").value == 63
    sound(app.button(key="reopened-close").click().run())
    assert "My car" not in words(app)


def test_what_cannot_come_back_is_told(app: AppTest):
    outcomes = facts()["outcomes"]
    engine = results.open_engine(settings.database_url())
    number = save_comparison(engine, Comparison.model_validate(facts(outcomes=outcomes)))
    table_page(app)
    open_again(app, number)
    said = words(app)
    assert "Not on this machine, so left out: U-Net, Other." in said
    assert "strokes are not kept: Other." in said


def test_an_address_is_offered_and_not_fetched(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    from carseg.imaging.net import fetch

    asked: list[str] = []
    monkeypatch.setattr(fetch, "fetch", asked.append)
    number = shelve(origin="url", source="https://example.org/car.jpg")
    table_page(app)
    open_again(app, number)
    assert "example.org" in words(app)
    assert app.button(key="get-offered").label == "Get the picture"
    assert not asked


@pytest.mark.parametrize("source", ["http://10.0.0.1/x", "file:///etc/passwd", "javascript:x"])
def test_an_address_that_nobody_may_fetch_asks_for_the_file(app: AppTest, source: str):
    number = shelve(origin="url", source=source)
    table_page(app)
    open_again(app, number)
    if "choose that file again" not in words(app):  # a private address is refused when it is asked
        assert source.startswith("http://")
        assert app.button(key="get-offered").label


def test_rename_and_delete(app: AppTest):
    number = shelve()
    table_page(app)
    app.text_input(key=f"comparison-name-{number}").set_value("Better")
    sound(app.run())
    assert one()[1].name == "Better"
    other = shelve()
    table_page(app)
    app.text_input(key=f"comparison-name-{other}").set_value("Better")
    sound(app.run())
    assert "Another comparison has this name" in only(app.error)
    sound(app.button(key=f"comparison-gone-{number}").click().run())
    assert list(kept()) == [other]


def brought(app: AppTest, data: bytes) -> AppTest:
    uploader = keyed(app, "file_uploader", "comparison-file-in-")
    uploader.set_value(("theirs.json", data, "application/json"))
    return sound(app.run())


def test_a_file_comes_in_beside_what_is_there():
    shelve()
    app = open_page()
    brought(app, to_file(one()[1]))
    assert {found.name for found in kept().values()} == {"My car", "My car (2)"}
    number, saved = next(iter(kept().items()))
    assert saved.link == {"t-tiny-a": ["63"], "each": ["true"], "view": ["Mask"]}
    assert any(f"comparison-file-{number}" == b.key for b in app.get("download_button"))


def test_a_strangers_file_cannot_write_markdown_or_settings_that_no_widget_has(app: AppTest):
    evil = "![](https://evil.example/p.png) [x](https://evil.example)"
    data = json.loads(to_file(Comparison.model_validate(facts(name=evil[:79], picture=evil))))
    data["link"] = {"t-tiny-a": ["inf"], "colour": ["red"], "nothing": ["x"]}
    table_page(app)
    brought(app, json.dumps(data).encode())
    number, _ = one()
    assert "](https" not in words(app).replace("\\]\\(", "")
    open_again(app, number)
    keyed(app, "file_uploader", "files-awaited").set_value([("x.png", photo(9), "image/png")])
    sound(app.run())
    assert app.color_picker(key="colour").value == "#e69f00"


def test_a_file_that_is_none_is_told_under_its_uploader(app: AppTest):
    table_page(app)
    brought(app, b"{}")
    assert only(app.error).startswith("**theirs.json**: This is no comparison")
    assert not kept()


def test_many_are_shown_in_steps(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(listed, "_AT_ONCE", 2)
    for number in range(5):
        shelve(name=f"Number {number}")
    table_page(app)
    assert words(app).count("Number") == 2 * 2  # the title, and the question before deleting
    sound(app.button(key="comparisons-more").click().run())
    assert words(app).count("Number") == 2 * 4
