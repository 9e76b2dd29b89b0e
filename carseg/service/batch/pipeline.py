"""Several pictures at the same time: while one is in a network, others are decoded and written."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from carseg.compositing.alike import Seen
from carseg.core.gate import NETWORKS
from carseg.inference.prediction import Prediction
from carseg.service.batch.picture import Predicts, Settings, finish_picture, look_at
from carseg.service.batch.rows import Row
from carseg.service.outputs import Job

WORKERS = max(2, min(8, 1 + (os.cpu_count() or 1)))
"""Pictures in progress: one in a network, the others on the cores."""
Answer = TypeVar("Answer")
LINE = 2
"""Times ``WORKERS``: pictures whose turn has come or comes next. More rows are not kept."""


class _InTurn:
    """A predictor whose networks take turns with all others of this process.

    Of one batch one picture at a time stands in that line, as of any other visitor.
    """

    def __init__(self, predictor: Predicts) -> None:
        self._predictor, self._turn = predictor, threading.Lock()

    def predict(self, picture: np.ndarray, model: str, *, detail: bool = False) -> Prediction:
        with self._turn, NETWORKS.enter(1):
            return self._predictor.predict(picture, model, detail=detail)


def run(
    pictures: Iterable[Sequence[Job]],
    predictor: Predicts,
    settings: Settings,
    *,
    goes_on: Callable[[], bool] = lambda: True,
    workers: int = WORKERS,
) -> Iterator[list[Row]]:
    """``finish_picture`` for many, each picture's rows as ``each`` gives them."""
    return each(pictures, predictor, settings, finish_picture, goes_on=goes_on, workers=workers)


def each(
    pictures: Iterable[Sequence[Job]],
    predictor: Predicts,
    settings: Settings,
    work: Callable[[Sequence[Job], Predicts, Settings], Answer],
    *,
    goes_on: Callable[[], bool] = lambda: True,
    workers: int = WORKERS,
) -> Iterator[Answer]:
    """Work on many pictures, the answers in the order in which pictures were given.

    A few pictures are in progress at once. When whoever asked stops taking rows, what has begun is
    finished, and nothing more begins.

    Args:
        pictures: the jobs of each. It is read as far as needed.
        goes_on: asked before each picture; once it says no, only what has begun is finished.
    """
    in_turn, line = _InTurn(predictor), deque[Future[Answer]]()
    with ThreadPoolExecutor(workers, "batch") as pool:
        try:
            for jobs in pictures:
                if not goes_on():
                    break
                line.append(pool.submit(work, jobs, in_turn, settings))
                if len(line) >= LINE * workers:
                    yield line.popleft().result()
            while line:
                if not goes_on():
                    _cut(line)
                if line:
                    yield line.popleft().result()
        finally:
            _cut(line)


@dataclass(frozen=True)
class Here:
    """Many pictures in this process."""

    predictor: Predicts
    settings: Settings

    def run(self, pictures: Iterable[Sequence[Job]]) -> Iterator[list[Row]]:
        """The rows of each picture."""
        return run(pictures, self.predictor, self.settings)

    def look(self, pictures: Iterable[Sequence[Job]]) -> list[list[Seen | None]]:
        """What ``look_at`` returns for each picture."""
        return list(each(pictures, self.predictor, self.settings, look_at))


def _cut(line: deque[Future[Answer]]) -> None:
    """Take out what has not begun, from the end: it never will."""
    while line and line[-1].cancel():
        line.pop()
