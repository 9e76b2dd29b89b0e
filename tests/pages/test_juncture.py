"""The Juncture page as a whole, without a browser."""

import io
import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from carseg.core import settings
from carseg.data.samples import sample_titles, samples
from tests.factories.checkpoints import write_tiny
from tests.factories.pages import keyed, only, table_of, words
from tests.factories.scores import score_set, ship
from tests.factories.stress import stressed

pytestmark = pytest.mark.usefixtures("tiny_weights")


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No test sees the networks and pictures of another."""
    st.cache_resource.clear()


SECTIONS = ("j-how", "j-gains", "j-strip", "j-street")


def open_page(*, unfolded: bool = True) -> AppTest:
    """The page, with everything below the answer unfolded."""
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=120)
    app.run().switch_page("pages/juncture.py")
    for section in SECTIONS if unfolded else ():
        app.session_state[section] = True
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    assert not app.exception, [e.value for e in app.exception]
    return app


@pytest.fixture
def measured(tiny_weights: Path) -> Path:
    stressed(tiny_weights, "tiny-a", (0.98, 0.94, 0.9))
    stressed(tiny_weights, "tiny-b", (0.98, 0.92, 0.8))
    return tiny_weights


def photo(app: AppTest, size=(60, 90)) -> AppTest:
    """Bring a picture of one's own on this page."""
    colours = np.random.default_rng(0).integers(0, 255, (6, 9, 3), dtype=np.uint8)
    image = Image.fromarray(colours).resize(size[::-1], Image.Resampling.BICUBIC)
    keyed(app, "file_uploader", "files-juncture").set_value([("mine.png", png(image), "image/png")])
    return sound(app.run())


def png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_where_nothing_is_measured_the_strip_still_works():
    app = open_page()
    assert "`carseg stress --data CARVANA --backgrounds BACKGROUNDS --save`" in words(app)
    assert not app.get("plotly_chart")
    assert [m.label for m in app.metric] == ["Tiny tiny-a", "Tiny tiny-b"]
    assert app.selectbox(key="j-picture").value == next(iter(sample_titles(samples())))
    assert "What are dials, severities and junctures?" in [e.label for e in app.expander]


@pytest.mark.usefixtures("measured")
def test_one_answer_first_and_the_rest_unfolds():
    app = open_page(unfolded=False)
    assert [h.value for h in app.header] == [
        "Which of the two holds up better on the way from the studio to the street?"
    ]
    first = next(m.value for m in app.markdown if "is ahead" in m.value)
    assert first.startswith("*Tiny tiny-a* is ahead soon after the studio")
    assert "**One training run** of each" in first
    assert len(app.get("plotly_chart")) == 1, "two bars and nothing else"
    assert not app.metric
    assert "A **dial** is a made change of the picture in six steps" in words(app)
    photos = [m.value for m in app.markdown if m.value.startswith("Tiny tiny-")]
    assert [text.split(":")[0] for text in photos] == ["Tiny tiny-a", "Tiny tiny-b"]


@pytest.mark.usefixtures("measured")
def test_the_pair_of_photos_shows_another_picture_and_the_cut_out():
    app = open_page(unfolded=False)
    before = [m.value for m in app.markdown if m.value.startswith("Tiny tiny-a: Dice")]
    app.selectbox(key="j-photo").select("street/van-wet").run()
    app.button_group(key="j-look").set_value("cutout").run()
    after = [m.value for m in sound(app).markdown if m.value.startswith("Tiny tiny-a: Dice")]
    assert len(before) == len(after) == 1
    assert before != after


def test_without_the_weights_it_says_how_to_get_the_photos(measured):
    (measured / "tiny-b" / "model.safetensors").unlink()
    app = open_page(unfolded=False)
    assert "`carseg pull tiny-b`" in words(app)
    assert len(app.get("plotly_chart")) == 1


