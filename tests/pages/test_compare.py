"""The Compare page without a browser: what a visitor sees and may do."""

import io
import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from carseg import results
from carseg.compositing.scenes import shipped_scenes
from carseg.core import settings
from carseg.core.store import ByteLru, names
from carseg.imaging import codec
from carseg.imaging.net import fetch
from carseg.inference.predictor import Predictor
from carseg.measures.stability import trust
from carseg.objects.cars import cars_of
from carseg.ui.compare import stage
from carseg.ui.shared import state
from tests.factories.compare import APP, bring, choose_background, photo, png, sound, viewer
from tests.factories.pages import edit, keyed, only, table_of


@pytest.fixture(autouse=True)
def fresh() -> None:
    """No test sees the networks and pictures of another."""
    st.cache_resource.clear()


@pytest.fixture
def app(tiny_weights: Path) -> AppTest:  # noqa: ARG001 - asked for its effect
    return AppTest.from_file(APP, default_timeout=60).run()


def linked(app: AppTest, name: str) -> str:
    value = app.query_params[name]
    return value[0] if isinstance(value, list) else value


def panes(app: AppTest) -> list[str]:
    return [pane["name"] for pane in viewer(app)["panes"]]


def truth_in(app: AppTest):
    """The uploader of a true mask."""
    return keyed(app, "file_uploader", "truth-")


def test_empty_state_says_what_to_do(app: AppTest):
    sound(app)
    assert "car" in app.title[0].value
    assert [u.label for u in app.file_uploader] == ["Car photos, one or several"]
    said = " ".join(m.value for m in app.sidebar.markdown) + " ".join(
        c.value for c in app.sidebar.caption
    )
    assert "Your pictures stay on this machine" in said
    assert re.search(r"Runs on (CPU|CUDA|MPS)", said)
    assert "because PyTorch finds" in said


def test_two_models_side_by_side(app: AppTest):
    bring(app, ("red car.png", photo(1)))
    assert panes(app) == ["Tiny tiny-a", "Tiny tiny-b"]
    for pane in viewer(app)["panes"]:
        assert "red car.png" in pane["alt"]
        assert (pane["width"], pane["height"]) == (90, 60)
        times, where = pane["facts"]
        assert re.search(r"network \d+ m?s", times)
        assert where.startswith("on CPU in ")


def test_title_and_share_are_said_once(app: AppTest):
    bring(app, ("a.png", photo(1)))
    said = [*markdown_of(app), *(m.value for m in app.metric)]
    for pane in viewer(app)["panes"]:
        assert re.fullmatch(r"\d+\.\d% car", pane["note"])
        assert not [text for text in said if pane["name"] in text and "%" in text]
        assert not [text for text in said if pane["note"].split()[0] in text]


def test_it_opens_with_the_models_that_say_so(tiny_weights: Path):
    for name in ("tiny-a", "tiny-b"):
        config = tiny_weights / name / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | {"opens": name == "tiny-b"}))
    app = bring(AppTest.from_file(APP, default_timeout=60).run(), ("a.png", photo(1)))
    assert app.pills(key="models").value == ["tiny-b"]
    assert app.session_state["models"] == ["tiny-b"]


