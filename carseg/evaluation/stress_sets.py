"""The work of the stress command: it chooses pictures, models and dials and makes stress sets."""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tqdm import tqdm

from carseg.core.cluster import Cluster
from carseg.core.journal import Journal
from carseg.core.provenance import Provenance
from carseg.core.settings import home, weights_dir
from carseg.core.shard import Shard
from carseg.data.pairs import Pair, find_backgrounds
from carseg.data.splits import split_hash
from carseg.dials import Dial
from carseg.dials.dial import default_dials, dials_named
from carseg.evaluation.evaluate import BATCH, by_model
from carseg.evaluation.loop import Measure, Rows, on_cluster
from carseg.evaluation.score_sets import (
    SetOptions,
    car_option,
    check_model,
    check_truths,
    chosen_set,
    layout_option,
)
from carseg.evaluation.stress import VERSION, StepBatch, rows_of, steps_of, stress
from carseg.evaluation.stress_pictures import GRID, STRESS_PICTURES, chosen_pictures, library
from carseg.imaging import masks
from carseg.imaging.car_choice import CarChoice
from carseg.inference.device import Device
from carseg.inference.predictor import Predictor, check_alike, provenance
from carseg.models.checkpoint import CheckpointError, shelf
from carseg.results.stress import StressScore, StressSet, write_stress

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StressOptions:
    """What to measure along which dials, and whether to save it.

    Attributes:
        models: names of checkpoints; empty: every checkpoint.
        dials: names in ``DIALS``; empty: each family, and all of them together.
        number: of pictures, spread over cars.
        backgrounds: a folder with the held-out backgrounds, which a dial may borrow.
        seed: of the dials.
        shard: the part of the work that this process does; None: as the environment says.
        cluster: where batches are measured; None: in this process.
        save: save the scores beside the weights.
    """

    pictures: SetOptions
    device: Device
    models: tuple[str, ...] = ()
    dials: tuple[str, ...] = ()
    number: int = STRESS_PICTURES
    backgrounds: Path | None = None
    seed: int = 0
    shard: Shard | None = None
    cluster: Cluster | None = None
    save: bool = False


@dataclass(frozen=True)
class Measurement:
    """The measurement, which is the same for every model.

    Attributes:
        pairs: the chosen pictures.
        cars, backgrounds: the pictures that a dial may borrow.
        facts: what every model's result states about the measurement.
        again: the options that repeat it.
        car: the labels of the masks that are the car.
    """

    pairs: list[Pair]
    cars: list[Pair]
    backgrounds: list[Pair]
    dials: list[Dial]
    facts: dict[str, Any]
    again: str
    car: CarChoice | None = None


def measurement(options: StressOptions) -> Measurement:
    """The pictures and dials that the options describe.

    Raises:
        DataError: a folder is missing or has no usable picture, or fewer than 1 picture is asked
            for.
        ValueError: there is no dial of that name.
    """
    dials = dials_named(options.dials or default_dials())
    name, chosen = chosen_set(options.pictures, default="carvana-test")
    cars, car = options.pictures.pairs(chosen), options.pictures.car
    folder = options.backgrounds
    backgrounds = [] if folder is None else find_backgrounds(folder, held_out=True)
    pairs = chosen_pictures(cars, options.number)
    facts = {
        "version": VERSION,
        "set": name,
        "split": chosen.split,
        "split_sha256": split_hash(pairs),
        "backgrounds_sha256": _contents(backgrounds),
        "seed": options.seed,
        "grid": f"{GRID[0]}x{GRID[1]}",
    }
    again = (
        f"--data DIR{layout_option(name, chosen)}{' --backgrounds DIR' if backgrounds else ''} "
        f"--set {name} --split {chosen.split} --n {options.number} --seed {options.seed}"
        f"{car_option(car)}"
    )
    return Measurement(pairs, cars, backgrounds, dials, facts, again, car)


def _contents(backgrounds: Sequence[Pair]) -> str:
    """SHA-256 of the files' SHA-256, in the order of the dials' draws; '' without files."""
    ordered = sorted(backgrounds, key=lambda p: p.id)
    found = [hashlib.sha256(pair.picture.read_bytes()).hexdigest() for pair in ordered]
    return hashlib.sha256("\n".join(found).encode()).hexdigest() if found else ""


