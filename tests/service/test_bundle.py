"""Files to take away: names that are never paths, full size, a manifest that is true."""

import io
import json
import threading
import time
import zipfile
from pathlib import PurePosixPath

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.scenes import shipped_scenes
from carseg.compositing.views import VIEWS, Background, Edges, Look
from carseg.core.store import ByteLru
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import shelf
from carseg.service import bundle
from carseg.service.workshop import Ask, Photo, Workshop
from tests.factories.scenes import FACTS, write_scene


@pytest.fixture
def shop(tiny_weights) -> Workshop:  # noqa: ARG001 - asked for its effect
    return Workshop(Predictor("cpu"), ByteLru(50_000_000))


def photo_of(array: np.ndarray, name: str = "car.png") -> Photo:
    data = codec.encode(array)
    return Photo(codec.digest(data), name, "upload", "", data)


def order_of(photo: Photo, **look) -> bundle.Order:
    asks = tuple(Ask(photo, c.name, c.sha256) for c in shelf().configs.values())
    return bundle.Order(photo, asks, tuple(Look(**look) for _ in asks))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("my car.JPG", "my_car"),
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\temp\\x.png", "C_temp_x"),
        ("a.b.c.jpeg", "a.b.c"),
        (".hidden", "hidden"),
        ("日本.png", "picture"),
        ("", "picture"),
    ],
)
def test_stems(name: str, expected: str):
    assert bundle.stem(name) == expected


def test_every_view_has_the_photos_own_size(shop: Workshop, picture: np.ndarray):
    order = order_of(photo_of(picture))
    modes = {}
    for view in VIEWS:
        image = Image.open(io.BytesIO(bundle.one_view(shop, order, 0, view, "png")))
        assert image.size == picture.shape[1::-1]
        modes[view] = image.mode
    assert modes["cutout"] == "RGBA"
    assert modes["mask"] == "L"


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_the_mask_is_the_thresholded_probability(shop: Workshop, picture: np.ndarray, kind: str):
    order = order_of(photo_of(picture), edges=Edges(threshold=0.45, refine=False))
    mask = Image.open(io.BytesIO(bundle.one_view(shop, order, 0, "mask", kind))).convert("L")
    expected = shop.prediction(order.asks[0]).mask(0.45)
    assert np.array_equal(np.asarray(mask) == 255, expected)


def test_zip_of_pictures_with_one_name(shop: Workshop, picture: np.ndarray):
    orders = [order_of(photo_of(p, "x.png")) for p in (picture, picture[::-1].copy())]
    with zipfile.ZipFile(io.BytesIO(bundle.zip_everything(shop, orders))) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
    assert len(names) == len(set(names)) == 1 + 2 * (2 * len(VIEWS) + 1)
    assert {PurePosixPath(n).parts[0] for n in names} == {"x", "x-2", "manifest.json"}
    assert [p["sha256"] for p in manifest["photos"]] == [o.photo.id for o in orders]
    (difference,) = manifest["photos"][0]["disagreements"]
    a, b = (shop.full_alpha(ask, Look()) >= 0.5 for ask in orders[0].asks)
    assert difference["different"] == pytest.approx((a != b).mean(), abs=1e-6)


def test_own_background_shows_behind_the_car(shop: Workshop, picture: np.ndarray):
    blue = np.zeros((40, 80, 3), np.uint8) + np.array([0, 0, 255], np.uint8)
    own = photo_of(blue, "sky.png")
    order = order_of(
        photo_of(picture),
        # Above every probability of the tiny network: no car, so all is background.
        edges=Edges(threshold=0.99),
        background=Background("picture", picture=own.id),
    )
    order = bundle.Order(order.photo, order.asks, order.looks, own)
    shown = Image.open(io.BytesIO(bundle.one_view(shop, order, 0, "background", "png")))
    assert np.unique(np.asarray(shown).reshape(-1, 3), axis=0).tolist() == [[0, 0, 255]]


@pytest.mark.parametrize("standing", [False, True])
def test_a_scene_is_in_every_file_and_on_the_record(shop, picture, tmp_path, standing):
    data = write_scene(tmp_path / "scenes", "road").read_bytes()
    own = Photo(codec.digest(data), "Road", "scene", "road", data)
    scene = shipped_scenes(tmp_path / "scenes")["road"]
    look = Background("scene", picture=own.id, scene="road", ground=scene.ground, standing=standing)
    order = order_of(photo_of(picture), background=look)
    order = bundle.Order(order.photo, order.asks[:1], order.looks[:1], own)
    with zipfile.ZipFile(io.BytesIO(bundle.zip_everything(shop, [order]))) as archive:
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


def test_the_estimate_counts_pictures_models_views_and_pixels(shop: Workshop, picture: np.ndarray):
    one = order_of(photo_of(picture))
    pixels = picture.shape[0] * picture.shape[1]
    # Two models: all views of each, and one disagreement.
    assert bundle.estimate(shop, [one], "png") == 2 * pixels * (2 * len(VIEWS) + 1)
    assert bundle.estimate(shop, [one] * 3, "png") == 3 * bundle.estimate(shop, [one], "png")
    assert bundle.estimate(shop, [one], "png") == pytest.approx(
        6 * bundle.estimate(shop, [one], "webp")
    )


def test_a_zip_above_a_gigabyte_is_one_sentence():
    assert bundle.too_much(1e9, "png") == ""
    assert "2.5 GB" in bundle.too_much(2.5e9, "png")
    assert "WebP" in bundle.too_much(2.5e9, "png")
    assert "WebP" not in bundle.too_much(2.5e9, "webp")


def test_one_zip_is_made_at_a_time(shop: Workshop, monkeypatch):
    busy, most = [], []

    def slow(*_) -> bytes:
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.01)
        busy.pop()
        return b""

    monkeypatch.setattr(bundle, "_everything", slow)
    threads = [threading.Thread(target=bundle.zip_everything, args=(shop, [])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 4
