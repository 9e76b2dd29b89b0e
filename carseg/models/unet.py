"""The U-Net of Ronneberger, Fischer and Brox (2015, arXiv 1505.04597), padded, batch norm."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F


class DoubleConv(nn.Sequential):
    """Two 3x3 convolutions, each followed by batch norm and ReLU; height and width stay.

    ``dilations`` spread the taps of the first and the second.
    """

    def __init__(
        self, in_channels: int, out_channels: int, dilations: tuple[int, int] = (1, 1)
    ) -> None:
        layers: list[nn.Module] = []
        for source, d in zip((in_channels, out_channels), dilations, strict=True):
            # No bias: the batch norm that follows has its own shift.
            layers += [
                nn.Conv2d(source, out_channels, 3, padding=d, dilation=d, bias=False),
                nn.BatchNorm2d(out_channels),
                nn.ReLU(inplace=True),
            ]
        super().__init__(*layers)


class Up(nn.Module):
    """Transposed convolution to twice the size, joined with the skip at the skip's size."""

    def __init__(self, in_channels: int, skip_channels: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(in_channels, skip_channels, 2, stride=2)
        self.conv = DoubleConv(2 * skip_channels, skip_channels)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """(N, in_channels, h, w) and (N, skip_channels, H, W) to (N, skip_channels, H, W)."""
        return self.conv(torch.cat((skip, grown_to(self.up(x), skip)), dim=1))


def grown_to(x: Tensor, like: Tensor) -> Tensor:
    """``x`` at the height and width of ``like``, which is up to one pixel larger.

    An odd side loses a pixel in pooling; repeating the border restores it.
    """
    height, width = like.shape[-2:]
    if torch.compiler.is_exporting() or torch.jit.is_tracing():
        # A graph has no branches: the border is always repeated, then cut.
        x = torch.cat((x, x[..., -1:]), -1).narrow(-1, 0, width)
        return torch.cat((x, x[..., -1:, :]), -2).narrow(-2, 0, height)
    missing_h, missing_w = height - x.shape[-2], width - x.shape[-1]
    if missing_h or missing_w:
        return F.pad(x, (0, missing_w, 0, missing_h), mode="replicate")
    return x


class UNet(nn.Module, PyTorchModelHubMixin, library_name="carseg"):
    """U-Net with one double convolution per width; the last width is the bottleneck.

    ``forward`` takes float pictures (N, in_channels, H, W) with sides of at least
    ``2 ** (len(widths) - 1)`` pixels, odd ones too, and returns logits (N, classes, H, W).

    Args:
        dilations: of the first double convolution.
        bottleneck: a network that follows the last width, (N, C, h, w) to the same.
    """

    def __init__(
        self,
        in_channels: int = 3,
        classes: int = 1,
        widths: Sequence[int] = (64, 128, 256, 512, 1024),
        dilations: tuple[int, int] = (1, 1),
        bottleneck: nn.Module | None = None,
    ) -> None:
        super().__init__()
        first = DoubleConv(in_channels, widths[0], dilations)
        deeper = (DoubleConv(a, b) for a, b in pairwise(widths))
        self.encoder = nn.ModuleList([first, *deeper])
        self.bottleneck = bottleneck or nn.Identity()
        self.pool = nn.MaxPool2d(2)
        self.decoder = nn.ModuleList(
            Up(deep, skip) for deep, skip in zip(widths[:0:-1], widths[-2::-1], strict=True)
        )
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) to logits (N, classes, H, W)."""
        skips: list[Tensor] = []
        for depth, block in enumerate(self.encoder):
            x = block(x if depth == 0 else self.pool(x))
            skips.append(x)
        x = self.bottleneck(x)
        for block, skip in zip(self.decoder, skips[-2::-1], strict=True):
            x = block(x, skip)
        return self.head(x)
