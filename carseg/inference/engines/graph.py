"""What engines have in common that run a graph from a file: NumPy in, NumPy out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from carseg.inference.engines.engine import Way, in_turn
from carseg.inference.engines.tensors import normalised, padded
from carseg.models.checkpoint import Config

Run = Callable[[np.ndarray], np.ndarray]
"""The graph's input to its output."""


@dataclass(frozen=True, eq=False)
class GraphEngine:
    """A graph that a library has opened."""

    run: Run
    config: Config
    way: Way

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """uint8 (N, H, W, 3) to float32 (N, classes, H, W)."""
        x, (rows, columns) = padded(normalised(batch, self.config), self.config.multiple)
        found = in_turn(self.way.device, lambda: self.run(x))
        return found[..., rows, columns]
