"""The store behind the pages: made once, dropped when full, keyed by content."""

import io

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.views import VIEWS, Background, Edges, Look, edges_at, hex_colour, paint
from carseg.core.store import ByteLru
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import shelf
from carseg.service.truth import read_truth, score_against_truth
from carseg.service.workshop import Ask, Photo, Workshop, kind_of


@pytest.fixture
def shop(tiny_weights) -> Workshop:  # noqa: ARG001 - asked for its effect
    return Workshop(Predictor("cpu"), ByteLru(80_000_000))


def ask_for(array: np.ndarray) -> Ask:
    data = codec.encode(array)
    config = shelf().configs["tiny-a"]
    return Ask(Photo(codec.digest(data), "a.png", "upload", "", data), "tiny-a", config.sha256)


def test_a_large_portrait_is_shown_on_a_proxy(shop: Workshop):
    ask = ask_for(np.zeros((2400, 1000, 3), np.uint8))
    decoded = shop.decoded(ask.photo)
    assert decoded.proxy.shape == (1600, 667, 3)
    assert decoded.scale == pytest.approx(2 / 3)
    assert shop.matted(ask, Look()).alpha.shape == (1600, 667)
    for view in VIEWS:
        image = Image.open(io.BytesIO(shop.shown(ask, view, Look())))
        assert image.size == (667, 1600)
        assert image.format.lower() == kind_of(view)


def test_a_view_is_made_again_only_for_what_it_depends_on(shop: Workshop, picture: np.ndarray):
    ask = ask_for(picture)
    mask = shop.shown(ask, "mask", Look())
    assert shop.shown(ask, "mask", Look(opacity=0.9, background=Background("blur"))) is mask
    assert shop.shown(ask, "mask", Look(edges=Edges(threshold=0.9))) is not mask


@pytest.mark.usefixtures("shop")
def test_one_changed_pixel_is_another_photo(picture: np.ndarray):
    other = picture.copy()
    other[40, 60] += 1
    assert ask_for(picture).key != ask_for(other).key


@pytest.mark.usefixtures("tiny_weights")
def test_a_store_too_small_still_answers(picture: np.ndarray):
    shop = Workshop(Predictor("cpu"), ByteLru(100))
    assert shop.shown(ask_for(picture), "overlay", Look())
    assert shop.store.bytes <= 100


def test_lengths_shrink_with_the_picture():
    assert edges_at(Edges(feather=8.0), 0.25).feather == 2.0


def test_hex_colour():
    assert hex_colour("#e69f00") == (230, 159, 0)


def test_unknown_view(picture: np.ndarray):
    flat = np.zeros(picture.shape[:2], np.float32)
    with pytest.raises(ValueError, match="no view 'x-ray'"):
        paint("x-ray", Look(), picture, flat, flat)


def test_truth_is_measured_as_shown(shop: Workshop, picture: np.ndarray):
    ask = ask_for(picture)
    look = Look(edges=Edges(threshold=0.45, refine=False))
    mask = shop.prediction(ask).mask(0.45)
    assert mask.any()
    truth = read_truth("t.png", codec.encode(mask.astype(np.uint8) * 255), mask.shape)
    measured = score_against_truth(shop, ask, look, truth)
    assert (measured.counts.dice, measured.boundary_iou) == (1.0, 1.0)


@pytest.mark.usefixtures("picture")
def test_truth_of_half_the_size_is_brought_up():
    mask = np.zeros((60, 90), bool)
    mask[10:40, 20:70] = True
    truth = read_truth("t.png", codec.encode(mask.astype(np.uint8) * 255), (120, 180))
    assert truth.mask.shape == (120, 180)
    assert truth.mask.mean() == pytest.approx(mask.mean())
    assert "resized from 90x60" in truth.resized


def test_pixels_are_counted_without_decoding(shop: Workshop, monkeypatch):
    ask = ask_for(np.zeros((31, 47, 3), np.uint8))
    monkeypatch.setattr(codec, "decode", lambda _: pytest.fail("decoded"))
    assert shop.pixels(ask.photo) == 31 * 47


def a_large_jpeg() -> Ask:
    """A bright car-like shape on grey, 3,600 pixels wide."""
    rgb = np.full((2401, 3600, 3), 90, np.uint8)
    rgb[900:1800, 700:2900] = (200, 60, 40)
    rgb[600:900, 1200:2300] = (70, 120, 210)
    data = codec.encode(rgb, "jpeg")
    config = shelf().configs["tiny-a"]
    return Ask(Photo(codec.digest(data), "a.jpg", "upload", "", data), "tiny-a", config.sha256)


def test_a_large_jpeg_is_decoded_in_full_only_where_all_pixels_are_asked_for(
    shop: Workshop, monkeypatch
):
    ask, full = a_large_jpeg(), []
    decode = codec.decode
    monkeypatch.setattr(
        codec, "decode", lambda source: full.append(isinstance(source, bytes)) or decode(source)
    )
    photo = shop.decoded(ask.photo)
    assert (photo.size, photo.proxy.shape) == ((2401, 3600), (1067, 1600, 3))
    assert photo.near.shape == (1201, 1800, 3)
    said = shop.prediction(ask)
    assert shop.shown(ask, "overlay", Look())
    assert not any(full)
    expected = shop.predictor.predict(decode(ask.photo.data), "tiny-a")
    assert (said.size, said.grid) == (expected.size, expected.grid)
    apart = np.abs(said.probability.astype(float) - expected.probability)
    assert apart.mean() < 0.01
    np.testing.assert_array_equal(photo.rgb, decode(ask.photo.data))
    assert photo.rgb is photo.rgb
    assert sum(full) == 1


def test_a_second_comparison_and_other_looks_run_no_network(shop: Workshop, monkeypatch, picture):
    passes = []
    engine, _ = shop.predictor.engine("tiny-a")
    run = type(engine).logits
    monkeypatch.setattr(
        type(engine), "logits", lambda self, batch: passes.append(1) or run(self, batch)
    )
    ask = ask_for(picture)
    shop.shown(ask, "overlay", Look())
    assert len(passes) == 1
    for look in (Look(), Look(edges=Edges(threshold=0.7, feather=2)), Look(opacity=0.2)):
        for view in VIEWS:
            shop.shown(ask, view, look)
    again = ask_for(picture)  # the same file, brought once more
    shop.shown(again, "cutout", Look())
    shop.full_alpha(again, Look())
    assert len(passes) == 1
