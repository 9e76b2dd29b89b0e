"""``carseg publish``: make a checkpoint of a finished run."""

import argparse
from pathlib import Path

from carseg.cli.command import Commands


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "publish", help="make a checkpoint of a finished run", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument("run_folder", type=Path, metavar="RUN", help="the folder of a finished run")
    p.add_argument(
        "name", help="of the checkpoint: a preset's gives it that one's title and limits"
    )
    which = p.add_mutually_exclusive_group()
    which.add_argument("--best", action="store_true", help="the best on validation, not the last")
    which.add_argument(
        "--snapshot", type=int, metavar="N", help="the one after N pictures of the run"
    )
    p.add_argument("--full", action="store_true", help="keep fp32: twice the size")
    p.add_argument("--replace", action="store_true", help="overwrite another run's checkpoint")


def run(arguments: argparse.Namespace) -> int:
    """Make a checkpoint folder of a finished run."""
    from carseg.core.settings import weights_dir
    from carseg.train.publish import publish_run

    config = publish_run(
        arguments.run_folder,
        arguments.name,
        weights_dir(),
        best=arguments.best,
        snapshot=arguments.snapshot,
        full=arguments.full,
        overwrite=arguments.replace,
    )
    print(
        f"{weights_dir() / config.name}: {config.parameters:,} parameters, {config.bytes:,} bytes"
    )
    return 0
