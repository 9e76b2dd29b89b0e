"""Timings by ``torch.utils.benchmark``, and the most memory that work took."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

logging.getLogger("torch.utils.cpp_extension").setLevel(logging.ERROR)  # it misses a compiler
from torch.utils.benchmark import Timer  # noqa: E402

MB = 2**20


@dataclass(frozen=True)
class Timing:
    """Seconds of one call, warm.

    Attributes:
        median, p90: over the runs.  runs: how many there were.
    """

    median: float
    p90: float
    runs: int


def timed(work: Callable[[], Any], seconds: float) -> Timing:
    """How long ``work`` takes with PyTorch's present number of threads.

    Args:
        seconds: to spend on it, at least; one run where a run takes longer.
    """
    timer = Timer("work()", globals={"work": work}, num_threads=torch.get_num_threads())
    timer.timeit(1)  # what is made at the first call belongs to no timing
    times = timer.blocked_autorange(min_run_time=seconds).times
    return Timing(float(np.median(times)), float(np.percentile(times, 90)), len(times))


@dataclass
class Peak:
    """MiB resident at the most, of this process; of a GPU its own memory. NaN if unknown."""

    mb: float = float("nan")


@contextmanager
def peak_memory(device: str) -> Iterator[Peak]:
    """Measures the block. Linux counts from the block's beginning, other systems from the start."""
    found = Peak()
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    else:
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # sets VmHWM to what is resident now
    yield found
    found.mb = torch.cuda.max_memory_allocated() / MB if device == "cuda" else _highest()


def _highest() -> float:
    with suppress(OSError):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / MB if sys.platform == "darwin" else most / 1024
