"""Watches the memory of a process and of all that it started."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

EVERY = 1.0
"""Seconds between two looks."""
MB = 2**20


@dataclass(frozen=True)
class Sample:
    """Resident memory at one moment.

    Attributes:
        seconds: since the watch began.  pictures: finished until then.
        server, workers: MiB resident of the server itself, and of the processes that it started.
        threads: of the server.
    """

    seconds: float
    pictures: int
    server: float
    workers: float
    threads: int

    @property
    def total(self) -> float:
        """MiB of all processes."""
        return self.server + self.workers


def resident(pid: int) -> tuple[float, float, int]:
    """MiB of a process, MiB of its descendants, and its threads.

    Raises:
        psutil.NoSuchProcess: it has ended.
    """
    process = psutil.Process(pid)
    if process.status() == psutil.STATUS_ZOMBIE:
        raise psutil.NoSuchProcess(pid)
    below = 0
    for child in process.children(recursive=True):
        try:
            below += child.memory_info().rss
        except psutil.NoSuchProcess:  # it ended meanwhile
            continue
    return process.memory_info().rss / MB, below / MB, process.num_threads()


@contextmanager
def watching(pid: int, pictures: Callable[[], int]) -> Iterator[list[Sample]]:
    """Samples, more and more of them while the block runs.

    Args:
        pictures: tells how many are finished.
    """
    found: list[Sample] = []
    began, ended = time.monotonic(), threading.Event()

    def look() -> None:
        while True:
            try:
                found.append(Sample(time.monotonic() - began, pictures(), *resident(pid)))
            except psutil.NoSuchProcess:  # the server ended: its visitors say so
                return
            if ended.wait(EVERY):
                return

    thread = threading.Thread(target=look, name="memory", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()
