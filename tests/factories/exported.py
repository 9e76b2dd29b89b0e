"""Made networks and pictures for the tests of exports and engines."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from carseg.inference.engines.torch import TorchEngine
from carseg.inference.export.make import FP32, Job
from carseg.inference.export.parity import Sample
from carseg.models import build
from carseg.models.weights import load, save_checkpoint
from tests.factories.checkpoints import FACTS

TRANSUNET = {"widths": [8, 16, 32], "layers": 1, "heads": 2, "mlp": 16}


def write_network(root: Path, name: str, architecture: str, **arguments) -> None:
    """An untrained network whose batch norm has seen something: folding it changes the weights."""
    torch.manual_seed(5)
    network = build(architecture, **arguments)
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.uniform_(-0.5, 0.5)
            layer.running_var.uniform_(0.5, 2)
    save_checkpoint(
        network, root / name, FACTS | {"architecture": architecture, "arguments": arguments}
    )


def job(root: Path, name: str, kind: str, precision: str = "float32", **changes) -> Job:
    network, config = load(name, root)
    return Job(network, config, kind, precision, **({"samples": pictures()} | changes))


def reference(root: Path, name: str) -> TorchEngine:
    return TorchEngine(*load(name, root), FP32)


def pictures(number: int = 2) -> list[Sample]:
    """Noise of different shapes, with odd sides, and half of it the truth."""
    rng = np.random.default_rng(7)
    sizes = [(61, 97), (90, 45), (48, 72)]
    found = []
    for height, width in sizes[:number]:
        rgb = rng.integers(0, 256, (height, width, 3), np.uint8)
        found.append(Sample(rgb, rgb[..., 0] > 127))
    return found
