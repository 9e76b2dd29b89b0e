"""The loop of all measurements: batch by batch, kept in journals, shared by processes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from carseg.core.journal import Journal
from carseg.core.shard import Shard
from carseg.data.pairs import Pair

Rows = list[Any]
"""Of one batch: JSON data."""


@dataclass(frozen=True)
class Batch:
    """Pictures that are measured together, under a name of their own."""

    name: str
    pairs: Sequence[Pair]


AnyBatch = TypeVar("AnyBatch", bound=Batch)


class Ledger:
    """What is known of one model: the rows of each batch, also from earlier runs.

    Args:
        journal: keeps each batch, so that a stopped run goes on and processes share the work.
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
    """Do every batch that is ours and that some model lacks; the ledgers then know it.

    Args:
        ledgers: by model.
        make: a batch and the models that lack it to the rows of each of them.
        shard: which batches are ours; None: all.
        progress: called with the number of pictures that were done, or found done.
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
    """The pairs by id in batches of ``size``, each with its first id for a name."""
    ordered = sorted(pairs, key=lambda p: p.id)
    parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return [Batch(part[0].id, part) for part in parts]
