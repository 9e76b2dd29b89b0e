"""What a slide of a talk shows, against the Workshop it is made with."""

import numpy as np
import pytest

from carseg.compositing.views import VIEWS, Look
from carseg.core.store import ByteLru
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import CheckpointError, shelf
from carseg.service.truth import Truth
from carseg.service.workshop import Ask, Photo, Workshop, kind_of
from carseg.ui.present import slides
from carseg.ui.present.ahead import Talk
from carseg.ui.present.slides import make, original, result
from carseg.ui.shared import media


@pytest.fixture
def sent(monkeypatch) -> list[tuple[bytes, str]]:
    """What was given to the browser."""
    kept = []
    monkeypatch.setattr(
        media, "picture_address", lambda data, kind, key: kept.append((data, kind)) or key
    )
    return kept


@pytest.fixture
def shop(tiny_weights) -> Workshop:  # noqa: ARG001 - asked for its effect
    return Workshop(Predictor("cpu"), ByteLru(80_000_000))


def large_photo() -> Photo:
    """A photo larger than its copy for display."""
    data = codec.encode(np.random.default_rng(3).integers(0, 255, (91, 1801, 3), np.uint8))
    return Photo(codec.digest(data), "wide.png", "upload", "", data)


def faced(shop, photo, config, view, truth):
    return result(make(shop, photo, config, view, truth), photo, config, view)


@pytest.mark.usefixtures("sent")
def test_the_dice_of_a_face_is_that_of_the_full_size(shop: Workshop):
    photo, config = large_photo(), shelf().configs["tiny-a"]
    mask = np.zeros((91, 1801), bool)
    mask[::2, :900] = True  # rows that no smaller copy could tell apart
    found = shop.full_alpha(Ask(photo, "tiny-a", config.sha256), Look()) >= 0.5
    dice = 2 * (found & mask).sum() / (found.sum() + mask.sum())
    face = faced(shop, photo, config, "overlay", Truth("t", "truth", mask))
    assert face.note.endswith(f"Dice {dice:.3f}")
    assert face.alt == f"Overlay by {config.title} of wide.png: {face.note}"


@pytest.mark.parametrize("view", VIEWS)
def test_without_a_truth_only_the_share_is_told(shop: Workshop, sent, view: str):
    photo, config = large_photo(), shelf().configs["tiny-a"]
    face = faced(shop, photo, config, view, None)
    assert "Dice" not in face.note
    assert sent == [(shop.shown(Ask(photo, "tiny-a", config.sha256), view, Look()), kind_of(view))]
    assert face.name == config.title


def test_the_photo_itself_is_a_face(shop: Workshop, sent):
    photo = large_photo()
    assert original(shop, photo).alt == "The photo wide.png"
    assert sent == [(shop.original(photo), "jpeg")]


@pytest.mark.usefixtures("sent")
def test_a_model_that_is_gone_is_an_error(shop: Workshop, tiny_weights):
    config = shelf().configs["tiny-a"]
    (tiny_weights / "tiny-a" / "model.safetensors").write_bytes(b"no")
    with pytest.raises(CheckpointError):
        make(shop, large_photo(), config, "mask", None)


def small_photo(seed: int) -> Photo:
    data = codec.encode(np.random.default_rng(seed).integers(0, 255, (40, 60, 3), np.uint8))
    return Photo(codec.digest(data), f"{seed}.png", "upload", "", data)


def notes(talk: Talk) -> list[list[bool]]:
    """Which results of each slide are ready."""
    return [[face.note != "is being made ..." for face in one.faces] for one in talk.slides()]


@pytest.mark.usefixtures("sent")
def test_the_first_slide_comes_first_and_the_others_one_by_one(shop: Workshop, monkeypatch):
    monkeypatch.setattr("carseg.ui.present.ahead.truth_of", lambda _: (None, ""))
    configs = list(shelf().configs.values())
    talk = Talk(shop, [small_photo(1), small_photo(2), small_photo(3)], configs, "mask", {})
    first, second, _ = talk.slides()
    assert first.original.url
    assert [face.url for face in first.faces] == [first.original.url] * 2
    assert not second.original.url
    assert talk.ready() == 0
    assert talk.work()
    assert notes(talk) == [[True, False], [False, False], [False, False]]
    assert talk.work()
    assert talk.ready() == 1
    assert talk.work()
    assert notes(talk)[1:] == [[True, True], [False, False]]
    assert talk.work()
    assert not talk.work()
    assert talk.ready() == 3
    # What was made stays, even if the store has dropped all that it was made of.
    shop.store.forget("prediction", "alpha", "decoded")
    assert talk.ready() == 3


def test_another_true_mask_asks_for_another_result(shop: Workshop):
    photo, (config, *_) = small_photo(1), shelf().configs.values()
    keys = {slides.result_key(photo, config, "mask", mask) for mask in (b"", b"one", b"two")}
    assert len(keys) == 3
    shop.store.get_or_make(slides.original_key(photo), lambda: slides.Made(b"x"))
    shop.store.forget(photo.id)
    assert slides.original_key(photo) not in shop.store
