"""The same network with less work: what a pass does for nothing is done once, when it is loaded.

Batch norm goes into the convolution before it. The weights are cast to the precision of the pass
once, where autocast casts them for every picture. On a CPU they are also laid out once as oneDNN's
kernels read them, with the activation inside the kernel: PyTorch does the same when it compiles a
model, but compiling takes half a minute. The masks stay the same; where they would not, the network
is used as it is.
"""

import copy
import logging
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_eval

from carseg.models.padding import padded_logits

SIDES = (48, 80)
"""Of the made picture that both networks must answer alike."""
FOLDED, CAST, HALF = 1e-3, 1e-2, 5e-2
"""How far logits may lie apart, as a share of the largest: of two networks in float32, of two in
half precision, and of one of each."""

_LOG = logging.getLogger(__name__)
_ACTIVATIONS: dict[type[nn.Module], tuple[str, tuple[float, ...]]] = {
    nn.ReLU: ("relu", ()),
    nn.ReLU6: ("hardtanh", (0.0, 6.0)),
}
"""oneDNN's names, with their numbers."""


def fused(network: nn.Module, dtype: torch.dtype, multiple: int) -> nn.Module:
    """A network that answers as ``network`` does, to rounding, in less time; or itself.

    Args:
        network: in eval mode, float32, on its device; it is not changed.
        dtype: of the pass. Inputs are cast to it by the caller.
        multiple: of the sides of its input.
    """
    made = _made_picture(next(network.parameters()).device)
    try:
        with torch.inference_mode():
            return _packed(_folded(network, made, multiple), dtype, made, multiple)
    except (RuntimeError, AttributeError) as error:  # another PyTorch may lack these kernels
        _LOG.debug("This network runs as it was trained: %s", error)
        return network.to(dtype)


@torch.inference_mode()
def agrees(quick: nn.Module, network: nn.Module, multiple: int) -> bool:
    """Whether a network in half precision answers a made picture nearly as the float32 one.

    Activations over 65,504 are infinite in float16, and then it does not.
    """
    made = _made_picture(next(network.parameters()).device)
    found = _answer(quick, made.to(next(quick.parameters()).dtype), multiple)
    return _alike(found, _answer(network, made, multiple), HALF)


def _made_picture(device: torch.device) -> Tensor:
    height, width = SIDES
    down, across = torch.linspace(-2, 2, height), torch.linspace(-2, 2, width)
    rows, columns = torch.meshgrid(down, across, indexing="ij")
    picture = torch.stack((rows, columns, torch.sin(3 * rows * columns)))[None]
    return picture.to(device).contiguous(memory_format=torch.channels_last)


def _answer(network: nn.Module, x: Tensor, multiple: int) -> Tensor:
    return padded_logits(network, x, multiple).float()


def _alike(found: Tensor, expected: Tensor, share: float) -> bool:
    worst = (found - expected).abs().max()
    return bool(worst <= share * expected.abs().max().clamp(min=1))


def _followers(network: nn.Module) -> Iterator[tuple[nn.Sequential, str, str]]:
    """(sequence, name, next name): layers of which one runs right after the other."""
    for sequence in network.modules():
        if isinstance(sequence, nn.Sequential):
            names = [n for n, part in sequence.named_children() if type(part) is not nn.Identity]
            for name, following in pairwise(names):
                yield sequence, name, following


def _folded(network: nn.Module, made: Tensor, multiple: int) -> nn.Module:
    """A copy in which batch norms are part of the convolution before them."""
    folded = copy.deepcopy(network)
    for sequence, name, following in _followers(folded):
        convolution, norm = sequence.get_submodule(name), sequence.get_submodule(following)
        if type(convolution) is nn.Conv2d and type(norm) is nn.BatchNorm2d:
            setattr(sequence, name, fuse_conv_bn_eval(convolution, norm))
            setattr(sequence, following, nn.Identity())
    same = _alike(_answer(folded, made, multiple), _answer(network, made, multiple), FOLDED)
    return folded if same else copy.deepcopy(network)


