"""``carseg pull``: fetch checkpoints."""

import argparse

from carseg.cli.command import Commands


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "pull", help="fetch checkpoints from the hub or an address", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument("name", nargs="+", help="of the checkpoint, as `carseg models` lists it")
    p.add_argument(
        "--from",
        dest="source",
        metavar="PLACE",
        help="a hub repository (owner/name) or the https address of a folder with config.json and "
        "model.safetensors; {name} in it stands for the checkpoint's name "
        "(default: $CARSEG_PULL_FROM)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Fetch each checkpoint; its weights must be those that its config states."""
    from carseg.core.settings import pull_source, weights_dir
    from carseg.service.hub import HubError, pull

    source = arguments.source or pull_source()
    if source is None:
        raise HubError(
            "Say where to fetch from: --from owner/name for a hub repository, or --from https://..."
        )
    for name in arguments.name:
        config = pull(name, source.replace("{name}", name))
        print(f"{weights_dir() / name}: {config.bytes:,} bytes, SHA-256 {config.sha256}")
    return 0