@pytest.mark.usefixtures("measured")
def test_the_numbers_behind_the_answer_follow_the_lead_asked_for():
    app = open_page()
    assert app.selectbox(key="j-dial").value == "weather"
    first = next(m.value for m in app.markdown if "dial **" in m.value and "ahead" in m.value)
    assert "0.5 on [0.5, 0.5]" in first
    assert "12 pictures of 6 cars" in words(app)
    assert len(app.get("plotly_chart")) == 2
    app.slider(key="j-delta").set_value(0.06).run()
    assert "severity 1.5 on" in words(sound(app))
    app.slider(key="j-delta").set_value(0.1).run()
    app.selectbox(key="j-b").select("tiny-a").run()
    assert "A and B are the same model" in words(sound(app))


def test_no_juncture_is_said(measured):
    stressed(measured, "tiny-b", (0.98, 0.935, 0.899))
    assert "**no juncture found**" in words(open_page())


def test_a_pair_that_differs_in_much_is_marked(measured):
    path = measured / "tiny-b" / "config.json"
    facts = json.loads(path.read_text()) | {"pretrained": "ImageNet", "pictures_seen": 9}
    path.write_text(json.dumps(facts))
    first = measured / "tiny-a" / "config.json"
    first.write_text(json.dumps(json.loads(first.read_text()) | {"pictures_seen": 8}))
    text = words(open_page())
    assert "8 against 9" in text
    assert "Not known on this dial: **pretraining, architecture, augmentation**" in text


def test_what_pretraining_buys(measured):
    path = measured / "tiny-b" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"pretrained": "ImageNet"}))
    app = open_page()
    table = table_of(app, "What each buys")
    assert list(table["cause"]) == ["Pretraining"]
    assert list(table["title_a"]) == ["Tiny tiny-b"]
    assert list(table["juncture"]) == ["behind from 0.5 [0.5, 0.5]"]
    assert "what the pretrained start of the encoder adds" in words(app)
    app.selectbox(key="j-b").select("tiny-a").run()
    table = table_of(sound(app), "What each buys")
    assert list(table["cause"]) == ["Pretraining"], "whatever is chosen"


def test_a_bad_file_is_named_and_one_model_alone_has_no_juncture(measured):
    (measured / "tiny-b" / "stress" / "weather.csv").write_text("no scores")
    app = open_page()
    assert "tiny-b/stress/weather.csv" in only(app.warning)
    assert "One model alone has no juncture" in words(app)
    assert len(app.get("plotly_chart")) == 1, "its curve"


def test_what_was_measured_otherwise_is_left_out_by_name(measured):
    write_tiny(measured, "tiny-c", 3)
    stressed(measured, "tiny-c", (0.98, 0.9, 0.7), seed=5)
    text = words(open_page())
    assert "Left out, because measured on other pictures or with other settings: `tiny-c`" in text


def test_dials_without_results_are_marked_and_single_effects_need_some(measured):
    stressed(measured, "tiny-a", (0.98, 0.9), "weather.fog")
    app = open_page()
    options = app.selectbox(key="j-dial").options
    assert options[0] == "Studio to street"
    assert "Weather" in options
    assert "Weather: fog" in options
    assert app.selectbox(key="j-dial").help == "Measured here: Weather, Weather: fog."
    assert not any("rain" in option for option in options)
    app.selectbox(key="j-dial").select("combined").run()
    assert "No model was measured on the Studio to street dial yet" in words(sound(app))
    assert len(app.metric) == 2


@pytest.mark.usefixtures("measured")
def test_a_link_brings_the_choices():
    app = AppTest.from_file(str(settings.ROOT / "app.py"), default_timeout=120)
    app.run().switch_page("pages/juncture.py")
    link = {"j-a": "Tiny tiny-b", "j-b": "Tiny tiny-a", "j-delta": "0.02", "j-severity": "4"}
    for name, value in link.items():
        app.query_params[name] = value
    sound(app.run())
    assert app.slider(key="j-delta").value == 0.02
    assert app.selectbox(key="j-a").value == "tiny-b"
    app.session_state["j-strip"] = True
    assert app.run().slider(key="j-severity").value == 4
    # What is in the list is in the link: never the name of a file.
    assert "mine" not in str(photo(app).selectbox(key="j-picture").options)


