"""``carseg push``: send a checkpoint to the hub."""

import argparse

from carseg.cli.command import Commands
from carseg.cli.options import complete_models


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser("push", help="send a checkpoint to the hub", options=options, run=run)


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    complete_models(p.add_argument("name", help="one of `carseg models`"))
    p.add_argument("repo", help="the hub repository, owner/name; it is made if missing")
    p.add_argument("--private", action="store_true", help="make the repository private")


def run(arguments: argparse.Namespace) -> int:
    """Send the checkpoint's folder: config, weights, card, training curve and scores."""
    from carseg.service.hub import push

    print(push(arguments.name, arguments.repo, private=arguments.private))
    return 0
