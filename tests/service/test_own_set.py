"""A visitor's own set: measured as the command line measures, stopped, continued and saved."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
import torch
from PIL import Image
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

from carseg import results
from carseg.compositing.edges import Edges
from carseg.compositing.views import Look
from carseg.core.store import ByteLru
from carseg.data.archive import Found, from_zip
from carseg.data.pairs import find_pairs
from carseg.evaluation.evaluate import by_model, evaluate
from carseg.evaluation.loaded_pairs import Grid
from carseg.imaging import codec
from carseg.inference.device import Device
from carseg.inference.predictor import Predictor, fingerprint
from carseg.models.checkpoint import shelf
from carseg.results.saved import KEY
from carseg.service import truth
from carseg.service.own_set import (
    GRIDS,
    Pace,
    done,
    evaluate_own_set,
    forget_when_closed,
    rows,
    time_left,
)
from carseg.service.workshop import Ask, Photo, Workshop
from carseg.ui.dice_table import own_set as page
from carseg.ui.shared import state
from tests.factories.pages import keyed, only, table_of
from tests.factories.pictures import write_pairs
from tests.factories.scores import score_set, ship

FP32 = Device("cpu", torch.float32, "test", "for tests")
COUNT = 19
SIZES = ((31, 47), (40, 33), (31, 47))
TITLES = {"tiny-a": "Model *A*", "tiny-b": "Model B"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nineteen pictures of odd sizes with masks, two batches and a part."""
    root = tmp_path / "set"
    rng = np.random.default_rng(3)
    for name in ("images", "masks"):
        (root / name).mkdir(parents=True)
    for number in range(COUNT):
        size = SIZES[number % 3]
        y, x = np.mgrid[: size[0], : size[1]]
        car = ((y - 15) / 9) ** 2 + ((x - 10 - number) / 12) ** 2 < 1
        rgb = rng.integers(0, 120, (*size, 3), dtype=np.uint8)
        rgb[car] += 100
        Image.fromarray(rgb).save(root / "images" / f"p{number:02}.png")
        Image.fromarray(car).save(root / "masks" / f"p{number:02}.png")
    return root


