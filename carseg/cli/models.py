"""``carseg models``: list the checkpoints."""

import argparse
import json
import sys
from dataclasses import asdict

from carseg.cli.command import Commands


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser("models", help="list the checkpoints", options=options, run=run)


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument("--json", action="store_true", help="print one JSON array")


def run(arguments: argparse.Namespace) -> int:
    """List the checkpoints; stderr names the broken ones."""
    from carseg.core.settings import weights_dir
    from carseg.models.checkpoint import shelf

    found = shelf()
    if arguments.json:
        print(json.dumps([asdict(c) for c in found.configs.values()], indent=2))
    else:
        for config in found.configs.values():
            size = f"{config.parameters / 1e6:.1f} M parameters"
            print(f"{config.name:24} {size:>18}  pretrained: {config.pretrained}")
            print(f"{'':24} {config.title}. {config.summary}")
        for config in found.controls.values():
            print(f"{config.name:24} {'scores only':>18}  {config.title}")
        for config in found.absent.values():
            print(f"{config.name:24} {'not here':>18}  {config.title}: carseg pull {config.name}")
    for problem in found.problems.values():
        print(f"carseg: {problem}", file=sys.stderr)
    if not found.configs and not arguments.json:
        print(f"No checkpoints in '{weights_dir()}'. Fetch one with: carseg pull NAME")
    return 0
