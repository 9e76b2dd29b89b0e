"""The Batch page as a whole, without a browser."""

import zipfile
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from carseg.ui.batch.desk import Desk
from tests.factories.compare import photo, sound
from tests.factories.pages import keyed, only, table_of, words

TABLE = "The results, those to check first"


def open_page() -> AppTest:
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=120)
    return sound(app.run().switch_page("pages/batch.py").run())


def bring(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    uploader = keyed(app, "file_uploader", "batch-files-")
    uploader.set_value([(name, data, "image/png") for name, data in files])
    return sound(app.run())


def desk(app: AppTest) -> Desk:
    return app.session_state["batch"]


def finished(app: AppTest) -> AppTest:
    """After Start: as soon as the thread is through."""
    desk(app).work.wait(60)
    return sound(app.run())


def keys(app: AppTest) -> set[str]:
    return {button.key for button in app.button if not button.disabled}


@pytest.mark.usefixtures("tiny_weights")
def test_from_photos_to_a_table_and_a_zip():
    app = bring(open_page(), ("a.png", photo(1)), ("b.png", photo(2)), ("bad.jpg", b"no picture"))
    assert "3 pictures" in words(app)
    app.button(key="batch-start").click().run()
    finished(app)
    table = table_of(app, TABLE)
    assert table["picture"][0] == "bad.jpg"
    assert "not a picture" in table["problem"][0]
    assert set(table["picture"]) == {"a.png", "b.png", "bad.jpg"}
    assert table["thumbnail"][1].startswith("data:image/jpeg")
    assert 0 <= table["trust"][1] <= 1
    assert {"batch-retry", "batch-pack", "batch-remove"} <= keys(app)
    assert "batch-start" not in keys(app)
    app.button(key="batch-pack").click().run()
    desk(app).parcel.wait()
    sound(app.run())
    (link,) = app.get("link_button")
    assert link.proto.url == desk(app).address
    with zipfile.ZipFile(desk(app).parcel.path) as archive:
        assert {"a.tiny-a.mask.png", "a.tiny-a.cutout.png", "table.csv", "tiny-a.coco.json",
                "manifest.json"} <= set(archive.namelist())  # fmt: skip


@pytest.mark.usefixtures("tiny_weights")
def test_stop_keeps_what_is_done_and_other_settings_begin_anew():
    app = bring(open_page(), ("a.png", photo(1)))
    app.button(key="batch-start").click().run()
    finished(app)
    first = desk(app).work
    bring(app, ("b.png", photo(2)))
    assert "1 of 2 results" in str([item.proto.text for item in app.get("progress")])
    app.button(key="batch-start").click().run()
    finished(app)
    assert desk(app).work is first
    assert len(first.rows) == 2
    app.button_group(key="batch-format").set_value("webp").run()
    app.button(key="batch-start").click().run()
    finished(app)
    assert desk(app).work is not first
    assert {Path(f).suffix for r in desk(app).work.rows.values() for f in r.files.values()} == {
        ".png",
        ".webp",
    }
    assert not list(first.out.rglob("*.png"))


@pytest.mark.usefixtures("tiny_weights")
def test_settings_that_cannot_be_are_said_in_place():
    app = bring(open_page(), ("a.png", photo(1)))
    app.text_input(key="batch-name").set_value("{nope}").run()
    assert "no field" in only(app.error)
    assert "batch-start" not in keys(app)
    app.text_input(key="batch-name").set_value("{stem}_{kind}").run()
    app.multiselect(key="batch-models").set_value([]).run()
    assert "at least one model" in only(app.info)


@pytest.mark.usefixtures("tiny_weights")
def test_a_new_background_and_a_damaged_zip():
    app = bring(open_page(), ("a.png", photo(1)), ("b.zip", b"PK"))
    assert "b.zip" in only(app.error)
    app.button_group(key="batch-kinds").set_value(["background"]).run()
    app.color_picker(key="batch-colour").set_value("#ff0000").run()
    app.button(key="batch-start").click().run()
    finished(app)
    assert desk(app).work.plan.settings.background == "#ff0000"
    uploader = keyed(app, "file_uploader", "batch-background-")
    uploader.set_value([("wall.png", photo(5), "image/png")])
    sound(app.run())
    app.button(key="batch-start").click().run()
    finished(app)
    assert desk(app).work.plan.settings.background.startswith(str(desk(app).sent.place))
    assert not desk(app).work.failed


@pytest.mark.usefixtures("tiny_weights")
def test_remove_deletes_everything():
    app = bring(open_page(), ("a.png", photo(1)))
    place = desk(app).sent.place
    app.button(key="batch-remove").click().run()
    assert not place.exists()
    assert keyed(app, "file_uploader", "batch-files-")


def test_no_model_at_all(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CARSEG_WEIGHTS", str(tmp_path))
    assert "No usable model" in only(open_page().warning)
