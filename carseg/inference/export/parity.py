"""How far an exported file answers as PyTorch does in float32, on pictures."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import nn

from carseg.core.errors import CarsegError
from carseg.imaging.grid import resize_picture
from carseg.inference.engines.engine import Engine, probabilities
from carseg.inference.prediction import Prediction

SHAPES = ((1, 3, 5), (2, 4, 3), (3, 2, 5))
"""Pictures, and their sides in steps of 16 pixels or of what the network needs."""


class ExportError(CarsegError):
    """An export that answers otherwise than its network; the message has the figures."""


@dataclass(frozen=True)
class Sample:
    """A picture, uint8 (H, W, 3), and its true mask with its void, bool (H, W), if known."""

    rgb: np.ndarray
    truth: np.ndarray | None = None
    void: np.ndarray | None = None


@dataclass(frozen=True)
class Bound:
    """What an export may differ by at most; None: by anything.

    Attributes:
        logits: largest difference of a logit.
        pixels: share of the mask's pixels. One whose logit lies within ``logits`` of the threshold
            has no side, and does not count.
        dice: difference of the mean Dice against the true masks; of its distance from 1 to the
            reference's own masks where there are none.
    """

    logits: float | None = None
    pixels: float | None = None
    dice: float = 0.0005


BOUNDS = {
    "float32": Bound(1e-4, 0.0),
    "bfloat16": Bound(dice=0.0005),
    "float16": Bound(dice=0.0005),
    "int8": Bound(dice=0.002),
}
"""By precision."""


@dataclass(frozen=True)
class Parity:
    """The figures of an export.

    Attributes:
        precision: that it ran in.
        pictures: how many.
        truths: how many of them have a true mask.
        logits: largest difference of a logit.
        pixels: share of the masks' pixels that differ, on the network's grid.
        dice, reference_dice: mean against the true masks, of the file and of PyTorch in float32.
            Without a true mask against PyTorch's mask, which has 1.
    """

    precision: str
    pictures: int
    truths: int
    logits: float
    pixels: float
    dice: float
    reference_dice: float

    @property
    def apart(self) -> float:
        """The difference of the two Dice."""
        return abs(self.dice - self.reference_dice)

    def misses(self, bound: Bound) -> list[str]:
        """What is out of the bound, each with its figure."""
        found = {
            "largest logit difference": (self.logits, bound.logits),
            "share of pixels that differ": (self.pixels, bound.pixels),
            "difference in Dice": (self.apart, bound.dice),
        }
        return [
            f"{what} {value:.3g} (bound {most:g})"
            for what, (value, most) in found.items()
            if most is not None and not value <= most
        ]

    def check(self, bound: Bound | None = None) -> None:
        """Raise ExportError with the figures if it is out of its bound."""
        if missed := self.misses(BOUNDS[self.precision] if bound is None else bound):
            raise ExportError(
                f"The file answers otherwise than its network, so it is not kept: in "
                f"{self.precision} {' and '.join(missed)}, on {self.pictures} pictures. {self}"
            )

    def __str__(self) -> str:
        known = f"{self.truths} true masks" if self.truths else "PyTorch's masks"
        return (
            f"{self.precision}: logits differ by at most {self.logits:.2g}, "
            f"{100 * self.pixels:.4f} % of the pixels by side, Dice {self.dice:.5f} where PyTorch "
            f"has {self.reference_dice:.5f} ({known})."
        )

    @property
    def facts(self) -> dict[str, float | int | str]:
        """The figures for a file's metadata."""
        return asdict(self)


def measure(engine: Engine, reference: Engine, samples: Sequence[Sample]) -> Parity:
    """Compare an engine with the reference, picture by picture, on the network's own grid."""
    worst, differ, seen = 0.0, 0, 0
    dice: list[tuple[float, float]] = []
    for sample in samples:
        config = reference.config
        batch = np.stack([resize_picture(sample.rgb, config.grid(sample.rgb.shape[:2]))])
        a, b = engine.logits(batch), reference.logits(batch)
        worst = max(worst, float(np.abs(a - b).max()) if np.isfinite(a).all() else math.inf)
        mine, theirs = (_said(x, engine, sample) for x in (a, b))
        sides = mine.probability >= config.threshold, theirs.probability >= config.threshold
        differ += int((sides[0] != sides[1])[_sure(b, engine)].sum())
        seen += sides[0].size
        dice.append(_dice(mine, theirs, sample))
    means = np.mean(dice, axis=0)
    truths = sum(sample.truth is not None for sample in samples)
    return Parity(
        engine.way.precision,
        len(samples),
        truths,
        worst,
        differ / seen,
        float(means[0]),
        float(means[1]),
    )


def _said(logits: np.ndarray, engine: Engine, sample: Sample) -> Prediction:
    config = engine.config
    probability = probabilities(logits, config)[0]
    return Prediction(
        config.name, config.sha256, probability, sample.rgb.shape[:2], config.threshold
    )


def _sure(logits: np.ndarray, engine: Engine) -> np.ndarray:
    """The pixels whose side a difference within float32's bound cannot change."""
    config, near = engine.config, BOUNDS["float32"].logits or 0.0
    if config.classes > 1:
        return np.ones(logits[0, 0].shape, bool)
    edge = math.log(config.threshold / (1 - config.threshold))
    # Probabilities are kept in fp16, whose steps near the threshold are coarser than the bound.
    sure: np.ndarray = np.abs(logits[0, 0] - edge) > near + 2**-9
    return sure


def _dice(mine: Prediction, theirs: Prediction, sample: Sample) -> tuple[float, float]:
    a, b = mine.mask(), theirs.mask()
    if sample.truth is None:
        return dice(a, b), 1.0
    known = slice(None) if sample.void is None else ~sample.void
    return dice(a[known], sample.truth[known]), dice(b[known], sample.truth[known])


def dice(a: np.ndarray, b: np.ndarray) -> float:
    """2 |A and B| / (|A| + |B|) of two masks; 1 for two empty ones."""
    both = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / both if both else 1.0


@torch.inference_mode()
def check_shapes(
    run: Callable[[np.ndarray], np.ndarray], network: nn.Module, multiple: int, most: float
) -> None:
    """Raise ExportError unless a graph answers as its network for several batches and sizes.

    Args:
        run: the graph, float32 (N, 3, H, W) to logits.
        network: in eval mode, on the CPU.
        most: the largest difference of a logit.
    """
    step, odd = (multiple, 0) if multiple > 1 else (16, 1)
    for number, (batch, down, across) in enumerate(SHAPES):
        shape = (batch, 3, step * down + odd * number, step * across + odd)
        x = torch.rand(shape, generator=torch.Generator().manual_seed(number)) * 4 - 2
        expected = network(x).numpy()
        found = run(x.numpy())
        apart = math.inf
        if found.shape == expected.shape:
            apart = float(np.abs(found - expected).max())
        if not apart <= most:
            raise ExportError(
                f"The graph answers a batch of shape {tuple(shape)} otherwise than its network: "
                f"logits differ by {apart:.3g} (bound {most:g}). It is not kept."
            )