def packed(root: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for path in sorted(root.rglob("*.png")):
            out.write(path, path.relative_to(root.parent))
    return buffer.getvalue()


@pytest.fixture(autouse=True)
def undecided(tiny_weights, folder) -> None:
    """Thresholds at which the untrained networks call about half of a picture car."""
    rgb = codec.decode(folder / "images" / "p00.png")
    for name in TITLES:
        said = Predictor(FP32, tiny_weights).predict(rgb, name)
        path = tiny_weights / name / "config.json"
        threshold = float(np.median(said.probability))
        path.write_text(json.dumps(json.loads(path.read_text()) | {"threshold": threshold}))


@pytest.fixture
def found(folder) -> Found:
    return from_zip(packed(folder))


@pytest.fixture
def predictor(tiny_weights) -> Predictor:
    return Predictor(FP32, tiny_weights)


def counts(pictures) -> list:
    return [(Path(p.id).stem, p.counts, p.boundary_iou) for p in pictures]


@pytest.mark.parametrize("grid", GRIDS)
def test_scores_are_those_of_the_command_line(folder, found, predictor, grid):
    wanted = evaluate(by_model(predictor, "tiny-a"), find_pairs(folder, "pairs"), Grid(grid))
    result = evaluate_own_set(predictor, found, "tiny-a", grid)
    assert counts(result.pictures) == counts(wanted)
    shares = [(p.counts.tp + p.counts.fp) / p.counts.total for p in result.pictures]
    assert 0.1 < np.mean(shares) < 0.9  # not trivial masks, which would agree anyway
    config = shelf().configs["tiny-a"]
    made = result.provenance
    assert (made.weights_sha256, made.threshold) == (config.sha256, config.threshold)
    assert (made.dtype, made.device) == ("float32", "cpu")


def test_a_stop_loses_nothing_and_nothing_is_done_twice(found, predictor, monkeypatch):
    whole = evaluate_own_set(Predictor(predictor.device, predictor.root), found, "tiny-b", "native")
    assert whole.pictures
    asked: list[int] = []
    forward = Predictor.predict_batch
    monkeypatch.setattr(
        Predictor,
        "predict_batch",
        lambda self, rgb, model: (asked.append(len(rgb)), forward(self, rgb, model))[1],
    )

    def stop(pace):
        if pace.done == 16:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate_own_set(predictor, found, "tiny-a", "native", show=stop)
    assert sum(asked) == 16
    shown = []
    again = evaluate_own_set(
        predictor, found, "tiny-a", "native", show=lambda pace: shown.append(pace.done)
    )
    assert sum(asked) == COUNT
    assert shown == [8, 16, 19]
    uninterrupted = evaluate(by_model(predictor, "tiny-a"), found.pairs, Grid("native"))
    assert list(again.pictures) == uninterrupted


def test_another_grid_or_model_has_its_own_journal(found, predictor):
    one, two, three = (
        evaluate_own_set(predictor, found, model, grid)
        for model, grid in (("tiny-a", "native"), ("tiny-a", "model"), ("tiny-b", "native"))
    )
    assert one.pictures[0].counts.total == 31 * 47
    assert two.pictures[0].counts.total != 31 * 47
    assert one.pictures != three.pictures


def test_rows_hold_the_counts_and_what_was_measured(found, predictor):
    result = evaluate_own_set(predictor, found, "tiny-a", "model")
    saved = rows(result, "mine", "studio", found.items)
    assert len(saved) == COUNT
    for row, picture, item in zip(saved, result.pictures, found.items, strict=True):
        assert (row.picture, row.counts, row.boundary_iou) == (
            picture.id,
            picture.counts,
            picture.boundary_iou,
        )
        assert (row.picture_sha256, row.truth_sha256) == (item.picture_sha256, item.truth_sha256)
        assert (row.model, row.set, row.domain, row.grid) == ("tiny-a", "mine", "studio", "model")
    squashed = replace(found.items[0], pair=replace(found.items[0].pair, aspect=1.498))
    (row,) = rows(replace(result, pictures=result.pictures[:1]), "mine", "street", [squashed])
    assert row.settings["aspect"] == 1.498
    assert row.settings_sha256 != saved[0].settings_sha256


def test_compare_saves_the_same_picture_as_the_same_row(folder, found, predictor):
    (mine, *_) = rows(
        evaluate_own_set(predictor, found, "tiny-a", "native"), "mine", "street", found.items
    )
    data = (folder / "images" / "p00.png").read_bytes()
    photo = Photo(codec.digest(data), "p00.png", "upload", data=data)
    ask = Ask(photo, "tiny-a", fingerprint(shelf().configs["tiny-a"]))
    brought = truth.read_truth("m", (folder / "masks" / "p00.png").read_bytes(), (31, 47))
    shop = Workshop(predictor, ByteLru(2**24))
    look = Look(edges=Edges(refine=False))
    theirs = truth.score(shop, ask, look, brought, domain="street", collection="other")
    assert [getattr(mine, name) for name in KEY] == [getattr(theirs, name) for name in KEY]
    assert (mine.counts, mine.boundary_iou) == (theirs.counts, theirs.boundary_iou)


def test_the_interval_takes_views_of_one_car_together(found, predictor):
    result = evaluate_own_set(predictor, found, "tiny-a", "native")
    assert done(result).table["clusters"][0] == COUNT
    cars = tuple(replace(p, group=p.id[:2]) for p in result.pictures)
    assert done(replace(result, pictures=cars)).table["clusters"][0] == len({p.group for p in cars})


def test_pace_counts_only_what_went_through_the_network():
    now = [0.0]
    pace = Pace(48, lambda: now[0])
    pace.step(16)  # found done
    assert pace.words() == "16 of 48 pictures"
    for _ in range(8):
        pace.saw()
    now[0] += 16
    pace.step(8)
    assert pace.words() == "24 of 48 pictures, about 48 s left"
    pace.step(24)
    assert pace.words() == "48 of 48 pictures"


def test_after_a_stop_the_time_left_is_still_known():
    now = [0.0]
    pace = Pace(48, lambda: now[0])
    pace.saw()
    now[0] += 2
    pace.step(8)
    assert pace.moved
    now[0] += 100  # the page was drawn
    pace.start()
    assert (pace.done, pace.moved) == (0, False)
    pace.step(8)  # found done
    assert pace.words() == "8 of 48 pictures, about 80 s left"
    assert not pace.moved


def test_the_files_of_a_closed_page_go_and_those_of_an_open_one_stay(found):
    folder = Path(found.folder.name)
    # Closed, open again, then closed for good: two looks in a row end it.
    answers = iter([False, True, False, False])
    seen = []

    def is_open():
        seen.append(folder.exists())
        return next(answers)

    watch = forget_when_closed(found.folder, is_open, every=0.001, closed_for=0.002)
    watch.join(60)
    assert seen == [True] * 4
    assert not folder.exists()


def test_the_watch_ends_with_the_set(folder):
    found = from_zip(packed(folder))
    gone = Path(found.folder.name)
    watch = forget_when_closed(found.folder, lambda: True, every=0.001)
    assert gone.exists()
    del found
    watch.join(60)
    assert not watch.is_alive()
    assert not gone.exists()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (9000, "2.5 h")],
)
def test_time_left(seconds, words):
    assert time_left(seconds) == f"about {words} left"


