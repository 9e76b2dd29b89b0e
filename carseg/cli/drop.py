"""``carseg drop``: delete weights, keep their scores."""

import argparse

from carseg.cli.command import Commands


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "drop", help="delete a checkpoint's weights, keep its scores", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument("name", nargs="+", help="one of `carseg models`")


def run(arguments: argparse.Namespace) -> int:
    """Delete the weights of checkpoints; their scores, curves and cards stay."""
    from carseg.analysis.model_card import write_card
    from carseg.models.checkpoint import checkpoint_folder, drop_weights

    # A wrong name stops before anything is deleted.
    for folder in [checkpoint_folder(name) for name in arguments.name]:
        config = drop_weights(folder)
        write_card(folder)
        print(f"{config.name}: only its scores are kept now.")
    return 0
