"""Several pictures at the same time: while one is in a network, others are decoded and written."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from carseg.core.gate import NETWORKS
from carseg.inference.prediction import Prediction
from carseg.service.batch.picture import Predicts, Settings, finish_picture
from carseg.service.batch.rows import Row
from carseg.service.outputs import Job

WORKERS = max(2, min(8, 1 + (os.cpu_count() or 1)))
"""Pictures in progress: one in a network, the others on the cores."""
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
    """``finish_picture`` for many, each picture's rows in the order in which pictures were given.

    A few pictures are in progress at once. When whoever asked stops taking rows, what has begun is
    finished, and nothing more begins.

    Args:
        pictures: the jobs of each. It is read as far as needed.
        goes_on: asked before each picture; once it says no, only what has begun is finished.
    """
    in_turn, line = _InTurn(predictor), deque[Future[list[Row]]]()
    with ThreadPoolExecutor(workers, "batch") as pool:
        try:
            for jobs in pictures:
                if not goes_on():
                    break
                line.append(pool.submit(finish_picture, jobs, in_turn, settings))
                if len(line) >= LINE * workers:
                    yield line.popleft().result()
            while line:
                if not goes_on():
                    _cut(line)
                if line:
                    yield line.popleft().result()
        finally:
            _cut(line)


def _cut(line: deque[Future[list[Row]]]) -> None:
    """Take out what has not begun, from the end: it never will."""
    while line and line[-1].cancel():
        line.pop()
