"""The receptive field of an output pixel, measured on the real layers.

Every layer is replaced by one that sums everything that it reads, with positive weights and a
single map, so that nothing can cancel out. An output pixel depends on a pixel of the picture
exactly if its gradient there is not 0.
"""

import copy
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from carseg.imaging.grid import Size
from carseg.introspect.trace import COUNTED_AS_ONE, leaves

_LONG, _SHORT = 3072, 64
_PASSES = (
    *(nn.Identity, nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.modules.dropout._DropoutNd),
    *(nn.ReLU, nn.Hardtanh, nn.GELU, nn.SiLU, nn.LeakyReLU, nn.ELU, nn.Sigmoid, nn.Hardswish),
)
"""Layers that look at one pixel at a time; ReLU6 is a Hardtanh."""
_SUMS = (nn.AvgPool2d, nn.AdaptiveAvgPool2d, nn.Upsample)
"""Layers that need no replacement."""


class ReceptiveField(NamedTuple):
    """The box that one output pixel depends on; ``bottom`` and ``right`` are excluded."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def size(self) -> Size:
        """(height, width)."""
        return self.bottom - self.top, self.right - self.left


class _Spread(nn.Module):
    """A convolution with equal positive weights on the mean of all maps."""

    def __init__(self, layer: nn.Conv2d | nn.ConvTranspose2d) -> None:
        super().__init__()
        self.stride, self.dilation = layer.stride, layer.dilation
        self.padding: Any = layer.padding
        self.more = getattr(layer, "output_padding", 0)
        self.backwards = isinstance(layer, nn.ConvTranspose2d)
        height, width = layer.kernel_size
        self.weight = torch.ones(1, 1, height, width, dtype=torch.float64, device="cpu")
        self.weight /= height * width

    def forward(self, x: Tensor) -> Tensor:
        x = x.mean(1, keepdim=True)
        if self.backwards:
            return F.conv_transpose2d(
                x,
                self.weight,
                stride=self.stride,
                padding=self.padding,
                output_padding=self.more,
                dilation=self.dilation,
            )
        return F.conv2d(x, self.weight, None, self.stride, self.padding, self.dilation)


class _Everywhere(nn.Module):
    """Stands for attention: every place reads every place."""

    def forward(self, x: Tensor) -> Tensor:
        x = x.mean(1, keepdim=True)
        return x + x.mean((2, 3), keepdim=True)


def skeleton(network: nn.Module) -> nn.Module:
    """A network that sees what ``network`` sees: one map, positive weights, nothing else.

    Raises:
        ValueError: it has a kind of layer that this module does not know.
    """
    bare = copy.deepcopy(network).eval()
    for name, layer in leaves(bare):
        parent, _, part = name.rpartition(".")
        setattr(bare.get_submodule(parent), part, _seeing(layer))
    return bare


def _seeing(layer: nn.Module) -> nn.Module:
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
        return _Spread(layer)
    if isinstance(layer, nn.MaxPool2d):
        # A maximum may come from any of the pixels it looks at.
        return nn.AvgPool2d(layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode)
    if isinstance(layer, COUNTED_AS_ONE):
        return _Everywhere()
    if isinstance(layer, _PASSES):
        return nn.Identity()
    if isinstance(layer, _SUMS):
        return layer
    kind = type(layer).__name__
    raise ValueError(f"How far a layer of the kind {kind} sees is not known here: add it.")


def receptive_field_of(
    bare: nn.Module, size: Size, place: tuple[int, int], layer: str = ""
) -> ReceptiveField:
    """The receptive field of one place, in a picture of ``size``.

    Args:
        bare: a ``skeleton``.
        place: (row, column) on the output, or on the map that ``layer`` puts out.
        layer: a name in the network; empty for the network's output.
    """
    x = torch.zeros(1, 1, *size, dtype=torch.float64, requires_grad=True)
    found: list[Tensor] = []
    handle = bare.get_submodule(layer).register_forward_hook(lambda *io: found.append(io[2]))
    try:
        with torch.enable_grad():
            bare(x)
            value = found[-1][0, :, place[0], place[1]].sum()
            (gradient,) = torch.autograd.grad(value, x)
    finally:
        handle.remove()
    seen = gradient[0, 0] > 0
    rows, columns = (seen.any(axis).nonzero()[:, 0].tolist() for axis in (1, 0))
    return ReceptiveField(rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)


def unbounded_size(
    bare: nn.Module, place: tuple[int, int], layer: str = "", shrunk: int = 1
) -> Size | None:
    """(height, width) that a place would see if the picture had no borders; None without end.

    On the output it depends a little on the place, because pooling cuts the picture into squares.

    Args:
        place, layer: as in ``receptive_field_of``.
        shrunk: pixels of the picture per place of the layer's map.
    """
    sides = []
    for axis in (0, 1):
        size = (_SHORT, _LONG) if axis else (_LONG, _SHORT)
        # The same place within the squares of pooling, far from any border.
        shift = [p % (_SHORT // 2) if shrunk == 1 else 0 for p in place]
        row, column = (s // 2 // shrunk + more for s, more in zip(size, shift, strict=True))
        seen = receptive_field_of(bare, size, (row, column), layer)
        low, high = seen[2 * axis], seen[2 * axis + 1]
        if low == 0 or high == _LONG:
            return None
        sides.append(high - low)
    return sides[0], sides[1]
