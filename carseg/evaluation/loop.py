"""The loop of all measurements: batch by batch, saved in journals, shared by processes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from carseg.core.cluster import Cluster
from carseg.core.journal import Journal
from carseg.core.shard import Shard
from carseg.data.pairs import DataError, Pair

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


Found = Iterable[tuple[str, Rows]]
"""Models, each with its rows of a batch."""


def here(make: Callable[[AnyBatch, list[str]], Found]) -> "Measure[AnyBatch]":
    """Batches are measured in this process, one after the other.

    Args:
        make: takes a batch and the models that lack it; yields each model with its rows.
    """

    def measure(work: Iterable[tuple[AnyBatch, list[str]]]) -> Iterator[tuple[AnyBatch, Found]]:
        for batch, missing in work:
            yield batch, make(batch, missing)

    return measure


def on_cluster(
    cluster: Cluster, tools: Callable[[], Callable[[tuple[AnyBatch, list[str]]], Any]]
) -> "Measure[AnyBatch]":
    """Batches are measured by the workers of a cluster. One that fails costs no other its rows.

    Args:
        tools: is pickled, and makes in every worker what takes a batch and the models that lack it
            and returns a list of models, each with its rows.

    Raises:
        DataError: batches failed, once all others are done.
    """

    def measure(work: Iterable[tuple[AnyBatch, list[str]]]) -> Iterator[tuple[AnyBatch, Found]]:
        jobs, failed = list(work), []
        for done in cluster.spread(jobs, tools):
            if done.error:
                failed.append(done.error)
            else:
                yield jobs[done.number][0], done.result
        if failed:
            more = f" {len(failed) - 1} more failed." if len(failed) > 1 else ""
            raise DataError(f"{failed[0]}{more}")

    return measure


Measure = Callable[[Iterable[tuple[AnyBatch, list[str]]]], Iterator[tuple[AnyBatch, Found]]]
"""Takes batches with the models that lack them; yields each batch with what was found."""


def measure_batches(
    batches: Iterable[AnyBatch],
    ledgers: Mapping[str, Ledger],
    measure: Measure[AnyBatch],
    *,
    shard: Shard | None = None,
    progress: Callable[[int], Any] = lambda _: None,
) -> None:
    """Measure every batch of this shard that some model lacks, and note it in the ledgers.

    Args:
        ledgers: by model.
        measure: see ``here`` and ``on_cluster``.
        shard: the batches of this process; None: all.
        progress: called with the number of pictures that are done now or were done before.
    """

    def missing() -> Iterator[tuple[AnyBatch, list[str]]]:
        for batch in batches:
            lack = [model for model, known in ledgers.items() if known.find(batch.name) is None]
            if not lack:
                progress(len(batch.pairs))
            elif shard is None or shard.owns(batch.name):
                yield batch, lack

    for batch, found in measure(missing()):
        for model, rows in found:
            ledgers[model].note(batch.name, rows)
        progress(len(batch.pairs))


def cut(pairs: Sequence[Pair], size: int) -> list[Batch]:
    """The pairs by id in batches of ``size``; the first id of a batch is its name."""
    ordered = sorted(pairs, key=lambda p: p.id)
    parts = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    return [Batch(part[0].id, part) for part in parts]
