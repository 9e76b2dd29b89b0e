"""Everything in a ZIP: chosen views, a manifest that is true, and scores if there is a truth."""

import csv
import io
import json
import threading
import time
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.retouch import stroke
from carseg.compositing.scenes import shipped_scenes
from carseg.compositing.views import VIEWS, Background, Edges, Look
from carseg.core.store import ByteLru
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.service import bundle, packing
from carseg.service.packing import PARTS, zip_file
from carseg.service.truth import Truth
from carseg.service.workshop import Photo, Workshop
from tests.factories.orders import order_of, photo_of
from tests.factories.scenes import FACTS, write_scene


@pytest.fixture
def shop(tiny_weights) -> Workshop:  # noqa: ARG001 - asked for its effect
    return Workshop(Predictor("cpu"), ByteLru(50_000_000))


def truth_of(picture: np.ndarray) -> Truth:
    mask = np.zeros(picture.shape[:2], bool)
    mask[10:60, 20:90] = True
    return Truth("its sha", "drawn", mask)


def test_zip_of_pictures_with_one_name(shop: Workshop, picture: np.ndarray):
    orders = [order_of(photo_of(p, "x.png")) for p in (picture, picture[::-1].copy())]
    with zipfile.ZipFile(zip_file(shop, orders)) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    assert len(names) == len(set(names)) == 1 + 2 * (2 * len(VIEWS) + 1)
    assert {PurePosixPath(n).parts[0] for n in names} == {"x", "x-2", "manifest.json"}
    assert [p["sha256"] for p in manifest["photos"]] == [o.photo.id for o in orders]
    (difference,) = manifest["photos"][0]["disagreements"]
    a, b = (shop.full_alpha(ask, Look()) >= 0.5 for ask in orders[0].asks)
    assert difference["different"] == pytest.approx((a != b).mean(), abs=1e-6)


@pytest.mark.parametrize("standing", [False, True])
def test_a_scene_is_in_every_file_and_on_the_record(shop, picture, tmp_path, standing):
    data = write_scene(tmp_path / "scenes", "road").read_bytes()
    own = Photo(codec.digest(data), "Road", "scene", "road", data)
    scene = shipped_scenes(tmp_path / "scenes")["road"]
    look = Background("scene", picture=own.id, scene="road", ground=scene.ground, standing=standing)
    order = order_of(photo_of(picture), background=look)
    order = bundle.Order(order.photo, order.asks[:1], order.looks[:1], own)
    with zipfile.ZipFile(zip_file(shop, [order])) as archive:
        (result,) = json.loads(archive.read("manifest.json"))["photos"][0]["results"]
        packed = archive.read(result["files"]["background"])
    record = result["background"]
    assert (record["kind"], record["scene"], record["picture"]) == ("scene", "road", own.id)
    assert record["standing"] is standing
    assert record["ground"]["horizon"] == FACTS["horizon"]
    assert [record["ground"][k] for k in ("far", "near")] == FACTS["ground"]
    assert record["ground"]["light"]["colour"] == FACTS["light_colour"]
    assert packed == bundle.one_view(shop, order, 0, "background", "png")
    shown = np.asarray(Image.open(io.BytesIO(packed)))
    mask = np.asarray(Image.open(io.BytesIO(bundle.one_view(shop, order, 0, "mask", "png"))))
    if (mask[0] == 0).all():
        assert (np.abs(shown[0].astype(int) - (150, 190, 240)) < 12).all(), "sky at the top"


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_with_a_truth_its_mask_the_error_maps_and_the_scores(shop, picture, kind: str):
    truth = truth_of(picture)
    order = replace(order_of(photo_of(picture, "my car.jpg")), truth=truth)
    with zipfile.ZipFile(zip_file(shop, [order], kind)) as archive:
        (photo,) = json.loads(archive.read("manifest.json"))["photos"]
        rows = list(csv.DictReader(io.StringIO(archive.read("scores.csv").decode())))
        files = {name: archive.read(name) for name in archive.namelist()}
    mask = np.asarray(Image.open(io.BytesIO(files[photo["truth"]["file"]])).convert("L"))
    assert ((mask > 127) == truth.mask).all()
    assert photo["truth"]["name"] == "drawn"
    assert len(rows) == len(photo["results"]) == len(order.asks)
    for row, result, ask in zip(rows, photo["results"], order.asks, strict=True):
        found = shop.full_alpha(ask, Look()) >= 0.5
        both = int((found & truth.mask).sum())
        dice = 2 * both / int(found.sum() + truth.mask.sum())
        assert float(row["dice"]) == pytest.approx(dice, abs=1e-6)
        assert (row["model"], row["edited"], int(row["tp"])) == (ask.model, "False", both)
        assert result["scores"]["dice"] == pytest.approx(dice, abs=1e-6)
        errors = np.asarray(Image.open(io.BytesIO(files[result["files"]["errors"]])))
        assert errors.shape == picture.shape


