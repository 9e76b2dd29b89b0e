"""HTTP: what programs send, and what they get back, compared with the library's own answers."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as coco
from starlette.testclient import TestClient

import carseg
from carseg.api.app import alone
from carseg.imaging.codec import encode
from carseg.inference.predictor import Predictor
from carseg.measures.overlap import counts

THRESHOLDS = {"tiny-a": 0.56, "tiny-b": 0.5246}
"""With these a part of the photo is car."""


@pytest.fixture
def client(tiny_weights: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.delenv("CARSEG_TOKEN", raising=False)
    for name, threshold in THRESHOLDS.items():
        config = tiny_weights / name / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | {"threshold": threshold}))
    return TestClient(alone(), base_url="http://localhost:8600/api")


@pytest.fixture
def photo(picture) -> dict:
    return {"file": ("car.png", encode(picture), "image/png")}


def pixels(answer) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(answer.content)))


def test_a_mask_is_that_of_the_library(client, photo, picture):
    answer = client.post("/segment", files=photo, data={"model": "tiny-a"})
    alpha = np.asarray(carseg.remove_background(picture, "tiny-a", every_car=True))[..., 3]
    assert answer.headers["content-type"] == "image/png"
    np.testing.assert_array_equal(pixels(answer), np.where(alpha >= 127.5, 255, 0))
    share = float(answer.headers["x-carseg-car-share"])
    assert 0.01 < share < 0.99
    assert share == pytest.approx((alpha >= 127.5).mean(), abs=1e-6)
    assert answer.headers["x-carseg-model"] == "tiny-a"


def test_without_a_model_the_default_one_answers(client, photo):
    default = next(one["name"] for one in client.get("/models").json() if one["default"])
    assert client.post("/segment", files=photo).headers["x-carseg-model"] == default


def test_run_lengths_are_the_mask(client, photo):
    mask = pixels(client.post("/segment", files=photo, data={"model": "tiny-a"}))
    said = client.post("/segment", files=photo, data={"model": "tiny-a", "answer": "rle"}).json()
    np.testing.assert_array_equal(coco.decode(said["mask"]), mask // 255)
    assert said["size"] == [97, 143]


@pytest.mark.parametrize(
    ("answer", "format", "mode"),
    [
        ("cutout", "png", "RGBA"),
        ("cutout", "webp", "RGBA"),
        ("overlay", "jpeg", "RGB"),
        ("outline", "png", "RGB"),
        ("background", "png", "RGB"),
    ],
)
def test_every_kind_of_picture_has_the_photos_size(client, photo, answer, format, mode):
    sent = client.post("/segment", files=photo, data={"answer": answer, "format": format})
    made = Image.open(io.BytesIO(sent.content))
    assert (made.size, made.mode, made.format) == ((143, 97), mode, format.upper())


def test_a_new_background_is_a_colour_or_a_picture(client, photo, picture):
    data = {"answer": "background", "model": "tiny-a", "background": "#102030"}
    own = encode(np.full((20, 30, 3), (200, 10, 10), np.uint8))
    coloured = pixels(client.post("/segment", files=photo, data=data))
    files = photo | {"background_file": ("b.png", own, "image/png")}
    pasted = pixels(client.post("/segment", files=files, data=data))
    expected = carseg.remove_background(picture, "tiny-a", "#102030")
    np.testing.assert_array_equal(coloured, np.asarray(expected))
    expected = carseg.remove_background(picture, "tiny-a", own)
    np.testing.assert_array_equal(pasted, np.asarray(expected))


def test_a_frame_is_that_of_the_library(client, photo, picture):
    data = {"answer": "cutout", "model": "tiny-a", "frame": "1:1", "margin": "5"}
    framed = pixels(client.post("/segment", files=photo, data=data))
    expected = carseg.remove_background(picture, "tiny-a", frame="1:1", margin=5)
    np.testing.assert_array_equal(framed, np.asarray(expected))
    assert framed.shape[0] == framed.shape[1]


def test_models_are_compared_two_by_two(client, photo):
    data = {"models": ["tiny-a", "tiny-b", "tiny-a"], "masks": "true"}
    said = client.post("/compare", files=photo, data=data).json()
    assert [one["model"] for one in said["results"]] == ["tiny-a", "tiny-b"]
    first, second = (coco.decode(one["mask"]).astype(bool) for one in said["results"])
    (pair,) = said["pairs"]
    assert pair["dice"] == pytest.approx(counts(first, second).dice, abs=1e-6)
    assert pair["different"] == pytest.approx((first != second).mean(), abs=1e-6)


def test_an_engine_can_be_chosen(client, photo):
    data = {"model": "tiny-a", "engine": "torch", "answer": "json"}
    assert client.post("/segment", files=photo, data=data).json()["engine"] == "torch"


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        ({"model": "nope"}, 404, "tiny-a"),
        ({"engine": "nope"}, 400, "engine"),
        ({"answer": "nope"}, 422, "answer"),
        ({"threshold": "1"}, 422, "threshold"),
        ({"quality": "0"}, 422, "quality"),
        ({"answer": "background", "background": "#red"}, 400, "colour"),
        ({"answer": "cutout", "format": "nope"}, 422, "format"),
        ({"answer": "cutout", "frame": "4/3"}, 400, "4:3"),
        ({"answer": "cutout", "frame": "4:3", "margin": "90"}, 422, "margin"),
        ({"url": "https://example.org/car.jpg"}, 400, "one of the two"),
    ],
)
def test_a_field_that_is_wrong_is_named(client, photo, data, status, words):
    answer = client.post("/segment", files=photo, data=data)
    assert answer.status_code == status
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "one of the two"),
        ({"url": "http://127.0.0.1/car.jpg"}, "cannot be reached"),
        ({"url": "file:///etc/passwd"}, "http"),
    ],
)
def test_without_a_file_an_address_is_needed(client, data, words):
    answer = client.post("/segment", data=data)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


def test_a_broken_picture_is_one_sentence(client):
    answer = client.post("/segment", files={"file": ("car.png", b"\x89PNG\r\n\x1a\n" + bytes(40))})
    assert answer.status_code == 400
    assert answer.json()["error"].endswith(".")


def test_a_comparison_needs_two_models(client, photo):
    answer = client.post("/compare", files=photo, data={"models": ["tiny-a"]})
    assert answer.status_code == 422
    assert "models" in answer.json()["error"]


def test_health_and_the_document(client, tiny_weights):
    assert client.get("/health").json() | {"version": ""} == {
        "status": "ok",
        "version": "",
        "models": len(list(tiny_weights.iterdir())),
        "waiting": 0,
    }
    document = client.get("/openapi.json").json()
    assert set(document["paths"]) == {"/health", "/models", "/segment", "/compare"}
    assert document["servers"] == [{"url": "/api"}]


def test_predictions_are_those_of_the_predictor(client, photo, picture):
    said = client.post("/segment", files=photo, data={"model": "tiny-b", "answer": "json"}).json()
    own = Predictor().predict(picture, "tiny-b")
    assert (said["weights_sha256"], said["grid"]) == (own.sha256, list(own.grid))