# The tab as a page.


def tab() -> None:
    from carseg.ui.dice_table.own_set import own_set

    own_set({"tiny-a": "Model *A*", "tiny-b": "Model B"})


@pytest.fixture
def app(tiny_weights) -> AppTest:  # noqa: ARG001 - asked for its effect
    st.cache_resource.clear()
    return AppTest.from_function(tab, default_timeout=60).run()


def words(app: AppTest) -> str:
    kinds = ("markdown", "caption", "info", "warning", "error", "header", "code")
    return "\n".join(item.value for kind in kinds for item in app.get(kind))


def sent(app: AppTest, folder: Path) -> AppTest:
    app.file_uploader(key="own-zip-0").set_value(("my cars.zip", packed(folder), "x/zip")).run()
    assert not app.exception
    return app


def saved() -> list[results.Score]:
    engine = results.open_engine()
    try:
        return results.saved_scores(engine)
    finally:
        engine.dispose()


def test_masks_that_are_not_sure_ask_which_label_is_the_car(app, tmp_path):
    folder = write_pairs(tmp_path / "labels", ["a", "b"])
    for file in (folder / "masks").iterdir():
        labels = np.where(codec.decode_mask(file), 7, 0).astype(np.uint8)
        labels[:3] = 9
        file.write_bytes(codec.encode(labels))
    sent(app, folder)
    assert "In 2 of 2 masks it is not sure" in words(app)
    assert not [b for b in app.button if b.key == "own-start"]
    app.button_group(key="own-car").set_value(["7"]).run()
    app.button(key="own-car-use").click().run()
    assert not app.exception
    assert app.button(key="own-start")
    found = app.session_state["own-set"].found
    assert all(codec.decode_mask(pair.mask).sum() == 15 * 15 for pair in found.pairs)


def test_masks_that_were_read_with_a_doubt_can_be_read_the_other_way(app, tmp_path):
    folder = write_pairs(tmp_path / "inverted", ["a", "b"])
    for file in (folder / "masks").iterdir():
        file.write_bytes(codec.encode(~codec.decode_mask(file)))
    sent(app, folder)
    assert "masks to look at: a.png (255 is all along the border" in words(app)
    assert app.button(key="own-start")
    app.button_group(key="own-car").set_value(["255"]).run()
    app.button(key="own-car-use").click().run()
    assert not app.exception
    found = app.session_state["own-set"].found
    assert all(codec.decode_mask(pair.mask).mean() > 0.5 for pair in found.pairs)


def test_before_anything_is_brought(app):
    assert not app.exception
    for text in ("private folder", "only if you save", "masks/", "carseg evaluate", "train_masks"):
        assert text in words(app)
    assert not app.button
    assert len(app.file_uploader) == 1
    app.button_group(key="own-way").set_value("folder").run()
    assert app.file_uploader(key="own-folder-0").accept_directory
    assert not app.exception


def test_without_a_model_there_is_nothing_to_bring(app, tmp_path, monkeypatch):
    monkeypatch.setenv("CARSEG_WEIGHTS", str(tmp_path / "none"))
    app.run()
    assert not app.exception
    assert not app.file_uploader
    assert "no checkpoint" in only(app.info)


def test_the_uploader_promises_no_more_than_the_server_takes(app):
    most = app.file_uploader(key="own-zip-0").proto.max_upload_size_mb
    assert most <= st.get_option("server.maxUploadSize")


