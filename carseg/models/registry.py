"""The architectures by name. A new one is a class here and a preset to train it.

Their classes are imported when a network is built: names and titles need no PyTorch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from carseg.models.bounds import (
    MiniArguments,
    PlainArguments,
    SmpArguments,
    TransformerArguments,
    check_arguments,
)

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Architecture:
    """One network design.

    Attributes:
        title: what a visitor reads.
        home: where its class is, as ``package.module:Name``. The class takes ``classes`` and more
            as keywords, and its networks make logits.
        arguments: of the class, the same for every checkpoint.
        multiple: both sides of the input must be divisible by this many pixels.
        encoder: the name of the encoder file that can start it, or None.
        bounds: what a checkpoint may give as further arguments (``carseg.models.bounds``).
    """

    title: str
    home: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    multiple: int = 1
    encoder: str | None = None
    bounds: type = PlainArguments

    def check(self, arguments: Mapping[str, Any]) -> None:
        """Raise BoundsError if a checkpoint may not call the class with these arguments."""
        check_arguments(self.bounds, arguments)

    def multiple_of(self, arguments: Mapping[str, Any]) -> int:
        """What both sides of the input must be divisible by with these arguments.

        A grid has sides of at least 16 pixels, so only networks that halve it more than four times
        need more than ``multiple``.
        """
        halvings = len(arguments.get("widths", ())) - 1
        return max(self.multiple, 2**halvings if halvings > 4 else 1)

    @property
    def class_name(self) -> str:
        """The name of its class."""
        return self.home.rpartition(":")[2]

    @property
    def network(self) -> "type[nn.Module]":
        """Its class, imported."""
        found: type[nn.Module] = resolve_name(self.home)
        return found

    def keywords(self, classes: int = 1, **arguments: Any) -> dict[str, Any]:
        """All that the class is called with."""
        return {**self.arguments, "classes": classes, **arguments}

    def build(self, classes: int = 1, **arguments: Any) -> "nn.Module":
        """An untrained network: (N, 3, H, W) floats to logits (N, classes, H, W)."""
        return self.network(**self.keywords(classes, **arguments))


_SMP_UNET = "segmentation_models_pytorch:Unet"


def _smp_unet(title: str, encoder: str) -> Architecture:
    # Where the encoder starts is decided by carseg.models.encoders.
    arguments = {"encoder_name": encoder, "encoder_weights": None}
    return Architecture(
        title, _SMP_UNET, arguments, multiple=32, encoder=encoder, bounds=SmpArguments
    )


ARCHITECTURES: dict[str, Architecture] = {
    "unet": Architecture("U-Net (2015), padded, batch norm", "carseg.models.unet:UNet"),
    "smp-unet-vgg16": _smp_unet("U-Net decoder on a VGG16 encoder", "vgg16"),
    "smp-unet-mobilenet_v2": _smp_unet("U-Net decoder on a MobileNetV2 encoder", "mobilenet_v2"),
    "transunet-dilated": Architecture(
        "Dilated U-Net with a transformer",
        "carseg.models.transunet:TransUNet",
        bounds=TransformerArguments,
    ),
    "mini": Architecture(
        "Slim sums on MobileNetV2's halvings",
        "carseg.models.mini:CarMini",
        encoder="mobilenet_v2",
        bounds=MiniArguments,
    ),
    "cnn-plain": Architecture("Encoder-decoder without skips", "carseg.models.plain_cnn:PlainCNN"),
}


def build(architecture: str, classes: int = 1, **arguments: Any) -> "nn.Module":
    """An untrained network by its registry name: (N, 3, H, W) floats to logits (N, classes, H, W).

    Raises:
        ValueError: the name is not in the registry.
    """
    if architecture not in ARCHITECTURES:
        known = ", ".join(sorted(ARCHITECTURES))
        raise ValueError(f"There is no architecture '{architecture}'. Known are: {known}.")
    return ARCHITECTURES[architecture].build(classes=classes, **arguments)
