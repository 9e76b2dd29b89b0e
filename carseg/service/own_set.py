"""Evaluates models on a visitor's own set; the visitor can stop and continue.

The journal is in the set's private folder. So a stopped evaluation continues where it was, and
nothing remains when the set is removed.
"""

import threading
import time
import weakref
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from carseg.analysis.frames import per_picture, summarise
from carseg.compositing.edges import Edges
from carseg.core.journal import Journal
from carseg.core.provenance import Provenance
from carseg.data.archive import Found, Item
from carseg.data.set_names import UNNAMED
from carseg.data.splits import split_hash
from carseg.evaluation.evaluate import by_model, evaluate, rows_of
from carseg.evaluation.loaded_pairs import Grid
from carseg.evaluation.loop import here
from carseg.inference.predictor import Predictor, provenance
from carseg.measures.overlap import PictureScore
from carseg.results import DOMAINS, Score, ScoreSet
from carseg.service.truth import saved_settings

GRIDS = {"native": "Each picture's own size", "model": "The model's grid"}
"""The grids on which masks may be compared, in words."""
_PLAIN_EDGES = Edges(refine=False)


@dataclass(frozen=True)
class OwnSetResult:
    """One model's scores on the whole set, and everything that shaped its masks."""

    provenance: Provenance
    grid: str
    pictures: tuple[PictureScore, ...]


class Pace:
    """The number of pictures done, and an estimate of the time left.

    Pictures that were done before take no time, so the estimate leaves them out.

    Attributes:
        done, total: pictures.  moved: a batch went through the network since the last start.

    Args:
        clock: returns seconds that only increase.
    """

    def __init__(self, total: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.total, self._clock = total, clock
        self._measured, self._spent = 0, 0.0
        self.start()

    def start(self) -> None:
        """Count from the first picture, also after a stop. The measured times are kept."""
        self.done, self.moved = 0, False
        self._new, self._last = 0, self._clock()

    def saw(self) -> None:
        """A picture went through the network."""
        self._new += 1

    def step(self, number: int) -> None:
        """Add ``number`` pictures that are done."""
        now = self._clock()
        self.done += number
        if self._new:
            self._measured, self._spent = self._measured + self._new, self._spent + now - self._last
            self.moved = True
        self._new, self._last = 0, now

    def words(self) -> str:
        """'16 of 48 pictures, about 2 min left'."""
        text = f"{self.done:,} of {self.total:,} pictures"
        if not self._measured or self.done >= self.total:
            return text
        return f"{text}, {time_left(self._spent / self._measured * (self.total - self.done))}"


def time_left(seconds: float) -> str:
    """'about 40 s left', 'about 3 min left', 'about 2.5 h left'."""
    if seconds < 90:
        return f"about {max(1, round(seconds))} s left"
    if seconds < 5400:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def evaluate_own_set(
    predictor: Predictor,
    found: Found,
    model: str,
    grid: str,
    *,
    show: Callable[[Pace], Any] = lambda _: None,
    before: Pace | None = None,
) -> OwnSetResult:
    """Score a model on every pair of the set. Work of an earlier call is not repeated.

    Args:
        grid: a key of ``GRIDS``.
        show: called after each batch is saved. An exception from it stops the evaluation; nothing
            is lost.
        before: the pace of the call that was stopped.

    Raises:
        CheckpointError: the model cannot be used.  PictureError, DataError: the files are gone.
    """
    engine, config = predictor.engine(model)
    made = provenance(config, engine.way)
    journal = Journal(Path(found.folder.name) / "journal", asdict(made) | {"grid": grid})
    pace = before or Pace(len(found.items))
    pace.start()

    def step(number: int) -> None:
        pace.step(number)
        show(pace)

    predict = by_model(predictor, model)
    rows = rows_of(predict, Grid(grid), timed=lambda *_: pace.saw())
    pictures = evaluate(
        predict, found.pairs, Grid(grid), journal=journal, progress=step, measure=here(rows)
    )
    return OwnSetResult(made, grid, pictures=tuple(pictures or ()))


def forget_when_closed(
    folder: TemporaryDirectory,
    is_open: Callable[[], bool],
    every: float = 30,
    closed_for: float = 120,
) -> threading.Thread:
    """Watch in a thread, and delete ``folder`` when its page has been closed for two minutes.

    The server forgets a closed page only when another page closes, which may never happen.

    Args:
        is_open: whether the page is open; it is called once per ``every`` seconds.
        closed_for: seconds. A page whose connection broke may return within the same time
            (disconnectedSessionTTL in .streamlit/config.toml).
    """
    known = weakref.ref(folder)

    def watch() -> None:
        closed = 0.0
        while closed < closed_for:
            time.sleep(every)
            if known() is None:
                return
            closed = 0.0 if is_open() else closed + every
        if (left := known()) is not None:
            left.cleanup()

    thread = threading.Thread(target=watch, name="own-set", daemon=True)
    thread.start()
    return thread


@dataclass(frozen=True)
class Done:
    """A result with its frames, computed once: a row per picture, and the row of the table.

    Their ``set`` and ``domain`` are filled in later, because the visitor may still change them.
    """

    result: OwnSetResult
    pictures: pd.DataFrame
    table: pd.DataFrame


def done(result: OwnSetResult) -> Done:
    """The result in the form of shipped scores. Intervals resample cars if the ids name them."""
    command = f"carseg evaluate --data DIR --layout pairs --model {result.provenance.model}"
    scores = ScoreSet(
        **asdict(result.provenance),
        domain=DOMAINS[0],
        set=UNNAMED,
        split="all",
        split_sha256=split_hash(result.pictures),
        grid=result.grid,
        date=datetime.now(UTC).date().isoformat(),
        command=command,
        pictures=result.pictures,
    )
    pictures = per_picture([scores])
    return Done(result, pictures, summarise(pictures))


def rows(result: OwnSetResult, name: str, domain: str, items: Iterable[Item]) -> list[Score]:
    """The rows to save: one per picture, with the settings that Compare saves for plain edges.

    So the same picture, mask, weights and settings give the same row as in Compare.
    """
    sent = {item.pair.id: item for item in items}
    return [_row(result, name, domain, sent[picture.id], picture) for picture in result.pictures]


def _row(result: OwnSetResult, name: str, domain: str, item: Item, picture: PictureScore) -> Score:
    made = result.provenance
    threshold, settings = saved_settings(_PLAIN_EDGES, made.threshold, second_look=False, way=made)
    if item.pair.aspect is not None:
        settings["aspect"] = round(item.pair.aspect, 4)
    return Score(
        model=made.model,
        weights_sha256=made.weights_sha256,
        fingerprint=made.fingerprint,
        picture=picture.id,
        picture_sha256=item.picture_sha256,
        truth_sha256=item.truth_sha256,
        domain=domain,
        set=name,
        grid=result.grid,
        threshold=threshold,
        settings=settings,
        **asdict(picture.counts),
        boundary_iou=picture.boundary_iou,
    )
