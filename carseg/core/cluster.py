"""Work on the machines of a Ray cluster: jobs go out, what comes back is JSON data.

A job is small: paths, not pixels. Every worker is a process that makes its tools once and does job
after job. Ray starts a worker that was killed anew and gives its jobs to others. A job that fails
comes back with its reason, and the others go on.
"""

import json
import logging
import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from carseg.core.errors import CarsegError, disk_error

if TYPE_CHECKING:
    from types import ModuleType

LOCAL, RAY = PLACES = ("local", "ray")
"""Where work is done: in this process, or on a cluster."""
_MOST_BLOCKS = 10_000
"""Ray keeps a record for each block of jobs: a million would slow it down."""
_SHARED = ("CARSEG_WEIGHTS", "CARSEG_HOME", "CARSEG_URL_INPUT")
"""Settings that workers have from whoever started the work."""


_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
"""Ray neither reports to its makers nor tells users of its own matters."""


class ClusterError(CarsegError):
    """There is no cluster to work on; the message says what to do."""


@dataclass(frozen=True)
class Done:
    """A job that came back.

    Attributes:
        number: its place among the jobs.
        result: JSON data; None if it failed.
        error: why it failed, one sentence; '' if it did not.
    """

    number: int
    result: Any = None
    error: str = ""


Work = Callable[[Any], Any]
"""Takes a job, returns JSON data."""


@dataclass(frozen=True)
class Cluster:
    """The cluster that ``RAY_ADDRESS`` names or that runs here, or one of this machine alone.

    Attributes:
        workers: how many processes work; None: one for each core, or each GPU.
        gpus: of each worker, 0 or 1.
    """

    workers: int | None = None
    gpus: int = 0

    def __post_init__(self) -> None:
        _ray()  # what is not installed is said before any work

    def spread(self, jobs: Sequence[Any], make: Callable[[], Work]) -> Iterator[Done]:
        """Do all jobs, in the order in which they come back.

        Args:
            jobs, make: are pickled.  make: is called once in every worker.

        Raises:
            ClusterError: there are no machines, or the cluster broke down.
        """
        if not jobs:
            return
        ray = _connected()
        rows = [{"number": n, "job": pickle.dumps(job)} for n, job in enumerate(jobs)]
        most = self._size(ray, len(rows))
        # A machine that is lost is not waited for: the others go on.
        strategy = ray.data.ActorPoolStrategy(min_size=1, initial_size=most, max_size=most)
        data = ray.data.from_items(rows, override_num_blocks=min(len(rows), _MOST_BLOCKS))
        found = data.map(
            _Worker,
            fn_constructor_args=(pickle.dumps(make), _settings(), str(Path.cwd())),
            compute=strategy,
            num_cpus=1,
            num_gpus=self.gpus,
        )
        try:
            for row in found.iter_rows():
                yield Done(row["number"], **json.loads(row["done"]))
        except ray.exceptions.RayError as error:
            raise ClusterError(
                f"The cluster broke down: {_first_line(error)} What is done is kept: the same "
                "command goes on."
            ) from error

    def _size(self, ray: "ModuleType", jobs: int) -> int:
        kind = "GPU" if self.gpus else "CPU"
        there = int(ray.cluster_resources().get(kind, 0))
        if not there:
            raise ClusterError(f"The cluster has no {kind}: start one that has, or leave out --on.")
        return min(self.workers or there, there, jobs)


class _Worker:
    """What Ray starts in every process."""

    def __init__(self, make: bytes, settings: dict[str, str], folder: str) -> None:
        os.environ.update(settings)
        with suppress(OSError):  # what is missing there is said of each job
            os.chdir(folder)  # paths mean what they mean where the work was started
        self._make: Callable[[], Work] = pickle.loads(make)
        self._work: Work | None = None

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"number": row["number"], "done": json.dumps(self._answer(row["job"]))}

    def _answer(self, job: bytes) -> dict[str, Any]:
        try:
            if self._work is None:
                self._work = self._make()
            return {"result": self._work(pickle.loads(job))}
        except CarsegError as error:
            return {"error": str(error)}
        except OSError as error:
            return {"error": disk_error(error)}
        except Exception as error:
            return {"error": f"A worker failed: {type(error).__name__}: {_first_line(error)}"}


def _ray() -> "ModuleType":
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray.data
    except ImportError:
        raise ClusterError("This needs Ray: pip install 'carseg[ray]'") from None
    return ray


def _connected() -> "ModuleType":
    """Ray, with a connection to its cluster; without one a cluster of this machine is started."""
    ray = _ray()
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    if ray.is_initialized():
        return ray
    try:
        ray.init(logging_level="ERROR", log_to_driver=False, include_dashboard=False)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ClusterError(
            f"No Ray cluster can be reached: {_first_line(error)} Start one with `ray start "
            "--head`, or name it in RAY_ADDRESS."
        ) from error
    return ray


def _settings() -> dict[str, str]:
    return {name: os.environ[name] for name in _SHARED if name in os.environ}


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{lines[0][:300].rstrip('.')}." if lines else "no reason given."
