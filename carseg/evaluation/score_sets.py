"""The work of the evaluate command: it chooses pictures and models and makes score sets."""

import csv
import logging
import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from tqdm import tqdm

from carseg.analysis.model_card import write_card
from carseg.compositing.edges import Edges
from carseg.core.cluster import Cluster
from carseg.core.journal import Journal
from carseg.core.provenance import Provenance
from carseg.core.settings import home, weights_dir
from carseg.core.shard import Shard
from carseg.data.pairs import DataError, Pair
from carseg.data.set_names import LONGEST_NAME, is_plain, name_problem, plain_name
from carseg.data.sets import SETS, NamedSet, find
from carseg.data.splits import split_hash
from carseg.evaluation.baselines import Baseline, baselines
from carseg.evaluation.evaluate import BATCH, Predict, by_model, evaluate, rows_of
from carseg.evaluation.loaded_pairs import Grid
from carseg.evaluation.loop import Batch, Rows, here, on_cluster
from carseg.imaging.car_choice import CarChoice
from carseg.imaging.masks import VERSION
from carseg.inference.device import Device
from carseg.inference.engines.engine import Way
from carseg.inference.prediction import Prediction
from carseg.inference.predictor import Predictor, check_alike, provenance
from carseg.measures.overlap import Counts
from carseg.models.checkpoint import CheckpointError, Config, shelf, stated_config
from carseg.results import ScoreSet, write_details, write_scores

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SetOptions:
    """Which pictures to use. A field that is None follows from the set's name or the layout.

    Attributes:
        data: their folder; a shipped set needs none.
        set_name: one of ``carseg.data.sets.SETS``, or a name for the pictures in the folder.
        layout, split, domain, size: as in ``NamedSet``.
        strict: an unpaired file is an error, not a warning.
        car: the labels of the masks that are the car; None: the masks themselves say it.
    """

    data: Path | None = None
    set_name: str | None = None
    layout: str | None = None
    split: str | None = None
    domain: str | None = None
    size: str | None = None
    strict: bool = False
    car: CarChoice | None = None

    def pairs(self, chosen: NamedSet) -> list[Pair]:
        """The pictures of a set in the folder. Raises as ``carseg.data.sets.find``."""
        return find(self.data, chosen, strict=self.strict, car=self.car)


@dataclass(frozen=True)
class EvaluateOptions:
    """What to score, how, and whether to save it.

    Attributes:
        models: names of checkpoints or baselines; empty: every checkpoint.
        baselines: score all baselines too.
        area: pixels of another grid to use the networks on; None: their own grid.
        refine: score outlines that follow the photo.
        details: also measure where the masks are wrong.
        shard: the part of the work that this process does; None: as the environment says.
        cluster: where batches are measured; None: in this process.
        save: save scores and details beside the weights.
    """

    pictures: SetOptions
    device: Device
    models: tuple[str, ...] = ()
    baselines: bool = False
    area: int | None = None
    refine: bool = False
    details: bool = False
    shard: Shard | None = None
    cluster: Cluster | None = None
    save: bool = False


def chosen_set(options: SetOptions, default: str | None = None) -> tuple[str, NamedSet]:
    """The set that the options describe: a named set, or one of the folder's layout.

    Given options overrule those of the named set.

    Args:
        default: the set's name if neither a name nor a layout is given.

    Raises:
        DataError: a set cannot have this name.
    """
    layout = options.layout or "carvana"
    name = options.set_name or (None if options.layout else default)
    if name is not None and name not in SETS and (problem := name_problem(name)):
        raise DataError(f"No set can be called '{name}'. {problem}")
    carvana = layout == "carvana"
    plain = NamedSet(
        layout,
        domain="studio" if carvana else "street",
        split="test" if carvana else "all",
        size="160x240" if carvana else "native",
    )
    given = {k: getattr(options, k) for k in ("layout", "split", "domain", "size")}
    named = SETS.get(name, plain) if name else plain
    chosen = replace(named, **{k: v for k, v in given.items() if v})
    return name or _folder_name(options.data or Path(), chosen.split), chosen