def test_more_models_have_more_curves_and_an_order_on_the_street(measured):
    write_tiny(measured, "tiny-c", 3)
    stressed(measured, "tiny-c", (0.98, 0.9, 0.7))
    ship(measured, *(score_set(f"tiny-{n}", "street", 6, grid="native") for n in "abc"))
    app = open_page()
    assert app.multiselect(key="j-models").value == ["tiny-c"]
    assert "There are none yet" in words(app), "all three score the same on the street"
    app.selectbox(key="j-b").select("tiny-c").run()
    assert app.multiselect(key="j-models").value == ["tiny-b"] or not sound(app).exception
    assert len(app.get("plotly_chart")) == 3


def test_runs_of_one_recipe_are_averaged(measured):
    copytree(measured / "tiny-a", measured / "tiny-a-s1")
    path = measured / "tiny-a-s1" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"name": "tiny-a-s1"}))
    stressed(measured, "tiny-a-s1", (0.98, 0.9, 0.84))
    app = open_page()
    assert list(app.selectbox(key="j-a").options) == ["Tiny tiny-a", "Tiny tiny-b"]
    first = next(m.value for m in app.markdown if m.value.startswith("*Tiny tiny-a* is ahead"))
    assert first.endswith("2 and 1 training runs are averaged.")
    assert "over 2 training runs of *Tiny tiny-a* and 1 run of *Tiny tiny-b*" in words(app)


def test_the_strip_scores_each_step_that_is_looked_at():
    app = open_page()
    steps = table_of(app, "Dice of each model")
    assert steps.notna().sum().sum() == 4  # two models, untouched and at 2
    app.slider(key="j-severity").set_value(3.5).run()
    assert table_of(app, "Dice of each model")["3.5"].notna().all()
    app.button(key="j-step-50").click().run()
    assert app.slider(key="j-severity").value == 5
    app.button(key="j-all").click().run()
    table = table_of(sound(app), "Dice of each model")
    assert table.notna().all().all()
    assert len(table.columns) == 11
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["Tiny tiny-a"] == f"{table.iloc[0]['5']:.3f}"
    app.multiselect(key="j-outlines").set_value([]).run()
    assert "Choose at least one model" in words(sound(app))


def test_an_own_picture_without_a_mask_gets_no_verdict():
    app = photo(open_page())
    assert app.selectbox(key="j-picture").value == "stage"
    text = words(app)
    assert "no verdict" in text
    assert "use the mask that Tiny tiny-a finds" in text
    assert "**Self-consistency** at severity 2" in text
    assert "**Dice**" not in text
    assert [m.label for m in app.metric] == ["Tiny tiny-a", "Tiny tiny-b"]
    app.selectbox(key="j-finder").select("tiny-b").run()
    assert "use the mask that Tiny tiny-b finds" in words(sound(app))
    app.slider(key="j-severity").set_value(0.0).run()
    assert [m.value for m in app.metric] == ["1.000", "1.000"]


def test_an_own_picture_with_its_mask_is_scored():
    app = photo(open_page())
    here = app.session_state["tray"]
    mask = Image.fromarray(np.full((60, 90), 255, np.uint8))
    here.truths[here.current().id] = ("my mask.png", png(mask))
    sound(app.run())
    assert [m.label for m in app.metric] == ["Tiny tiny-a", "Tiny tiny-b"]
    assert "**Dice** at severity 2" in words(app)
    assert "against my mask.png" in words(app)
    assert "no verdict" not in words(app)
    here.truths[here.current().id] = ("wide.png", png(mask.resize((200, 20))))
    sound(app.run())
    assert "bring a mask of the same shape" in only(app.error)
    assert "no verdict" in words(app)


def test_a_damaged_model_is_one_sentence(tiny_weights):
    weights = tiny_weights / "tiny-b" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    app = open_page()
    assert "'tiny-b' were altered or damaged" in only(app.error)
    assert [m.label for m in app.metric] == ["Tiny tiny-a"]
