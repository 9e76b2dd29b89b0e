"""``carseg views``: draw the training views of a preset."""

import argparse
from pathlib import Path

from carseg.cli.command import Commands
from carseg.cli.train import add_learning, training_data


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "views", help="a contact sheet of what a preset trains on", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_learning(p)
    p.add_argument("--out", type=Path, default=Path("views.png"), help="the PNG to write")


def run(arguments: argparse.Namespace) -> int:
    """Write a contact sheet of what a preset trains on."""
    from carseg.core.atomic import write_atomically
    from carseg.imaging.codec import encode
    from carseg.train.legs import LegData
    from carseg.train.presets import PRESETS
    from carseg.train.sheet import contact_sheet

    preset, cache = PRESETS[arguments.preset], arguments.runs / "cache"
    data = LegData(preset, training_data(arguments), cache, arguments.seed)
    write_atomically(arguments.out, encode(contact_sheet(data), "png"))
    print(arguments.out)
    return 0
