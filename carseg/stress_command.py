"""The stress command's work: which pictures, models and dials; results to keep and to read."""

import hashlib
import json
import logging
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from tqdm import tqdm

from carseg.data.pairs import Pair, find_backgrounds
from carseg.data.sets import find
from carseg.data.splits import split_hash
from carseg.device import choose
from carseg.dials import DIALS, Dial
from carseg.evaluate import BATCH, by_model
from carseg.journal import Journal
from carseg.models.checkpoint import CheckpointError, Config, shelf
from carseg.parallel import Shard
from carseg.predict import Predictor, fingerprint
from carseg.results.stress import StressScore, StressSet, write_stress
from carseg.results.stress_table import pairwise, sentence, stress_table
from carseg.scoring import check_model, chosen_set, layout_option
from carseg.settings import home, weights_dir
from carseg.stress import VERSION, steps_of, stress
from carseg.stress_pictures import GRID, PICTURES, chosen_pictures, library

logger = logging.getLogger(__name__)


def default_dials() -> list[str]:
    """The families and all of them together; single effects and controls are asked for."""
    return [name for name in DIALS if "." not in name]


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes:
        pairs: the chosen pictures.  cars: those that a dial may borrow.  scenes: backgrounds.
        facts: what every model's result says of it.  options: that measure it again.
    """

    pairs: list[Pair]
    cars: list[Pair]
    scenes: list[Pair]
    dials: list[Dial]
    facts: dict[str, Any]
    options: str


def plan(arguments: Namespace) -> Plan:
    """The pictures and dials that the options describe.

    Raises:
        DataError: a folder that is missing or has nothing of what is needed, fewer than 1 picture.
    """
    name, chosen = chosen_set(arguments, default="carvana-test")
    cars = find(arguments.data, chosen, strict=arguments.strict)
    number = PICTURES if arguments.n is None else arguments.n
    folder = arguments.backgrounds
    scenes = [] if folder is None else find_backgrounds(folder, held_out=True)
    dials = [DIALS[dial] for dial in dict.fromkeys(arguments.dial or default_dials())]
    pairs = chosen_pictures(cars, number)
    facts = {
        "version": VERSION,
        "set": name,
        "split": chosen.split,
        "split_sha256": split_hash(pairs),
        "backgrounds_sha256": _contents(scenes),
        "seed": arguments.seed,
        "grid": f"{GRID[0]}x{GRID[1]}",
    }
    options = (
        f"--data DIR{layout_option(name, chosen)}{' --backgrounds DIR' if scenes else ''} "
        f"--set {name} --split {chosen.split} --n {number} --seed {arguments.seed}"
    )
    return Plan(pairs, cars, scenes, dials, facts, options)


def _contents(scenes: Sequence[Pair]) -> str:
    """SHA-256 of the files' own, in the order that a dial draws from; empty without files."""
    ordered = sorted(scenes, key=lambda p: p.id)
    found = [hashlib.sha256(pair.picture.read_bytes()).hexdigest() for pair in ordered]
    return hashlib.sha256("\n".join(found).encode()).hexdigest() if found else ""


def stress_sets(arguments: Namespace) -> tuple[list[StressSet], list[str]]:
    """Measure every chosen model; returns the results and one sentence per model that failed.

    With several processes (``--shard``, or under torchrun) the last one to finish has the results;
    the others return without them.
    """
    what = plan(arguments)
    names = list(dict.fromkeys(arguments.model or shelf().configs))
    if not names:
        raise CheckpointError(f"There are no checkpoints in '{weights_dir()}'.")
    # A network that is dropped to make room would be read again for every batch.
    predictor = Predictor(choose(arguments.device, arguments.precision), max_models=len(names))
    configs, failed = _usable(predictor, names)
    shard = arguments.shard or Shard.from_environment()
    journals = _journals(what, predictor, configs)
    found = _measure(what, predictor, journals, shard) if journals else {}
    if found is None:
        logger.info("Part %d of %d is done.", shard.index + 1, shard.count)
        return [], failed
    sets = [
        _result(what, configs[model], predictor, dial, rows)
        for (model, dial), rows in found.items()
    ]
    for scores in sets if arguments.save else ():
        logger.info("Saved %s", write_stress(weights_dir() / scores.model, scores))
    for journal in journals.values():
        journal.clear()
    return sets, failed


