"""``carseg search``: a small search for a network's shape."""

import argparse
from pathlib import Path

from carseg.cli.command import Commands
from carseg.cli.train import add_training, job_of


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "search", help="try shapes of a small network, Dice against time", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.inference.engines.engine import ENGINES

    add_training(p)
    p.add_argument(
        "--pictures", type=int, default=1_024, help="that every candidate sees (default: 1,024)"
    )
    p.add_argument(
        "--engine",
        choices=ENGINES,
        help="that networks are timed in (default: OpenVINO where it is installed, else PyTorch)",
    )
    p.add_argument("--limit", type=int, metavar="N", help="try only the first N candidates")
    p.add_argument(
        "--wall-time",
        action="store_true",
        help="time networks by the clock on the wall, on an idle machine (default: the processor's "
        "time)",
    )
    p.add_argument(
        "--out", type=Path, default=Path("search.json"), help="the table (default: search.json)"
    )
    p.add_argument("--chart", type=Path, metavar="HTML", help="also draw it, as a page")
    p.set_defaults(base=None, resume=None, max_time=None, patience=None)


def run(arguments: argparse.Namespace) -> int:
    """Train the candidates shortly; done ones are not done again."""
    from dataclasses import replace

    from carseg.analysis.shapes import chart
    from carseg.bench.search import CANDIDATES, Search, search, table, told
    from carseg.bench.speed.clock import Clock
    from carseg.core.atomic import write_atomically

    job = job_of(arguments)
    folder = arguments.runs / "search" / arguments.preset
    task = Search(
        replace(job, folder=folder),
        arguments.pictures,
        CANDIDATES[: arguments.limit],
        arguments.engine,
    )
    clock = Clock(processor=not arguments.wall_time)
    rows = search(task, arguments.runs / "cache", clock)
    found = told(task, rows, clock)
    write_atomically(arguments.out, found.model_dump_json(indent=1) + "\n")
    if arguments.chart is not None:
        write_atomically(arguments.chart, chart(rows).to_html(include_plotlyjs=True))
    print(table(rows).to_string(index=False, float_format="{:.4g}".format))
    return 0
