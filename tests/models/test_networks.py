import math

import pytest
import torch

from carseg.models import ARCHITECTURES, build
from carseg.models.padding import padded_logits
from carseg.models.transunet import positions


@pytest.mark.parametrize("classes", [1, 3])
@pytest.mark.parametrize("size", [(32, 48), (33, 51), (64, 47)])
def test_unet_keeps_any_size(size, classes):
    network = build("unet", classes, widths=[4, 8, 12, 16, 20]).eval()
    assert network(torch.zeros(2, 3, *size)).shape == (2, classes, *size)


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
@pytest.mark.parametrize("size", [(32, 64), (37, 61)])
def test_every_architecture_takes_odd_sizes_when_padded(name, size):
    network = build(name, 3).eval()
    with torch.inference_mode():
        logits = padded_logits(network, torch.randn(1, 3, *size), ARCHITECTURES[name].multiple)
    assert logits.shape == (1, 3, *size)
    assert logits.isfinite().all()


def test_unet_is_the_published_one():
    # 31.0 million weights: Ronneberger's widths with 3 input channels, 1 class and batch norm.
    convolutions = 0
    widths = [64, 128, 256, 512, 1024]
    for a, b in zip([3, *widths], widths, strict=False):
        convolutions += 9 * a * b + 9 * b * b + 4 * b
    for deep, skip in zip(widths[:0:-1], widths[-2::-1], strict=True):
        convolutions += 4 * deep * skip + skip + 9 * 2 * skip * skip + 9 * skip * skip + 4 * skip
    expected = convolutions + 64 + 1
    assert sum(p.numel() for p in build("unet").parameters()) == expected == 31_037_633


def test_the_transformer_is_what_the_control_lacks():
    def count(network):
        return sum(p.numel() for p in network.parameters())

    whole, without = build("transunet-dilated"), build("transunet-dilated", layers=0)
    # Per layer: four projections of the attention, two of the MLP, two layer norms; a last norm.
    layer = 4 * (512 * 512 + 512) + 2 * 512 * 2048 + 2048 + 512 + 4 * 512
    assert count(whole) - count(without) == 6 * layer + 2 * 512
    assert count(whole) <= 30_000_000
    first = [m.dilation for m in whole.encoder[0] if isinstance(m, torch.nn.Conv2d)]
    assert first == [(1, 1), (2, 2)]


def test_positions_tell_every_place_apart_on_any_grid():
    for height, width in ((1, 1), (3, 7), (20, 30)):
        table = positions(64, height, width, torch.device("cpu"))
        assert table.shape == (height * width, 64)
        assert len(table.unique(dim=0)) == height * width
    table = positions(8, 5, 4, torch.device("cpu")).view(5, 4, 8)
    # Row 3, second rate: 10000^(-1/2) = 0.01.
    assert float(table[3, 2, 1]) == pytest.approx(math.sin(0.03), abs=1e-6)
    assert float(table[3, 2, 4]) == pytest.approx(math.sin(2), abs=1e-6)
    assert float(table[3, 2, 6]) == pytest.approx(math.cos(2), abs=1e-6)


def test_nothing_passes_beside_the_bottleneck_of_the_plain_network():
    torch.manual_seed(0)
    network = build("cnn-plain", widths=[4, 8, 8]).eval()
    coarse = torch.randn(1, 3, 8, 12)
    network.encoder[-1].register_forward_hook(lambda *_: torch.ones(1, 8, 2, 3))
    with torch.inference_mode():
        assert torch.equal(network(coarse), network(torch.randn(1, 3, 8, 12)))


def test_padding_leaves_the_picture_where_it_was():
    x = torch.rand(1, 1, 21, 35)
    assert torch.equal(padded_logits(torch.nn.Identity(), x, 32), x)


def test_a_sliver_is_padded_too():
    x = torch.rand(1, 1, 3, 40)
    assert torch.equal(padded_logits(torch.nn.Identity(), x, 32), x)


def test_unknown_architecture_names_the_known():
    with pytest.raises(ValueError, match=r"no architecture 'nope'. Known are: .*unet"):
        build("nope")
