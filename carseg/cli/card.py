"""``carseg card``: write config and card anew."""

import argparse

from carseg.cli.command import Commands
from carseg.cli.options import complete_models


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "card", help="write a checkpoint's config and card anew", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    complete_models(
        p.add_argument("name", nargs="*", help="one of `carseg models` (default: all of them)")
    )


def run(arguments: argparse.Namespace) -> int:
    """Write config.json and README.md as this version writes them; no fact changes."""
    from carseg.analysis.model_card import write_card
    from carseg.models.checkpoint import checkpoint_folder, rewrite_config, shelf

    for folder in [checkpoint_folder(name) for name in arguments.name or shelf().known]:
        rewrite_config(folder)
        print(write_card(folder))
    return 0
