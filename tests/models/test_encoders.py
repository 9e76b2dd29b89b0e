import hashlib

import pytest
import torch
from safetensors.torch import save_file

from carseg.models import build
from carseg.models.encoders import (
    IMAGENET_MEAN,
    IMAGENET_STD,
    EncoderError,
    Start,
    load_encoder,
    scale_to_unit_activations,
)


@pytest.fixture
def encoder():
    return build("smp-unet-vgg16").encoder


def test_a_local_file_is_loaded_exactly(encoder, tmp_path):
    state = {k: torch.randn_like(v) for k, v in encoder.state_dict().items()}
    save_file(state, tmp_path / "vgg16.safetensors")
    start = load_encoder(encoder, "vgg16", str(tmp_path / "vgg16.safetensors"))
    digest = hashlib.sha256((tmp_path / "vgg16.safetensors").read_bytes()).hexdigest()
    assert start == Start(
        "vgg16 encoder, ImageNet", IMAGENET_MEAN, IMAGENET_STD, {"file_sha256": digest}
    )
    for key, value in encoder.state_dict().items():
        assert torch.equal(value, state[key])


def test_a_file_says_what_it_is_and_which_input_it_wants(encoder, tmp_path):
    about = {"blocks4-5": "distilled from another network", "input": "RGB /127.5-1"}
    save_file(encoder.state_dict(), tmp_path / "vgg16.safetensors", about)
    start = load_encoder(encoder, "vgg16", str(tmp_path / "vgg16.safetensors"))
    assert start.pretrained == "vgg16 encoder, ImageNet, blocks 4-5 distilled"
    assert start.encoder["distilled"] == [4, 5]
    assert start.mean == start.std == (0.5, 0.5, 0.5)


def test_scaling_changes_nothing_but_the_scale(encoder):
    """Against the raw encoder: each block is the raw one divided by its own mean."""
    torch.manual_seed(0)
    pictures = [torch.randn(2, 3, 48, 64), torch.randn(1, 3, 48, 64)]
    for part in encoder.modules():
        if isinstance(part, torch.nn.Conv2d):
            part.bias.data.uniform_(-0.2, 0.5)
    with torch.inference_mode():
        before = [encoder(x) for x in pictures]
    means = scale_to_unit_activations(encoder, pictures)
    assert len(means) == 13
    with torch.inference_mode():
        after = [encoder(x) for x in pictures]
    last_of_block = [1, 3, 6, 9, 12]  # convolutions, whose outputs are the skips
    for block, layer in enumerate(last_of_block):
        for raw, scaled in zip(before, after, strict=True):
            torch.testing.assert_close(
                scaled[block], raw[block] / means[layer], atol=1e-4, rtol=1e-4
            )
        total = sum(float(x[block].double().mean((1, 2, 3)).sum()) for x in after)
        assert total / 3 == pytest.approx(1, abs=1e-4)
    assert scale_to_unit_activations(encoder, pictures) == pytest.approx([1] * 13, abs=1e-4)


def test_a_dead_layer_cannot_be_scaled(encoder):
    for part in encoder.modules():
        if isinstance(part, torch.nn.Conv2d):
            part.bias.data.fill_(-1e6)
    with pytest.raises(EncoderError, match="only outputs 0"):
        scale_to_unit_activations(encoder, [torch.zeros(1, 3, 32, 32)])


def test_random_leaves_it_alone(encoder):
    before = {k: v.clone() for k, v in encoder.state_dict().items()}
    assert load_encoder(encoder, "vgg16", "random").pretrained == "nothing"
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


@pytest.mark.parametrize("data", [b"my notes", b"", b"x" * 5000])
def test_a_file_that_is_no_safetensors_is_refused(encoder, tmp_path, data):
    (tmp_path / "notes.txt").write_bytes(data)
    with pytest.raises(EncoderError, match=r"'notes\.txt' is not a safetensors file"):
        load_encoder(encoder, "vgg16", str(tmp_path / "notes.txt"))