def stress_sets(options: StressOptions) -> tuple[list[StressSet], list[str]]:
    """Measure every chosen model; returns the results and one sentence per model that failed.

    With several processes (a ``shard``, or torchrun), the process that finishes last returns the
    results; the others return without them.

    Raises:
        DataError, ValueError: as ``measurement``.
        CheckpointError: there is nothing to measure.
    """
    what = measurement(options)
    names = list(dict.fromkeys(options.models or shelf().configs))
    if not names:
        raise CheckpointError(f"There are no checkpoints in '{weights_dir()}'.")
    # All networks stay loaded: one that is dropped would be read again for every batch.
    predictor = Predictor(options.device, max_models=len(names))
    models, failed = _usable(predictor, names)
    shard = options.shard or Shard.from_environment()
    journals = _journals(what, models)
    measure = None
    if options.cluster is not None:
        measure = on_cluster(options.cluster, _Tools(predictor.device, what, models))
    found = _measure(what, predictor, journals, shard, measure) if journals else {}
    if found is None:
        _logger.info("Part %d of %d is done.", shard.index + 1, shard.count)
        return [], failed
    sets = [_result(what, models[model], dial, rows) for (model, dial), rows in found.items()]
    for scores in sets:
        check_truths(what.pairs, (row.counts for row in scores.rows), what.car)
    for scores in sets if options.save else ():
        _logger.info("Saved %s", write_stress(weights_dir() / scores.model, scores))
    for journal in journals.values():
        journal.clear()
    return sets, failed


def _usable(predictor: Predictor, names: Sequence[str]) -> tuple[dict[str, Provenance], list[str]]:
    models, failed = {}, []
    for name in names:
        try:
            engine, config = predictor.engine(name)
            check_model(name)
        except CheckpointError as error:
            failed.append(str(error))
        else:
            models[name] = provenance(config, engine.way)
    return models, failed


def _journals(what: Measurement, models: Mapping[str, Provenance]) -> dict[str, Journal]:
    common = {
        "batch": BATCH,
        "masks": [masks.VERSION, str(what.car)],
        "files": [file.stat().st_size for pair in what.cars for file in pair.files],
    }
    return {
        name: Journal(home() / "journal", {"stress": _facts(what, made)} | common)
        for name, made in models.items()
    }


@dataclass(frozen=True)
class _Tools:
    """Makes what a worker of a cluster measures batches with."""

    device: Device
    what: Measurement
    models: Mapping[str, Provenance]

    def __call__(self) -> Callable[[tuple[StepBatch, list[str]]], list[tuple[str, Rows]]]:
        predictor = Predictor(self.device, max_models=len(self.models))
        there, _ = _usable(predictor, list(self.models))
        for name, made in self.models.items():
            if name in there:  # one that is not there is said when it is used
                check_alike(made, there[name])
        predict = {name: by_model(predictor, name) for name in self.models}
        materials = library(self.what.cars, self.what.backgrounds)
        rows = rows_of(predict, materials, self.what.facts["seed"])
        return lambda job: list(rows(*job))


def _measure(
    what: Measurement,
    predictor: Predictor,
    journals: Mapping[str, Journal],
    shard: Shard,
    measure: Measure[StepBatch] | None,
) -> dict[tuple[str, str], list[StressScore]] | None:
    total = len(what.pairs) * len(steps_of(what.dials))
    with tqdm(total=total, desc="stress", unit="picture", disable=None) as bar:
        return stress(
            {name: by_model(predictor, name) for name in journals},
            what.pairs,
            what.dials,
            library(what.cars, what.backgrounds),
            seed=what.facts["seed"],
            journals=journals,
            shard=shard,
            progress=bar.update,
            measure=measure,
        )


def _facts(what: Measurement, made: Provenance) -> dict[str, Any]:
    return {**what.facts, **asdict(made)}


def _result(
    what: Measurement, made: Provenance, dial: str, rows: Sequence[StressScore]
) -> StressSet:
    command = f"python -m carseg stress {what.again} --model {made.model} --dial {dial} --save"
    today = datetime.now(UTC).date().isoformat()
    facts = _facts(what, made)
    return StressSet(**facts, dial=dial, date=today, command=command, rows=tuple(rows))
