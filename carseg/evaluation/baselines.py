"""Scores of trivial and perfect masks, which frame every table.

A ceiling is the score of a network that knows exactly how much of each cell of its grid is car. No
mask of that grid, with a yes or no for each cell, can score more. The mean mask of the train cars
and the empty mask do not look at the picture at all.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from carseg.core.atomic import write_atomically
from carseg.data.decoded import CAR, cached
from carseg.data.pairs import Pair
from carseg.evaluation.loaded_pairs import LoadedPair
from carseg.imaging import codec
from carseg.imaging.grid import FINEST_GRID, PUBLISHED_GRID, Size, coverage, grid_for, resize_mask
from carseg.inference.prediction import Prediction
from carseg.models.checkpoint import Config, write_config

MEAN_MASK = "mean-mask.png"
MEAN_SIZE = PUBLISHED_GRID


@dataclass(frozen=True)
class Baseline:
    """A rule that makes a mask.

    Attributes:
        share: stored mask, bool (H, W), and the picture's size to the probability of car on a
            grid, float (h, w) in 0..1.
    """

    title: str
    summary: str
    order: int
    share: Callable[[np.ndarray, Size], np.ndarray]

    def predict(self, name: str, samples: Sequence[LoadedPair]) -> list[Prediction]:
        """A prediction for each sample, made of its truth."""
        return [
            Prediction(
                model=name,
                sha256=self.sha256,
                probability=self.share(sample.stored, sample.truth.shape).astype(np.float16),
                size=sample.truth.shape,
                threshold=0.5,
                seconds={"prepare": 0.0, "network": 0.0},
            )
            for sample in samples
        ]

    @property
    def sha256(self) -> str:
        """A hash of the rule: scores belong to exactly this rule."""
        return hashlib.sha256(f"{self.title} {self.summary}".encode()).hexdigest()


def _ceiling(area: int) -> Callable[[np.ndarray, Size], np.ndarray]:
    return lambda stored, size: _shares(stored, grid_for(size, area))


def _shares(stored: np.ndarray, grid: Size) -> np.ndarray:
    """The car's share of each cell; a share of exactly half is moved to the truth's side."""
    share, truth = coverage(stored, grid), resize_mask(stored, grid)
    return np.where(truth, np.maximum(share, 0.501), np.minimum(share, 0.499))


def baselines(weights: Path) -> dict[str, Baseline]:
    """The baselines by name; the mean mask is among them if ``weights`` contains it."""
    found = {
        f"baseline-ceiling-{height}x{width}": Baseline(
            f"Ceiling at {height}x{width}",
            f"What a mask of a {height}x{width} grid can score at most: the exact share of car in "
            "each cell.",
            900 + number,
            _ceiling(height * width),
        )
        for number, (height, width) in enumerate((FINEST_GRID, PUBLISHED_GRID))
    }
    path = Path(weights) / "baseline-mean" / MEAN_MASK
    if path.is_file():
        data = path.read_bytes()
        mean = codec.decode(data)[..., 0] / 255
        digest = hashlib.sha256(data).hexdigest()[:12]
        summary = f"The mean mask of the train cars for every picture ({digest})."
        found["baseline-mean"] = Baseline("Mean mask", summary, 910, lambda *_: mean)
    none, words = np.zeros(MEAN_SIZE, np.float32), "No car in any picture."
    found["baseline-empty"] = Baseline("Empty mask", words, 911, lambda *_: none)
    return found


def write_baselines(train: Sequence[Pair], weights: Path, cache: Path) -> list[str]:
    """Make the mean mask of ``train`` and a folder for the scores of each baseline; their names."""
    folder = Path(weights) / "baseline-mean"
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / MEAN_MASK, codec.encode(mean_mask(train, cache)))
    known = baselines(weights)
    for name, baseline in known.items():
        config = Config(
            name=name,
            title=baseline.title,
            summary=baseline.summary,
            order=baseline.order,
            architecture="none",
            area=MEAN_SIZE[0] * MEAN_SIZE[1],
            mean=(0, 0, 0),
            std=(1, 1, 1),
            sha256=baseline.sha256,
            bytes=0,
            scores_only=True,
        )
        (Path(weights) / name).mkdir(exist_ok=True)
        write_config(Path(weights) / name, config)
    return list(known)


def mean_mask(pairs: Sequence[Pair], cache: Path) -> np.ndarray:
    """How often each place of a 160x240 grid is car, uint8 (160, 240) of 0..255."""
    data = cached(list(pairs), MEAN_SIZE[0] * MEAN_SIZE[1], cache)
    total = np.zeros(MEAN_SIZE)
    for item in range(len(data)):
        total += coverage(data[item][1][..., CAR] / 255, MEAN_SIZE)
    return np.round(255 * total / len(data)).astype(np.uint8)
