"""Models along the dials: pixel counts of the same pictures at every severity."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import cache
from itertools import groupby
from typing import Any

from carseg.core.journal import Journal
from carseg.core.shard import Shard
from carseg.data.pairs import Pair
from carseg.dials import Dial, Materials
from carseg.dials import Sample as Untouched
from carseg.evaluation.evaluate import BATCH, Predict, Sample, masks
from carseg.evaluation.stress_pictures import read_on_grid
from carseg.measures.overlap import Counts, counts
from carseg.results.stress import StressScore

VERSION = 1
"""Of the dials and of this measurement: raise it when a picture would be changed or scored in
another way. Only results of one version are compared."""


@dataclass(frozen=True)
class Step:
    """One severity of one dial; severity 0, which all dials share, has no dial."""

    dial: Dial | None
    severity: float

    @property
    def name(self) -> str:
        """Plain, and its own."""
        return f"{self.dial.name} {self.severity:g}" if self.dial else "untouched"

    def apply(self, sample: Untouched, picture: str, seed: int, materials: Materials) -> Sample:
        """The picture of that name as networks see it and masks are scored."""
        if self.dial is not None:
            sample = self.dial.apply(sample, self.severity, picture, seed=seed, materials=materials)
        return Sample(sample.rgb, sample.truth, sample.truth)


def steps_of(dials: Sequence[Dial]) -> list[Step]:
    """The untouched picture, then each dial's severities above 0."""
    above = [Step(dial, level) for dial in dials for level in dial.severities if level > 0]
    return [Step(None, 0.0), *above]


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
) -> dict[tuple[str, str], list[StressScore]] | None:
    """Score models along dials, in fixed batches by id: the same bytes every time.

    A changed picture is made once and given to all models; severity 0 is measured once for all
    dials.

    Args:
        models: what is scored, by name, such as ``by_model(predictor, "unet-scratch")``.
        pairs: the pictures, such as ``chosen_pictures``.
        dials: what they go through.
        materials: what a dial may borrow for a picture, such as ``library(cars, scenes)``.
        seed: of the dials.
        journals: by model; they keep each batch at each step: a stopped run goes on, and processes
            share the work.
        shard: which batches at which steps are ours.
        progress: called with the number of pictures that were done, or found done, at a step.

    Returns:
        scores by id and severity of each (model, dial), or None while those of other shards are
        missing.
    """
    ordered = sorted(pairs, key=lambda p: p.id)
    batches = [ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH)]
    ledger, steps = _Ledger(journals or {}), steps_of(dials)
    for batch in batches:
        load = cache(read_on_grid)
        for step in steps:
            todo = [m for m in models if ledger.find(m, step, batch) is None]
            if todo and shard is not None and not shard.owns(_piece(step, batch)):
                continue
            if todo:
                samples = [step.apply(load(p), p.id, seed, materials(p)) for p in batch]
                for model in todo:
                    ledger.note(model, step, batch, list(_counted(models[model], samples)))
            progress(len(batch))
    found = {
        (model, dial.name): ledger.scores(model, steps, batches, dial, seed)
        for model in models
        for dial in dials
    }
    return None if None in found.values() else found


def _counted(predict: Predict, samples: Sequence[Sample]) -> Iterator[Counts]:
    # Neighbours of one size share a forward pass.
    for _, group in groupby(samples, key=lambda sample: sample.rgb.shape):
        alike = list(group)
        for sample, said in zip(alike, predict(alike), strict=True):
            yield counts(*masks(said, sample, sample.truth.shape))


def _piece(step: Step, batch: Sequence[Pair]) -> str:
    return f"{step.name} {batch[0].id}"


class _Ledger:
    """What is known of each model: the counts of a batch at a step, also from earlier runs."""

    def __init__(self, journals: Mapping[str, Journal]) -> None:
        self._journals = journals
        self._known: dict[tuple[str, str], list[Counts]] = {}

    def find(self, model: str, step: Step, batch: Sequence[Pair]) -> list[Counts] | None:
        piece = _piece(step, batch)
        if (model, piece) not in self._known and model in self._journals:
            kept = self._journals[model].read(piece)
            if kept is not None:
                self._known[model, piece] = [Counts(*row) for row in kept]
        return self._known.get((model, piece))

    def note(self, model: str, step: Step, batch: Sequence[Pair], found: list[Counts]) -> None:
        piece = _piece(step, batch)
        self._known[model, piece] = found
        if model in self._journals:
            self._journals[model].write(piece, [astuple(row) for row in found])

    def scores(
        self,
        model: str,
        steps: Sequence[Step],
        batches: Sequence[Sequence[Pair]],
        dial: Dial,
        seed: int,
    ) -> list[StressScore] | None:
        """All of a model and a dial, severity 0 included; None where a part is missing."""
        rows = []
        for step in (s for s in steps if s.dial in (None, dial)):
            for batch in batches:
                found = self.find(model, step, batch)
                if found is None:
                    return None
                for pair, one in zip(batch, found, strict=True):
                    effect = "+".join(dial.chosen(pair.id, seed))
                    rows.append(StressScore(pair.id, pair.group, effect, step.severity, one))
        return sorted(rows, key=lambda row: (row.id, row.severity))
