"""``carseg evaluate``: score checkpoints on pictures with masks."""

import argparse
import sys
from dataclasses import fields
from typing import TYPE_CHECKING

from carseg.cli.command import Commands
from carseg.cli.options import (
    ALWAYS_READ,
    add_data,
    add_device,
    add_models,
    add_on,
    add_shard,
    area,
    cluster_of,
    device_of,
)

if TYPE_CHECKING:
    from carseg.evaluation.score_sets import EvaluateOptions, SetOptions

MEASURED_ON = ["model", "domain", "set", "grid", "n"]
PRINTED = [*MEASURED_ON, "dice", "low", "high", "iou", "boundary_iou"]
PRINTED_CAR_FREE = [*MEASURED_ON, "area", "much"]


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "evaluate", help="score checkpoints on pictures with masks", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.data.sets import SETS
    from carseg.results import DOMAINS

    more = {"backgrounds": "a folder of pictures without cars"}
    add_data(p, more, default=None, required=False, strict=ALWAYS_READ)
    p.add_argument("--split", help="train, val, test or all (carvana: test)")
    add_models(p)
    p.add_argument("--baselines", action="store_true", help="ceiling, mean and empty mask as well")
    p.add_argument("--domain", choices=DOMAINS, help="default: by layout")
    p.add_argument(
        "--set",
        dest="set_name",
        metavar="NAME",
        help=f"{', '.join(SETS)} choose their pictures; any other names what is in the folder",
    )
    p.add_argument("--size", help="native, model, stored or HxW (carvana: 160x240)")
    p.add_argument(
        "--area",
        type=area,
        metavar="PIXELS",
        help="use the networks on a grid of so many pixels, or HxW, instead of their own; not kept",
    )
    add_shard(p)
    add_on(p)
    p.add_argument("--refine", action="store_true", help="score outlines that follow the photo")
    p.add_argument("--details", action="store_true", help="measure where the masks are wrong too")
    p.add_argument("--save", action="store_true", help="keep the counts beside the weights")
    p.add_argument("--json", action="store_true", help="print a JSON array, an object per model")
    add_device(p)


def run(arguments: argparse.Namespace) -> int:
    """Score checkpoints on a data set. If a model fails, it is named, and the others are done.

    For pictures without a car it prints the share that is called car
    (``carseg.analysis.car_free``).
    """
    from carseg.analysis.boards import Benchmark
    from carseg.analysis.car_free import car_free_table
    from carseg.analysis.frames import per_picture, summarise
    from carseg.evaluation.score_sets import score_sets

    done, failed = score_sets(_options(arguments))
    if arguments.json or done:
        table, printed = summarise(done), PRINTED
        if done and not any(p.counts.tp + p.counts.fn for scores in done for p in scores.pictures):
            free = car_free_table(per_picture(done), Benchmark(done[0].set, done[0].grid))
            table = table.merge(free[["model", "area", "much"]], on="model")
            printed = PRINTED_CAR_FREE
        if arguments.json:
            print(table.to_json(orient="records", indent=2))
        else:
            print(table[printed].to_string(index=False, float_format="{:.4f}".format))
    for problem in failed:
        print(f"carseg: {problem}", file=sys.stderr)
    return 1 if failed else 0


def _options(arguments: argparse.Namespace) -> "EvaluateOptions":
    """The options of the command line."""
    from carseg.evaluation.score_sets import EvaluateOptions

    device = device_of(arguments)
    return EvaluateOptions(
        set_options(arguments),
        device,
        models=tuple(arguments.model or ()),
        baselines=arguments.baselines,
        area=arguments.area,
        refine=arguments.refine,
        details=arguments.details,
        shard=arguments.shard,
        cluster=cluster_of(arguments, device),
        save=arguments.save,
    )


def set_options(arguments: argparse.Namespace) -> "SetOptions":
    """The pictures that the command line names."""
    from carseg.evaluation.score_sets import SetOptions

    return SetOptions(
        **{field.name: getattr(arguments, field.name) for field in fields(SetOptions)}
    )