def test_from_zip_to_saved_scores(app, folder, tiny_weights):
    sent(app, folder)
    assert len(app.session_state["own-set"].found.items) == COUNT
    assert app.text_input(key="own-name").value == "my-cars"
    assert not app.dataframe
    app.button(key="own-start").click().run()
    assert not app.exception
    table = table_of(app, "Mean Dice per model on your set")
    assert set(table["title"]) == set(TITLES.values())
    assert list(table["n"]) == [COUNT] * 2
    assert set(table["set"]) == {"my-cars"}
    assert len(table_of(app, "The five pictures with the lowest Dice")) == 5
    assert app.button(key="own-start").disabled
    assert app.button(key="own-stop").disabled
    assert saved() == []
    app.text_input(key="own-name").set_value("street 1").run()
    assert app.button(key="own-save").disabled
    app.text_input(key="own-name").set_value("holiday").run()
    app.button_group(key="own-domain").set_value("studio").run()
    app.button(key="own-save").click().run()
    assert not app.exception
    assert "38 scores saved" in only(app.toast)
    app.button(key="own-save").click().run()
    stored = saved()
    assert len(stored) == 2 * COUNT
    assert {(row.set, row.domain) for row in stored} == {("holiday", "studio")}
    # On the app's own device and number format, by the command line's own road.
    predictor = Predictor(state.predictor().device, tiny_weights)
    for model in TITLES:
        wanted = evaluate(by_model(predictor, model), find_pairs(folder, "pairs"), Grid("native"))
        ours = sorted((row for row in stored if row.model == model), key=lambda row: row.picture)
        assert [row.counts for row in ours] == [picture.counts for picture in wanted]
        assert [row.boundary_iou for row in ours] == [p.boundary_iou for p in wanted]


def test_stop_and_go_on(app, folder, monkeypatch):
    sent(app, folder)

    def until_a_click_on_stop(predictor, found, model, grid, *, show, before):
        def click(pace):
            show(pace)
            page._stop(st.session_state["own-set"])
            st.rerun()

        return evaluate_own_set(predictor, found, model, grid, show=click, before=before)

    with monkeypatch.context() as patch:
        patch.setattr(page, "evaluate_own_set", until_a_click_on_stop)
        app.button(key="own-start").click().run()
    assert not app.exception
    assert not app.dataframe
    assert "Stopped. Finished pictures are kept" in words(app)
    assert app.button(key="own-start").label == "Go on"
    shown = []
    forward = Predictor.predict_batch
    monkeypatch.setattr(
        Predictor,
        "predict_batch",
        lambda self, rgb, model: (shown.append((model, len(rgb))), forward(self, rgb, model))[1],
    )
    app.button(key="own-start").click().run()
    assert not app.exception
    assert len(table_of(app, "Mean Dice per model on your set")) == 2
    assert sum(number for model, number in shown if model == "tiny-a") == COUNT - 8
    assert sum(number for model, number in shown if model == "tiny-b") == COUNT


def test_a_long_evaluation_lets_the_page_answer_and_goes_on(app, folder, monkeypatch):
    sent(app, folder)
    monkeypatch.setattr(page, "TURN", 0.0)
    asked: list[tuple[str, int]] = []
    turns: list[str] = []
    forward, choices = Predictor.predict_batch, page._choices
    monkeypatch.setattr(
        Predictor,
        "predict_batch",
        lambda self, rgb, model: (asked.append((model, len(rgb))), forward(self, rgb, model))[1],
    )
    monkeypatch.setattr(page, "_choices", lambda *a: (turns.append("page"), choices(*a))[1])
    app.button(key="own-start").click().run()
    assert not app.exception
    assert list(table_of(app, "Mean Dice per model on your set")["n"]) == [COUNT] * 2
    for model in TITLES:
        assert sum(number for name, number in asked if name == model) == COUNT
    # Three batches for each of two models: the page was drawn between any two of them.
    assert len(turns) >= 6


def test_a_changed_config_is_another_result(app, folder, tiny_weights):
    sent(app, folder)
    app.multiselect(key="own-models").set_value(["tiny-a"]).run()
    app.button(key="own-start").click().run()
    assert len(table_of(app, "Mean Dice per model on your set")) == 1
    path = tiny_weights / "tiny-a" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"area": 24 * 36}))
    app.run()
    assert not app.exception
    assert not app.dataframe
    assert not app.button(key="own-start").disabled


