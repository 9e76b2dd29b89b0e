"""Made scores under the dials."""

from pathlib import Path

import numpy as np

from carseg.inference.predictor import fingerprint
from carseg.measures.overlap import Counts
from carseg.models.checkpoint import stated_config
from carseg.results.stress import (
    StressScore,
    StressSet,
    write_stress,
)

CARS = 6


def rows(means, spread: float = 0.0) -> tuple[StressScore, ...]:
    """Two pictures of each of six cars at severities 0, 1, ...; cars differ by the spread."""
    own = spread * (np.arange(CARS) - (CARS - 1) / 2)
    return tuple(
        StressScore(f"{car}_{view}", f"{car}", "weather.fog", severity, counts(dice + own[car]))
        for severity, dice in enumerate(means)
        for car in range(CARS)
        for view in (1, 2)
    )


def stress_set(model: str = "unet", means=(0.98, 0.9, 0.7), **changed) -> StressSet:
    facts = {
        "weights_sha256": "a" * 64,
        "fingerprint": "a" * 64,
        "threshold": 0.5,
        "dial": "weather",
        "version": 1,
        "set": "carvana-test",
        "split": "test",
        "split_sha256": "b" * 64,
        "backgrounds_sha256": "",
        "seed": 0,
        "grid": "320x480",
        "dtype": "bfloat16",
        "device": "cpu",
        "date": "2025-12-31",
        "command": "python -m carseg stress",
        "rows": rows(means),
    }
    return StressSet(model=model, **{**facts, **changed})


def stressed(root: Path, model: str, means, dial: str = "weather", **changed) -> StressSet:
    """Put made results beside a checkpoint, as measured with exactly its network."""
    config = stated_config(root / model)
    own = {"weights_sha256": config.sha256, "fingerprint": fingerprint(config)}
    scores = stress_set(model, **{"dial": dial, **own, "rows": rows(means), **changed})
    write_stress(root / model, scores)
    return scores


def counts(dice: float) -> Counts:
    """Counts whose Dice is ``dice``, to the thousandth."""
    hit = round(1000 * dice)
    return Counts(hit, 1000 - hit, 1000 - hit, 5000)
