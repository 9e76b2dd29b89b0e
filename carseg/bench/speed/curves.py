"""The cost of a network over the size of its grid and of its batch, kept beside its weights."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch

from carseg.bench.speed.clock import Clock
from carseg.bench.speed.measure import Machine
from carseg.bench.speed.plain import plain_input, plain_network
from carseg.core.atomic import write_atomically
from carseg.imaging.grid import Size
from carseg.inference.device import Device
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import SPEED_FILE, checkpoint_folder
from carseg.models.padding import padded_logits

GRIDS: tuple[Size, ...] = ((96, 144), (160, 240), (224, 336), (320, 480), (448, 672))
BATCHES = (1, 2, 4, 8)


def write(device: Device, model: str, clock: Clock, machine: Machine) -> Path:
    """Measure a checkpoint's curves and write them into its folder; returns the file.

    Raises:
        CheckpointError: the model cannot be used.
    """
    found = {
        "machine": asdict(machine),
        "date": datetime.now(UTC).date().isoformat(),
        **curves(device, model, clock),
    }
    path = checkpoint_folder(model) / SPEED_FILE
    write_atomically(path, (json.dumps(found, indent=1) + "\n").encode())
    return path


def curves(device: Device, model: str, clock: Clock) -> dict[str, Any]:
    """Milliseconds of the network per picture: over grids one picture each, and over batches.

    Both beside the plain network (float32, as it was trained) on the CPU.
    """
    rng = np.random.default_rng(0)
    engine, config = Predictor(device).engine(model)
    network = plain_network(config)

    def pictures(grid: Size, batch: int) -> np.ndarray:
        return rng.integers(0, 256, (batch, *grid, 3), np.uint8)

    def ours(grid: Size, batch: int = 1) -> float:
        many = pictures(grid, batch)
        return _milliseconds(clock.timed(lambda: engine.logits(many)).least / batch)

    def plain(grid: Size) -> float:
        x = plain_input(pictures(grid, 1)[0], replace(config, area=grid[0] * grid[1]))
        with torch.no_grad():
            work = clock.timed(lambda: padded_logits(network, x, config.multiple))
        return _milliseconds(work.least)

    own = config.grid((2, 3))
    return {
        "engine": engine.way.engine,
        "precision": engine.way.precision,
        "device": engine.way.device,
        "grid": list(own),
        "grids": [{"grid": list(g), "ms": ours(g), "plain": plain(g)} for g in GRIDS],
        "batches": [{"batch": n, "ms": ours(own, n)} for n in BATCHES],
    }


def _milliseconds(seconds: float) -> float:
    return float(f"{1e3 * seconds:.3g}")