def test_only_what_was_chosen_is_in_it(shop: Workshop, picture: np.ndarray):
    photo = photo_of(picture, "car.png")
    plain = order_of(photo)
    known = replace(plain, truth=truth_of(picture))
    models = [ask.model for ask in plain.asks]

    def names(order: bundle.Order, *parts: str) -> set[str]:
        with zipfile.ZipFile(zip_file(shop, [order], "png", parts)) as archive:
            return set(archive.namelist()) - {"manifest.json"}

    assert names(plain, "cutout") == {f"car.{model}.cutout.png" for model in models}
    assert names(plain, "disagreement") == {f"car.{models[0]}.against.{models[1]}.png"}
    assert names(plain, "truth", "errors") == set()
    assert names(plain) == set()
    assert names(known, "truth") == {"car.truth.png", "scores.csv"}
    assert names(known, "errors") == {"scores.csv", *(f"car.{m}.errors.png" for m in models)}


def test_the_offered_parts_are_those_that_can_be_filled(shop, picture):  # noqa: ARG001
    several = order_of(photo_of(picture))
    one = replace(several, asks=several.asks[:1], looks=several.looks[:1])
    assert packing.parts_for([one]) == list(VIEWS)
    assert packing.parts_for([several]) == [*VIEWS, "disagreement"]
    assert packing.parts_for([one, replace(several, truth=truth_of(picture))]) == list(PARTS)


def test_an_edited_result_is_marked(shop: Workshop, picture: np.ndarray):
    order = replace(order_of(photo_of(picture)), truth=truth_of(picture))
    strokes = (stroke(True, 0.1, [(0.5, 0.5)]),)
    order = replace(order, looks=(Look(Edges(strokes=strokes)), order.looks[1]))
    with zipfile.ZipFile(zip_file(shop, [order], "png", ["mask"])) as archive:
        (photo,) = json.loads(archive.read("manifest.json"))["photos"]
        rows = list(csv.DictReader(io.StringIO(archive.read("scores.csv").decode())))
    assert [result["edited"] for result in photo["results"]] == [True, False]
    assert [row["edited"] for row in rows] == ["True", "False"]


def test_memory_holds_one_picture_at_a_time(shop: Workshop):
    rng = np.random.default_rng(0)
    photos = [photo_of(rng.integers(0, 256, (300, 400, 3), np.uint8)) for _ in range(6)]
    orders = [order_of(photo) for photo in photos]
    # Decoded pictures and predictions are in the store before, so only the writing is measured.
    for order in orders:
        for ask in order.asks:
            shop.prediction(ask)

    def peak(some: list[bundle.Order]) -> int:
        tracemalloc.start()
        with zip_file(shop, some, "png", ["overlay", "outline"]) as file:
            most = tracemalloc.get_traced_memory()[1]
            assert file.seek(0, io.SEEK_END) > len(some) * 1_000_000
        tracemalloc.stop()
        return most

    peak(orders[:1])
    assert peak(orders) < 1.3 * peak(orders[:1])


def test_a_zip_above_a_gigabyte_is_one_sentence():
    assert packing.too_much(1e9, "png") == ""
    assert "2.5 GB" in packing.too_much(2.5e9, "png")
    assert "WebP" in packing.too_much(2.5e9, "png")
    assert "WebP" not in packing.too_much(2.5e9, "webp")


def test_one_zip_is_made_at_a_time(shop: Workshop, monkeypatch):
    busy, most = [], []

    def slow(*_) -> None:
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.01)
        busy.pop()

    monkeypatch.setattr(packing, "write_zip", slow)
    threads = [threading.Thread(target=zip_file, args=(shop, [])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 4
