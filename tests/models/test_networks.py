import pytest
import torch

from carseg.models import ARCHITECTURES, build
from carseg.models.padding import padded_logits


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


def test_padding_leaves_the_picture_where_it_was():
    x = torch.rand(1, 1, 21, 35)
    assert torch.equal(padded_logits(torch.nn.Identity(), x, 32), x)


def test_a_sliver_is_padded_too():
    x = torch.rand(1, 1, 3, 40)
    assert torch.equal(padded_logits(torch.nn.Identity(), x, 32), x)


def test_unknown_architecture_names_the_known():
    with pytest.raises(ValueError, match=r"no architecture 'nope'. Known are: .*unet"):
        build("nope")
