"""PyTorch: channels last, and bfloat16 where the processor is fast at it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from carseg.inference.device import Device
from carseg.inference.engines.engine import Way, turn
from carseg.models.checkpoint import Config
from carseg.models.padding import padded_logits
from carseg.models.weights import load


@dataclass(frozen=True, eq=False)
class TorchEngine:
    """A network in PyTorch.

    Attributes:
        network: in eval mode on the device.
    """

    network: nn.Module
    config: Config
    device: Device

    @classmethod
    def load(cls, model: str, root: Path | None, device: Device) -> "TorchEngine":
        """The network of a checkpoint. Raises ``CheckpointError`` as ``weights.load``."""
        network, config = load(model, root)
        network = network.to(device.kind)
        network.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # torch's stub lacks it
        return cls(network, config, device)

    @property
    def way(self) -> Way:
        """How it runs."""
        return self.device.usual_way

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """uint8 (N, H, W, 3) to float32 (N, classes, H, W)."""
        device = self.device
        # inference_mode and autocast are thread-local: they belong inside the call.
        with (
            turn(device.kind),
            torch.inference_mode(),
            torch.autocast(device.kind, device.dtype, enabled=device.dtype != torch.float32),
        ):
            x = _normalised(torch.from_numpy(batch).to(device.kind), self.config)
            found: np.ndarray = (
                padded_logits(self.network, x, self.config.multiple).float().cpu().numpy()
            )
        return found


def _normalised(batch: Tensor, config: Config) -> Tensor:
    """uint8 (N, H, W, 3) to float (N, 3, H, W) in the weights' own normalisation, channels last."""
    mean, std = (torch.tensor(v, device=batch.device) for v in (config.mean, config.std))
    # A permuted NHWC array is channels_last already.
    return ((batch.float() / 255 - mean) / std).permute(0, 3, 1, 2)
