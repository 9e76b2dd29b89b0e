"""What happens inside a network: feature maps, first filters, the pixels behind an answer.

Every run goes through ``Predictor``, which prepares the picture, holds the device's lock and sets
the precision. Threads share its networks, so a hook keeps only outputs of its own thread.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from carseg.core.errors import CarsegError
from carseg.imaging.grid import padding_to
from carseg.inference.predictor import Predictor


class FeatureError(CarsegError):
    """The network does not have what was requested; the message is one sentence for people."""


def feature_maps(
    predictor: Predictor, rgb: np.ndarray, model: str, layers: Sequence[str]
) -> dict[str, np.ndarray]:
    """The outputs of layers for one picture, float32 (channels, h, w) by layer name.

    They cover the picture on the network's grid, including its padding. For a layer that is used
    several times, the last output is returned.

    Args:
        rgb: uint8 (H, W, 3).
        layers: names as in ``network.named_modules()``.

    Raises:
        FeatureError: no such layer, or its output is no map (1, channels, h, w).
        CheckpointError: the model cannot be used.
    """
    predictor = predictor.in_torch
    network, _ = predictor.network(model)
    found: dict[str, np.ndarray] = {}
    with ExitStack() as stack:
        for name in layers:
            handle = _layer(network, name).register_forward_hook(_keeping(found, name))
            stack.callback(handle.remove)
        predictor.predict_batch([rgb], model)
    for name in layers:
        if name not in found:
            raise FeatureError(f"The output of layer '{name}' is no map: choose another layer.")
    return found


def _layer(network: nn.Module, name: str) -> nn.Module:
    try:
        return network.get_submodule(name)
    except AttributeError:
        raise FeatureError(f"This network has no layer '{name}': choose another one.") from None


def _keeping(found: dict[str, np.ndarray], name: str) -> Callable[..., None]:
    thread = threading.get_ident()

    def keep(_layer: nn.Module, _inputs: tuple, output: Any) -> None:
        mine = threading.get_ident() == thread
        if mine and isinstance(output, Tensor) and output.dim() == 4 and len(output) == 1:
            # A copy: the next layer may be a ReLU that works in place.
            found[name] = output[0].to("cpu", torch.float32, copy=True).numpy()

    return keep


def first_filters(network: nn.Module) -> np.ndarray:
    """The kernels of the first convolution, float32 (filters, channels, height, width).

    Raises:
        FeatureError: the network has no convolution.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d):
            return layer.weight.detach().to("cpu", torch.float32, copy=True).numpy()
    raise FeatureError("This network has no convolution, so there are no filters to show.")


@dataclass(frozen=True)
class Influence:
    """The influence of the picture on one output pixel.

    Attributes:
        gradient: float32 (h, w) on the network's grid: |d logit / d input| summed over the colours.
        place: (row, column) of the output pixel on that grid.
        probability: of car there, 0..1.
    """

    gradient: np.ndarray
    place: tuple[int, int]
    probability: float


def influence(
    predictor: Predictor, rgb: np.ndarray, model: str, at: tuple[float, float]
) -> Influence:
    """The gradient of one output pixel's logit with respect to the picture, in float32.

    Luo et al. 2016 (arXiv 1701.04128) call its extent the effective receptive field.

    Args:
        rgb: uint8 (H, W, 3).
        at: (down, across) in fractions of the picture's height and width, 0..1.

    Raises:
        ValueError: a fraction outside of 0..1.  CheckpointError: the model cannot be used.
    """
    if not all(0 <= fraction <= 1 for fraction in at):
        raise ValueError(f"The place {at} is outside of the picture: give fractions from 0 to 1.")
    predictor = predictor.in_torch
    network, config = predictor.network(model)
    thread, padded = threading.get_ident(), []

    def differentiate(root: nn.Module, inputs: tuple[Tensor]) -> None:
        if threading.get_ident() != thread:
            return
        # Here the input is prepared and the device is ours; the pass itself must be another one,
        # because nothing can be differentiated in inference mode.
        with (
            torch.inference_mode(False),
            torch.enable_grad(),
            torch.autocast(predictor.device.kind, enabled=False),
        ):
            x = inputs[0].clone().requires_grad_()
            logits = root.forward(x)[0, 0]
            padded.append((x, logits))

    handle = network.register_forward_pre_hook(differentiate)
    try:
        said = predictor.predict_batch([rgb], model)[0]
    finally:
        handle.remove()
    row, column = (min(int(f * side), side - 1) for f, side in zip(at, said.grid, strict=True))
    left, _, top, _ = padding_to(said.grid, config.multiple)
    (x, logits) = padded[0]
    (gradient,) = torch.autograd.grad(logits[row + top, column + left], x)
    size = gradient[0].abs().sum(0)[top : top + said.grid[0], left : left + said.grid[1]]
    return Influence(size.cpu().numpy(), (row, column), float(said.probability[row, column]))
