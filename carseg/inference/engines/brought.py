"""Graphs that a user brought: any layout, one or several classes, logits, probabilities, labels."""

from dataclasses import dataclass

import numpy as np

from carseg.inference.engines.engine import EngineError, Way, in_turn
from carseg.inference.engines.graph import Run
from carseg.inference.engines.tensors import normalised
from carseg.models.checkpoint import Config

SURE = 1e-7
"""How near to 0 and 1 a probability may come before it becomes a logit."""
LABEL = 20.0
"""The logit of a label that is the car; less for any other."""


@dataclass(frozen=True, eq=False)
class BroughtEngine:
    """Such a graph, opened by one of the libraries."""

    run: Run
    config: Config
    way: Way

    def logits(self, batch: np.ndarray) -> np.ndarray:
        """uint8 (N, H, W, 3) to float32 (N, 1, h, w), the car's logit.

        One after the other, because many graphs take one picture only.
        """
        return np.stack([self._logit(given(rgb[None], self.config)) for rgb in batch])

    def _logit(self, x: np.ndarray) -> np.ndarray:
        answer = in_turn(self.way.device, lambda: self.run(x))
        return car_logit(answer, self.config)


def given(batch: np.ndarray, config: Config) -> np.ndarray:
    """uint8 RGB (N, H, W, 3) as the graph takes it."""
    x = normalised(batch, config)
    if config.arguments.get("colours") == "bgr":
        x = x[:, ::-1]
    if config.arguments.get("layout") == "nhwc":
        x = x.transpose(0, 2, 3, 1)
    return np.ascontiguousarray(x)


def car_logit(answer: np.ndarray, config: Config) -> np.ndarray:
    """What the graph answers to one picture, as float32 (1, h, w).

    Raises:
        EngineError: it is no map with the classes that the config states.
    """
    maps, car = _maps(answer, config), config.car or 0
    how = config.arguments.get("activation", "sigmoid")
    if how == "labels":
        return np.where(maps[:1] == car, LABEL, -LABEL).astype(np.float32)
    maps = maps.astype(np.float32)
    if how == "softmax":
        others = np.delete(maps, car, axis=0)
        most = others.max(axis=0)
        rest = most + np.log(np.exp(others - most).sum(axis=0))
        return np.asarray((maps[car] - rest)[None], np.float32)
    if how == "none":
        p = maps[car : car + 1].clip(SURE, 1 - SURE)
        return np.asarray(np.log(p / (1 - p)), np.float32)
    chosen: np.ndarray = maps[car : car + 1]
    return chosen


def _maps(answer: np.ndarray, config: Config) -> np.ndarray:
    """(classes, h, w); one map for labels."""
    if answer.ndim == 4 and len(answer) == 1:
        maps: np.ndarray = answer[0]
        if config.arguments.get("layout") == "nhwc" and maps.shape[-1] in (1, config.classes):
            maps = maps.transpose(2, 0, 1)
    else:
        maps = answer if answer.ndim == 3 and len(answer) == 1 else answer[None]
    wanted = 1 if config.arguments.get("activation") == "labels" else config.classes
    if maps.ndim != 3 or len(maps) != wanted:
        raise EngineError(
            f"The graph of '{config.name}' answers with {tuple(answer.shape)}, which is no map of "
            f"{wanted} {'class' if wanted == 1 else 'classes'}: its config.json is of another "
            "graph, so add it again."
        )
    return maps