def test_controls_never_run_a_network(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    calls = []
    real = Predictor.predict_batch
    monkeypatch.setattr(
        Predictor, "predict_batch", lambda *a, **k: calls.append(1) or real(*a, **k)
    )
    bring(app, ("a.png", photo(2)))
    assert len(calls) == 2
    before = viewer(app)
    app.slider(key="t").set_value(70).run()
    app.slider(key="feather").set_value(4.0).run()
    app.toggle(key="refine").set_value(False).run()
    for view in ("mask", "probability", "outline", "cutout", "background"):
        sound(app.segmented_control(key="view").set_value(view).run())
    for kind in ("gradient", "blur", "checker", "picture"):
        choose_background(app, kind)
    assert len(calls) == 2
    assert viewer(app)["panes"] != before["panes"]
    assert viewer(app)["picture"] == before["picture"]


def test_threshold_starts_at_the_models_own(app: AppTest):
    bring(app, ("a.png", photo(1)))
    assert app.slider(key="t").value == 40
    each_its_own(app)
    assert [app.slider(key=f"t-{name}").value for name in ("tiny-a", "tiny-b")] == [40, 40]


def each_its_own(app: AppTest) -> AppTest:
    """Give each model a threshold of its own."""
    return sound(app.toggle(key="each").set_value(True).run())


def thresholds(app: AppTest) -> dict[str, int]:
    return {s.key: s.value for s in app.slider if s.key == "t" or s.key.startswith("t-")}


def test_one_threshold_for_all_or_one_for_each(app: AppTest):
    bring(app, ("a.png", photo(1)))
    before = {p["id"]: p["url"] for p in viewer(app)["panes"]}
    sound(app.slider(key="t").set_value(70).run())
    shared = {p["id"]: p["url"] for p in viewer(app)["panes"]}
    assert not set(shared.values()) & set(before.values()), "it moves all models"
    assert thresholds(each_its_own(app)) == {"t-tiny-a": 70, "t-tiny-b": 70}
    assert {p["id"]: p["url"] for p in viewer(app)["panes"]} == shared, "nothing jumps"
    sound(app.slider(key="t-tiny-b").set_value(30).run())
    own = {p["id"]: p["url"] for p in viewer(app)["panes"]}
    assert own["tiny-a"] == shared["tiny-a"]
    assert own["tiny-b"] != shared["tiny-b"]
    sound(app.toggle(key="each").set_value(False).run())
    assert thresholds(app) == {"t": 70}


def test_models_whose_own_thresholds_differ_begin_with_one_each(tiny_weights: Path):
    edit(tiny_weights, "tiny-b", threshold=0.6)
    app = bring(AppTest.from_file(APP, default_timeout=60).run(), ("a.png", photo(1)))
    assert thresholds(app) == {"t-tiny-a": 40, "t-tiny-b": 60}


def test_results_fill_in_one_by_one(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    """The first result stands while the second network runs, and nothing runs twice."""
    told: list[list[bool]] = []
    calls: list[str] = []
    real_viewer, real_predict = stage.viewer, Predictor.predict

    def watched(shown, **settings):
        told.append([pane.busy for pane in shown])
        real_viewer(shown, **settings)

    def counted(self, rgb, model, **settings):
        calls.append(model)
        return real_predict(self, rgb, model, **settings)

    monkeypatch.setattr(stage, "viewer", watched)
    monkeypatch.setattr(Predictor, "predict", counted)
    bring(app, ("a.png", photo(41)))
    assert told[0] == [True, True], "the photo stands at once"
    assert told[-1] == [False, False]
    assert all(now <= before for before, now in pairwise(told)), "what is there stays"
    assert calls == ["tiny-a", "tiny-b"], "the one for use comes first"
    bring(app, ("b.png", photo(42)))
    sound(app.button(key=f"show-{codec.digest(photo(41))[:12]}").click().run())
    assert len(calls) == 4, "a picture that was here before costs no network"
    assert told[-1] == [False, False]


def test_no_model_shows_the_photo(app: AppTest):
    bring(app, ("a.png", photo(1)))
    sound(app.pills(key="models").set_value([]).run())
    assert panes(app) == ["Original"]
    assert "at least one" in only(i for i in app.info if "model" in i.value)
    sound(app.pills(key="models").set_value(["tiny-b"]).run())
    assert panes(app) == ["Tiny tiny-b"]


@pytest.mark.parametrize(
    ("old", "tab"),
    [
        ("mode=Slider", "slider"),
        ("mode=Disagreement", "difference"),
        ("mode=Side by side", "overlay"),
        ("view=New background", "background"),
    ],
)
@pytest.mark.usefixtures("tiny_weights", "sample_folder")
def test_a_link_of_an_earlier_version_still_works(old: str, tab: str):
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["sample"] = "street/blue-hatch"
    name, _, value = old.partition("=")
    app.query_params[name] = value
    sound(app.run())
    assert app.segmented_control(key="view").value == tab
    assert "mode" not in app.query_params


def test_unchanged_pictures_keep_their_address(app: AppTest):
    each_its_own(bring(app, ("a.png", photo(3))))
    first = {p["id"]: p["url"] for p in viewer(app)["panes"]}
    app.slider(key="t-tiny-b").set_value(99).run()
    second = {p["id"]: p["url"] for p in viewer(app)["panes"]}
    assert second["tiny-a"] == first["tiny-a"]
    assert second["tiny-b"] != first["tiny-b"]


def test_no_car_found_is_said(app: AppTest):
    each_its_own(bring(app, ("a.png", photo(1))))
    app.slider(key="t-tiny-a").set_value(99).run()
    assert viewer(app)["panes"][0]["note"] == "No car found"
    assert len([w for w in app.warning if "No car found by Tiny tiny-a:" in w.value]) == 1
    app.slider(key="t-tiny-b").set_value(99).run()
    assert [w.value.partition(":")[0] for w in app.warning] == ["No car found"]


def main_button(app: AppTest) -> str:
    buttons = (b.proto for b in app.get("download_button"))
    return next(b.label for b in buttons if b.type == "primary")


def test_the_main_download_is_what_is_looked_at(app: AppTest):
    bring(app, ("a.png", photo(1)))
    assert main_button(app) == "Download cut-out"
    app.segmented_control(key="view").set_value("background").run()
    assert main_button(app) == "Download picture"
    app.segmented_control(key="view").set_value("slider").run()
    assert main_button(sound(app)) == "Download cut-out"


def test_the_slider_starts_with_the_model_for_use(app: AppTest, tiny_weights: Path):
    config = tiny_weights / "tiny-a" / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"order": 99}))
    bring(app, ("a.png", photo(1)))
    sound(app.segmented_control(key="view").set_value("slider").run())
    assert panes(app) == ["Original", "Tiny tiny-b · Cut-out"]


