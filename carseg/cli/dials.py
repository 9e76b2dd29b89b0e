"""``carseg dials``: list the dials, or draw their effects."""

import argparse
from pathlib import Path

from carseg.cli.command import Commands
from carseg.cli.options import add_car, dial


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "dials", help="list the dials, or draw what they do", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument("--dial", action="append", type=dial, metavar="NAME", help="all unless given")
    p.add_argument("--out", type=Path, help="write a sheet of severities: a png, webp or jpeg file")
    p.add_argument("--picture", type=Path, help="a picture of a car, instead of a sample")
    p.add_argument("--mask", type=Path, help="the picture's true mask")
    add_car(p)
    p.add_argument("--backgrounds", type=Path, help="a folder of pictures without a car")
    p.add_argument("--seed", type=int, default=0, help="of the random draws (default: 0)")


def run(arguments: argparse.Namespace) -> int:
    """List the dials, or write a sheet of what they do."""
    from carseg.dials.dial import default_dials, described
    from carseg.service.sheet import SheetOptions, write_sheet

    if arguments.out is None:
        print(described(arguments.dial or default_dials()))
        return 0
    write_sheet(
        SheetOptions(
            arguments.out,
            dials=tuple(arguments.dial or ()),
            picture=arguments.picture,
            mask=arguments.mask,
            car=arguments.car,
            backgrounds=arguments.backgrounds,
            seed=arguments.seed,
        )
    )
    print(arguments.out)
    return 0
