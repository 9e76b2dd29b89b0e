"""Timings by ``torch.utils.benchmark``, and the most memory that work took."""

import logging
import mmap
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)  # it misses a compiler
from torch.utils.benchmark import Timer  # noqa: E402
from torch.utils.benchmark.utils.timer import timer as wall  # noqa: E402

MB = 2**20


@dataclass(frozen=True)
class Timing:
    """Seconds of one call, warm.

    Attributes:
        median, p90, least: over the runs. What else the machine does only adds, so ratios are made
            of the least.
        runs: how many there were.
    """

    median: float
    p90: float
    least: float
    runs: int


@dataclass(frozen=True)
class Clock:
    """How timings are made.

    Attributes:
        seconds: to spend on each, at least; one run where a run takes longer.
        processor: count the processor's time, of all threads, and not the time on the wall. On a
            busy machine only that can be compared. A GPU's time is not in it.
    """

    seconds: float = 1.0
    processor: bool = False

    def timed(self, work: Callable[[], Any], share: float = 1.0) -> Timing:
        """How long ``work`` takes with PyTorch's present number of threads.

        Args:
            share: of ``seconds``.
        """
        timer = Timer(
            "work()",
            globals={"work": work},
            num_threads=torch.get_num_threads(),
            timer=time.process_time if self.processor else wall,
        )
        timer.timeit(1)  # what is made at the first call belongs to no timing
        times = timer.blocked_autorange(min_run_time=share * self.seconds).times
        return Timing(
            float(np.median(times)), float(np.percentile(times, 90)), min(times), len(times)
        )


@dataclass
class Peak:
    """MiB resident at the most, of this process; of a GPU its own memory. NaN if unknown."""

    mb: float = float("nan")


@contextmanager
def peak_memory(device: str) -> Iterator[Peak]:
    """Measures the block: on Linux by looking every few milliseconds, so nothing is timed in it.

    Other systems only know the most since the process began.
    """
    found = Peak()
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
        yield found
        found.mb = torch.cuda.max_memory_allocated() / MB
        return
    seen, done = [_resident()], threading.Event()

    def watch() -> None:
        while not done.wait(0.002):
            seen.append(_resident())

    watcher = threading.Thread(target=watch, name="memory", daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()
        found.mb = max(seen)


def _resident() -> float:
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * mmap.PAGESIZE / MB
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / MB if sys.platform == "darwin" else most / 1024