def test_of_several_cars_those_that_are_chosen_are_kept(app: AppTest):
    each_its_own(bring(app, ("a.png", photo(1))))
    app.toggle(key="refine").set_value(False).run()
    rgb = np.asarray(Image.open(io.BytesIO(photo(1))))
    said = Predictor("cpu").predict(rgb, "tiny-a")
    # A threshold at which the untrained network marks several pieces.
    found = {t: len(cars_of(said.mask(t / 100)).found) for t in range(1, 100)}
    app.slider(key="t-tiny-a").set_value(max(found, key=found.get)).run()
    assert max(found.values()) > 1
    assert any("Cut-outs and new backgrounds show the largest" in c.value for c in app.caption)
    choice = keyed(app, "pills", "cars-")
    assert choice.value == [0]
    sound(choice.set_value([1]).run())
    assert any("All views show the chosen ones" in c.value for c in app.caption)
    (kept,) = [models["tiny-a"] for models in app.session_state["tray"].cars.values()]
    assert len(kept) == 1


def test_a_bad_file_gives_one_message_and_the_rest_goes_on(app: AppTest):
    bring(app, ("good.png", photo(4)), ("bad.png", b"not a picture at all"))
    assert len(app.error) == 1
    assert "bad.png" in only(app.error)
    assert len(panes(app)) == 2


def test_the_filmstrip_picks_the_shown_picture(app: AppTest):
    bring(app, ("one.png", photo(5)), ("two.png", photo(6)), ("again.png", photo(5)))
    strip = [b for b in app.button if b.key and b.key.startswith("show-")]
    assert len(strip) == 2, "the same picture twice is one"
    first = viewer(app)["picture"]
    sound(strip[1].click().run())
    assert viewer(app)["picture"] != first


def test_a_picture_can_be_removed(app: AppTest):
    bring(app, ("one.png", photo(5)), ("two.png", photo(6)))
    first = viewer(app)["picture"]
    sound(app.button(key="remove").click().run())
    assert viewer(app)["picture"] != first
    sound(app.button(key="remove").click().run())
    assert not app.get("bidi_component")
    assert keyed(app, "file_uploader", "files-first").value == []


def test_slider_between_any_two_views(app: AppTest):
    bring(app, ("a.png", photo(1)))
    sound(app.segmented_control(key="view").set_value("slider").run())
    app.selectbox(key="left").set_value("tiny-a:mask").run()
    app.selectbox(key="right").set_value("tiny-b:cutout").run()
    shown = viewer(app)
    assert shown["mode"] == "slider"
    assert panes(app) == ["Tiny tiny-a · Mask", "Tiny tiny-b · Cut-out"]
    assert [p["clear"] for p in shown["panes"]] == [False, True]


def test_disagreement_counts_pixels(app: AppTest):
    data = photo(7)
    bring(app, ("a.png", data))
    app.toggle(key="refine").set_value(False).run()
    sound(app.segmented_control(key="view").set_value("difference").run())
    rgb = np.asarray(Image.open(io.BytesIO(data)))
    a, b = (Predictor("cpu").predict(rgb, name).mask() for name in ("tiny-a", "tiny-b"))
    dice = 2 * (a & b).sum() / (a.sum() + b.sum())
    (pane,) = viewer(app)["panes"]
    assert pane["note"] == f"{(a != b).mean():.2%} of the pixels differ"
    assert pane["facts"][0] == f"Dice between the two: {dice:.4f}"


def test_a_jpeg_without_its_end_is_shown_and_said_to_be_one(app: AppTest):
    file = io.BytesIO()
    Image.open(io.BytesIO(photo(8))).save(file, "JPEG")
    bring(app, ("cut.jpg", file.getvalue()[:-2]))
    said = [info.value for info in app.info]
    assert "**cut.jpg**: The end of this JPEG is missing, but all of its pixels are here." in said
    assert panes(app)
    bring(app, ("whole.jpg", file.getvalue()))
    assert not any("of this JPEG" in info.value for info in app.info)


