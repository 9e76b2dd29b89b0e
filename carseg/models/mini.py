"""A small segmenter for every laptop and browser: MobileNetV2's layers and a slim decoder."""

from functools import partial

from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import mobilenet_v2
from torchvision.models.mobilenetv2 import InvertedResidual
from torchvision.ops import Conv2dNormActivation

CUTS = {4: (2, 4, 7, 14), 5: (2, 4, 7, 14, 18)}
"""By the number of halvings: where the layers of MobileNetV2 are cut, once per halving. The last
layer, which makes 1,280 channels for the classes of ImageNet, is left out."""
_relu6 = partial(Conv2dNormActivation, activation_layer=nn.ReLU6)


class Encoder(nn.Module):
    """The first layers of torchvision's MobileNetV2, with its names; one output per halving."""

    def __init__(self, width: float, depth: int) -> None:
        super().__init__()
        self.cuts = CUTS[depth]
        self.features = mobilenet_v2(width_mult=width).features[: self.cuts[-1]]

    @property
    def channels(self) -> list[int]:
        """Of the outputs, the finest first."""
        last = [self.features[cut - 1] for cut in self.cuts]
        return [part.out_channels for part in last]

    def forward(self, x: Tensor) -> list[Tensor]:
        """(N, 3, H, W) to its halvings, the finest first."""
        found = []
        for number, part in enumerate(self.features, 1):
            x = part(x)
            if number in self.cuts:
                found.append(x)
        return found


def separable(channels: int) -> nn.Module:
    """A 3x3 convolution of each channel by itself, then one that mixes them."""
    return nn.Sequential(
        _relu6(channels, channels, 3, groups=channels), _relu6(channels, channels, 1)
    )


def inverted(channels: int) -> nn.Module:
    """MobileNetV2's own block, twice as wide inside."""
    return InvertedResidual(channels, channels, stride=1, expand_ratio=2)


BLOCKS = {"separable": separable, "inverted": inverted}


class CarMini(nn.Module, PyTorchModelHubMixin, library_name="carseg"):
    """MobileNetV2 down, sums of its halvings up (as in an FPN), a bilinear last step.

    ``forward`` takes float pictures (N, 3, H, W) of any size, odd sides too, and returns logits
    (N, classes, H, W). There are no operations but convolutions, sums and bilinear upsampling, so
    every engine runs it.

    Args:
        width: factor of MobileNetV2's channels. Only 1 can start from ImageNet.
        depth: halvings of the picture, 4 or 5.
        channels: of the decoder.
        block: of the decoder, ``separable`` or ``inverted``.
        finest: the decoder ends at 1/2 or 1/4 of the picture's sides.
    """

    def __init__(
        self,
        classes: int = 1,
        *,
        width: float = 1.0,
        depth: int = 5,
        channels: int = 64,
        block: str = "separable",
        finest: int = 2,
    ) -> None:
        super().__init__()
        self.encoder = Encoder(width, depth)
        self.skipped = {2: 0, 4: 1}[finest]
        used = self.encoder.channels[self.skipped :]
        self.lateral = nn.ModuleList(
            Conv2dNormActivation(c, channels, 1, activation_layer=None) for c in used
        )
        self.blocks = nn.ModuleList(BLOCKS[block](channels) for _ in used)
        self.head = nn.Conv2d(channels, classes, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Pictures (N, 3, H, W) to logits (N, classes, H, W)."""
        halvings = self.encoder(x)[self.skipped :]
        found: Tensor | None = None
        for lateral, block, skip in zip(
            reversed(self.lateral), reversed(self.blocks), reversed(halvings), strict=True
        ):
            own = lateral(skip)
            found = block(own if found is None else own + _grown(found, own))
        return _grown(self.head(found), x)


def _grown(x: Tensor, like: Tensor) -> Tensor:
    """``x`` at the height and width of ``like``."""
    return F.interpolate(x, like.shape[-2:], mode="bilinear", align_corners=False)
