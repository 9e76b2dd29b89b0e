"""Traces a network with a forward pass: stages, shapes, parameters, skips.

The network may live on PyTorch's ``meta`` device, which computes shapes only and takes no time.
"""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from carseg.imaging.grid import Size
from carseg.introspect.skips import is_join
from carseg.introspect.stages import JOIN, PICTURE, UPSAMPLE, Skip, Stage, TracedLayer
from carseg.models.transunet import Transformer

COUNTED_AS_ONE = (Transformer, nn.MultiheadAttention, nn.TransformerEncoderLayer)
"""Modules that count as one layer, because their parts are not maps of the picture."""


def trace(network: nn.Module, size: Size) -> list[Stage]:
    """The stages of ``network`` for a picture of ``size``, by a forward pass in eval mode."""
    device = next(network.parameters()).device
    record = _Record(network.eval(), size)
    x = torch.empty(1, 3, *size, device=device)
    record.note(x, TracedLayer("", PICTURE, (3, *size)))
    handles = [h for name, layer in leaves(network) for h in record.watch(name, layer)]
    try:
        with torch.no_grad(), record:
            network(x)
    finally:
        for handle in handles:
            handle.remove()
    return record.stages


def leaves(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """Layers that have no parts, or count as one, by name."""
    found: list[tuple[str, nn.Module]] = []

    def visit(name: str, module: nn.Module) -> None:
        children = [] if isinstance(module, COUNTED_AS_ONE) else list(module.named_children())
        if not children:
            found.append((name, module))
        for part, child in children:
            visit(f"{name}.{part}" if name else part, child)

    visit("", network)
    return found


class _Record(TorchFunctionMode):
    """Notes every layer's output; joins and upsampling are functions, not layers."""

    def __init__(self, network: nn.Module, size: Size) -> None:
        super().__init__()
        self.stages: list[Stage] = []
        self.network, self.pixels = network, math.prod(size)
        self.stage_of: dict[int, int] = {}
        self.kept: list[Tensor] = []  # keeps tensors alive, so that no two get the same id
        self.counted: set[str] = set()
        self.inside = 0

    def watch(self, name: str, layer: nn.Module) -> list[Any]:
        def before(*_: Any) -> None:
            self.inside += 1

        def after(layer: nn.Module, inputs: tuple, output: Any) -> None:
            self.inside -= 1
            if isinstance(output, Tensor) and not isinstance(layer, nn.Identity):
                self.note(output, self._step(name, layer, inputs[0], output))

        return [layer.register_forward_pre_hook(before), layer.register_forward_hook(after)]

    def note(self, output: Tensor, step: TracedLayer) -> Stage:
        level = self._level(output)
        if not self.stages or self.stages[-1].level != level:
            self.stages.append(Stage(level))
        self.stages[-1].steps.append(step)
        self._remember(output)
        return self.stages[-1]

    def _remember(self, output: Tensor) -> None:
        if id(output) not in self.stage_of:
            self.stage_of[id(output)] = len(self.stages) - 1
            self.kept.append(output)

    def _level(self, output: Tensor) -> int:
        if output.dim() == 4:
            return round(math.log2(self.pixels / math.prod(output.shape[2:])) / 2)
        maps = [s.level for s in self.stages if len(s.shape) == 3]
        return max(maps, default=0) + 1

    def _step(self, name: str, layer: nn.Module, x: Tensor, output: Tensor) -> TracedLayer:
        first = name not in self.counted
        self.counted.add(name)
        parameters = sum(p.numel() for p in layer.parameters()) if first else 0
        shape = tuple(output.shape[1:])
        work = _multiply_adds(layer, x, output)
        return TracedLayer(name, type(layer).__name__, shape, _detail(layer), parameters, work)

    def __torch_function__(
        self, function: Callable, types: Any, args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        kwargs = kwargs or {}
        output = function(*args, **kwargs)
        if self.inside or not isinstance(output, Tensor):
            return output
        shape = tuple(output.shape[1:])
        if function is F.interpolate:
            mode = kwargs.get("mode", "nearest")
            self.note(output, TracedLayer("", UPSAMPLE, shape, f"{mode}, to {shape[1]}x{shape[2]}"))
        elif is_join(function, args, kwargs):
            older = min(args[0], key=lambda x: self.stage_of.get(id(x), 0))
            skip = Skip(self.stage_of.get(id(older), 0), tuple(older.shape[1:]))
            self.note(output, TracedLayer("", JOIN, shape)).skips.append(skip)
        elif self.stages:
            self._remember(output)
        return output


def _multiply_adds(layer: nn.Module, x: Tensor, output: Tensor) -> int:
    if isinstance(layer, nn.Conv2d):
        return layer.weight.numel() * math.prod(output.shape[2:])
    if isinstance(layer, nn.ConvTranspose2d):
        return layer.weight.numel() * math.prod(x.shape[2:])
    return layer.weight.numel() if isinstance(layer, nn.Linear) else 0


def _detail(layer: nn.Module) -> str:
    kernel = getattr(layer, "kernel_size", None)
    if kernel is None:
        return ""
    height, width = kernel if isinstance(kernel, tuple) else (kernel, kernel)
    words = [f"{height}x{width}"]
    for name, plain in (("stride", 1), ("dilation", 1)):
        value = getattr(layer, name, plain)
        value = value[0] if isinstance(value, tuple) else value
        words += [f"{name} {value}"] if value != plain else []
    if getattr(layer, "groups", 1) > 1:
        words.append("each map by itself" if layer.groups == layer.in_channels else "grouped")
    return ", ".join(words)
