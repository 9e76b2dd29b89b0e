"""A dilated U-Net with a transformer at its coarsest map.

After TransUNet (Chen et al. 2021, arXiv 2102.04306), with dilated first convolutions; sizes as in
``TransUNet``.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from carseg.models.unet import UNet


def positions(channels: int, height: int, width: int, device: torch.device) -> Tensor:
    """2-D sinusoidal positions (height * width, channels), for any grid.

    Half of the channels tell the row, half the column, each as in Vaswani et al. 2017 (arXiv
    1706.03762): sin and cos of place / 10000^(2i / d). ``channels`` is divisible by 4.
    """
    quarter = channels // 4
    steps = torch.arange(quarter, device=device, dtype=torch.float32)
    rates = torch.exp(-math.log(10_000) * steps / quarter)

    def along(length: int) -> Tensor:
        angles = torch.arange(length, device=device, dtype=torch.float32)[:, None] * rates
        return torch.cat((angles.sin(), angles.cos()), 1)

    rows = along(height)[:, None].expand(height, width, -1)
    columns = along(width)[None].expand(height, width, -1)
    return torch.cat((rows, columns), -1).reshape(height * width, channels)


class Transformer(nn.Module):
    """Pre-norm transformer layers over the pixels of a feature map (N, C, h, w), of any size."""

    def __init__(self, channels: int, layers: int, heads: int, mlp: int) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            channels, heads, mlp, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        # Nested tensors are for padded sentences; pre-norm cannot use them.
        self.layers = nn.TransformerEncoder(
            layer, layers, nn.LayerNorm(channels), enable_nested_tensor=False
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) to the same."""
        batch, channels, height, width = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        tokens = tokens + positions(channels, height, width, x.device).to(tokens.dtype)
        return self.layers(tokens).transpose(1, 2).reshape(batch, channels, height, width)


class TransUNet(UNet):
    """U-Net whose first double convolution is dilated 1 and 2, with a transformer at 1/16.

    ``layers`` 0 leaves the transformer out. Sizes as ``UNet``: any, odd ones too.
    """

    def __init__(
        self,
        in_channels: int = 3,
        classes: int = 1,
        widths: Sequence[int] = (32, 64, 128, 256, 512),
        *,
        layers: int = 6,
        heads: int = 8,
        mlp: int = 2048,
    ) -> None:
        middle = Transformer(widths[-1], layers, heads, mlp) if layers else None
        super().__init__(in_channels, classes, widths, dilations=(1, 2), bottleneck=middle)
