"""A small search for a network's shape: short trainings, then Dice against milliseconds."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from carseg.analysis.shapes import Shape, Tried, on_the_line
from carseg.bench.speed.clock import Clock
from carseg.core.journal import Journal
from carseg.data.pairs import DataError, Pair
from carseg.data.sets import SETS, members
from carseg.data.splits import split_hash
from carseg.evaluation.evaluate import by_model, evaluate
from carseg.evaluation.loaded_pairs import Grid
from carseg.imaging.grid import Size
from carseg.inference.device import choose_device
from carseg.inference.engines.engine import ENGINES
from carseg.inference.predictor import Predictor
from carseg.models.encoders import EncoderError
from carseg.train.legs import TrainingData
from carseg.train.presets import DESCRIPTIVE_FIELDS, Phase, Preset, Teaching
from carseg.train.publish import publish_run
from carseg.train.run import Job, train
from carseg.train.views.taught import CHUNK

FASTEST = ("openvino", "torch")
"""The first of them that is here is timed."""
SCORED_ON = "carparts-val"
"""Photographs that no training uses, for choices."""


@dataclass(frozen=True)
class Candidate:
    """All arguments of a preset's network, and the grid that it is used on."""

    size: Size
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """All that tells it apart."""
        told = [f"{key} {value}" for key, value in sorted(self.arguments.items())]
        return ", ".join([*told, f"{self.size[0]}x{self.size[1]}"])


_SMALL, _MIDDLE, _LARGE = (224, 336), (280, 420), (320, 480)
CANDIDATES = (
    Candidate(_SMALL, {"channels": 64, "finest": 2}),
    Candidate(_SMALL, {"channels": 64, "finest": 4}),
    Candidate(_SMALL, {"channels": 64, "finest": 4, "depth": 4}),
    Candidate(_SMALL, {"channels": 32, "finest": 4}),
    Candidate(_SMALL, {"channels": 64, "finest": 4, "block": "inverted"}),
    Candidate(_MIDDLE, {"channels": 64, "finest": 4}),
    Candidate(_SMALL, {"channels": 32, "finest": 2}),
    Candidate(_SMALL, {"channels": 64, "finest": 4, "width": 0.5}),
    Candidate(_LARGE, {"channels": 32, "finest": 4}),
    Candidate(_SMALL, {"channels": 32, "finest": 2, "block": "inverted"}),
    Candidate(_SMALL, {"channels": 96, "finest": 4}),
    Candidate(_MIDDLE, {"channels": 32, "finest": 4, "depth": 4}),
)
"""What is tried on ``car-mini``: width, depth, decoder and grid, one changed from another."""


@dataclass(frozen=True)
class Search:
    """A search.

    Attributes:
        job: the preset, its data and the folder of the search's runs.
        pictures: that every candidate sees.
        engine: that networks are timed in; None: the fastest that is here.
        candidates: the shapes.
    """

    job: Job
    pictures: int
    candidates: Sequence[Candidate] = CANDIDATES
    engine: str | None = None

    @property
    def journal(self) -> Journal:
        """The results so far, in the folder of the runs."""
        kept = replace(self.job.preset, phases=(), teaching=None, arguments={}).as_dict()
        facts = {
            "preset": {k: v for k, v in kept.items() if k not in DESCRIPTIVE_FIELDS},
            "engine": self.engine,
            "taught": str(_taught(self.job.preset, self.pictures)),
            "pictures": self.pictures,
            "seed": self.job.seed,
            "set of pictures": split_hash(self.job.data.split("carvana", "train")),
        }
        return Journal(self.job.folder / "journal", json.loads(json.dumps(facts)))


def search(task: Search, cache: Path, clock: Clock) -> list[Shape]:
    """Train, score and time every candidate; those done before are read from the journal.

    Raises:
        DataError: no photographs to score on.
        RunError, CheckpointError: as ``carseg.train.run.train``.
    """
    if task.job.data.carparts is None:
        raise DataError("A search is scored on photographs: give their folder with --photos.")
    journal, rows = task.journal, []
    for candidate in task.candidates:
        row = journal.read(candidate.name)
        if row is None:
            row = _tried(task, candidate, cache, clock).model_dump()
            journal.write(candidate.name, row)
        rows.append(Shape.model_validate(row))
    return rows


