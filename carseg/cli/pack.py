"""``carseg pack``: a small copy of a data set."""

import argparse
from pathlib import Path

from carseg.cli.command import Commands
from carseg.cli.options import add_data


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "pack", help="a small copy of a data set, to train elsewhere", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.data.splits import SPLITS

    add_data(p, strict="an unpaired file is an error, not a warning; an unreadable file always is")
    p.add_argument(
        "--split",
        action="append",
        choices=SPLITS,
        help="a published split of Carvana; may be given several times (default: all pictures)",
    )
    p.add_argument(
        "--size",
        default="320x480",
        metavar="HxW",
        help="about as many pixels as this has, in each picture's own shape (default: 320x480)",
    )
    p.add_argument("--out", type=Path, required=True, help="the folder of the copy")


def run(arguments: argparse.Namespace) -> int:
    """Write a small copy of a data set."""
    from tqdm import tqdm

    from carseg.data.pack import pack
    from carseg.data.pairs import DataError, find_pairs
    from carseg.data.splits import select
    from carseg.evaluation.loaded_pairs import Grid

    size = Grid.parse(arguments.size).size
    if size is None:
        raise DataError("--size takes height x width, such as 320x480.")
    found = find_pairs(arguments.data, arguments.layout, strict=arguments.strict, car=arguments.car)
    parts = arguments.split or ["all"]
    pairs = [pair for part in parts for pair in select(found, "carvana", part)]
    with tqdm(total=len(pairs), unit="picture", disable=None) as bar:
        written = pack(pairs, arguments.out, arguments.layout, size[0] * size[1], bar.update)
    print(f"{len(pairs):,} pictures, {written / 1e6:.1f} MB: {arguments.out}")
    return 0
