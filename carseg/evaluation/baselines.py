"""What a trivial or a perfect mask would score: the frame around every table.

A ceiling is the true mask sent through a model's grid and back: nothing that works on that grid
can do better. The mean mask of the train cars and the empty mask look at no picture at all.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from carseg.core.atomic import write_atomically
from carseg.data.decoded import NO_CAR, cached
from carseg.data.pairs import Pair
from carseg.imaging import codec
from carseg.imaging.grid import FINEST, PUBLISHED, coverage, grid_for, resize_mask
from carseg.inference.prediction import Prediction
from carseg.models.checkpoint import CONFIG_FILE, Config

MEAN_MASK = "mean-mask.png"
MEAN_SIZE = PUBLISHED


@dataclass(frozen=True)
class Baseline:
    """A rule that makes a mask.

    Attributes:
        share: true mask, bool (H, W), to the probability of car on a grid, float (h, w) in 0..1.
    """

    title: str
    summary: str
    order: int
    share: Callable[[np.ndarray], np.ndarray]

    def predict(self, name: str, truths: Sequence[np.ndarray]) -> list[Prediction]:
        """A prediction for each true mask, bool (H, W)."""
        return [
            Prediction(
                model=name,
                sha256=self.sha256,
                probability=self.share(truth).astype(np.float16),
                size=truth.shape,
                threshold=0.5,
                seconds={"prepare": 0.0, "network": 0.0},
            )
            for truth in truths
        ]

    @property
    def sha256(self) -> str:
        """Of what it is: scores belong to exactly this rule."""
        return hashlib.sha256(f"{self.title} {self.summary}".encode()).hexdigest()


def _ceiling(area: int) -> Callable[[np.ndarray], np.ndarray]:
    return lambda truth: coverage(truth, grid_for(truth.shape, area))


def baselines(weights: Path) -> dict[str, Baseline]:
    """The baselines by name; the mean mask only where ``weights`` holds it."""
    found = {
        f"baseline-ceiling-{height}x{width}": Baseline(
            f"Ceiling at {height}x{width}",
            f"The true mask, through the grid of a {height}x{width} model and back.",
            900 + number,
            _ceiling(height * width),
        )
        for number, (height, width) in enumerate((FINEST, PUBLISHED))
    }
    path = Path(weights) / "baseline-mean" / MEAN_MASK
    if path.is_file():
        data = path.read_bytes()
        mean = codec.decode(data)[..., 0] / 255
        digest = hashlib.sha256(data).hexdigest()[:12]
        summary = f"The mean mask of the train cars for every picture ({digest})."
        found["baseline-mean"] = Baseline("Mean mask", summary, 910, lambda _: mean)
    empty = np.zeros(MEAN_SIZE, np.float32)
    found["baseline-empty"] = Baseline("Empty mask", "No car in any picture.", 911, lambda _: empty)
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
        text = json.dumps(asdict(config), indent=2) + "\n"
        write_atomically(Path(weights) / name / CONFIG_FILE, text)
    return list(known)


def mean_mask(pairs: Sequence[Pair], cache: Path) -> np.ndarray:
    """How often each place of a 160x240 grid is car, uint8 (160, 240) of 0..255."""
    data = cached(list(pairs), MEAN_SIZE[0] * MEAN_SIZE[1], cache)
    total = np.zeros(MEAN_SIZE)
    for item in range(len(data)):
        truth = data[item][1] != NO_CAR
        total += truth if truth.shape == MEAN_SIZE else resize_mask(truth, MEAN_SIZE)
    return np.round(255 * total / len(data)).astype(np.uint8)