def _taught(preset: Preset, pictures: int) -> Teaching | None:
    """The preset's teaching, with as few views as a candidate needs, in whole chunks."""
    views = -(-pictures // CHUNK) * CHUNK
    return preset.teaching and replace(preset.teaching, views=views)


def _short(preset: Preset, candidate: Candidate, pictures: int) -> Preset:
    height, width = candidate.size
    return replace(
        preset,
        teaching=_taught(preset, pictures),
        phases=(Phase(candidate.size, pictures),),
        arguments=dict(candidate.arguments),
        area=height * width,
        snapshots=(),
    )


def _little_to_validate(data: TrainingData) -> TrainingData:
    """The same, but a run's own validation takes little time: a trial is scored afterwards."""

    def kept(name: str) -> list[Pair]:
        validated = data.split(name, "val")
        return [*data.split(name, "train"), *validated[:: len(validated) // 8 or 1]]

    return replace(data, carvana=kept("carvana"), carparts=kept("carparts"))


def _tried(task: Search, candidate: Candidate, cache: Path, clock: Clock) -> Shape:
    folder = task.job.folder / "trial"
    shutil.rmtree(folder, ignore_errors=True)
    preset = _short(task.job.preset, candidate, task.pictures)
    job = replace(task.job, preset=preset, folder=folder, data=_little_to_validate(task.job.data))
    try:
        train(job, cache=cache)
    except EncoderError:  # a teacher's or ImageNet's layers have another width
        shutil.rmtree(folder, ignore_errors=True)
        preset = replace(preset, encoder="random", frozen=())
        train(replace(job, preset=preset, encoder=None), cache=cache)
    weights = folder / "weights"
    config = publish_run(folder, "trial", weights)
    found = Shape(
        name=candidate.name,
        size=candidate.size,
        parameters=config.parameters,
        start=config.pretrained,
        dice=_dice(task, weights),
        **_cost(task, candidate.size, weights, clock),
    )
    shutil.rmtree(folder)
    return found


def _dice(task: Search, weights: Path) -> float:
    """The mean Dice on the certain masks of ``SCORED_ON``, at their own size."""
    chosen = SETS[SCORED_ON]
    pairs = members(task.job.data.carparts or [], chosen)
    predict = by_model(Predictor(root=weights), "trial")
    scores = evaluate(predict, pairs, Grid.parse(chosen.size)) or []
    return float(np.mean([score.counts.dice for score in scores]))


def _cost(task: Search, size: Size, weights: Path, clock: Clock) -> dict[str, Any]:
    """Milliseconds of the network for one picture."""
    name = task.engine or next(name for name in FASTEST if not ENGINES[name].missing)
    engine, _ = Predictor(choose_device("cpu", engine=name), weights).engine("trial")
    picture = np.random.default_rng(0).integers(0, 256, (1, *size, 3), np.uint8)
    timing = clock.timed(lambda: engine.logits(picture))
    ms = float(f"{1e3 * timing.least:.3g}")
    return {"ms": ms, "engine": engine.way.engine, "precision": engine.way.precision}


def table(rows: Sequence[Shape]) -> pd.DataFrame:
    """The rows, the best Dice first; ``line`` marks those that none beats in time and Dice."""
    best = {row.name for row in on_the_line(rows)}
    found = pd.DataFrame([row.model_dump() for row in rows])
    found = found[["name", "parameters", "ms", "dice", "start"]]
    found["line"] = ["*" if name in best else "" for name in found["name"]]
    return found.sort_values("dice", ascending=False, ignore_index=True)


def told(task: Search, rows: Sequence[Shape], clock: Clock) -> Tried:
    """All that is kept of a search."""
    return Tried(
        date=datetime.now(UTC).date().isoformat(),
        pictures=task.pictures,
        seed=task.job.seed,
        set=SCORED_ON,
        clock="processor" if clock.processor else "wall",
        device=choose_device("cpu").name,
        rows=tuple(rows),
    )
