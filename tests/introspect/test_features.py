"""Feature maps, filters and gradients against the network taken apart by hand."""

import threading

import numpy as np
import pytest
import torch
from torch import nn

from carseg.imaging.grid import grid_for, resize_picture
from carseg.inference.device import Device
from carseg.inference.predictor import Predictor
from carseg.introspect.features import FeatureError, feature_maps, first_filters, influence
from carseg.introspect.skips import without_skips
from carseg.models import build
from carseg.models.checkpoint import CheckpointError
from carseg.models.padding import padded_logits
from carseg.models.weights import load, save_checkpoint
from tests.factories.checkpoints import FACTS

FP32 = Device("cpu", torch.float32, "test", "for tests")


@pytest.fixture
def predictor(tiny_weights):
    return Predictor(FP32, tiny_weights)


@pytest.fixture
def padded(tiny_weights):
    """A checkpoint whose network needs padding and has long skips."""
    torch.manual_seed(3)
    network = build("smp-unet-mobilenet_v2")
    facts = FACTS | {"architecture": "smp-unet-mobilenet_v2", "arguments": {}}
    save_checkpoint(network, tiny_weights / "mobile", facts)
    return Predictor(FP32, tiny_weights)


def prepared(config, picture):
    """The network's input by hand, float32 (1, 3, h, w)."""
    small = resize_picture(picture, grid_for(picture.shape[:2], config.area))
    x = torch.from_numpy(small.copy()).permute(2, 0, 1)[None].float() / 255
    return (x - torch.tensor(config.mean)[:, None, None]) / torch.tensor(config.std)[:, None, None]


def test_maps_are_what_the_layers_put_out(predictor, tiny_weights, picture):
    network, config = load("tiny-a", tiny_weights)
    first = network.encoder[0]
    convolved = first[0](prepared(config, picture))
    normed = first[1](convolved)
    expected = {"encoder.0.0": convolved, "encoder.0.1": normed, "encoder.0.2": normed.relu()}
    found = feature_maps(predictor, picture, "tiny-a", list(expected))
    for name, maps in expected.items():
        assert found[name].dtype == np.float32
        np.testing.assert_allclose(found[name], maps[0].numpy(), atol=1e-5, err_msg=name)
    # The ReLU works in place: a map that is not copied would have lost its negative values.
    assert found["encoder.0.1"].min() < 0 <= found["encoder.0.2"].min()


def test_nothing_is_left_in_the_shared_network(predictor, picture):
    feature_maps(predictor, picture, "tiny-a", ["encoder.0.0"])
    influence(predictor, picture, "tiny-a", (0.5, 0.5))
    network, _ = predictor.network("tiny-a")
    for module in network.modules():
        assert not module._forward_hooks
        assert not module._forward_pre_hooks
    assert all(p.grad is None and not p.requires_grad for p in network.parameters())


def test_what_another_session_runs_meanwhile_is_not_kept(predictor, picture, monkeypatch):
    expected = feature_maps(predictor, picture, "tiny-a", ["encoder.1.0"])
    run = predictor.predict_batch

    def with_a_neighbour(pictures, model):
        said = run(pictures, model)
        neighbour = threading.Thread(target=run, args=([255 - pictures[0]], model))
        neighbour.start()
        neighbour.join()
        return said

    monkeypatch.setattr(predictor, "predict_batch", with_a_neighbour)
    found = feature_maps(predictor, picture, "tiny-a", ["encoder.1.0"])
    np.testing.assert_array_equal(found["encoder.1.0"], expected["encoder.1.0"])
    calm = influence(predictor, picture, "tiny-a", (0.5, 0.5))
    assert calm.gradient.shape == grid_for(picture.shape[:2], 48 * 72)


def test_wrong_layers_are_one_sentence_and_leave_no_hook(predictor, picture):
    with pytest.raises(FeatureError, match=r"no layer 'encoder.9'"):
        feature_maps(predictor, picture, "tiny-a", ["encoder.0.0", "encoder.9"])
    network, _ = predictor.network("tiny-a")
    assert not network.get_submodule("encoder.0.0")._forward_hooks
    with pytest.raises(CheckpointError, match="no checkpoint"):
        feature_maps(predictor, picture, "none", ["encoder.0.0"])


