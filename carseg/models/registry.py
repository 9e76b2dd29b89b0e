"""The architectures by name. A new one is a builder here and a preset to train it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segmentation_models_pytorch as smp
from torch import nn

from carseg.models.plain_cnn import PlainCNN
from carseg.models.transunet import TransUNet
from carseg.models.unet import UNet


@dataclass(frozen=True)
class Architecture:
    """One network design.

    Attributes:
        title: what a visitor reads.
        build: keyword arguments (always ``classes``) to an untrained network of logits.
        multiple: both sides of the input must be divisible by this many pixels.
        encoder: the name of the encoder file that can start it, or None.
    """

    title: str
    build: Callable[..., nn.Module]
    multiple: int = 1
    encoder: str | None = None


def _smp_unet(encoder_name: str) -> Callable[..., nn.Module]:
    def build(classes: int = 1, **arguments: Any) -> nn.Module:
        # encoder_weights=None: where the encoder starts is decided by carseg.models.encoders.
        return smp.Unet(encoder_name, encoder_weights=None, classes=classes, **arguments)

    return build


ARCHITECTURES: dict[str, Architecture] = {
    "unet": Architecture("U-Net (2015), padded, batch norm", UNet),
    "smp-unet-vgg16": Architecture(
        "U-Net decoder on a VGG16 encoder", _smp_unet("vgg16"), multiple=32, encoder="vgg16"
    ),
    "smp-unet-mobilenet_v2": Architecture(
        "U-Net decoder on a MobileNetV2 encoder",
        _smp_unet("mobilenet_v2"),
        multiple=32,
        encoder="mobilenet_v2",
    ),
    "transunet-dilated": Architecture("Dilated U-Net with a transformer", TransUNet),
    "cnn-plain": Architecture("Encoder-decoder without skips", PlainCNN),
}


def build(architecture: str, classes: int = 1, **arguments: Any) -> nn.Module:
    """An untrained network by its registry name: (N, 3, H, W) floats to logits (N, classes, H, W).

    Raises:
        ValueError: the name is not in the registry.
    """
    if architecture not in ARCHITECTURES:
        known = ", ".join(sorted(ARCHITECTURES))
        raise ValueError(f"There is no architecture '{architecture}'. Known are: {known}.")
    return ARCHITECTURES[architecture].build(classes=classes, **arguments)
