"""An encoder-decoder without skips: the usual CNN of the literature, as a floor."""

from collections.abc import Sequence
from itertools import pairwise

from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from carseg.models.unet import DoubleConv, grown_to


class PlainCNN(nn.Module, PyTorchModelHubMixin, library_name="carseg"):
    """Double convolutions down to the last width and up again, without skip connections.

    ``forward`` takes float pictures (N, in_channels, H, W) with sides of at least
    ``2 ** (len(widths) - 1)`` pixels, odd ones too, and returns logits (N, classes, H, W).
    """

    def __init__(
        self,
        in_channels: int = 3,
        classes: int = 1,
        widths: Sequence[int] = (32, 64, 128, 256, 512),
    ) -> None:
        super().__init__()
        self.encoder = nn.ModuleList(DoubleConv(a, b) for a, b in pairwise((in_channels, *widths)))
        self.pool = nn.MaxPool2d(2)
        upward = list(pairwise(widths[::-1]))
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in upward)
        self.decoder = nn.ModuleList(DoubleConv(b, b) for _, b in upward)
        self.head = nn.Conv2d(widths[0], classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, in_channels, H, W) to logits (N, classes, H, W)."""
        larger: list[Tensor] = []
        for depth, block in enumerate(self.encoder):
            if depth:
                larger.append(x)  # only its height and width are used
                x = self.pool(x)
            x = block(x)
        for up, block, like in zip(self.up, self.decoder, reversed(larger), strict=True):
            x = block(grown_to(up(x), like))
        return self.head(x)
