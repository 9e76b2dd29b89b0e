"""Receptive fields against brute force and against published figures."""

import pytest
import torch
from torch import nn

from carseg.introspect.receptive_field import receptive_field_of, skeleton, unbounded_size
from carseg.models import build
from tests.factories.networks import on_meta


def test_what_is_seen_is_what_changes_the_output():
    """Brute force: change each pixel in turn, with positive weights so that nothing cancels."""
    torch.manual_seed(0)
    network = build("unet", widths=[2, 2, 2], dilations=(1, 2)).double().eval()
    with torch.no_grad():
        for p in network.parameters():
            p.copy_(p.abs() + 0.1)
        height, width = 24, 28
        base = torch.rand(1, 3, height, width, dtype=torch.float64)
        # Raised far enough that a maximum is always the raised one.
        many = base.repeat(height * width, 1, 1, 1)
        index = torch.arange(height * width)
        many[index, :, index // width, index % width] += 100
        for place in ((12, 14), (3, 25), (0, 0)):
            before = network(base)[0, 0, place[0], place[1]]
            after = network(many)[:, 0, place[0], place[1]]
            changed = ((after - before).abs() > 1e-12 * before.abs()).reshape(height, width)
            rows, columns = (changed.any(a).nonzero()[:, 0].tolist() for a in (1, 0))
            found = receptive_field_of(skeleton(network), (height, width), place)
            assert found == (rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)


def test_known_receptive_fields():
    from torchvision.models import vgg16 as published

    with torch.device("meta"):
        vgg = skeleton(published(weights=None).features)
    # Published figures of VGG16: 5 after block 1's convolutions, 196 after block 5's, 212 pooled.
    assert unbounded_size(vgg, (0, 0), "3", 1) == (5, 5)
    assert unbounded_size(vgg, (0, 0), "29", 16) == (196, 196)
    assert unbounded_size(vgg, (0, 0), "30", 32) == (212, 212)
    unet = skeleton(on_meta("unet"))
    assert unbounded_size(unet, (0, 0), "encoder.4", 16) == (140, 140)


def test_attention_sees_everything():
    bare = skeleton(on_meta("transunet-dilated", widths=[4, 8, 16], layers=1, heads=2, mlp=8))
    assert unbounded_size(bare, (0, 0)) is None
    assert receptive_field_of(bare, (16, 24), (3, 3)).size == (16, 24)


def test_an_unknown_layer_is_named():
    with pytest.raises(ValueError, match="the kind Softmax2d"):
        skeleton(nn.Sequential(nn.Conv2d(3, 1, 3), nn.Softmax2d()))
