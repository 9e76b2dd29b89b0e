"""Where an encoder starts: at random, from ImageNet by download, or from a local file."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from segmentation_models_pytorch.encoders import get_encoder
from torch import nn


class EncoderError(RuntimeError):
    """The pretrained weights of an encoder cannot be had; the message says what to do."""


def load_encoder(encoder: nn.Module, name: str, start: str) -> str:
    """Put the weights that ``start`` names into ``encoder``; returns a phrase for the model card.

    Args:
        encoder: an smp encoder as ``smp.Unet(...).encoder``.
        name: its smp name, such as ``vgg16``.
        start: ``random``, ``imagenet`` (a download) or the path of a safetensors file with
            torchvision's names.

    Raises:
        EncoderError: no internet, no such file, or a file of another network.
    """
    if start == "random":
        return "nothing"
    if start == "imagenet":
        encoder.load_state_dict(_download(name))
        return f"{name} encoder, ImageNet"
    return f"{name} encoder, {_load_local(encoder, Path(start))}"


def _download(name: str) -> dict[str, torch.Tensor]:
    try:
        return get_encoder(name, weights="imagenet").state_dict()
    except Exception as error:  # the hub raises its own kinds, urllib's and requests'
        raise EncoderError(
            f"The ImageNet weights of '{name}' could not be downloaded ({type(error).__name__}). "
            "Connect to the internet once, or give a local file with --encoder PATH."
        ) from error


def _load_local(encoder: nn.Module, path: Path) -> str:
    if not path.is_file():
        raise EncoderError(f"There is no encoder file '{path}'. Give a safetensors file.")
    state = {k: v.float() if v.is_floating_point() else v for k, v in load_file(path).items()}
    own = encoder.state_dict()
    missing = [k for k in own if k not in state and not k.endswith("num_batches_tracked")]
    if missing or any(own[k].shape != v.shape for k, v in state.items() if k in own):
        raise EncoderError(f"'{path.name}' holds the weights of another encoder.")
    encoder.load_state_dict({k: state.get(k, v) for k, v in own.items()})
    return "ImageNet, blocks 4-5 distilled" if "vgg16" in path.name else "ImageNet"