def test_a_truth_brings_scores_that_can_be_saved(app: AppTest):
    bring(app, ("a.png", photo(8)))
    truth = np.zeros((60, 90), np.uint8)
    truth[10:50, 20:70] = 255
    truth_in(app).set_value(("truth.png", png(truth), "image/png"))
    sound(app.run())
    scores = table_of(app, "Scores of each model against the true mask")
    assert list(scores.columns) == ["Dice", "IoU", "Precision", "Recall", "Boundary IoU"]
    for _ in range(2):  # the same again replaces, it does not add
        sound(app.button(key="save-scores").click().run())
    rows = results.saved_scores(results.open_engine(settings.database_url()))
    assert {r.model for r in rows} == {"tiny-a", "tiny-b"}
    assert len(rows) == 2
    assert rows[0].counts.dice == pytest.approx(
        scores.loc[f"Tiny {rows[0].model}", "Dice"], abs=1e-12
    )
    sound(app.segmented_control(key="view").set_value("truth").run())
    assert len(panes(app)) == 2


def test_a_mask_that_is_not_sure_asks_which_label_is_the_car(app: AppTest):
    bring(app, ("a.png", photo(8)))
    labels = np.zeros((60, 90), np.uint8)
    labels[10:50, 20:70], labels[:5] = 7, 9
    truth_in(app).set_value(("labels.png", png(labels), "image/png"))
    sound(app.run())
    assert "3 values" in only(app.warning)
    assert not truth_tables(app)
    assert app.button(key="truth-car-use").disabled
    sound(app.button_group(key="truth-car").set_value(["7"]).run())
    sound(app.button(key="truth-car-use").click().run())
    assert len(app.warning) == 0
    assert truth_tables(app)
    assert any("7 is the car" in c.value for c in app.caption)
    (kept,) = app.session_state["tray"].truths.values()
    np.testing.assert_array_equal(codec.decode_mask(kept[1]), labels == 7)


def test_a_mask_that_was_read_with_a_doubt_can_be_read_the_other_way(app: AppTest):
    bring(app, ("a.png", photo(8)))
    white = np.full((60, 90), 255, np.uint8)
    white[10:50, 20:70] = 0
    truth_in(app).set_value(("inverted.png", png(white), "image/png"))
    sound(app.run())
    assert only(app.warning).endswith(
        "255 is all along the border, so it was taken as the background. If that is wrong, say "
        "which is the car."
    )
    assert truth_tables(app)
    sound(app.button_group(key="truth-car").set_value(["255"]).run())
    sound(app.button(key="truth-car-use").click().run())
    assert len(app.warning) == 0
    (kept,) = app.session_state["tray"].truths.values()
    np.testing.assert_array_equal(codec.decode_mask(kept[1]), white == 255)


def truth_tables(app: AppTest) -> list:
    return [d for d in app.dataframe if "true mask" in d.proto.alt]


def test_void_is_left_out_of_scores_and_polygons_are_truths(app: AppTest):
    bring(app, ("a.png", photo(8)))
    labels = np.zeros((60, 90), np.uint8)
    labels[10:50, 20:70], labels[50:55, 20:70] = 1, 255
    truth_in(app).set_value(("voc.png", png(labels), "image/png"))
    sound(app.run())
    assert any("255 is void" in c.value for c in app.caption)
    sound(app.button(key="save-scores").click().run())
    rows = results.saved_scores(results.open_engine(settings.database_url()))
    assert {row.counts.total for row in rows} == {60 * 90 - 5 * 50}
    shapes = [{"label": "car", "points": [[20, 10], [70, 10], [70, 50], [20, 50]]}]
    drawn = json.dumps({"shapes": shapes, "imageHeight": 60, "imageWidth": 90}).encode()
    truth_in(app).set_value(("a.json", drawn, "application/json"))
    sound(app.run())
    (kept,) = app.session_state["tray"].truths.values()
    np.testing.assert_array_equal(codec.decode_mask(kept[1]), labels == 1)


def test_a_truth_of_another_shape_is_refused(app: AppTest):
    bring(app, ("a.png", photo(9)))
    truth_in(app).set_value(("t.png", png(np.zeros((90, 60), np.uint8)), "image/png"))
    sound(app.run())
    assert "60x90" in only(app.error)
    assert len(panes(app)) == 2


@pytest.fixture
def sample_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "samples"
    (root / "street").mkdir(parents=True)
    (root / "masks").mkdir()
    (root / "street" / "blue-hatch.png").write_bytes(photo(10))
    mask = np.zeros((60, 90), np.uint8)
    mask[20:40, 30:60] = 255
    (root / "masks" / "blue-hatch.png").write_bytes(png(mask))
    monkeypatch.setattr(settings, "samples_dir", lambda: root)
    return root


@pytest.mark.usefixtures("sample_folder")
def test_a_sample_stands_in_the_link(app: AppTest):
    app.run()
    sound(app.button(key="sample-first-street-blue-hatch").click().run())
    assert len(panes(app)) == 2
    assert linked(app, "sample") == "street/blue-hatch"
    assert app.dataframe, "a sample's own mask brings its scores"


