"""The comparison to save: its numbers against the masks themselves, and what it leaves out."""

import base64
from dataclasses import replace

import numpy as np
import pytest

from carseg.compositing.edges import Edges
from carseg.compositing.retouch import stroke
from carseg.compositing.views import Look
from carseg.core.store import ByteLru
from carseg.imaging.codec import decode
from carseg.inference.predictor import Predictor
from carseg.results import Comparison, ComparisonError
from carseg.results.comparison import from_file, to_file
from carseg.service.comparison import comparison_of
from carseg.service.workshop import Photo, Workshop
from tests.factories.orders import order_of, photo_of


@pytest.fixture
def shop(tiny_weights) -> Workshop:  # noqa: ARG001 - asked for its effect
    return Workshop(Predictor("cpu"), ByteLru(50_000_000))


def made(shop: Workshop, photo: Photo, *looks: Look, **options) -> Comparison:
    asks = {ask.model: ask for ask in order_of(photo).asks}
    chosen = looks or tuple(Look() for _ in asks)
    return comparison_of(
        shop,
        photo,
        {model: model.title() for model in asks},
        asks,
        dict(zip(asks, chosen, strict=True)),
        **{"name": "A car", "link": {"view": ["Mask"]}, "small_pictures": False, **options},
    )


def test_shares_and_disagreement_are_those_of_the_masks(shop: Workshop, picture: np.ndarray):
    photo = photo_of(picture)
    looks = Look(edges=Edges(threshold=0.45)), Look(edges=Edges(threshold=0.55))
    found = made(shop, photo, *looks)
    masks = [
        shop.matted(ask, look).alpha >= 0.5
        for ask, look in zip(order_of(photo).asks, looks, strict=True)
    ]
    assert [one.share for one in found.outcomes] == [mask.mean() for mask in masks]
    assert [one.threshold for one in found.outcomes] == [0.45, 0.55]
    (pair,) = found.disagreements
    a, b = masks
    assert pair.different == (a != b).mean()
    total = int(a.sum()) + int(b.sum())
    assert pair.dice == pytest.approx(2 * int((a & b).sum()) / total if total else 1)
    assert (found.height, found.width) == picture.shape[:2]
    assert found.picture_sha256 == photo.id
    assert found.link == {"view": ["Mask"]}
    assert from_file(to_file(found)) == found


def test_a_hand_is_noted_and_its_strokes_are_left_out(shop: Workshop, picture: np.ndarray):
    drawn = stroke(True, 0.05, [(0.2, 0.2), (0.4, 0.4)])
    looks = Look(edges=Edges(strokes=(drawn,))), Look()
    found = made(shop, photo_of(picture), *looks)
    assert [one.edited for one in found.outcomes] == [True, False]
    assert found.edited == [found.outcomes[0].title]
    assert b"strokes" not in to_file(found)


def test_small_pictures_only_if_the_owner_agreed(shop: Workshop, picture: np.ndarray):
    large = np.kron(picture, np.ones((4, 4, 1), np.uint8))
    photo = photo_of(large)
    assert made(shop, photo).thumbnails == {}
    small = made(shop, photo, small_pictures=True).thumbnails
    assert set(small) == {"original", *(ask.model for ask in order_of(photo).asks)}
    pixels = decode(base64.b64decode(small["original"]))
    assert pixels.shape == (217, 320, 3)
    top = pixels[:20, :20].astype(int).mean((0, 1))
    assert np.abs(top - large[:30, :30].mean((0, 1))).max() < 12


def test_names_that_cannot_be_shown(shop: Workshop, picture: np.ndarray):
    photo = replace(photo_of(picture), name="a\0b\ud800\n.jpg")
    assert made(shop, photo).picture == "ab.jpg"
    for name in ("", "  ", "a\nb", "x" * 81):
        with pytest.raises(ComparisonError, match="choose another one"):
            made(shop, photo, name=name)
