"""Things that go wrong, done on purpose: kills, full disks, altered weights.

A drill says what it tried, how often, and what was lost. Lost is what was acknowledged and is not
there, and what is there by half.
"""

import os
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from carseg.bench.drill.outcome import Limit, Outcome
from carseg.core.errors import CarsegError

DRILLS = {
    "rows": "kills while rows are saved",
    "training": "kills while a network is trained",
    "files": "kills while ZIPs and pictures are written",
    "disk": "a disk that fills up",
    "weights": "weights altered while they are used",
}
"""What there is to drill; each has a module with a function ``drill``."""


def drill(name: str, folder: Path, limit: Limit) -> Outcome:
    """Do one of ``DRILLS`` in an empty folder.

    Raises:
        CarsegError: this system or installation lacks what it needs.
    """
    if not hasattr(os, "fork"):
        raise CarsegError(
            "Drills kill processes that they have forked: run them on Linux or macOS."
        )
    try:
        work: Callable[[Path, Limit], Outcome] = import_module(f"{__name__}.{name}").drill
    except ModuleNotFoundError as error:
        raise CarsegError(
            f"The drill '{name}' needs {error.name}: pip install 'carseg[train]'."
        ) from error
    return work(folder, limit)
