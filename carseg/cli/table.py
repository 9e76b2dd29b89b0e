"""``carseg table``: the shipped results, as weights/README.md shows them."""

import argparse

from carseg.cli.command import Commands


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser("table", help="print the shipped results", options=options, run=run)


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument(
        "--write",
        action="store_true",
        help="write them into README.md of the weights' folder and of the folder above",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the table of the shipped scores, or write it where the documents show it."""
    from carseg.analysis.readme_table import overview, write_tables

    if not arguments.write:
        print(overview())
        return 0
    for file in write_tables():
        print(file)
    return 0