@pytest.mark.usefixtures("tiny_weights")
def test_other_views_of_a_car_are_shown_on_request(sample_folder: Path):
    for view in (1, 2):
        (sample_folder / "street" / f"van_0{view}.png").write_bytes(photo(60 + view))
    app = sound(AppTest.from_file(APP, default_timeout=60).run())
    offered = {b.key for b in app.button}
    assert "sample-first-street-van_01" in offered
    assert "sample-first-views-street-van_02" not in offered
    app.session_state["more-views-first"] = True
    sound(app.run())
    assert "More views (1)" in [e.label for e in app.expander]
    sound(app.button(key="sample-first-views-street-van_02").click().run())
    assert linked(app, "sample") == "street/van_02"


@pytest.mark.usefixtures("tiny_weights", "sample_folder")
def test_a_link_opens_sample_and_settings():
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["sample"] = "street/blue-hatch"
    app.query_params["view"] = "Mask"
    app.query_params["t-tiny-a"] = "63"
    sound(app.run())
    assert app.segmented_control(key="view").value == "mask"
    assert app.slider(key="t-tiny-a").value == 63
    assert len(panes(app)) == 2


@pytest.mark.parametrize("name", ["street/none", "../../etc/passwd", "street/../masks/x"])
@pytest.mark.usefixtures("tiny_weights", "sample_folder")
def test_a_link_to_no_sample(name: str):
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["sample"] = name
    sound(app.run())
    assert "no sample" in only(app.error)


def test_a_picture_by_url(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fetch, "fetch", lambda _: photo(11))
    keyed(app, "text_input", "link-first").set_value("https://example.org/a/car.jpg?size=2")
    sound(app.button(key="get-link-first").click().run())
    assert len(panes(app)) == 2
    assert linked(app, "url") == "https://example.org/a/car.jpg?size=2"


