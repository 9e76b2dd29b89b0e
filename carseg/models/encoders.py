"""Where an encoder starts: at random, from ImageNet by download, or from a local file."""

import re
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from segmentation_models_pytorch.encoders import get_encoder
from torch import nn

from carseg.core.errors import CarsegError

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Start:
    """Where an encoder started: a phrase for the model card, and the input its weights expect.

    Attributes:
        mean, std: of the normalisation, RGB, on values in 0..1. They belong to the weights.
    """

    pretrained: str = "nothing"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD


class EncoderError(CarsegError):
    """The pretrained weights of an encoder cannot be had; the message says what to do."""


def load_encoder(encoder: nn.Module, name: str, start: str) -> Start:
    """Put the weights that ``start`` names into ``encoder``.

    Args:
        encoder: an smp encoder as ``smp.Unet(...).encoder``.
        name: its smp name, such as ``vgg16``.
        start: ``random``, ``imagenet`` (a download) or the path of a safetensors file with
            torchvision's names.

    Raises:
        EncoderError: no internet, no such file, or one that is damaged or of another network.
    """
    if start == "random":
        return Start()
    if start == "imagenet":
        encoder.load_state_dict(_download(name))
        return Start(f"{name} encoder, ImageNet")
    return _load_local(encoder, name, Path(start))


def distilled_blocks(pretrained: str) -> range:
    """The blocks, from 1, of an encoder that ``Start.pretrained`` calls distilled; often none."""
    told = re.search(r"blocks (\d+)-(\d+) distilled", pretrained)
    return range(int(told[1]), int(told[2]) + 1) if told else range(0)


def _download(name: str) -> dict[str, torch.Tensor]:
    try:
        return get_encoder(name, weights="imagenet").state_dict()
    except Exception as error:  # the hub raises its own kinds, urllib's and requests'
        raise EncoderError(
            f"The ImageNet weights of '{name}' could not be downloaded ({type(error).__name__}). "
            "Connect to the internet once, or give a local file with --encoder PATH."
        ) from error


def _load_local(encoder: nn.Module, name: str, path: Path) -> Start:
    if not path.is_file():
        raise EncoderError(f"There is no encoder file '{path}'. Give a safetensors file.")
    try:
        stored = load_file(path)
    except SafetensorError as error:
        raise EncoderError(
            f"'{path.name}' is not a safetensors file, or it is damaged: give another one."
        ) from error
    state = {k: v.float() if v.is_floating_point() else v for k, v in stored.items()}
    own = encoder.state_dict()
    missing = [k for k in own if k not in state and not k.endswith("num_batches_tracked")]
    if missing or any(own[k].shape != v.shape for k, v in state.items() if k in own):
        raise EncoderError(f"'{path.name}' holds the weights of another encoder.")
    encoder.load_state_dict({k: state.get(k, v) for k, v in own.items()})
    with safe_open(path, "pt") as file:
        about = file.metadata() or {}
    words = f"{name} encoder, ImageNet"
    if "distilled" in about.get("blocks4-5", ""):
        words += ", blocks 4-5 distilled"
    # TensorFlow's own scaling to -1..1, where the file says that it wants it.
    if "/127.5-1" in about.get("input", ""):
        return Start(words, (0.5,) * 3, (0.5,) * 3)
    return Start(words)
