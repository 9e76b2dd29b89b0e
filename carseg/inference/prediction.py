"""A model's answer for a picture: probabilities on the network's grid, readable at any size."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from carseg.imaging.grid import Size
from carseg.imaging.regions import Box, box

LEAST_CAR = 0.005
"""Below this share of the picture's area we say that there is no car."""


@dataclass(frozen=True)
class Detail:
    """A second look at a box at full model size: its probabilities, fp16 (h, w)."""

    box: Box
    probability: np.ndarray


@dataclass(frozen=True)
class Prediction:
    """One model's answer for one picture, small enough to keep (under 1 MB).

    Attributes:
        model, sha256: the checkpoint and its weights.
        probability: of car, fp16 (h, w) in 0..1 on the grid the network saw.
        size: the picture's own (height, width).
        threshold: the checkpoint's own.
        seconds: per stage: ``decode``, ``prepare``, ``network``; with a second look ``detail``.
        device, dtype, engine: how the network ran (``carseg.inference.engines.engine.Way``).
    """

    model: str
    sha256: str
    probability: np.ndarray
    size: Size
    threshold: float
    seconds: dict[str, float] = field(default_factory=dict, compare=False)
    device: str = "cpu"
    dtype: str = "float32"
    engine: str = "torch"
    detail: Detail | None = None

    @property
    def grid(self) -> Size:
        """(height, width) the network saw."""
        return self.probability.shape

    def at(self, size: Size | None = None) -> np.ndarray:
        """Probabilities float32 (H, W) at ``size`` (default: the picture's), bilinear."""
        size = self.size if size is None else size
        full = _scale(self.probability, size)
        return full if self.detail is None else _paste(full, self.detail)

    def cell(self, size: Size | None = None) -> float:
        """Pixels of a picture of ``size`` per cell of the finest grid the network saw."""
        size = self.size if size is None else size
        if self.detail is None:
            return size[0] / self.grid[0]
        rows, _ = self.detail.box.pixels(size)
        return float((rows.stop - rows.start) / self.detail.probability.shape[0])

    def mask(self, threshold: float | None = None, size: Size | None = None) -> np.ndarray:
        """Bool (H, W): probability of at least ``threshold`` (default: the model's own)."""
        return self.at(size) >= (self.threshold if threshold is None else threshold)


def share_words(share: float) -> str:
    """How much of a picture is car, 0..1, in words: '12.3% car', or 'No car found'."""
    return f"{share:.1%} car" if share >= LEAST_CAR else "No car found"


def _scale(probability: np.ndarray, size: Size) -> np.ndarray:
    values = probability.astype(np.float32)
    if values.shape == tuple(size):
        return values
    shrinks = size[0] < values.shape[0] and size[1] < values.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return cv2.resize(values, (size[1], size[0]), interpolation=how)


def _paste(full: np.ndarray, detail: Detail) -> np.ndarray:
    """Pastes the detail over its box; it fades in over the outer twentieth to hide the seam."""
    rows, columns = detail.box.pixels(full.shape)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    fine = _scale(detail.probability, (height, width))
    ramps = []
    for side, open_low, open_high in (
        (height, rows.start > 0, rows.stop < full.shape[0]),
        (width, columns.start > 0, columns.stop < full.shape[1]),
    ):
        steps = (np.arange(side, dtype=np.float32) + 0.5) / max(1.0, side / 20)
        low = steps if open_low else np.ones(side, np.float32)
        high = steps[::-1] if open_high else np.ones(side, np.float32)
        ramps.append(np.minimum(1, np.minimum(low, high)))
    weight = ramps[0][:, None] * ramps[1][None]
    full[rows, columns] += weight * (fine - full[rows, columns])
    return full


def detail_box(probability: np.ndarray, threshold: float, margin: float = 0.12) -> Box | None:
    """The box around all over ``threshold``, grown by ``margin`` of its sides; None if empty."""
    found = box(probability >= threshold)
    if found is None:
        return None
    top, left, bottom, right = found
    height, width = probability.shape
    up, aside = margin * (bottom - top), margin * (right - left)
    return Box(
        max(0.0, (top - up) / height),
        max(0.0, (left - aside) / width),
        min(1.0, (bottom + up) / height),
        min(1.0, (right + aside) / width),
    )
