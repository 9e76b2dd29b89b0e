"""The evaluate command's work: which pictures, which models, and score sets of the result."""

import logging
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from tqdm import tqdm

from carseg.card import write_card
from carseg.data.pairs import Pair, find_pairs
from carseg.data.sets import SETS, NamedSet, members
from carseg.data.splits import split_hash
from carseg.device import choose
from carseg.evaluate import evaluate, parse_size
from carseg.matte import Edges
from carseg.models.checkpoint import CheckpointError, shelf
from carseg.predict import Predictor
from carseg.results import ScoreSet, write_scores
from carseg.settings import weights_dir

logger = logging.getLogger(__name__)


def chosen_set(arguments: Namespace) -> tuple[str, NamedSet]:
    """The set that the options describe: a named one, or one of the folder's layout.

    What is given on the command line overrules what the name stands for.
    """
    name = arguments.set_name or arguments.data.resolve().name.lower()
    carvana = arguments.layout == "carvana"
    plain = NamedSet(
        arguments.layout,
        domain="studio" if carvana else "street",
        split="test" if carvana else "all",
        size="160x240" if carvana else "native",
    )
    chosen = SETS.get(arguments.set_name, plain)
    given = {k: getattr(arguments, k) for k in ("split", "domain", "size")}
    chosen = replace(chosen, **{k: v for k, v in given.items() if v})
    if arguments.set_name is None and chosen.split != "all":
        name = f"{name}-{chosen.split}"
    return name, chosen


def score_sets(arguments: Namespace) -> tuple[list[ScoreSet], list[str]]:
    """Score every chosen model; returns the sets and one sentence per model that failed."""
    name, chosen = chosen_set(arguments)
    pairs = members(find_pairs(arguments.data, chosen.layout, strict=arguments.strict), chosen)
    predictor = Predictor(choose(arguments.device, arguments.precision))
    models = arguments.model or list(shelf().configs)
    if not models:
        raise CheckpointError(f"There are no checkpoints in '{weights_dir()}'.")
    edges = Edges() if arguments.refine else None
    done, failed = [], []
    for model in models:
        try:
            done.append(_score(predictor, model, name, chosen, pairs, edges))
        except CheckpointError as error:
            failed.append(str(error))
            continue
        if arguments.save:
            path = write_scores(weights_dir() / model, done[-1])
            write_card(weights_dir() / model)
            logger.info("Saved %s", path)
    return done, failed


def _score(
    predictor: Predictor,
    model: str,
    name: str,
    chosen: NamedSet,
    pairs: Sequence[Pair],
    edges: Edges | None,
) -> ScoreSet:
    _, config = predictor.network(model)
    size = parse_size(chosen.size)
    scored = evaluate(predictor, model, pairs, size, edges)
    pictures = tuple(tqdm(scored, model, len(pairs), unit="picture", disable=None))
    command = (
        f"python -m carseg evaluate --data DIR --layout {chosen.layout} --set {name} "
        f"--split {chosen.split} --size {chosen.size} --model {model} --save"
        f"{'' if edges is None else ' --refine'}"
    )
    return ScoreSet(
        model=model,
        weights_sha256=config.sha256,
        domain=chosen.domain,
        set=name if edges is None else f"{name}-refined",
        split=chosen.split,
        split_sha256=split_hash(pairs),
        grid=chosen.size,
        threshold=config.threshold,
        dtype=predictor.device.dtype_name,
        device=predictor.device.kind,
        date=datetime.now(UTC).date().isoformat(),
        command=command,
        pictures=pictures,
    )