def test_a_folder_and_a_model_more(app, folder):
    app.button_group(key="own-way").set_value("folder").run()
    files = [(str(p.relative_to(folder.parent)), p.read_bytes(), "image/png")
             for p in sorted(folder.rglob("*.png"))]  # fmt: skip
    app.file_uploader(key="own-folder-0").set_value(files[:-1]).run()
    assert len(app.session_state["own-set"].found.items) == COUNT - 1
    assert "p18.png" in words(app)
    assert app.text_input(key="own-name").value == "set"
    app.multiselect(key="own-models").set_value(["tiny-b"]).run()
    app.button(key="own-start").click().run()
    assert list(table_of(app, "Mean Dice per model on your set")["title"]) == ["Model B"]
    app.multiselect(key="own-models").set_value(["tiny-b", "tiny-a"]).run()
    assert list(table_of(app, "Mean Dice per model on your set")["title"]) == ["Model B"]
    app.button_group(key="own-grid").set_value("model").run()
    assert not app.dataframe
    app.button(key="own-start").click().run()
    assert set(table_of(app, "Mean Dice per model on your set")["grid"]) == {"model"}
    assert len(table_of(app, "Mean Dice per model on your set")) == 2
    assert not app.exception


@pytest.mark.usefixtures("folder")
def test_the_server_lets_go_of_what_was_sent(app, monkeypatch):
    gone = []
    monkeypatch.setattr(
        MemoryUploadedFileManager, "remove_file", lambda _, _session, file: gone.append(file)
    )
    app.file_uploader(key="own-zip-0").set_value(("a.zip", b"no zip", "x/zip")).run()
    assert len(gone) == 1
    app.button_group(key="own-way").set_value("folder").run()
    files = [(f"set/images/{n}.png", b"no picture", "x/png") for n in range(7)]
    keyed(app, "file_uploader", "own-folder").set_value(files).run()
    assert not app.exception
    assert len(app.error) == 1
    assert len(set(gone)) == 8


def test_what_cannot_be_used_is_one_sentence_and_another_can_be_sent(app, folder):
    app.file_uploader(key="own-zip-0").set_value(("x.zip", b"no zip", "x/zip")).run()
    assert not app.exception
    (problem,) = app.error
    assert "damaged or cut off" in problem.value
    app.file_uploader(key="own-zip-1").set_value(("x.zip", packed(folder), "x/zip")).run()
    assert not app.error
    assert "19 pairs" in words(app)


def test_removing_deletes_the_files(app, folder):
    sent(app, folder)
    private = Path(app.session_state["own-set"].found.folder.name)
    assert app.button(key="own-remove").label == "Remove these pictures"
    app.button(key="own-start").click().run()
    assert list(private.glob("journal/*/*.json"))
    # With results there it asks first: the button stands in a popover.
    assert app.button(key="own-remove").label == "Remove pictures and results"
    assert "that you have not saved" in words(app)
    app.button(key="own-remove").click().run()
    assert not app.exception
    assert not private.exists()
    assert len(app.file_uploader) == 1
    assert not app.dataframe
    # Sent again, everything is measured anew.
    keyed(app, "file_uploader", "own-zip").set_value(("b.zip", packed(folder), "x/zip")).run()
    assert not app.dataframe
    assert not app.button(key="own-start").disabled


def test_file_names_do_not_act_on_the_page(app, folder):
    (folder / "masks" / "p00.png").unlink()
    (folder / "images" / "p00.png").rename(folder / "images" / "[x](http:..y)<b> `z`.png")
    sent(app, folder)
    assert "[x](http" not in words(app)
    assert "<b>" not in words(app).replace("\\<b", "")
    assert "\\[x\\]\\(http\\:..y\\)\\<b\\> \\`z\\`.png" in words(app)


def test_a_broken_model_costs_only_itself(app, folder, tiny_weights):
    sent(app, folder)
    weights = tiny_weights / "tiny-a" / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    app.button(key="own-start").click().run()
    assert not app.exception
    (problem,) = app.error
    assert "altered or damaged" in problem.value
    assert list(table_of(app, "Mean Dice per model on your set")["title"]) == ["Model B"]
    assert not app.session_state["own-set"].running


