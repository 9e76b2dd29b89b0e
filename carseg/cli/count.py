"""``carseg count``: how often the number of cars in a picture is found."""

import argparse
from pathlib import Path

from carseg.cli.command import Commands
from carseg.cli.options import ALWAYS_READ, add_data, add_device, add_models, device_of


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "count",
        help="how often the number of cars in a picture is found",
        options=options,
        run=run,
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.data.sets import SETS

    add_data(p, strict=ALWAYS_READ, default="pairs")
    p.add_argument("--set", choices=SETS, metavar="NAME", help=f"one of {', '.join(SETS)}")
    p.add_argument(
        "--counts",
        type=Path,
        metavar="FILE",
        help="a CSV file with the columns picture and cars (default: each picture has one car)",
    )
    p.add_argument(
        "--tall",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="count only cars of at least this share of the picture's height, such as 0.05",
    )
    p.add_argument("--masks", action="store_true", help="look at the true masks as well")
    p.add_argument("--each", action="store_true", help="print every picture that is counted wrong")
    add_models(p)
    add_device(p)


def run(arguments: argparse.Namespace) -> int:
    """Print for each model how often the number of cars is exactly right."""
    from carseg.data.pairs import find_pairs
    from carseg.data.sets import SETS, find
    from carseg.evaluation.counting import counted, known, read_counts, tally
    from carseg.inference.predictor import Predictor
    from carseg.models.checkpoint import shelf

    if arguments.set:
        pairs = find(
            arguments.data, SETS[arguments.set], strict=arguments.strict, car=arguments.car
        )
    else:
        pairs = find_pairs(
            arguments.data, arguments.layout, strict=arguments.strict, car=arguments.car
        )
    counts = read_counts(arguments.counts) if arguments.counts else {p.id: 1 for p in pairs}
    chosen = known(pairs, counts)
    predictor = Predictor(device_of(arguments))
    models = arguments.model or list(shelf().configs)
    for name in [""] * arguments.masks + models:
        rows = list(counted(chosen, predictor, name, arguments.tall))
        said = tally(rows)
        span = said.interval
        interval = f" [{span.low:.3f}, {span.high:.3f}]" if span else ""
        print(
            f"{name or 'true masks'}: {said.right:.3f}{interval} of {said.pictures} pictures "
            f"exactly right, off by {said.off:.2f} cars in the mean; {said.found} cars found, "
            f"{said.cars} there"
        )
        for one in rows if arguments.each else ():
            if one.cars != one.found:
                print(f"  {one.picture}: {one.found} found, {one.cars} there")
    return 0