def _packed(network: nn.Module, dtype: torch.dtype, made: Tensor, multiple: int) -> nn.Module:
    """The network in ``dtype``; on a CPU with quicker layers, if they answer alike."""
    network = network.to(dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload] # torch's stub lacks it
    if made.device.type != "cpu" or not _has_kernels(dtype):
        return network
    made = made.to(dtype)
    packed = copy.deepcopy(network)
    _join_activations(packed)
    _replace_layers(packed)
    same = _alike(_answer(packed, made, multiple), _answer(network, made, multiple), CAST)
    return packed if same else network


def _has_kernels(dtype: torch.dtype) -> Any:
    able = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
    return able and (dtype != torch.bfloat16 or torch.ops.mkldnn._is_mkldnn_bf16_supported())


def _join_activations(network: nn.Module) -> None:
    for sequence, name, following in _followers(network):
        part, activation = sequence.get_submodule(name), sequence.get_submodule(following)
        if _can_be_packed(part, nn.Conv2d) and type(activation) in _ACTIVATIONS:
            setattr(sequence, name, Convolution(part, *_ACTIVATIONS[type(activation)]))
            setattr(sequence, following, nn.Identity())


def _replace_layers(network: nn.Module) -> None:
    for layer in list(network.modules()):
        for name, part in list(layer.named_children()):
            if _can_be_packed(part, nn.Conv2d):
                setattr(layer, name, Convolution(part))
            elif _can_be_packed(part, nn.ConvTranspose2d):
                setattr(layer, name, Transposed(part))
            elif isinstance(part, nn.MaxPool2d) and _halves(part):
                setattr(layer, name, Halved())


def _can_be_packed(part: Any, kind: type) -> bool:
    exact = type(part) is kind  # a subclass may do more
    return exact and part.padding_mode == "zeros" and not isinstance(part.padding, str)


def _halves(pool: nn.MaxPool2d) -> bool:
    plain = pool.padding == 0 and pool.dilation == 1 and not pool.ceil_mode
    return plain and not pool.return_indices and pool.kernel_size == pool.stride == 2


class Convolution(nn.Module):
    """A convolution and its activation in one kernel, with weights as that kernel reads them."""

    def __init__(self, of: Any, activation: str = "none", numbers: tuple[float, ...] = ()) -> None:
        super().__init__()
        self.shape = of.padding, of.stride, of.dilation, of.groups
        self.bias, self.activation, self.numbers = of.bias, activation, list(numbers)
        self.weight = torch.ops.mkldnn._reorder_convolution_weight(of.weight, *self.shape, [])

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to what the convolution and its activation make of it."""
        found: Tensor = torch.ops.mkldnn._convolution_pointwise(
            x, self.weight, self.bias, *self.shape, self.activation, self.numbers, ""
        )
        return found


class Transposed(nn.Module):
    """A transposed convolution with weights as its kernel reads them."""

    def __init__(self, of: Any) -> None:
        super().__init__()
        self.shape = of.padding, of.output_padding, of.stride, of.dilation, of.groups
        self.bias = of.bias
        self.weight = torch.ops.mkldnn._reorder_convolution_transpose_weight(
            of.weight, *self.shape, []
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, h, w) to (N, C', H, W)."""
        found: Tensor = torch.ops.mkldnn._convolution_transpose_pointwise(
            x, self.weight, self.bias, *self.shape, "none", [], ""
        )
        return found


class Halved(nn.Module):
    """The maximum of 2 x 2 pixels, without the places of the maxima, which only training needs."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) to (N, C, H // 2, W // 2)."""
        if x.shape[-2] % 2 or x.shape[-1] % 2:
            return F.max_pool2d(x, 2)
        rows = torch.maximum(x[..., ::2, :], x[..., 1::2, :])
        return torch.maximum(rows[..., ::2], rows[..., 1::2])
