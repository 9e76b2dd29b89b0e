"""A network's forward pass in PyTorch."""

import threading

import numpy as np
import torch
from torch import Tensor, nn

from carseg.inference.device import Device
from carseg.models.checkpoint import Config
from carseg.models.padding import padded_logits

_LOCKS: dict[str, threading.Lock] = {}


def forward(network: nn.Module, config: Config, batch: np.ndarray, device: Device) -> np.ndarray:
    """uint8 (N, H, W, 3) to fp16 probabilities (N, H, W) of the car; passes take turns."""
    lock = _LOCKS.setdefault(device.kind, threading.Lock())
    # inference_mode and autocast are thread-local: they belong inside the call.
    with (
        lock,
        torch.inference_mode(),
        torch.autocast(device.kind, device.dtype, enabled=device.dtype != torch.float32),
    ):
        x = _normalised(torch.from_numpy(batch).to(device.kind), config)
        logits = padded_logits(network, x, config.multiple).float()
        return _car(logits, config).half().cpu().numpy()


def _car(logits: Tensor, config: Config) -> Tensor:
    """Logits (N, classes, H, W) to the car's probabilities (N, H, W)."""
    if config.classes == 1:
        return torch.sigmoid(logits[:, 0])
    return torch.softmax(logits, dim=1)[:, config.car]


def _normalised(batch: Tensor, config: Config) -> Tensor:
    """uint8 (N, H, W, 3) to float (N, 3, H, W) in the weights' own normalisation, channels last."""
    mean, std = (torch.tensor(v, device=batch.device) for v in (config.mean, config.std))
    # A permuted NHWC array is channels_last already.
    return ((batch.float() / 255 - mean) / std).permute(0, 3, 1, 2)
