"""Files to take away: names that are never paths, full size, the right pixels."""

import io

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.framing import Frame, car_window
from carseg.compositing.retouch import stroke
from carseg.compositing.views import VIEWS, Background, Edges, Look
from carseg.core.store import ByteLru
from carseg.inference.predictor import Predictor
from carseg.service import bundle
from carseg.service.workshop import Workshop
from tests.factories.orders import order_of, photo_of


@pytest.fixture
def shop(tiny_weights) -> Workshop:  # noqa: ARG001 - asked for its effect
    return Workshop(Predictor("cpu"), ByteLru(50_000_000))


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


def test_strokes_are_in_every_file_at_full_size(shop: Workshop, picture: np.ndarray):
    keep, erase = stroke(True, 0.1, [(0.3, 0.3)]), stroke(False, 0.1, [(0.7, 0.6)])
    order = order_of(photo_of(picture), edges=Edges(strokes=(keep, erase)))
    mask = np.asarray(Image.open(io.BytesIO(bundle.one_view(shop, order, 0, "mask", "png"))))
    cut = np.asarray(Image.open(io.BytesIO(bundle.one_view(shop, order, 0, "cutout", "png"))))
    height, width = picture.shape[:2]
    for (x, y), car in (((0.3, 0.3), 255), ((0.7, 0.6), 0)):
        at = round(y * height), round(x * width)
        assert mask[at] == car
        assert cut[at][3] == car
    plain = shop.full_alpha(order.asks[0], Look())
    y, x = np.mgrid[:height, :width] + 0.5
    near = np.minimum(
        np.hypot(x - 0.3 * width, y - 0.3 * height), np.hypot(x - 0.7 * width, y - 0.6 * height)
    )
    far = near > 0.1 * width + 2
    assert (mask[far] == np.where(plain >= 0.5, 255, 0)[far]).all()


def test_a_frame_crops_the_file_as_it_crops_the_display(shop: Workshop, picture: np.ndarray):
    order = order_of(photo_of(picture), frame=Frame(5, "1:1"))
    alpha = shop.full_alpha(order.asks[0], order.looks[0])
    for view in ("cutout", "background"):
        image = Image.open(io.BytesIO(bundle.one_view(shop, order, 0, view, "png")))
        assert image.size == car_window(alpha, Frame(5, "1:1")).size[::-1]
        # This photo is shown at its full size.
        assert image.size == shop.size_of(order.asks[0], view, order.looks[0])
    assert shop.size_of(order.asks[0], "overlay", order.looks[0]) == picture.shape[1::-1]
