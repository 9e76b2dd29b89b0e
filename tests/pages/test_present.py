"""The Present page as a whole, without a browser."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from carseg.data.samples import one_of_each, samples
from carseg.ui.components.talk import Face, Slide, present
from tests.factories.compare import bring, photo
from tests.factories.pages import only


def open_page() -> AppTest:
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=120)
    return app.run().switch_page("pages/present.py").run()


def talk(app: AppTest) -> list[dict]:
    """What the component was given."""
    (mounted,) = app.get("bidi_component")
    return json.loads(mounted.proto.json)["slides"]


@pytest.mark.usefixtures("tiny_weights")
def test_without_a_picture_it_says_what_to_do():
    app = open_page()
    assert not app.exception
    assert "No picture yet" in only(app.info)


@pytest.mark.usefixtures("tiny_weights")
def test_a_file_name_is_shown_letter_by_letter():
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=120).run()
    bring(app, ("IMG_2020_01 *x*.png", photo(1)))
    app.switch_page("pages/present.py").run()
    (pictures,) = (m for m in app.multiselect if m.label.startswith("Pictures"))
    assert pictures.options == ["IMG_2020_01 *x*.png"]
    assert talk(app)[0]["title"] == "IMG_2020_01 *x*.png"


@pytest.mark.usefixtures("tiny_weights")
def test_every_picture_with_every_model():
    app = open_page()
    app.button(key="add-samples").click().run()
    assert not app.exception
    slides = talk(app)
    assert len(slides) == len(one_of_each(samples()))
    assert [face["name"] for face in slides[0]["faces"]] == ["Tiny tiny-a", "Tiny tiny-b"]
    assert slides[0]["original"]["name"] == "The photo"
    # The samples have true masks: what is seen is scored.
    assert "Dice 0." in slides[0]["faces"][0]["note"] or "Dice 1." in slides[0]["faces"][0]["note"]
    urls = [f["url"] for s in slides for f in (s["original"], *s["faces"])]
    assert len(set(urls)) >= 2 * len(slides)


@pytest.mark.usefixtures("tiny_weights")
def test_models_stand_in_the_order_they_were_chosen_in():
    app = open_page()
    app.button(key="add-samples").click().run()
    app.multiselect(key="talk-models").set_value(["tiny-b", "tiny-a"]).run()
    assert [face["name"] for face in talk(app)[0]["faces"]] == ["Tiny tiny-b", "Tiny tiny-a"]
    app.multiselect(key="talk-models").set_value([]).run()
    assert "at least one picture and one model" in only(app.info)


def test_no_model_at_all(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CARSEG_WEIGHTS", str(tmp_path))
    app = open_page()
    assert not app.exception
    assert "No usable model" in only(app.warning)


def test_an_empty_talk_is_refused():
    with pytest.raises(ValueError, match="at least one picture"):
        present([])
    face = Face("data:", "The photo", "a photo")
    with pytest.raises(ValueError, match="one model"):
        present([Slide("a", face, ())])
