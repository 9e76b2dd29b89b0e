"""PyTorch: channels last, fused, and bfloat16 where the processor is fast at it."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from carseg.core.gate import NETWORKS
from carseg.inference.device import Device, choose_device
from carseg.inference.engines.engine import Way, in_turn
from carseg.inference.engines.fused import agrees, fused
from carseg.models.checkpoint import Config
from carseg.models.padding import padded_logits
from carseg.models.weights import load

_LOG = logging.getLogger(__name__)
_LOOKING = threading.Lock()


@dataclass(eq=False)
class TorchEngine:
    """A network in PyTorch.

    If a GPU's memory is full, a batch is done in halves; if one picture is too much for it, the
    network goes on on the CPU, and ``way`` says so.

    Attributes:
        network: in eval mode on the device; ``fused``, unless the device is ``as_trained``.
        root: the weights folder.
        on_cpu: what runs instead, after the GPU's memory was full.
    """

    network: nn.Module
    config: Config
    device: Device
    root: Path | None = None
    on_cpu: "TorchEngine | None" = field(default=None, init=False)

    @classmethod
    def load(cls, model: str, root: Path | None, device: Device) -> "TorchEngine":
        """The network of a checkpoint. Raises ``CheckpointError`` as ``weights.load``."""
        network, config = load(model, root)
        network = network.to(device.kind)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # torch's stub lacks it
        if not device.as_trained:
            quick = fused(network, device.dtype, config.multiple)
            if device.dtype == torch.float16 and not agrees(quick, network, config.multiple):
                _LOG.warning("'%s' needs more than float16 can hold: it runs in float32.", model)
                device = replace(device, dtype=torch.float32, precision="float32")
                quick = fused(network, device.dtype, config.multiple)
            network = quick
        return cls(network, config, device, root)

    @property
    def way(self) -> Way:
        """How it runs."""
        return (self.on_cpu or self).device.usual_way

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """uint8 (N, H, W, 3) to float32 (N, classes, H, W)."""
        if self.on_cpu:
            return self.on_cpu.logits(batch)
        try:
            return self._turn(batch)
        except torch.OutOfMemoryError:
            if self.device.kind == "cpu" and len(batch) == 1:
                raise
        # Not within the handler: the error holds what the pass had taken.
        if self.device.kind == "cuda":
            torch.cuda.empty_cache()
        half = len(batch) // 2
        if half:
            _LOG.info("The memory is too small for %d pictures at once: halves.", len(batch))
            return np.concatenate((self.logits(batch[:half]), self.logits(batch[half:])))
        _LOG.warning("The GPU's memory is full: '%s' goes on on the CPU.", self.config.name)
        self.on_cpu = TorchEngine.load(self.config.name, self.root, choose_device("cpu"))
        return self.on_cpu.logits(batch)

    def _turn(self, batch: np.ndarray) -> np.ndarray:
        if self.device.as_trained:  # who looks into a network watches their own thread
            with _LOOKING:
                return self._pass(batch)
        return in_turn(self.device.kind, lambda: self._pass(batch))

    def _pass(self, batch: np.ndarray) -> np.ndarray:
        device = self.device
        # A fused network is in the precision of the pass; autocast casts layer by layer.
        cast = device.as_trained and device.dtype != torch.float32
        # inference_mode and autocast are thread-local: they belong inside the call.
        with (
            _sharing(),
            torch.inference_mode(),
            torch.autocast(device.kind, device.dtype, enabled=cast),
        ):
            x = _normalised(_sent(batch, device.kind), self.config)
            x = x if device.as_trained else x.to(device.dtype)
            logits = padded_logits(self.network, x, self.config.multiple)
            found: np.ndarray = logits.float().cpu().numpy()
        return found


@contextmanager
def _sharing() -> Iterator[None]:
    """While others wait for a network, use half of the threads for a pass.

    The other cores draw pages then. A pass that asks for all of them waits at each layer until the
    last one is free: with two cores that makes it slower than on one.
    """
    every = torch.get_num_threads()
    if not NETWORKS.waiting or every == 1:
        yield
        return
    torch.set_num_threads(every // 2)
    try:
        yield
    finally:
        torch.set_num_threads(every)


def _sent(batch: np.ndarray, kind: str) -> Tensor:
    """The pictures on the device; to a GPU through pinned memory, which it reads by itself."""
    pictures = torch.from_numpy(batch)
    if kind == "cuda":
        return pictures.pin_memory().to(kind, non_blocking=True)
    return pictures.to(kind)


def _normalised(batch: Tensor, config: Config) -> Tensor:
    """uint8 (N, H, W, 3) to float (N, 3, H, W) in the weights' own normalisation, channels last."""
    mean, std = (torch.tensor(v, device=batch.device) for v in (config.mean, config.std))
    # A permuted NHWC array is channels_last already.
    return ((batch.float() / 255 - mean) / std).permute(0, 3, 1, 2)
