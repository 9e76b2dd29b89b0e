"""Thumbnails of backgrounds: the car before each, or the background alone."""

import io

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.framing import Frame
from carseg.compositing.retouch import stroke
from carseg.compositing.views import Background, Edges, Look
from carseg.core.store import ByteLru
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.service.backdrops import SIDE, thumbnail
from carseg.service.workshop import Photo, Workshop
from tests.factories.orders import order_of, photo_of

LEFT = Edges(strokes=(stroke(False, 0.5, [(0.5, 0.5)]), stroke(True, 0.2, [(0.25, 0.5)])))
"""The car is a disc left of the middle, whatever the network says."""


@pytest.fixture
def shop(tiny_weights) -> Workshop:  # noqa: ARG001 - asked for its effect
    return Workshop(Predictor("cpu"), ByteLru(50_000_000))


@pytest.fixture
def red() -> Photo:
    return photo_of(np.zeros((600, 900, 3), np.uint8) + np.array([200, 20, 20], np.uint8))


def pixels(made: tuple[bytes, str]) -> np.ndarray:
    image = Image.open(io.BytesIO(made[0]))
    assert max(image.size) == SIDE
    assert image.format.lower() == made[1]
    return np.asarray(image).astype(int)


def near(pixel: np.ndarray, colour: tuple[int, ...]) -> bool:
    return bool((np.abs(pixel - colour) < 12).all())


def test_the_car_stands_before_each_background(shop: Workshop, red: Photo):
    (ask, _) = order_of(red).asks
    look, green = Look(LEFT), Background(colour=(10, 160, 10))
    before = pixels(thumbnail(shop, red, ask, look, background=green))
    height, width = before.shape[:2]
    assert near(before[height // 2, width // 4], (200, 20, 20))
    assert near(before[height // 2, width * 3 // 4], (10, 160, 10))
    clear = pixels(thumbnail(shop, red, ask, look, background=None))
    assert clear[height // 2, width // 4, 3] == 255
    assert clear[height // 2, width * 3 // 4, 3] == 0


def test_a_crop_and_the_chosen_background_do_not_change_them(shop: Workshop, red: Photo):
    (ask, _) = order_of(red).asks
    green = Background(colour=(10, 160, 10))
    plain = thumbnail(shop, red, ask, Look(LEFT), background=green)
    other = Look(LEFT, frame=Frame(0, "1:1"), background=Background("blur"))
    assert thumbnail(shop, red, ask, other, background=green) == plain


def test_without_a_result_the_background_stands_alone(shop: Workshop, red: Photo):
    blue = photo_of(np.zeros((90, 200, 3), np.uint8) + np.array([20, 20, 220], np.uint8))
    own = Background("picture", picture=blue.id)
    made = pixels(thumbnail(shop, red, None, Look(), background=own, own=blue))
    assert near(made.reshape(-1, 3), (20, 20, 220))
    assert not any(map(shop.has_prediction, order_of(red).asks))


def test_a_broken_picture_is_an_error_and_another_car_another_thumbnail(shop, red: Photo):
    broken = Photo("its id", "x.png", "scene", "x", b"no picture")
    with pytest.raises(codec.PictureError):
        thumbnail(shop, red, None, Look(), background=Background("picture"), own=broken)
    (ask, other) = order_of(red).asks
    back = Background()
    drawn = thumbnail(shop, red, ask, Look(LEFT), background=back)
    assert drawn != thumbnail(shop, red, ask, Look(Edges(0.01)), background=back)
    assert drawn == thumbnail(shop, red, other, Look(LEFT), background=back), "the same car"
