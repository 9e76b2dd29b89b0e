"""``carseg bench``: how long every stage takes, beside the plain way and the machine's limit."""

import argparse
import sys
from typing import TYPE_CHECKING

from carseg.cli.command import Commands
from carseg.cli.options import complete_models

if TYPE_CHECKING:
    from carseg.imaging.grid import Size

SIZES = ((1200, 1800), (3000, 4000))
"""A picture of a web page, and one of a telephone."""
LEAST, MOST = 64, 8000


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "bench", help="time every stage, beside the plain way", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.inference.device import DEVICES, PRECISIONS
    from carseg.inference.engines.engine import AUTO, ENGINES

    complete_models(
        p.add_argument(
            "--model",
            action="append",
            metavar="NAME",
            help="one of `carseg models`; may be given several times (default: street-best, or the "
            "first that is here)",
        )
    )
    p.add_argument(
        "--engine",
        action="append",
        choices=(AUTO, *ENGINES),
        help="the library that runs networks; may be given several times (default: auto)",
    )
    p.add_argument("--device", choices=DEVICES, default=AUTO, help="where networks run")
    p.add_argument("--precision", choices=PRECISIONS, default=AUTO, help="of the arithmetic")
    usual = ", ".join(f"{h}x{w}" for h, w in SIZES)
    p.add_argument(
        "--size",
        type=size,
        action="append",
        metavar="HxW",
        help=f"of the photo; may be given several times (default: {usual})",
    )
    p.add_argument(
        "--seconds", type=_seconds, default=1.0, help="to spend on each timing (default: 1)"
    )
    p.add_argument(
        "--processor-time",
        action="store_true",
        help="count processor time of all threads, not time on the wall: for a busy machine",
    )
    p.add_argument(
        "--curves",
        action="store_true",
        help="time the network alone over grids and batches, and write what the Models page draws",
    )
    p.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Measure, and print each case as soon as it is done."""
    from carseg.bench.speed import curves, measure, report
    from carseg.bench.speed.clock import Clock
    from carseg.inference.device import choose_device
    from carseg.inference.engines.engine import AUTO
    from carseg.models.checkpoint import default_model

    a = arguments
    models = a.model or [default_model()]
    devices = [choose_device(a.device, a.precision, name) for name in a.engine or [AUTO]]
    clock = Clock(a.seconds, a.processor_time)
    machine = measure.machine(devices[0], clock)
    if a.curves:
        for model in models:
            print(curves.write(devices[0], model, clock, machine))
        return 0
    if not a.json:
        print(report.head(machine), flush=True)
    found = []
    for case in measure.cases(devices, models, a.size or SIZES, clock):
        found.append(case)
        print(report.as_text(case), file=sys.stderr if a.json else sys.stdout, flush=True)
    if a.json:
        print(report.as_json(machine, found))
    return 0


def size(text: str) -> "Size":
    """``1200x1800`` as (height, width)."""
    height, _, width = text.partition("x")
    sides = [int(side) if side.isascii() and side.isdigit() else 0 for side in (height, width)]
    if not all(LEAST <= side <= MOST for side in sides):
        raise argparse.ArgumentTypeError(
            f"give height and width of a photo, {LEAST} to {MOST} each, such as 1200x1800"
        )
    return sides[0], sides[1]


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= 60:
        raise argparse.ArgumentTypeError("give seconds above 0 and up to 60, such as 1")
    return value