def _usable(predictor: Predictor, names: Sequence[str]) -> tuple[dict[str, Config], list[str]]:
    configs, failed = {}, []
    for name in names:
        try:
            _, config = predictor.network(name)
            check_model(name)
        except CheckpointError as error:
            failed.append(str(error))
        else:
            configs[name] = config
    return configs, failed


def _journals(
    what: Plan, predictor: Predictor, configs: Mapping[str, Config]
) -> dict[str, Journal]:
    common = {
        "batch": BATCH,
        "files": [file.stat().st_size for pair in what.cars for file in pair.files],
    }
    return {
        name: Journal(
            home() / "journal",
            {"stress": _facts(what, config, predictor), "fingerprint": fingerprint(config)}
            | common,
        )
        for name, config in configs.items()
    }


def _measure(
    what: Plan, predictor: Predictor, journals: Mapping[str, Journal], shard: Shard
) -> dict[tuple[str, str], list[StressScore]] | None:
    total = len(what.pairs) * len(steps_of(what.dials))
    with tqdm(total=total, desc="stress", unit="picture", disable=None) as bar:
        return stress(
            {name: by_model(predictor, name) for name in journals},
            what.pairs,
            what.dials,
            library(what.cars, what.scenes),
            seed=what.facts["seed"],
            journals=journals,
            shard=shard,
            progress=bar.update,
        )


def _facts(what: Plan, config: Config, predictor: Predictor) -> dict[str, Any]:
    return {
        **what.facts,
        "model": config.name,
        "weights_sha256": config.sha256,
        "threshold": config.threshold,
        "dtype": predictor.device.dtype_name,
        "device": predictor.device.kind,
    }


def _result(
    what: Plan, config: Config, predictor: Predictor, dial: str, rows: Sequence[StressScore]
) -> StressSet:
    command = f"python -m carseg stress {what.options} --model {config.name} --dial {dial} --save"
    today = datetime.now(UTC).date().isoformat()
    facts = _facts(what, config, predictor)
    return StressSet(**facts, dial=dial, date=today, command=command, rows=tuple(rows))


def report(sets: Sequence[StressSet], delta: float) -> str:
    """Mean Dice by dial, severity and model, and the juncture of each pair, for people."""
    parts = []
    for dial in dict.fromkeys(scores.dial for scores in sets):
        table = stress_table(s for s in sets if s.dial == dial)
        means = table.pivot(index="severity", columns="model", values="dice")
        means = means[list(dict.fromkeys(table["model"]))].rename_axis(
            columns="severity", index=None
        )
        n, cars = table.loc[0, ["n", "clusters"]]
        parts.append(f"{dial}: mean Dice of {n} pictures of {cars} cars")
        parts.append(means.to_string(float_format="{:.4f}".format))
        parts += [sentence(pairing) for pairing in pairwise(sets, dial, delta)]
        parts.append("")
    return "\n".join(parts).rstrip()


def report_json(sets: Sequence[StressSet], delta: float) -> str:
    """``report`` with every number: ``means`` (with intervals) and ``pairs`` (with bands)."""
    pairs = [
        {**asdict(pairing), "sentence": sentence(pairing)}
        for dial in dict.fromkeys(scores.dial for scores in sets)
        for pairing in pairwise(sets, dial, delta)
    ]
    means = json.loads(stress_table(sets).to_json(orient="records"))
    return json.dumps({"means": means, "pairs": pairs}, indent=2)
