"""Measures models along the dials: pixel counts of the same pictures at every severity."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from carseg.core.journal import Journal
from carseg.core.shard import Shard
from carseg.data.pairs import Pair
from carseg.dials import Dial, Materials
from carseg.dials import LabelledPicture as Untouched
from carseg.evaluation.evaluate import BATCH, Predict
from carseg.evaluation.loaded_pairs import LoadedPair, masks
from carseg.evaluation.loop import Batch, Ledger, Measure, Rows, cut, here, measure_batches
from carseg.evaluation.stress_pictures import read_on_grid
from carseg.measures.overlap import Counts, counts
from carseg.results.stress import StressScore

VERSION = 1
"""The version of the dials and of this measurement. Raise it if pictures are changed or scored in
another way. Only results of the same version are compared."""


@dataclass(frozen=True)
class DialStep:
    """One severity of one dial. Severity 0 is the same for all dials, so its dial is None."""

    dial: Dial | None
    severity: float

    @property
    def name(self) -> str:
        """A unique name that a file can have."""
        return f"{self.dial.name} {self.severity:g}" if self.dial else "untouched"

    def apply(self, sample: Untouched, picture: str, seed: int, materials: Materials) -> LoadedPair:
        """The picture with this id, changed: networks see it, and masks are scored on it."""
        if self.dial is not None:
            sample = self.dial.apply(sample, self.severity, picture, seed=seed, materials=materials)
        return LoadedPair(sample.rgb, sample.truth, sample.truth, sample.void)


@dataclass(frozen=True)
class StepBatch(Batch):
    """A batch at one step."""

    step: DialStep


def steps_of(dials: Sequence[Dial]) -> list[DialStep]:
    """The untouched picture, then each dial's severities above 0."""
    above = [DialStep(dial, level) for dial in dials for level in dial.severities if level > 0]
    return [DialStep(None, 0.0), *above]


def stress(
    models: Mapping[str, Predict],
    pairs: Sequence[Pair],
    dials: Sequence[Dial],
    materials: Callable[[Pair], Materials],
    *,
    seed: int = 0,
    journals: Mapping[str, Journal] | None = None,
    shard: Shard | None = None,
    progress: Callable[[int], Any] = lambda _: None,
    measure: Measure[StepBatch] | None = None,
) -> dict[tuple[str, str], list[StressScore]] | None:
    """Score models along dials, in fixed batches by id: the same bytes every time.

    A changed picture is made once and given to all models. Severity 0 is measured once for all
    dials.

    Args:
        models: the models by name, such as ``by_model(predictor, "unet-scratch")``.
        pairs: the pictures, such as ``chosen_pictures``.
        dials: the dials that change the pictures.
        materials: what a dial may borrow for a picture, such as ``library(cars, scenes)``.
        seed: of the dials.
        journals: by model. They save each batch at each step, so a stopped run can continue and
            processes share the work.
        shard: the batches and steps that this process does.
        progress: called with the number of pictures that are done at a step, now or before.
        measure: who measures batches by ``rows_of``; None: this process.

    Returns:
        scores by id and severity of each (model, dial), or None as long as those of other shards
        are missing.
    """
    steps, known = steps_of(dials), {m: Ledger((journals or {}).get(m)) for m in models}
    batches = [
        StepBatch(f"{step.name} {batch.name}", batch.pairs, step)
        for batch in cut(pairs, BATCH)
        for step in steps
    ]
    if measure is None:
        measure = here(rows_of(models, materials, seed))
    measure_batches(batches, known, measure, shard=shard, progress=progress)
    found = {
        (model, dial.name): _scores(known[model], batches, dial, seed)
        for model in models
        for dial in dials
    }
    whole = {key: scores for key, scores in found.items() if scores is not None}
    return whole if len(whole) == len(found) else None


def rows_of(
    models: Mapping[str, Predict], materials: Callable[[Pair], Materials], seed: int
) -> Callable[[StepBatch, list[str]], Iterator[tuple[str, Rows]]]:
    """What takes a batch at a step and the models that lack it, and yields their rows."""
    # All steps of a batch follow each other, so its pictures are read once.
    load = lru_cache(BATCH)(read_on_grid)

    def make(batch: StepBatch, missing: list[str]) -> Iterator[tuple[str, Rows]]:
        samples = [batch.step.apply(load(p), p.id, seed, materials(p)) for p in batch.pairs]
        for model in missing:
            yield model, [astuple(one) for one in _counted(models[model], samples)]

    return make


def _counted(predict: Predict, samples: Sequence[LoadedPair]) -> Iterator[Counts]:
    # Neighbours of one size share a forward pass.
    for _, group in groupby(samples, key=lambda sample: sample.rgb.shape):
        alike = list(group)
        for sample, said in zip(alike, predict(alike), strict=True):
            yield counts(*masks(said, sample, sample.truth.shape))


def _scores(
    known: Ledger, batches: Sequence[StepBatch], dial: Dial, seed: int
) -> list[StressScore] | None:
    """All scores of a model along a dial, including severity 0; None if a part is missing."""
    rows = []
    for batch in (b for b in batches if b.step.dial in (None, dial)):
        found = known.find(batch.name)
        if found is None:
            return None
        for pair, one in zip(batch.pairs, found, strict=True):
            effect, severity = "+".join(dial.chosen(pair.id, seed)), batch.step.severity
            rows.append(StressScore(pair.id, pair.group, effect, severity, Counts(*one)))
    return sorted(rows, key=lambda row: (row.id, row.severity))