def _folder_name(folder: Path, split: str) -> str:
    part = "" if split == "all" else f"-{split}"
    return plain_name(folder.resolve().name.lower(), LONGEST_NAME - len(part)) + part


def layout_option(name: str, chosen: NamedSet) -> str:
    """The option for the set's layout, after a space; '' for a named set, which has its own."""
    known = name in SETS and SETS[name].layout == chosen.layout
    return "" if known else f" --layout {chosen.layout}"


def car_option(car: CarChoice | None) -> str:
    """The option for the car's labels, after a space; '' if the masks themselves say it."""
    return "" if car is None else f" --car {shlex.quote(str(car))}"


def check_truths(pairs: Sequence[Pair], counted: Iterable[Counts], car: CarChoice | None) -> None:
    """Say it if no mask shows a car: such a set measures false car only.

    Raises:
        DataError: a person said which label is the car, and no mask has it.
    """
    masks = sum(pair.mask is not None for pair in pairs)
    if not masks or any(one.tp + one.fn for one in counted):
        return
    if car is not None:
        raise DataError(f"None of the {masks} masks has the label '{car}': give another --car.")
    _logger.warning(
        "None of the %d masks shows a car: what follows counts false car only. If the car has a "
        "label of its own in them, give it with --car.",
        masks,
    )


def check_model(name: str) -> None:
    """Raises CheckpointError if scores cannot be saved under a checkpoint's name."""
    if not is_plain(name):
        raise CheckpointError(
            f"Scores cannot be kept under this name: rename the folder '{name}' to letters "
            "without accents, digits and . _ -."
        )


def score_sets(options: EvaluateOptions) -> tuple[list[ScoreSet], list[str]]:
    """Score every chosen model; returns the sets and one sentence per model that failed.

    With several processes (a ``shard``, or torchrun), the process that finishes a model last
    returns its scores; the others return without them.

    Raises:
        DataError: there are no such pictures, or scores on another grid shall be saved.
        CheckpointError: there is nothing to score.
    """
    if options.area is not None and options.save:
        raise DataError(
            "Scores on another grid than the networks' own are not saved: leave out --save or "
            "--area."
        )
    name, chosen = chosen_set(options.pictures)
    pairs, car = options.pictures.pairs(chosen), options.pictures.car
    predictor = Predictor(options.device, area=options.area)
    models = list(dict.fromkeys(options.models or shelf().configs))
    if options.baselines:
        models = [*models, *(n for n in _known_baselines() if n not in models)]
    if not models:
        raise CheckpointError(f"There are no checkpoints in '{weights_dir()}'.")
    edges = Edges() if options.refine else None
    shard = options.shard or Shard.from_environment()
    score = partial(_score, options=options, edges=edges, shard=shard)
    done, failed = [], []
    for model in models:
        try:
            found = score(predictor, model, name, chosen, pairs)
        except CheckpointError as error:
            failed.append(str(error))
            continue
        if found is None:
            _logger.info("Part %d of %d of '%s' is done.", shard.index + 1, shard.count, model)
            continue
        scores, journal = found
        check_truths(pairs, (picture.counts for picture in scores.pictures), car)
        if options.save:
            _save(scores, options.details)
        journal.clear()
        done.append(scores)
    return done, failed


def _save(scores: ScoreSet, details: bool) -> None:
    folder = weights_dir() / scores.model
    path = write_scores(folder, scores)
    if details:
        write_details(folder, scores)
    write_card(folder)
    _logger.info("Saved %s", path)


