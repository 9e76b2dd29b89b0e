"""``carseg table``: the shipped results, as the README shows them."""

import argparse

from carseg.cli.command import Commands


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser("table", help="print the shipped results", run=run)


def run(_: argparse.Namespace) -> int:
    """Print the results table of the shipped scores, as the README shows it."""
    from carseg.analysis.readme_table import overview

    print(overview())
    return 0
