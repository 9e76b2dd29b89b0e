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
from carseg.ui.present.slides import original, result
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


@pytest.mark.usefixtures("sent")
def test_the_dice_of_a_face_is_that_of_the_full_size(shop: Workshop):
    photo, config = large_photo(), shelf().configs["tiny-a"]
    mask = np.zeros((91, 1801), bool)
    mask[::2, :900] = True  # rows that no smaller copy could tell apart
    found = shop.full_alpha(Ask(photo, "tiny-a", config.sha256), Look()) >= 0.5
    dice = 2 * (found & mask).sum() / (found.sum() + mask.sum())
    face = result(shop, photo, config, "overlay", Truth("t", "truth", mask))
    assert face.note.endswith(f"Dice {dice:.3f}")
    assert face.alt == f"Overlay by {config.title} of wide.png: {face.note}"


@pytest.mark.parametrize("view", VIEWS)
def test_without_a_truth_only_the_share_is_told(shop: Workshop, sent, view: str):
    photo, config = large_photo(), shelf().configs["tiny-a"]
    face = result(shop, photo, config, view, None)
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
        result(shop, large_photo(), config, "mask", None)