def test_tokens_are_no_maps(tiny_weights, picture):
    arguments = {"widths": [4, 8, 16], "layers": 1, "heads": 2, "mlp": 16}
    facts = FACTS | {"architecture": "transunet-dilated", "arguments": arguments}
    save_checkpoint(build("transunet-dilated", **arguments), tiny_weights / "tokens", facts)
    with pytest.raises(FeatureError, match="no map"):
        feature_maps(Predictor(FP32, tiny_weights), picture, "tokens", ["bottleneck.layers.norm"])


def test_first_filters_are_the_first_weights():
    network = build("unet", widths=[4, 8])
    filters = first_filters(network)
    assert filters.shape == (4, 3, 3, 3)
    np.testing.assert_array_equal(filters, network.encoder[0][0].weight.detach().numpy())
    with pytest.raises(FeatureError, match="no convolution"):
        first_filters(nn.Linear(2, 2))


def test_influence_is_the_slope_of_the_logit(predictor, tiny_weights, picture):
    found = influence(predictor, picture, "tiny-a", (0.4, 0.7))
    network, config = load("tiny-a", tiny_weights)
    x = prepared(config, picture).double()
    height, width = x.shape[2:]
    row, column = found.place
    assert (row, column) == (int(0.4 * height), int(0.7 * width))
    network, step = network.double(), 1e-6
    for down, right in ((0, 0), (2, 1), (-1, 3)):
        slope = 0.0
        for colour in range(3):
            up, low = x.clone(), x.clone()
            up[0, colour, row + down, column + right] += step
            low[0, colour, row + down, column + right] -= step
            change = network(up) - network(low)
            slope += abs(float(change[0, 0, row, column])) / (2 * step)
        assert found.gradient[row + down, column + right] == pytest.approx(slope, rel=2e-3)
    logit = float(network(x)[0, 0, row, column])
    assert found.probability == pytest.approx(1 / (1 + np.exp(-logit)), abs=2e-3)
    assert found.gradient[0, 0] == 0  # three levels see 44 pixels, and the place is farther


def test_influence_stands_where_the_picture_is_when_it_was_padded(padded, tiny_weights, picture):
    found = influence(padded, picture, "mobile", (0.5, 0.5))
    network, config = load("mobile", tiny_weights)
    x = prepared(config, picture).requires_grad_()
    with torch.enable_grad():
        logit = padded_logits(network, x, config.multiple)[0, 0][found.place]
        (gradient,) = torch.autograd.grad(logit, x)
    expected = gradient[0].abs().sum(0).numpy()
    # At the border the mirrored pixels count here too; inside both must be the same.
    inner = np.s_[16:-16, 16:-16]
    assert found.gradient.shape == expected.shape
    np.testing.assert_allclose(found.gradient[inner], expected[inner], rtol=1e-3, atol=1e-7)


@pytest.mark.parametrize("at", [(-0.1, 0.5), (0.5, 1.1)])
def test_a_place_outside_is_refused(predictor, picture, at):
    with pytest.raises(ValueError, match="outside of the picture"):
        influence(predictor, picture, "tiny-a", at)


@pytest.mark.parametrize("at", [(0, 0), (1, 1)])
def test_corners_are_places_too(predictor, picture, at):
    found = influence(predictor, picture, "tiny-a", at)
    corner = 0 if at == (0, 0) else -1
    assert found.gradient[corner, corner] > 0


def test_cut_skips_carry_zeros_and_nothing_else_changes(predictor, tiny_weights, picture):
    network, config = load("tiny-a", tiny_weights)
    fine = network.encoder[0](prepared(config, picture))
    middle = network.encoder[1](network.pool(fine))
    deep = network.encoder[2](network.pool(middle))
    masks = {(): (1, 1), (0,): (0, 1), (1,): (1, 0), (0, 1): (0, 0)}
    for cut, (keep_middle, keep_fine) in masks.items():
        x = network.decoder[0](deep, keep_middle * middle)
        logits = network.head(network.decoder[1](x, keep_fine * fine))
        said, shapes = without_skips(predictor, picture, "tiny-a", cut)
        expected = torch.sigmoid(logits)[0, 0].numpy()
        np.testing.assert_allclose(said.probability, expected, atol=2e-3)
        assert shapes == [tuple(middle.shape[1:]), tuple(fine.shape[1:])]


def test_the_skip_is_the_older_map_whatever_its_place(padded, picture):
    # smp joins (from below, skip), our U-Net (skip, from below).
    _, shapes = without_skips(padded, picture, "mobile")
    assert [channels for channels, _, _ in shapes] == [96, 32, 24, 16]
    assert shapes[-1][1] == 2 * shapes[-2][1]