def test_a_url_that_cannot_be_fetched(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    def fail(_: str) -> bytes:
        raise fetch.FetchError("This address cannot be reached.")

    monkeypatch.setattr(fetch, "fetch", fail)
    keyed(app, "text_input", "link-first").set_value("http://127.0.0.1/x.png")
    sound(app.button(key="get-link-first").click().run())
    assert [e.value for e in app.error] == ["This address cannot be reached."]


@pytest.mark.usefixtures("tiny_weights")
def test_url_input_can_be_switched_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CARSEG_URL_INPUT", "off")
    calls = []
    monkeypatch.setattr(fetch, "fetch", calls.append)
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["url"] = "https://example.org/car.jpg"
    sound(app.run())
    assert not app.text_input
    assert not calls
    assert "switched off" in only(app.error)


def linked_to(url: str) -> AppTest:
    """The page as opened by a link that names this address."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.query_params["url"] = url
    return sound(app.run())


@pytest.mark.usefixtures("tiny_weights")
def test_a_link_to_an_address_fetches_nothing_until_asked(monkeypatch: pytest.MonkeyPatch):
    calls: list[str] = []
    monkeypatch.setattr(fetch, "fetch", lambda address: calls.append(address) or photo(22))
    url = "https://pictures.example.org/a/car.jpg?size=2"
    app = linked_to(url)
    sound(app.run())
    assert not calls
    assert not app.get("bidi_component")
    assert linked(app, "url") == url, "loading the page again offers it again"
    assert any("picture at **pictures.example.org**" in m.value for m in app.markdown)
    sound(app.button(key="get-offered").click().run())
    assert calls == [url]
    assert len(panes(app)) == 2
    assert linked(app, "url") == url
    assert "get-offered" not in [b.key for b in app.button]


@pytest.mark.usefixtures("tiny_weights")
def test_another_picture_answers_the_offer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fetch, "fetch", lambda _: pytest.fail("fetched"))
    app = bring(linked_to("https://example.org/car.jpg"), ("mine.png", photo(22)))
    assert "get-offered" not in [b.key for b in app.button]
    assert "url" not in app.query_params


@pytest.mark.parametrize("url", ["file:///etc/passwd", "https://u:p@example.org/x", "nonsense"])
@pytest.mark.usefixtures("tiny_weights")
def test_a_link_to_no_address_is_one_sentence(url: str):
    app = linked_to(url)
    assert len(app.error) == 1
    assert "get-offered" not in [b.key for b in app.button]


def test_the_server_lets_go_of_what_was_sent(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    gone: list[str] = []
    monkeypatch.setattr(
        MemoryUploadedFileManager, "remove_file", lambda _, _session, file: gone.append(file)
    )
    bring(app, ("one.png", photo(23)), ("two.png", b"no picture"))
    assert len(set(gone)) == 2
    truth_in(app).set_value(("t.png", png(np.zeros((60, 90), np.uint8)), "image/png"))
    sound(app.run())
    assert len(set(gone)) == 3
    assert app.dataframe
    assert truth_in(app).value is None
    app.segmented_control(key="view").set_value("background").run()
    choose_background(app, "picture")
    keyed(app, "file_uploader", "own-file").set_value(("*sky*.png", photo(24), "image/png"))
    sound(app.run())
    assert len(set(gone)) == 4
    assert app.button(key="own-drop").label == r"Remove \*sky\*.png"
    sound(app.button(key="own-drop").click().run())
    assert app.session_state["tray"].own is None


def test_limits_hold_on_the_server_too(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    bring(app, ("one.png", photo(23)))
    app.segmented_control(key="view").set_value("background").run()
    choose_background(app, "picture")
    monkeypatch.setattr("carseg.ui.shared.streamlit_internals.MOST_MB", 0)
    keys = {u.key.partition("-")[0]: u.key for u in app.file_uploader}
    assert set(keys) == {"files", "own", "truth"}
    for place in ("own", "truth", "files"):
        data = [("large.png", photo(25), "image/png")]
        app.file_uploader(key=keys[place]).set_value(data if place == "files" else data[0])
        sound(app.run())
        assert "larger than" in app.error[-1 if place == "own" else 0].value
    tray = app.session_state["tray"]
    assert (len(tray.photos), tray.truths, tray.own) == (1, {}, None)


def of(store: ByteLru, data: bytes) -> int:
    """Bytes in the store that were made of a file."""
    items = store._items.items()
    return sum(size for key, (_, size) in items if names(key, (codec.digest(data),)))


def test_removing_a_picture_frees_what_was_made_of_it(app: AppTest):
    bring(app, ("stays.png", photo(31)))
    store = state.store()
    samples = store.bytes - of(store, photo(31))
    bring(app, ("goes.png", photo(32)))
    mask = png(np.eye(60, 90, dtype=np.uint8))
    sound(truth_in(app).set_value(("truth.png", mask, "image/png")).run())
    app.button(key=f"show-{codec.digest(photo(32))[:12]}").click().run()
    for view in ("cutout", "mask"):
        sound(app.segmented_control(key="view").set_value(view).run())
    # Decoded pixels and their copy for display, at least.
    assert of(store, photo(32)) >= 2 * 60 * 90 * 3
    assert of(store, mask) >= 60 * 90
    sound(app.button(key="remove").click().run())
    assert of(store, photo(32)) == of(store, mask) == 0 < of(store, photo(31))
    # The scenes of the strip are shipped, so their small copies may stay.
    scenes = sum(of(store, scene.path.read_bytes()) for scene in shipped_scenes().values())
    assert store.bytes == samples + scenes + of(store, photo(31))


def test_removing_a_truth_or_background_frees_it(app: AppTest):
    bring(app, ("a.png", photo(33)))
    mask = png(np.eye(60, 90, dtype=np.uint8))
    sound(truth_in(app).set_value(("truth.png", mask, "image/png")).run())
    app.segmented_control(key="view").set_value("background").run()
    choose_background(app, "picture")
    for seed in (34, 35):
        keyed(app, "file_uploader", "own-file").set_value(("sky.png", photo(seed), "image/png"))
        sound(app.run())
    store = state.store()
    assert of(store, photo(34)) == 0 < of(store, photo(35))
    assert of(store, mask) > 0
    sound(app.button(key="own-drop").click().run())
    sound(app.button(key="drop-truth").click().run())
    assert of(store, photo(35)) == of(store, mask) == 0 < of(store, photo(33))


@pytest.mark.usefixtures("sample_folder")
def test_a_closed_page_leaves_no_pixels(app: AppTest):
    app.run()
    sound(app.button(key="sample-first-street-blue-hatch").click().run())
    bring(app, ("a.png", photo(36)))
    store = state.store()
    assert of(store, photo(36)) > 0
    clear_session_resource_cache("test session id")
    assert of(store, photo(36)) == 0 < of(store, photo(10)), "samples are shipped"
    # It comes back: everything is made anew, and goes again.
    assert len(panes(sound(app.run()))) == 2
    assert of(store, photo(36)) > 0
    clear_session_resource_cache("test session id")
    assert of(store, photo(36)) == 0


def test_a_wrong_mask_leaves_the_right_one(app: AppTest):
    bring(app, ("a.png", photo(9)))
    for name, size in (("right.png", (60, 90)), ("wrong.png", (90, 60))):
        mask = (name, png(np.zeros(size, np.uint8)), "image/png")
        sound(truth_in(app).set_value(mask).run())
    assert "wrong.png" in only(app.error)
    assert any("Against right.png" in c.value for c in app.caption)


@pytest.mark.usefixtures("sample_folder")
def test_a_sample_that_does_not_fit_leaves_no_mask(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("carseg.ui.shared.tray._MOST_BYTES", 10)
    app.run()
    sound(app.button(key="sample-first-street-blue-hatch").click().run())
    assert "full" in only(app.error)
    tray = app.session_state["tray"]
    assert not tray.photos
    assert not tray.truths


def test_too_much_for_a_zip_is_said(app: AppTest, monkeypatch: pytest.MonkeyPatch):
    bring(app, ("a.png", photo(1)))
    app.session_state["zip"] = True
    sound(app.run())

    def refused(kind: str) -> bool:
        return app.download_button(key=f"zip-{kind}").disabled

    assert not refused("png")
    monkeypatch.setattr("carseg.service.packing.MOST_BYTES", 20_000)
    sound(app.run())
    assert refused("png")
    assert any("choose fewer views" in c.value for c in app.caption)
    chosen = keyed(app, "pills", "zip-parts-")
    assert len(chosen.value) == 7, "six views, and where the two models disagree"
    sound(chosen.set_value(["mask"]).run())
    assert not refused("png")
    assert any("About" in c.value and "PNG" in c.value for c in app.caption)


def test_a_strangers_config_fetches_and_links_nothing(tiny_weights: Path):
    evil = (
        "![](https://evil.example/p.png) [x](https://evil.example) www.evil.example a@evil.example"
    )
    for name in ("tiny-a", "tiny-b"):
        path = tiny_weights / name / "config.json"
        texts = dict.fromkeys(("title", "summary", "data", "pretrained"), evil) | {"limits": [evil]}
        path.write_text(json.dumps(json.loads(path.read_text()) | texts))
    (tiny_weights / evil.replace("/", "-")).mkdir()
    app = bring(AppTest.from_file(APP, default_timeout=60).run(), ("a.png", photo(1)))
    sound(app.toggle(key="trust").set_value(True).run())
    told = [*markdown_of(each_its_own(app)), *app.pills(key="models").options]
    sound(app.switch_page("pages/models.py").run())
    told += markdown_of(app)
    told += [str(cell) for table in app.table for cell in table.value.iloc[:, 0]]
    assert sum("evil.example" in text.replace("\\", "") for text in told) > 10
    for text in told:
        # Links to a card on the page itself are ours.
        assert "](" not in re.sub(r"\]\(#[\w%.-]+\)", "", text)
        assert not re.search(r"https?://|www\.|@[a-z]", text.replace("\\", ""))


def markdown_of(app: AppTest) -> list[str]:
    """All that the page shows as Markdown."""
    kinds = ("markdown", "caption", "error", "warning", "info", "header", "subheader", "title")
    shown = [item.value for kind in kinds for item in (*app.get(kind), *app.sidebar.get(kind))]
    return [*shown, *(item.label for kind in ("slider", "metric") for item in app.get(kind))]


def test_an_upload_is_not_in_the_link(app: AppTest):
    bring(app, ("mine.png", photo(1)))
    assert any("not in this link" in i.value for i in app.info)
    assert "sample" not in app.query_params


def test_a_broken_checkpoint_leaves_the_others(tiny_weights: Path):
    weights = tiny_weights / "tiny-a" / "model.safetensors"
    blob = bytearray(weights.read_bytes())
    blob[-1] ^= 1
    weights.write_bytes(blob)
    app = AppTest.from_file(APP, default_timeout=60).run()
    bring(app, ("a.png", photo(12)))
    assert panes(app) == ["Tiny tiny-b"]
    assert len(app.error) == 1
    assert "tiny-a" in only(app.error)


def test_no_model_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CARSEG_WEIGHTS", str(tmp_path))
    app = AppTest.from_file(APP, default_timeout=60).run()
    bring(app, ("a.png", photo(1)))
    assert "weights folder" in only(app.warning)


def test_the_picture_is_kept_across_pages(app: AppTest):
    bring(app, ("a.png", photo(1)))
    app.switch_page("pages/models.py").run()
    app.switch_page("pages/compare.py").run()
    assert len(panes(sound(app))) == 2


def test_a_name_cannot_act(app: AppTest):
    name = "![x](https://evil.example/x.png) :red[<b>.png"
    bring(app, (name, photo(13)), ("two.png", photo(14)), (name, b"no picture"))
    texts = [e.value for e in (*app.markdown, *app.caption, *app.error)]
    texts += [b.label for b in app.button]
    assert not any("](https://evil" in t for t in texts)


def drawing_of(app: AppTest) -> dict:
    """What the brush was given."""
    given = [json.loads(c.proto.json) for c in app.get("bidi_component")]
    return next(data for data in given if "starts" in data)


def press_done(app: AppTest, sent: object) -> AppTest:
    """Run the app as a browser does where the brush sends ``sent``."""
    (brush,) = (c.proto for c in app.get("bidi_component") if "starts" in json.loads(c.proto.json))
    states = app._tree.get_widget_states()
    trigger = states.widgets.add()
    trigger.id = f"$$STREAMLIT_INTERNAL_KEY_{brush.id}__events"
    trigger.json_trigger_value = json.dumps([{"event": "done", "value": sent}])
    return app._run(states)


def test_a_drawing_is_a_truth_like_any_other(app: AppTest):
    bring(app, ("a.png", photo(15)))
    given = [json.loads(c.proto.json) for c in app.get("bidi_component")]
    assert not [data for data in given if "starts" in data], "the brush is there when asked for"
    sound(app.toggle(key="draw").set_value(True).run())
    data = drawing_of(app)
    assert (data["width"], data["height"], data["begin"], data["truth"]) == (90, 60, "nothing", "")
    assert [s["id"] for s in data["starts"]] == ["nothing", "tiny-a", "tiny-b"]

    sent = {"picture": data["picture"], "start": "tiny-b", "size": [60, 90]}
    # Rows 20 to 39 are car, 90 pixels each.
    sound(press_done(app, sent | {"runs": [20 * 90, 20 * 90, 20 * 90]}))
    rgb = np.asarray(Image.open(io.BytesIO(photo(15))))
    drawn = np.zeros((60, 90), bool)
    drawn[20:40] = True
    app.toggle(key="refine").set_value(False).run()
    mask = Predictor("cpu").predict(rgb, "tiny-a").mask()
    dice = 2 * (mask & drawn).sum() / (mask.sum() + drawn.sum())
    scores = table_of(app, "Scores of each model against the true mask")
    assert scores.loc["Tiny tiny-a", "Dice"] == pytest.approx(dice, abs=1e-12)
    assert any("Against a drawing that started from Tiny tiny-b" in c.value for c in app.caption)
    data = drawing_of(app)
    assert data["starts"][-1]["id"] == data["begin"] == "given"
    assert data["taken"] == 1

    sound(app.button(key="save-scores").click().run())
    assert len(results.saved_scores(results.open_engine(settings.database_url()))) == 2
    sound(app.button(key="drop-truth").click().run())
    assert not app.dataframe
    assert drawing_of(app)["truth"] == ""


def test_a_drawing_takes_the_place_of_an_upload(app: AppTest):
    bring(app, ("a.png", photo(16)))
    app.toggle(key="draw").set_value(True).run()
    truth = np.zeros((60, 90), np.uint8)
    truth[10:50, 20:70] = 255
    truth_in(app).set_value(("truth.png", png(truth), "image/png"))
    sound(app.run())
    data = drawing_of(app)
    sent = {"picture": data["picture"], "start": "given", "size": [60, 90], "runs": [0, 5400]}
    sound(press_done(app, sent))
    assert truth_in(app).value is None
    assert any(r"started from truth.png" in c.value for c in app.caption)
    assert drawing_of(app)["truth"] not in ("", data["truth"])


def test_a_hostile_drawing_is_one_sentence(app: AppTest):
    bring(app, ("a.png", photo(17)))
    app.toggle(key="draw").set_value(True).run()
    good = {"picture": drawing_of(app)["picture"], "size": [60, 90], "runs": [5400]}
    for sent in (
        None,
        ["runs"],
        good | {"picture": "of somebody else"},
        good | {"picture": ["not", "hashable"]},
        good | {"size": [90, 60]},
        good | {"runs": [-1, 5401]},
    ):
        sound(press_done(app, sent))
        (error,) = app.error
        assert "drawing" in error.value
        assert error.value.count(".") == 1
        assert not app.dataframe
    sound(app.run())
    assert not app.error, "it is said once"


def test_trust_is_measured_when_asked_for(app: AppTest, tiny_weights: Path):
    bring(app, ("a.png", photo(1)))
    frames = len(app.dataframe)
    sound(app.toggle(key="trust").set_value(True).run())
    assert len(app.dataframe) == frames + 1
    table = table_of(app, "How stable the mask of each model is").set_index("Model")
    assert list(table.index) == ["Tiny tiny-a", "Tiny tiny-b"]
    rgb = np.asarray(Image.open(io.BytesIO(photo(1))).convert("RGB"))
    for name in ("tiny-a", "tiny-b"):
        said, back = (
            Predictor("cpu", tiny_weights).predict(np.ascontiguousarray(x), name)
            for x in (rgb, rgb[:, ::-1])
        )
        expected = trust(said, back)
        row = table.loc[f"Tiny {name}"]
        assert row["Trust"] == pytest.approx(expected.figure)
        assert row["Mirrored"] == pytest.approx(expected.mirror)
        assert 0 <= row["Agreement"] <= 1
    assert "was not measured" in "\n".join(c.value for c in app.caption)
