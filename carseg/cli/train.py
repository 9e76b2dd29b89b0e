"""``carseg train``: train a preset."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from carseg.cli.command import Commands
from carseg.cli.options import add_data, add_device

if TYPE_CHECKING:
    from carseg.data.pairs import Pair
    from carseg.train.legs import TrainingData
    from carseg.train.run import Job


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser("train", help="train a preset", options=options, run=run)


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_training(p)
    p.add_argument("--from", dest="base", metavar="NAME", help="go on from a checkpoint's weights")
    p.add_argument("--resume", type=Path, metavar="RUN", help="resume the run in this folder")
    p.add_argument(
        "--max-time",
        type=float,
        metavar="HOURS",
        help="stop after this time; the run can be resumed",
    )
    p.add_argument(
        "--patience", type=int, metavar="LEGS", help="stop if this many legs bring nothing better"
    )


def add_learning(p: argparse.ArgumentParser) -> None:
    """The options that say what is learned, and from which data."""
    from carseg.train.presets import PRESETS

    p.add_argument(
        "preset",
        choices=sorted(PRESETS),
        metavar="PRESET",
        help=f"the recipe of the training: {', '.join(sorted(PRESETS))}",
    )
    add_data(p, strict="a broken or unpaired file is an error, not a warning")
    p.add_argument("--photos", type=Path, help="street photographs: images/, masks/, clean/")
    p.add_argument("--street", type=Path, help="photographs of one car each: images/, masks/")
    p.add_argument("--traffic", type=Path, help="street scenes: images/, masks/")
    p.add_argument("--backgrounds", type=Path, help="a folder of pictures without a car")
    p.add_argument("--runs", type=Path, default=Path("runs"), help="the folder of runs")
    p.add_argument("--seed", type=int, default=0, help="of weights and views (default: 0)")


def add_training(p: argparse.ArgumentParser) -> None:
    """``add_learning``, and the options for the machines."""
    add_learning(p)
    p.add_argument("--encoder", help="a local file of encoder weights instead of the download")
    p.add_argument(
        "--devices", type=int, default=1, help="processes on each machine, for DDP (default: 1)"
    )
    p.add_argument("--nodes", type=int, default=1, help="machines, for DDP (default: 1)")
    add_device(p, engines=False)


def run(arguments: argparse.Namespace) -> int:
    """Train a preset, or resume an interrupted run."""
    from carseg.train.run import train

    job = job_of(arguments)
    if train(job, resume=arguments.resume is not None):
        print(f"Done. Next: carseg publish {job.folder} {arguments.preset}")
    else:
        print(f"Time is up. Go on with the same command and --resume {job.folder}")
    return 0


def job_of(arguments: argparse.Namespace) -> "Job":
    """The training that the options describe."""
    from carseg.train.presets import PRESETS
    from carseg.train.run import Job, Machine

    return Job(
        PRESETS[arguments.preset],
        training_data(arguments),
        arguments.resume or arguments.runs / arguments.preset,
        seed=arguments.seed,
        encoder=arguments.encoder,
        base=arguments.base,
        patience=arguments.patience,
        machine=Machine(
            arguments.device,
            arguments.precision,
            arguments.devices,
            arguments.nodes,
            arguments.max_time,
        ),
    )


def training_data(arguments: argparse.Namespace) -> "TrainingData":
    """The pictures that the options name."""
    from carseg.data.pairs import find_backgrounds, find_pairs
    from carseg.train.legs import TrainingData

    strict, backgrounds, car = arguments.strict, arguments.backgrounds, arguments.car

    def pairs(folder: Path | None) -> "list[Pair] | None":
        return None if folder is None else find_pairs(folder, "pairs", strict=strict, car=car)

    return TrainingData(
        find_pairs(arguments.data, arguments.layout, strict=strict, car=car),
        carparts=pairs(arguments.photos),
        backgrounds=None if backgrounds is None else find_backgrounds(backgrounds),
        strict=strict,
        street=pairs(arguments.street),
        traffic=pairs(arguments.traffic),
    )