def _score(
    predictor: Predictor,
    model: str,
    name: str,
    chosen: NamedSet,
    pairs: Sequence[Pair],
    *,
    options: EvaluateOptions,
    edges: Edges | None,
    shard: Shard,
) -> tuple[ScoreSet, Journal] | None:
    """The scores, and the journal to clear once they are saved; None while parts are missing."""
    predict, config, way = _subject(predictor, model)
    check_model(model)
    grid, details, car = Grid.parse(chosen.size), options.details, options.pictures.car
    made = provenance(config, way)
    facts = {
        **asdict(made),
        "domain": chosen.domain,
        "set": name if edges is None else f"{name}-refined",
        "split": chosen.split,
        "split_sha256": split_hash(pairs),
        "grid": grid.name,
    }
    how = {"batch": BATCH, "files": _sizes(pairs), "details": details, "masks": [VERSION, str(car)]}
    journal = Journal(home() / "journal", facts | how)
    tools = _Tools(predictor.device, options.area, made, grid, edges, details)
    with (
        tqdm(total=len(pairs), desc=model, unit="picture", disable=None) as bar,
        _timings(f"{facts['set']}-{grid.name}-{model}", config.area) as timed,
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
            measure=here(rows_of(predict, grid, edges, details=details, timed=timed))
            if options.cluster is None
            else on_cluster(options.cluster, tools),
        )
    if pictures is None:
        return None
    command = (
        f"python -m carseg evaluate --data DIR{layout_option(name, chosen)} --set {name} "
        f"--split {chosen.split} --size {grid.name} --model {model} --save"
        f"{'' if edges is None else ' --refine'}{' --details' if details else ''}{car_option(car)}"
    )
    today = datetime.now(UTC).date().isoformat()
    scores = ScoreSet(**facts, date=today, command=command, pictures=tuple(pictures))
    return scores, journal


_NOT_MADE = "The baselines are not made yet: carseg baselines --data CARVANA"


def _known_baselines() -> list[str]:
    known = baselines(weights_dir())
    if "baseline-mean" not in known:
        raise CheckpointError(_NOT_MADE)
    return list(known)


@dataclass(frozen=True)
class _Tools:
    """Makes what a worker of a cluster measures batches with."""

    device: Device
    area: int | None
    made: Provenance
    grid: Grid
    edges: Edges | None
    details: bool

    def __call__(self) -> Callable[[tuple[Batch, list[str]]], list[tuple[str, Rows]]]:
        predict, config, way = _subject(Predictor(self.device, area=self.area), self.made.model)
        check_alike(self.made, provenance(config, way))
        rows = rows_of(predict, self.grid, self.edges, details=self.details)
        return lambda job: rows(*job)


def _subject(predictor: Predictor, model: str) -> tuple[Predict, Config, Way]:
    """The model or rule of that name, its config, and how it runs."""
    known: dict[str, Baseline] = baselines(weights_dir())
    if model in known:
        rule = known[model]
        config = _stated_by(rule, weights_dir() / model)
        return lambda samples: rule.predict(model, samples), config, predictor.device.usual_way
    engine, config = predictor.engine(model)
    return by_model(predictor, model), config, engine.way


def _stated_by(rule: Baseline, folder: Path) -> Config:
    """The config in a baseline's folder; CheckpointError if it is not that of this rule."""
    config = stated_config(folder) if folder.is_dir() else None
    if config is None or config.sha256 != rule.sha256:
        raise CheckpointError(_NOT_MADE)
    return config


def _sizes(pairs: Sequence[Pair]) -> list[int]:
    """The size of every file in bytes: other pictures with the same names are another job."""
    ordered = sorted(pairs, key=lambda p: p.id)
    return [file.stat().st_size for pair in ordered for file in pair.files]


@contextmanager
def _timings(name: str, area: int) -> Iterator[Callable[[str, Prediction], None]]:
    """Writes seconds per picture to ``$CARSEG_HOME/timings/<name>-<area>.csv``."""
    path = home() / "timings" / f"{name}-{area}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if file.tell() == 0:
            writer.writerow(["id", "device", "dtype", "prepare", "network"])

        def note(picture: str, said: Prediction) -> None:
            spent = (f"{said.seconds[stage]:.5f}" for stage in ("prepare", "network"))
            writer.writerow([picture, said.device, said.dtype, *spent])

        yield note
