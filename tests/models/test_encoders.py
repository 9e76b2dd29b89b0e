import pytest
import torch
from safetensors.torch import save_file

from carseg.models import build
from carseg.models.encoders import EncoderError, load_encoder


@pytest.fixture
def encoder():
    return build("smp-unet-vgg16").encoder


def test_a_local_file_is_loaded_exactly(encoder, tmp_path):
    state = {k: torch.randn_like(v) for k, v in encoder.state_dict().items()}
    save_file(state, tmp_path / "vgg16.safetensors")
    assert "ImageNet" in load_encoder(encoder, "vgg16", str(tmp_path / "vgg16.safetensors"))
    for key, value in encoder.state_dict().items():
        assert torch.equal(value, state[key])


def test_random_leaves_it_alone(encoder):
    before = {k: v.clone() for k, v in encoder.state_dict().items()}
    assert load_encoder(encoder, "vgg16", "random") == "nothing"
    assert all(torch.equal(v, before[k]) for k, v in encoder.state_dict().items())


def test_another_networks_file_is_refused(encoder, tmp_path):
    save_file({"features.0.weight": torch.zeros(8, 3, 3, 3)}, tmp_path / "other.safetensors")
    with pytest.raises(EncoderError, match="another encoder"):
        load_encoder(encoder, "vgg16", str(tmp_path / "other.safetensors"))


def test_no_file(encoder, tmp_path):
    with pytest.raises(EncoderError, match="no encoder file"):
        load_encoder(encoder, "vgg16", str(tmp_path / "absent.safetensors"))


def test_offline_says_what_to_do(encoder, monkeypatch):
    def fail(*_, **__):
        raise OSError("no route to host")

    monkeypatch.setattr("carseg.models.encoders.get_encoder", fail)
    with pytest.raises(EncoderError, match=r"--encoder PATH"):
        load_encoder(encoder, "vgg16", "imagenet")
