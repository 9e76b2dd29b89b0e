"""``carseg drill``: break things on purpose, and see what is lost."""

import argparse

from carseg.cli.command import Commands


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser(
        "drill",
        help="kill, fill the disk, alter weights: nothing that was acknowledged may be lost",
        options=options,
        run=run,
    )


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    from carseg.bench.drill import DRILLS

    words = "; ".join(f"{name}: {what}" for name, what in DRILLS.items())
    p.add_argument("what", nargs="*", metavar="WHAT", help=f"{words} (default: all)")
    p.add_argument("--times", type=int, default=20, help="rounds of each (default: 20)")
    p.add_argument(
        "--minutes", type=float, default=5, help="no new round of a drill after these (default: 5)"
    )
    p.add_argument("--seed", type=int, help="of the moments at which things break")


def run(arguments: argparse.Namespace) -> int:
    """Do the drills; 1 if anything was lost or stayed by half."""
    import random
    import tempfile
    import time
    from pathlib import Path

    from carseg.bench.drill import DRILLS, drill
    from carseg.bench.drill.outcome import Limit
    from carseg.core.errors import CarsegError

    if unknown := set(arguments.what) - set(DRILLS):
        raise CarsegError(f"There is no drill {', '.join(sorted(unknown))}: {', '.join(DRILLS)}.")
    if arguments.times < 1 or not 0 < arguments.minutes <= 600:
        raise CarsegError("A drill needs --times of 1 or more and --minutes up to 600.")
    random.seed(arguments.seed)
    bad = 0
    for name in arguments.what or DRILLS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"carseg-drill-{name}-") as folder:
            found = drill(name, Path(folder), Limit(arguments.times, arguments.minutes))
        more = "".join(f", {count:,} {what}" for what, count in found.seen.items())
        print(
            f"{name}: {DRILLS[name]}. {found.tried} times in {time.monotonic() - began:.0f} s; "
            f"{found.acknowledged:,} acknowledged{more}; {len(found.lost) or 'nothing'} lost.",
            flush=True,
        )
        for sentence in found.lost:
            print(f"  {sentence}")
        bad += len(found.lost)
    return 1 if bad else 0
