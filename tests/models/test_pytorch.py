"""Where PyTorch cannot be loaded, whoever needs a network is told so in one sentence."""

import sys

import pytest

from carseg.inference.predictor import Predictor
from carseg.models import pytorch
from carseg.models.checkpoint import CheckpointError

LIBRARY = "segmentation_models_pytorch"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A library that cannot be imported, as after an update that stopped half-way."""
    monkeypatch.setattr(pytorch, "_failure", [])
    monkeypatch.setitem(sys.modules, LIBRARY, None)
    return monkeypatch


@pytest.mark.usefixtures("broken")
def test_a_network_that_cannot_be_loaded_is_one_sentence(tiny_weights, picture):
    predictor = Predictor(root=tiny_weights)
    with pytest.raises(CheckpointError, match=rf"^PyTorch cannot .*{LIBRARY}.*pip install"):
        predictor.predict(picture, "tiny-a")
    with pytest.raises(CheckpointError, match="PyTorch cannot be loaded here"):
        _ = predictor.device


def test_it_stays_the_same_sentence(broken: pytest.MonkeyPatch):
    """What broke half-way may seem to work at a second try."""
    with pytest.raises(pytorch.PyTorchError) as first:
        pytorch.need_pytorch()
    broken.delitem(sys.modules, LIBRARY)
    with pytest.raises(pytorch.PyTorchError) as second:
        pytorch.need_pytorch()
    assert str(second.value) == str(first.value)
