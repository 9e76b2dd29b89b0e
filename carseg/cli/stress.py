"""``carseg stress``: score checkpoints along dials."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from carseg.cli.command import Commands
from carseg.cli.evaluate import set_options
from carseg.cli.options import (
    ALWAYS_READ,
    add_data,
    add_device,
    add_models,
    add_on,
    add_shard,
    cluster_of,
    device_of,
    dial,
    fraction,
)

if TYPE_CHECKING:
    from carseg.evaluation.stress_sets import StressOptions


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "stress", help="score checkpoints along dials, studio to street", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.stats.juncture import DELTA

    add_data(p, default=None, strict=ALWAYS_READ)
    p.add_argument("--backgrounds", type=Path, help="a folder with the held-out backgrounds")
    add_models(p)
    p.add_argument("--dial", type=dial, action="append", help="default: each family, and combined")
    p.add_argument("--n", type=int, help="pictures, spread over cars (default: 96)")
    p.add_argument("--seed", type=int, default=0, help="of the dials (default: 0)")
    p.add_argument("--delta", type=fraction, default=DELTA, help="the lead in Dice of a juncture")
    p.add_argument(
        "--set",
        dest="set_name",
        metavar="NAME",
        help="as in evaluate (default: carvana-test; with --layout, the folder's name)",
    )
    p.add_argument("--split", help="train, val, test or all (default: the set's)")
    add_shard(p)
    add_on(p)
    p.add_argument("--save", action="store_true", help="keep the counts beside the weights")
    p.add_argument("--json", action="store_true", help="print JSON, intervals and bands included")
    add_device(p)
    p.set_defaults(domain=None, size=None)


def run(arguments: argparse.Namespace) -> int:
    """Score checkpoints along dials. If a model fails, it is named, and the others are done."""
    from carseg.analysis.stress import report, report_json
    from carseg.evaluation.stress_sets import stress_sets

    done, failed = stress_sets(_options(arguments))
    if arguments.json or done:
        print((report_json if arguments.json else report)(done, arguments.delta))
    for problem in failed:
        print(f"carseg: {problem}", file=sys.stderr)
    return 1 if failed else 0


def _options(arguments: argparse.Namespace) -> "StressOptions":
    """The options of the command line."""
    from carseg.evaluation.stress_pictures import STRESS_PICTURES
    from carseg.evaluation.stress_sets import StressOptions

    device = device_of(arguments)
    return StressOptions(
        set_options(arguments),
        device,
        models=tuple(arguments.model or ()),
        dials=tuple(arguments.dial or ()),
        number=STRESS_PICTURES if arguments.n is None else arguments.n,
        backgrounds=arguments.backgrounds,
        seed=arguments.seed,
        shard=arguments.shard,
        cluster=cluster_of(arguments, device),
        save=arguments.save,
    )
