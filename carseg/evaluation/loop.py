"""The loop of all measurements: batch by batch, saved in journals, shared by processes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from carseg.core.journal import Journal
from carseg.core.shard import Shard
from carseg.data.pairs import Pair

Rows = list[Any]
"""The rows of one batch: JSON data."""


@dataclass(frozen=True)
class Batch:
    """Pictures that are measured together; each batch has a unique name."""

    name: str
    pairs: Sequence[Pair]


AnyBatch = TypeVar("AnyBatch", bound=Batch)


class Ledger:
    """The rows of each batch of one model, also from earlier runs.

    Args:
        journal: saves each batch, so that a stopped run can continue and processes share the work.
    """

    def __init__(self, journal: Journal | None = None) -> None:
        self._journal = journal
        self._known: dict[str, Rows] = {}

    def find(self, batch: str) -> Rows | None:
        """The rows of a batch, or None."""
        if batch not in self._known and self._journal is not None:
            kept = self._journal.read(batch)
            if kept is not None:
                self._known[batch] = kept
        return self._known.get(batch)

    def note(self, batch: str, rows: Rows) -> None:
        """Keep the rows of a batch."""
        self._known[batch] = rows
        if self._journal is not None:
            self._journal.write(batch, rows)


def measure_batches(
    batches: Iterable[AnyBatch],
    ledgers: Mapping[str, Ledger],
    make: Callable[[AnyBatch, list[str]], Iterable[tuple[str, Rows]]],
    *,
    shard: Shard | None = None,
    progress: Callable[[int], Any] = lambda _: None,
) -> None:
    """Measure every batch of this shard that some model lacks, and note it in the ledgers.

    Args:
        ledgers: by model.
        make: takes a batch and the models that lack it; yields each model with its rows.
        shard: the batches of this process; None: all.
        progress: called with the number of pictures that are done now or were done before.
    """
    for batch in batches:
        missing = [model for model, known in ledgers.items() if known.find(batch.name) is None]
        if missing and shard is not None and not shard.owns(batch.name):
            continue
        if missing:
            for model, rows in make(batch, missing):
                ledgers[model].note(batch.name, rows)
        progress(len(batch.pairs))


def cut(pairs: Sequence[Pair], size: int) -> list[Batch]:
    """The pairs by id in batches of ``size``; the first id of a batch is its name."""
    ordered = sorted(pairs, key=lambda p: p.id)
    parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return [Batch(part[0].id, part) for part in parts]
