import copy

import numpy as np
import pytest
import torch
from torch import nn

from carseg.data.samples import samples
from carseg.imaging.codec import decode
from carseg.inference.device import choose_device
from carseg.inference.engines import fused as home
from carseg.inference.engines.fused import Convolution, agrees, fused
from carseg.inference.predictor import Predictor
from carseg.models import ARCHITECTURES, build
from carseg.models.checkpoint import shelf
from carseg.models.padding import padded_logits

SMALL = {
    "unet": {"widths": [4, 8, 16]},
    "transunet-dilated": {"widths": [4, 8, 16], "layers": 1, "heads": 2, "mlp": 16},
}


def trained(name: str) -> nn.Module:
    """A network whose batch norms have seen something, so that each of them changes its input."""
    torch.manual_seed(5)
    network = build(name, **SMALL.get(name, {}))
    for norm in (m for m in network.modules() if isinstance(m, nn.BatchNorm2d)):
        nn.init.uniform_(norm.running_mean, -0.3, 0.3)
        nn.init.uniform_(norm.running_var, 0.5, 2)
        nn.init.uniform_(norm.weight, 0.5, 1.5)
        nn.init.uniform_(norm.bias, -0.2, 0.2)
    return network.eval().requires_grad_(False)


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
@torch.inference_mode()
def test_a_fused_network_answers_as_the_layers_do_at_any_size(name):
    network, multiple = trained(name), ARCHITECTURES[name].multiple
    before = copy.deepcopy(network.state_dict())
    quick = fused(network, torch.float32, multiple)
    assert not [m for m in quick.modules() if isinstance(m, nn.BatchNorm2d)]
    for shape in [(1, 3, 32, 64), (2, 3, 45, 37)]:
        x = torch.randn(shape)
        expected = padded_logits(network, x, multiple)
        found = padded_logits(quick, x.contiguous(memory_format=torch.channels_last), multiple)
        np.testing.assert_allclose(found, expected, atol=1e-4 * max(1, expected.abs().max()))
    for key, value in network.state_dict().items():
        assert torch.equal(value, before[key]), key


@pytest.mark.parametrize("name", ["unet", "smp-unet-mobilenet_v2"])
@torch.inference_mode()
def test_in_bfloat16_it_is_as_close_as_autocast(name):
    network = trained(name)
    x = torch.randn(2, 3, 64, 96)
    exact = network(x)
    with torch.autocast("cpu", torch.bfloat16):
        cast = network(x).float()
    found = fused(network, torch.bfloat16, 32)(x.bfloat16()).float()
    assert (found - exact).square().mean() <= 1.5 * (cast - exact).square().mean() + 1e-8


def test_a_pytorch_without_these_kernels_runs_the_network_as_it_was_trained(monkeypatch):
    def gone(*_, **__):
        raise AttributeError("no such kernel")

    monkeypatch.setattr(Convolution, "__init__", gone)
    network = trained("unet")
    assert fused(network, torch.float32, 1) is network


@torch.inference_mode()
def test_what_would_answer_otherwise_is_not_used(monkeypatch):
    def wrong(convolution, _norm):
        return convolution

    monkeypatch.setattr(home, "fuse_conv_bn_eval", wrong)
    network = trained("unet")
    kept = fused(network, torch.float32, 1)
    assert [m for m in kept.modules() if isinstance(m, nn.BatchNorm2d)]
    x = torch.randn(1, 3, 32, 32)
    np.testing.assert_allclose(kept(x), network(x), atol=1e-4)


@pytest.mark.skipif("street-best" not in shelf().configs, reason="the weights are not here")
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_masks_of_trained_weights_stay(precision):
    quick = Predictor(choose_device("cpu", precision))
    exact = Predictor(choose_device("cpu", "float32")).in_torch
    for sample in list(samples().values())[::6]:
        rgb = decode(sample.path)
        found, expected = (p.predict(rgb, "street-best").mask() for p in (quick, exact))
        both = found.sum() + expected.sum()
        assert 2 * (found & expected).sum() / both > (0.9999 if precision == "float32" else 0.99)


def test_what_float16_cannot_hold_is_seen():
    network = trained("unet")
    assert agrees(copy.deepcopy(network).bfloat16(), network, 1)
    with torch.no_grad():  # activations of 100,000, as those of some trained networks
        network.encoder[0][3].weight *= 1e6
        network.encoder[1][0].weight /= 1e6
    assert not agrees(copy.deepcopy(network).half(), network, 1)
