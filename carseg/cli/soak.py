"""``carseg soak``: many visitors at once on a real server."""

import argparse
import signal
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from carseg.cli import app
from carseg.cli.command import Commands
from carseg.core.errors import CarsegError

if TYPE_CHECKING:
    from carseg.bench.soak.run import Found

NEEDED = ("streamlit", "plotly", "websockets", "psutil", "requests", "fastapi")
PAGE, BATCHES = "page", ("predict", "http")
"""Ways of a batch."""
EVERY = 25
"""Pictures after which a line says how far it is."""


class SoakError(CarsegError):
    """The soak cannot begin; the message says what is missing."""


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "soak", help="visit the app with many sessions at once", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument(
        "--sessions", type=_count, default=50, help="visitors at the same time (default: 50)"
    )
    p.add_argument(
        "--pictures", type=_count, default=500, help="of all visitors together (default: 500)"
    )
    p.add_argument(
        "--minutes",
        type=_minutes,
        help="begin nothing more after so many minutes, even if pictures are left",
    )
    p.add_argument(
        "--batch",
        nargs="?",
        const=PAGE,
        choices=(PAGE, *BATCHES),
        help="instead: --pictures one after the other, and what memory does: as the Batch page "
        "runs them (page, the default), by carseg predict, or over HTTP",
    )
    p.add_argument("--seed", type=int, default=0, help="of the made pictures (default: 0)")
    p.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    p.add_argument("--csv", type=Path, metavar="FILE", help="write memory over time there")


def run(arguments: argparse.Namespace) -> int:
    """Visit a server of its own; 1 if anything failed."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise SoakError(f"The soak needs {', '.join(missing)}: run pip install 'carseg[bench]'.")
    if arguments.batch:
        return _batch(arguments)
    from carseg.bench.soak import report
    from carseg.bench.soak.run import Plan, soak
    from carseg.core.atomic import write_atomically

    a = arguments
    # Whoever ends this command ends its server, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    found = soak(
        Plan(a.sessions, a.pictures, a.minutes, a.seed),
        lambda port: app.server_command(port, headless=True),
        _Progress(),
    )
    print(report.as_text(found))
    if a.json:
        write_atomically(a.json, report.as_json(found).encode())
    if a.csv:
        write_atomically(a.csv, report.as_csv(found.memory).encode())
    return 1 if found.failures or not found.seen else 0


def _batch(arguments: argparse.Namespace) -> int:
    from carseg.bench.soak import report
    from carseg.bench.soak.batch import soak_batch
    from carseg.bench.soak.many import WAYS
    from carseg.core.atomic import write_atomically

    def told(done: int) -> None:
        print(f"{done} pictures", file=sys.stderr, flush=True)

    soak = {PAGE: soak_batch, **WAYS}[arguments.batch]
    found = soak(arguments.pictures, arguments.seed, told)
    print(report.batch_as_text(found))
    if arguments.csv:
        write_atomically(arguments.csv, report.as_csv(found.memory).encode())
    return 1 if found.failures else 0


class _Progress:
    """Says on stderr how far it is, and each failure at once."""

    def __init__(self) -> None:
        self.failed = 0

    def __call__(self, found: "Found") -> None:
        for reason in found.failures[self.failed :]:
            print(f"failed: {reason}", file=sys.stderr, flush=True)
        self.failed, done = len(found.failures), len(found.seen)
        if (done + self.failed) % EVERY == 0 and found.memory:
            held = f"{found.memory[-1].total:.0f} MiB"
            print(f"{done} pictures, {self.failed} failures, {held}", file=sys.stderr, flush=True)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= 100_000):
        raise argparse.ArgumentTypeError("give a number from 1 to 100,000")
    return int(text)


def _minutes(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError("give a number of minutes, such as 5")
    return value
