"""``carseg rates``: compare learning rates."""

import argparse

from carseg.cli.command import Commands
from carseg.cli.options import fraction, unit_share
from carseg.cli.train import add_training, job_of


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "rates", help="compare learning rates of a preset", options=options, run=run
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    add_training(p)
    p.add_argument(
        "--rate",
        type=fraction,
        action="append",
        metavar="R",
        help="a peak rate to try; may be given several times (default: 1e-4, 3e-4 and 1e-3)",
    )
    p.add_argument(
        "--encoder-share",
        type=unit_share,
        action="append",
        metavar="S",
        help="a share of the rate for the encoder, 0 to 1, 0: frozen; may be given several times "
        "(default: the preset's)",
    )
    p.add_argument("--steps", type=int, default=500, help="of each run, in batches of 8")
    p.set_defaults(base=None, resume=None, max_time=None, patience=None)


def run(arguments: argparse.Namespace) -> int:
    """Compare learning rates on validation cars."""
    from carseg.train.rates import RATES, compare_rates

    rates = arguments.rate or RATES
    table = compare_rates(job_of(arguments), rates, arguments.encoder_share, arguments.steps)
    print(table.to_string(index=False, float_format="{:.4g}".format))
    return 0
