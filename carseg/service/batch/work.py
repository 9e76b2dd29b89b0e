"""A visitor's batch in a thread of its own: it can pause, go on, and try again what failed."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from carseg.core.errors import CarsegError, disk_error
from carseg.core.journal import Journal
from carseg.service.batch import pipeline
from carseg.service.batch.picture import Predicts, Settings
from carseg.service.batch.rows import Row
from carseg.service.batch.sent import MOST_RESULTS, BatchError, Sent, check_all
from carseg.service.naming import USUAL, Pattern
from carseg.service.outputs import Job, planned

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What is made of a batch.

    Attributes:
        models, kinds: names of checkpoints, and of ``carseg.service.outputs.KINDS``.
        name: a pattern of ``carseg.service.naming``.
        engine: the name of the library that runs the networks.
    """

    models: tuple[str, ...]
    kinds: tuple[str, ...]
    name: str = USUAL
    engine: str = "auto"
    settings: Settings = field(default_factory=Settings)

    @property
    def pattern(self) -> Pattern:
        """The checked name. Raises ``NamingError``."""
        return Pattern.parse(self.name, len(self.models), len(self.kinds))

    def facts(self) -> dict[str, Any]:
        """The plan as JSON data."""
        return asdict(self)


class Work:
    """One plan on what a visitor sent. Rows come while it runs; what is done is kept.

    Rows are on disk; what stays in memory has no thumbnail and no mask.

    Attributes:
        out: the folder of the results.  rows: by picture and model, in the order of their arrival.
        problem: why it does not go on, one sentence, or ''.
    """

    def __init__(self, sent: Sent, plan: Plan, predictor: Predicts) -> None:
        self.sent, self.plan, self.predictor = sent, plan, predictor
        self.pattern = plan.pattern
        self.problem = ""
        self.rows: dict[tuple[str, str], Row] = {}
        self._journal = Journal(sent.place / "rows", plan.facts())
        self.out = sent.place / "results" / self._journal.folder.name
        self._wanted = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def jobs(self) -> list[Job]:
        """All that the plan asks for, of all pictures that were sent until now."""
        return planned(
            self.sent.inputs,
            self.plan.models,
            self.plan.kinds,
            folder=self.out,
            pattern=self.pattern,
            coding=self.plan.settings.coding,
        )

    @property
    def total(self) -> int:
        """How many rows there will be."""
        return len(self.sent.inputs) * len(self.plan.models)

    @property
    def failed(self) -> list[Row]:
        """The rows without a result."""
        return [row for row in self.sorted() if row.error]

    @property
    def running(self) -> bool:
        """Whether pictures are in progress."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def pausing(self) -> bool:
        """Whether only what has begun is being finished."""
        return self.running and not self._wanted

    def sorted(self) -> list[Row]:
        """All rows; those to check come first: failed, without a car, then by trust."""
        with self._lock:
            return sorted(self.rows.values(), key=_to_check)

    def whole(self, row: Row) -> Row:
        """A row with its thumbnail and its mask, from the disk."""
        kept = self._journal.read(_piece(row.name, row.model))
        return row if kept is None else Row.parse(kept)

    def go(self) -> None:
        """Begin, or go on with what has no row yet."""
        with self._lock:
            self._wanted, self.problem = True, ""
            if not self.running:
                self._thread = threading.Thread(target=self._work, name="batches", daemon=True)
                self._thread.start()

    def pause(self) -> None:
        """Finish what has begun, and begin nothing more."""
        self._wanted = False

    def retry(self) -> None:
        """Try again what failed, with all that is left."""
        with self._lock:
            self.rows = {key: row for key, row in self.rows.items() if not row.error}
        self.go()

    def wait(self, seconds: float | None = None) -> None:
        """Until nothing is in progress."""
        if self._thread is not None:
            self._thread.join(seconds)

    def close(self) -> None:
        """End, and delete the results."""
        self.pause()
        self.wait()
        self.sent.made -= sum(self._size(row) for row in self.rows.values())
        self._journal.clear()
        for row in self.rows.values():
            for file in row.files.values():
                Path(file).unlink(missing_ok=True)

    def _work(self) -> None:
        try:
            pictures = [
                [job for job in jobs if (job.item.file, job.model) not in self.rows]
                for _, jobs in groupby(self.jobs, key=lambda job: job.item)
            ]
            left = [jobs for jobs in pictures if jobs]
            settings = self.plan.settings
            for rows in pipeline.run(left, self.predictor, settings, goes_on=self._goes):
                self._take(rows)
        except OSError as error:
            self.problem = f"It stopped: {disk_error(error)}"
        except CarsegError as error:
            self.problem = str(error)
        except Exception:
            _LOG.exception("A batch stopped.")
            self.problem = "It stopped by a fault of this program, which is in its log."
        finally:
            self._wanted = False

    def _goes(self) -> bool:
        if self._wanted and not self.problem:
            try:
                self._check_room()
            except BatchError as error:
                self.problem = str(error)
        return self._wanted and not self.problem

    def _check_room(self) -> None:
        if self.sent.made > MOST_RESULTS:
            raise BatchError(
                f"The results take more than {MOST_RESULTS // 2**30} GB: take them home, then "
                "remove them, or choose fewer kinds, WebP or JPEG."
            )
        check_all()

    def _take(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._journal.write(_piece(row.name, row.model), row.kept())
            with self._lock:
                self.rows[row.name, row.model] = replace(row, thumbnail="", coco=None)
            self.sent.made += self._size(row)

    def _size(self, row: Row) -> int:
        paths = map(Path, row.files.values())
        return sum(path.stat().st_size for path in paths if path.exists())


def _piece(name: str, model: str) -> str:
    return f"{model}/{name}"


def _to_check(row: Row) -> tuple[bool, bool, float]:
    trust = 1.0 if row.trust is None else row.trust
    return not row.error, bool(row.facts.get("car_found")), trust
