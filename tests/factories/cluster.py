"""Work for a cluster's workers, which import this module, and a cluster that is none."""

import json
import os
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from carseg.core.cluster import Done, Work, _Worker
from carseg.core.errors import CarsegError


@dataclass(frozen=True)
class Slow:
    """Makes work that takes a while, notes who begins what, and fails at some jobs."""

    folder: Path
    seconds: float = 0.0

    def __call__(self) -> Callable[[int], dict[str, int]]:
        return self.work

    def work(self, number: int) -> dict[str, int]:
        with (self.folder / "begun").open("a") as file:
            file.write(f"{number} {os.getpid()}\n")
        time.sleep(self.seconds)
        if number % 7 == 3:
            raise CarsegError(f"Job {number} is bad.")
        return {"square": number**2}


@dataclass
class NoCluster:
    """Does what a cluster's worker does in this process, the last job first.

    Attributes:
        stop_after: raises KeyboardInterrupt after so many jobs.
        done: how many jobs were done.
    """

    stop_after: int = 10**9
    done: int = field(default=0)

    def spread(self, jobs: Sequence[Any], make: Callable[[], Work]) -> Iterator[Done]:
        worker = _Worker(pickle.dumps(make), {}, str(Path.cwd()))
        for number in reversed(range(len(jobs))):
            if self.done >= self.stop_after:
                raise KeyboardInterrupt
            self.done += 1
            row = worker({"number": number, "job": pickle.dumps(jobs[number])})
            yield Done(row["number"], **json.loads(row["done"]))
