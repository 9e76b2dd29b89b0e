"""``carseg baselines``: make the baselines, which need no network."""

import argparse
from pathlib import Path

from carseg.cli.command import Commands
from carseg.cli.options import add_data


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "baselines", help="make the mean mask of a data set's train cars", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_data(p, strict="an unpaired file is an error, not a warning")
    p.add_argument("--runs", type=Path, default=Path("runs"), help="the folder of runs")


def run(arguments: argparse.Namespace) -> int:
    """Make the mean mask of the train cars, and the folders that hold the baselines' scores."""
    from carseg.core.settings import weights_dir
    from carseg.data.pairs import find_pairs
    from carseg.data.splits import select
    from carseg.evaluation.baselines import write_baselines

    pairs = find_pairs(arguments.data, arguments.layout, strict=arguments.strict, car=arguments.car)
    train = select(pairs, "carvana", "train")
    for name in write_baselines(train, weights_dir(), arguments.runs / "cache"):
        print(weights_dir() / name)
    return 0
