"""The evaluate command's work: which pictures, which models, and score sets of the result."""

import csv
import logging
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from carseg.baselines import Baseline, baselines
from carseg.card import write_card
from carseg.data.pairs import DataError, Pair
from carseg.data.sets import SETS, NamedSet, find
from carseg.data.splits import split_hash
from carseg.device import choose
from carseg.evaluate import BATCH, Grid, Predict, by_model, evaluate
from carseg.journal import Journal
from carseg.matte import Edges
from carseg.models.checkpoint import CheckpointError, shelf
from carseg.names import LONGEST_NAME, is_plain, name_problem, plain_name
from carseg.parallel import Shard
from carseg.predict import Prediction, Predictor, fingerprint
from carseg.results import ScoreSet, write_details, write_scores
from carseg.settings import home, weights_dir

logger = logging.getLogger(__name__)


def chosen_set(arguments: Namespace, default: str | None = None) -> tuple[str, NamedSet]:
    """The set that the options describe: a named one, or one of the folder's layout.

    What is given on the command line overrules what the name stands for.

    Args:
        default: the set's name where neither a name nor a layout is given.

    Raises:
        DataError: a set cannot be called so.
    """
    layout = arguments.layout or "carvana"
    name = arguments.set_name or (None if arguments.layout else default)
    if name is not None and name not in SETS and (problem := name_problem(name)):
        raise DataError(f"No set can be called '{name}'. {problem}")
    carvana = layout == "carvana"
    plain = NamedSet(
        layout,
        domain="studio" if carvana else "street",
        split="test" if carvana else "all",
        size="160x240" if carvana else "native",
    )
    given = {k: getattr(arguments, k) for k in ("layout", "split", "domain", "size")}
    chosen = replace(SETS.get(name, plain), **{k: v for k, v in given.items() if v})
    return name or _folder_name(arguments.data or Path(), chosen.split), chosen


def _folder_name(folder: Path, split: str) -> str:
    part = "" if split == "all" else f"-{split}"
    return plain_name(folder.resolve().name.lower(), LONGEST_NAME - len(part)) + part


def layout_option(name: str, chosen: NamedSet) -> str:
    """The option that states the set's layout, with a space before; a named one knows its own."""
    known = name in SETS and SETS[name].layout == chosen.layout
    return "" if known else f" --layout {chosen.layout}"


def check_model(name: str) -> None:
    """Raises CheckpointError where scores cannot be kept under a checkpoint's name."""
    if not is_plain(name):
        raise CheckpointError(
            f"Scores cannot be kept under this name: rename the folder '{name}' to letters "
            "without accents, digits and . _ -."
        )


def score_sets(arguments: Namespace) -> tuple[list[ScoreSet], list[str]]:
    """Score every chosen model; returns the sets and one sentence per model that failed.

    With several processes (``--shard``, or under torchrun) the last one to finish a model has its
    scores; the others return without them.
    """
    name, chosen = chosen_set(arguments)
    pairs = find(arguments.data, chosen, strict=arguments.strict)
    predictor = Predictor(choose(arguments.device, arguments.precision))
    models = list(dict.fromkeys(arguments.model or shelf().configs))
    if arguments.baselines:
        models = [*models, *(n for n in _known_baselines() if n not in models)]
    if not models:
        raise CheckpointError(f"There are no checkpoints in '{weights_dir()}'.")
    edges = Edges() if arguments.refine else None
    shard = arguments.shard or Shard.from_environment()
    done, failed = [], []
    for model in models:
        try:
            found = _score(predictor, model, name, chosen, pairs, edges, shard, arguments.details)
        except CheckpointError as error:
            failed.append(str(error))
            continue
        if found is None:
            logger.info("Part %d of %d of '%s' is done.", shard.index + 1, shard.count, model)
            continue
        scores, journal = found
        if arguments.save:
            _save(scores, arguments.details)
        journal.clear()
        done.append(scores)
    return done, failed


def _save(scores: ScoreSet, details: bool) -> None:
    folder = weights_dir() / scores.model
    path = write_scores(folder, scores)
    if details:
        write_details(folder, scores)
    write_card(folder)
    logger.info("Saved %s", path)


def _score(
    predictor: Predictor,
    model: str,
    name: str,
    chosen: NamedSet,
    pairs: Sequence[Pair],
    edges: Edges | None,
    shard: Shard,
    details: bool,
) -> tuple[ScoreSet, Journal] | None:
    """The scores and what to clear once they are safe; None while other shards' are missing."""
    predict, sha256, threshold, made_by = _subject(predictor, model)
    check_model(model)
    grid = Grid.parse(chosen.size)
    facts = {
        "model": model,
        "weights_sha256": sha256,
        "domain": chosen.domain,
        "set": name if edges is None else f"{name}-refined",
        "split": chosen.split,
        "split_sha256": split_hash(pairs),
        "grid": grid.name,
        "threshold": threshold,
        "dtype": predictor.device.dtype_name,
        "device": predictor.device.kind,
    }
    how = {"batch": BATCH, "files": _sizes(pairs), "details": details, "fingerprint": made_by}
    journal = Journal(home() / "journal", facts | how)
    with (
        tqdm(total=len(pairs), desc=model, unit="picture", disable=None) as bar,
        _timings(f"{facts['set']}-{grid.name}-{model}") as timed,
    ):
        pictures = evaluate(
            predict,
            pairs,
            grid,
            edges,
            details=details,
            journal=journal,
            shard=shard,
            progress=bar.update,
            timed=timed,
        )
    if pictures is None:
        return None
    command = (
        f"python -m carseg evaluate --data DIR{layout_option(name, chosen)} --set {name} "
        f"--split {chosen.split} --size {grid.name} --model {model} --save"
        f"{'' if edges is None else ' --refine'}{' --details' if details else ''}"
    )
    today = datetime.now(UTC).date().isoformat()
    scores = ScoreSet(**facts, date=today, command=command, pictures=tuple(pictures))
    return scores, journal


def _known_baselines() -> list[str]:
    known = baselines(weights_dir())
    if "baseline-mean" not in known:
        raise CheckpointError(
            "The baselines are not made yet: python -m carseg baselines --data CARVANA"
        )
    return list(known)


def _subject(predictor: Predictor, model: str) -> tuple[Predict, str, float, str]:
    """What is scored under that name, its hash and threshold, and what else makes its masks."""
    known: dict[str, Baseline] = baselines(weights_dir())
    if model in known:
        rule = known[model]
        return lambda samples: rule.predict(model, [s.truth for s in samples]), rule.sha256, 0.5, ""
    _, config = predictor.network(model)
    return by_model(predictor, model), config.sha256, config.threshold, fingerprint(config)


def _sizes(pairs: Sequence[Pair]) -> list[int]:
    """Bytes of every file: other pictures under the same names are another job."""
    ordered = sorted(pairs, key=lambda p: p.id)
    return [file.stat().st_size for pair in ordered for file in pair.files]


@contextmanager
def _timings(name: str) -> Iterator[Callable[[str, Prediction], None]]:
    """Seconds per picture go to a file of their own, ``$CARSEG_HOME/timings/<name>.csv``."""
    path = home() / "timings" / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if file.tell() == 0:
            writer.writerow(["id", "device", "dtype", "prepare", "network"])

        def note(picture: str, said: Prediction) -> None:
            spent = (f"{said.seconds[stage]:.5f}" for stage in ("prepare", "network"))
            writer.writerow([picture, said.device, said.dtype, *spent])

        yield note
