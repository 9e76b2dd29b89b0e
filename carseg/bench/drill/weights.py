"""Weights altered while they are used: an answer is that of the weights that it names, or none."""

import hashlib
import os
import random
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from carseg.bench.drill.outcome import Limit, Outcome
from carseg.core.settings import weights_dir
from carseg.data.samples import samples
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import BEST, CONFIG_FILE, WEIGHTS_FILE, CheckpointError, read_config
from carseg.models.weights import load, save_checkpoint

NAME = "drill"
ASKED = 3
"""Answers that are asked for in a round."""


def drill(folder: Path, limit: Limit) -> Outcome:
    """In each round a thread alters the checkpoint on the disk, and another one uses it."""
    outcome = Outcome()
    first, second = weights_dir() / BEST, folder / "second" / NAME
    _sibling(second)
    place = folder / "weights" / NAME
    _copy(first, place)
    picture = _picture()
    right = {}
    for source in (first, second):
        predictor = Predictor("cpu", source.parent)
        right[read_config(source).sha256] = predictor.predict(picture, source.name).probability
    if len({hashlib.sha256(one.tobytes()).digest() for one in right.values()}) < 2:
        raise RuntimeError("The two checkpoints do not differ.")
    ways = _ways(first, second, place)
    for number in limit.rounds():
        _copy(first, place)
        predictor = Predictor("cpu", folder / "weights")
        name = list(ways)[number % len(ways)]
        altering = threading.Timer(random.uniform(0, 0.3), ways[name])
        altering.start()
        for _ in range(ASKED):
            _ask(outcome, predictor, picture, right)
        altering.join()
        _ask(outcome, Predictor("cpu", folder / "weights"), picture, right)
        outcome.tried += 1
        outcome.seen[name] += 1
    _copy(first, place)
    outcome.check(_ask(outcome, Predictor("cpu", place.parent), picture, right), "not used again.")
    return outcome


def _ask(
    outcome: Outcome, predictor: Predictor, picture: np.ndarray, right: dict[str, np.ndarray]
) -> bool:
    try:
        said = predictor.predict(picture, NAME)
    except CheckpointError as error:
        outcome.seen["refusals"] += 1
        outcome.check("\n" not in str(error), f"no sentence: {error}")
        return False
    outcome.acknowledged += 1
    same = said.sha256 in right and np.array_equal(said.probability, right[said.sha256])
    outcome.check(same, f"an answer that is not of the weights {said.sha256[:12]}.")
    return True


def _picture() -> np.ndarray:
    rgb = codec.decode(next(iter(samples().values())).path)
    return np.ascontiguousarray(rgb[::8, ::8])


def _sibling(folder: Path) -> None:
    """The same network with its last layer upside down."""
    network, config = load(BEST)
    *_, last = network.parameters()
    with_facts = read_facts(weights_dir() / BEST)
    last.data.neg_().add_(1)
    save_checkpoint(network, folder, with_facts | {"title": config.title})


def read_facts(folder: Path) -> dict[str, object]:
    """The fields of a config that ``save_checkpoint`` does not set itself."""
    config = vars(read_config(folder))
    return {k: v for k, v in config.items() if k not in ("name", "sha256", "bytes", "parameters")}


def _copy(source: Path, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for name in (WEIGHTS_FILE, CONFIG_FILE):
        shutil.copyfile(source / name, place / name)


def _ways(first: Path, second: Path, place: Path) -> dict[str, Callable[[], object]]:
    """How the checkpoint at ``place`` is altered, by name."""
    weights = place / WEIGHTS_FILE
    size = (first / WEIGHTS_FILE).stat().st_size

    def flip() -> None:
        with weights.open("r+b") as file:
            file.seek(random.randrange(size))
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1 << random.randrange(8)]))

    return {
        "one bit": flip,
        "cut off": lambda: os.truncate(weights, random.randrange(size)),
        "deleted": weights.unlink,
        "other weights": lambda: shutil.copyfile(second / WEIGHTS_FILE, weights),
        "other config": lambda: shutil.copyfile(second / CONFIG_FILE, place / CONFIG_FILE),
        "another checkpoint": lambda: _copy(second, place),
    }
