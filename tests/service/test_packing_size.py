"""The estimate of a ZIP's size against the ZIP itself."""

import io

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.framing import Frame
from carseg.compositing.views import Background
from carseg.core.store import ByteLru
from carseg.inference.predictor import Predictor
from carseg.service.bundle import Order
from carseg.service.packing import PARTS, zip_file
from carseg.service.packing_size import estimate
from carseg.service.truth import Truth
from carseg.service.workshop import Workshop
from tests.factories.orders import order_of, photo_of

SIZE = (750, 1000)


@pytest.fixture
def shop(tiny_weights) -> Workshop:  # noqa: ARG001 - asked for its effect
    return Workshop(Predictor("cpu"), ByteLru(400_000_000))


def scenery(detail: int, noise: float) -> np.ndarray:
    """A made photo: random colours on a grid of ``detail`` cells, enlarged, and noise."""
    rng = np.random.default_rng(detail)
    cells = rng.integers(0, 256, (detail, detail, 3), np.uint8)
    smooth = np.asarray(Image.fromarray(cells).resize(SIZE[::-1], Image.Resampling.BICUBIC))
    return np.clip(smooth + rng.normal(0, noise, smooth.shape), 0, 255).astype(np.uint8)


PHOTOS = {
    "plain": (6, 0.0),
    "detailed": (300, 0.0),
    "noisy": (6, 20.0),
}


def order(name: str, **look) -> Order:
    """One model's result, with a truth."""
    both = order_of(photo_of(scenery(*PHOTOS[name])), **look)
    truth = np.zeros(SIZE, bool)
    truth[200:550, 130:800] = True
    return Order(both.photo, both.asks[:1], both.looks[:1], None, Truth("sha", "made", truth))


def size_of(shop: Workshop, orders: list[Order], kind: str, parts) -> int:
    with zip_file(shop, orders, kind, parts) as file:
        return file.seek(0, io.SEEK_END)


@pytest.mark.parametrize("kind", ["png", "webp"])
@pytest.mark.parametrize("name", PHOTOS)
def test_within_a_factor_of_two(shop: Workshop, name: str, kind: str):
    wanted = order(name)
    said, real = estimate(shop, [wanted], kind), size_of(shop, [wanted], kind, PARTS)
    assert real / 2 < said < real * 2


@pytest.mark.parametrize("name", ["plain", "noisy"])
@pytest.mark.parametrize(
    "look",
    [
        {"background": Background("gradient")},
        {"background": Background("blur", blur=20)},
        {"frame": Frame(10, "4:3")},
    ],
)
def test_backgrounds_and_crops_count(shop: Workshop, name: str, look: dict):
    wanted, parts = order(name, **look), ["cutout", "background"]
    real = size_of(shop, [wanted], "png", parts)
    assert real / 2 < estimate(shop, [wanted], "png", parts) < real * 2


@pytest.mark.parametrize("noise", [0.0, 20.0])
def test_the_texture_of_an_own_picture_counts(shop: Workshop, noise: float):
    own = photo_of(scenery(9, noise), "own.png")
    wanted = order("plain", background=Background("picture", picture=own.id))
    wanted = Order(wanted.photo, wanted.asks, wanted.looks, own)
    real = size_of(shop, [wanted], "png", ["background"])
    assert real / 2 < estimate(shop, [wanted], "png", ["background"]) < real * 2


def test_photos_that_no_network_has_seen_count_by_their_texture_and_size(shop: Workshop):
    first, second = order("plain"), order("noisy")
    for ask in first.asks:
        shop.prediction(ask)
    said = estimate(shop, [first, second], "png", ["overlay"])
    assert not any(map(shop.has_prediction, second.asks)), "an estimate runs no network"
    real = size_of(shop, [first, second], "png", ["overlay"])
    assert real / 2 < said < real * 2


def test_a_small_photo_is_measured(shop: Workshop, picture: np.ndarray):
    wanted = order_of(photo_of(picture))
    parts = ["overlay", "cutout", "mask", "disagreement"]
    real = size_of(shop, [wanted], "png", parts)
    small = estimate(shop, [wanted], "png", parts)
    # What is left is the manifest and the table of contents.
    assert 0 <= real - small < 6000
    assert estimate(shop, [wanted], "png", ["mask"]) < small
    assert estimate(shop, [wanted], "png", []) == 0