def test_files_that_are_gone_are_one_sentence(app, folder):
    sent(app, folder)
    app.session_state["own-set"].found.folder.cleanup()
    app.button(key="own-start").click().run()
    assert not app.exception
    assert len(app.error) == len(TITLES)
    assert all("can no longer be used" in error.value for error in app.error)


def test_shipped_sets_of_the_same_models_stand_beside(app, folder, tiny_weights):
    sets = [
        score_set("tiny-a", "street", grid="native"),
        score_set("tiny-a", "studio", set="carvana-test"),
        score_set("tiny-a", "street", set="street-web", grid="native"),
    ]
    ship(tiny_weights, *sets)
    sent(app, folder)
    app.button(key="own-start").click().run()
    assert not app.exception
    beside = table_of(app, "Your set beside the shipped ones")
    assert sorted(zip(beside["title"], beside["set"], strict=True)) == [
        ("Model *A*", "carvana-test"),
        ("Model *A*", "my-cars"),
        ("Model *A*", "street-photo"),
        ("Model B", "my-cars"),
    ]
    assert "their pictures differ" in words(app)
    assert len(app.get("plotly_chart")) == 1


def without_cars(folder: Path, number: int) -> None:
    """Empty the masks of so many pictures."""
    for path in sorted((folder / "masks").glob("*.png"))[:number]:
        Image.fromarray(np.zeros_like(np.asarray(Image.open(path)))).save(path)


def test_a_set_without_a_car_shows_false_car_and_no_dice(app, folder, tiny_weights):
    shipped = score_set("tiny-a", "street", set="car-free", grid="native")
    ship(tiny_weights, shipped)
    without_cars(folder, COUNT)
    sent(app, folder)
    app.button(key="own-start").click().run()
    assert not app.exception
    table = table_of(app, "False car per model on your set")
    worst = table_of(app, "The five pictures with the most false car")
    beside = table_of(app, "Your set beside the shipped one without a car")
    predictor = Predictor(state.predictor().device, tiny_weights)
    areas = {}
    for name, title in TITLES.items():
        found = evaluate(by_model(predictor, name), find_pairs(folder, "pairs"), Grid("native"))
        shares = [p.counts.fp / p.counts.total for p in found]
        areas[title] = np.mean(shares)
        (row,) = table[table["title"] == title].to_dict("records")
        assert row["area"] == pytest.approx(np.mean(shares))
        assert row["much"] == pytest.approx(np.mean(np.array(shares) > 0.01))
    assert list(table["title"]) == sorted(areas, key=areas.get)
    assert list(worst["area"]) == sorted(worst["area"], reverse=True)
    assert len(worst) == 5
    assert sorted(zip(beside["title"], beside["set"], strict=True)) == [
        ("Model *A*", "car-free"),
        ("Model *A*", "my-cars"),
        ("Model B", "my-cars"),
    ]
    assert not any("dice" in frame.value for frame in app.dataframe)
    app.button(key="own-save").click().run()
    assert len(saved()) == 2 * COUNT


def test_some_empty_masks_follow_the_rule_for_empty_masks(app, folder, tiny_weights):
    without_cars(folder, 4)
    sent(app, folder)
    app.multiselect(key="own-models").set_value(["tiny-a"]).run()
    app.button(key="own-start").click().run()
    assert "4 of 19 pictures have an empty true mask" in words(app)
    predictor = Predictor(state.predictor().device, tiny_weights)
    found = evaluate(by_model(predictor, "tiny-a"), find_pairs(folder, "pairs"), Grid("native"))
    scores = []
    for counts in (p.counts for p in found):
        pixels = 2 * counts.tp + counts.fp + counts.fn
        scores.append(2 * counts.tp / pixels if pixels else 1.0)
    dice = table_of(app, "Mean Dice per model on your set")["dice"]
    assert dice[0] == pytest.approx(np.mean(scores))


def test_a_database_that_cannot_be_used_is_one_sentence(app, folder, tmp_path, monkeypatch):
    sent(app, folder)
    app.button(key="own-start").click().run()
    broken = tmp_path / "broken.sqlite"
    broken.write_bytes(b"this is no database at all" * 100)
    monkeypatch.setenv("CARSEG_DATABASE", f"sqlite:///{broken}")
    app.button(key="own-save").click().run()
    assert not app.exception
    assert "not a database" in only(app.error)
