"""The start of an encoder: random, from ImageNet by download, or from a local file."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from segmentation_models_pytorch.encoders import get_encoder
from torch import Tensor, nn

from carseg.core.errors import CarsegError

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Start:
    """The start of an encoder: words for the model card, and the input that its weights expect.

    Attributes:
        mean, std: of the normalisation, RGB, on values in 0..1. They belong to the weights.
        encoder: facts about its weights. ``file_sha256``: of a local file. ``activation_means``: of
            its convolutions, before they were scaled to 1. ``distilled``: the blocks, counted from
            1, that were trained to imitate another network.
    """

    pretrained: str = "nothing"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    encoder: dict[str, Any] = field(default_factory=dict)

    def scaled(self, means: Sequence[float]) -> "Start":
        """The same start after ``scale_to_unit_activations``, which gave these ``means``."""
        return replace(
            self,
            pretrained=f"{self.pretrained}, scaled to unit activations",
            encoder=self.encoder | {"activation_means": [float(f"{mean:.6g}") for mean in means]},
        )


class EncoderError(CarsegError):
    """The pretrained weights of an encoder are not available; the message says what to do."""


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
        found = _download(name)
        encoder.load_state_dict({k: found[k] for k in encoder.state_dict()})
        return Start(f"{name} encoder, ImageNet")
    return _load_local(encoder, name, Path(start))


def from_teacher(encoder: nn.Module, name: str, teacher: nn.Module, start: Start) -> Start:
    """Put the first layers of a trained network's encoder into ``encoder``.

    Args:
        name: of the teacher.
        teacher: a network whose ``encoder`` has layers of the same names and shapes.
        start: the words and the normalisation of the teacher.

    Raises:
        EncoderError: it has no such layers.
    """
    found = teacher.get_submodule("encoder").state_dict() if hasattr(teacher, "encoder") else {}
    own = encoder.state_dict()
    if any(k not in found or found[k].shape != v.shape for k, v in own.items()):
        raise EncoderError(
            f"The encoder of '{name}' has other layers than this network's: give the preset "
            "another start or another teacher."
        )
    encoder.load_state_dict({k: found[k] for k in own})
    return start


@torch.inference_mode()
def scale_to_unit_activations(encoder: nn.Module, batches: Iterable[Tensor]) -> list[float]:
    """Rescale a chain of convolutions and ReLUs so that each one's mean activation is 1.

    ReLU(x / s) is ReLU(x) / s. So a layer can be divided by the mean of its outputs, and the next
    one multiplied by it: the chain computes the same function, up to that factor (Gatys et al.
    2016 did this with VGG). Without it, mean outputs of VGG16's blocks range from 90 down to 0.6,
    and in a decoder that joins them the shallow blocks drown the deep ones.

    Args:
        encoder: a network such as VGG16 without batch norm, changed in place.
        batches: normalised pictures (N, 3, H, W) over which means are taken, all of one size.

    Returns:
        the means before, of each convolution in order.

    Raises:
        EncoderError: a layer's outputs are all 0, or not finite.
    """
    convolutions = [part for part in encoder.modules() if isinstance(part, nn.Conv2d)]
    sums = torch.zeros(len(convolutions), dtype=torch.float64)

    def note(number: int) -> Any:
        def hook(_: nn.Module, __: Any, output: Tensor) -> None:
            sums[number] += output.relu().double().mean((1, 2, 3)).sum()

        return hook

    hooks = [part.register_forward_hook(note(i)) for i, part in enumerate(convolutions)]
    pictures = 0
    for batch in batches:
        encoder(batch)
        pictures += len(batch)
    for hook in hooks:
        hook.remove()
    means = (sums / pictures).tolist()
    if not all(0 < mean < float("inf") for mean in means):
        raise EncoderError("A layer of the encoder only outputs 0: its weights cannot be scaled.")
    for part, before, mean in zip(convolutions, [1.0, *means], means, strict=False):
        part.weight.mul_(before / mean)
        if part.bias is not None:
            part.bias.div_(mean)
    return means


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
    facts: dict[str, Any] = {"file_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    words = f"{name} encoder, ImageNet"
    if "distilled" in about.get("blocks4-5", ""):
        words += ", blocks 4-5 distilled"
        facts["distilled"] = [4, 5]
    # TensorFlow's own scaling to -1..1, where the file says that it wants it.
    if "/127.5-1" in about.get("input", ""):
        return Start(words, (0.5,) * 3, (0.5,) * 3, facts)
    return Start(words, encoder=facts)
