"""The command line: ``python -m carseg models | predict | evaluate | train | publish ...``.

Each command has a module: ``register`` adds the command, ``options`` adds its options, ``run`` does
the work. Slow imports (PyTorch, pandas, Lightning) are inside ``options`` and ``run``.
"""

import argparse
import logging
import sys
from collections.abc import Callable, Sequence

from carseg.cli import (
    baselines,
    dials,
    drop,
    evaluate,
    models,
    predict,
    publish,
    rates,
    stress,
    table,
    train,
    views,
)
from carseg.cli.command import Command
from carseg.core.errors import CarsegError

COMMANDS = (
    models,
    predict,
    evaluate,
    stress,
    dials,
    train,
    table,
    views,
    rates,
    publish,
    baselines,
    drop,
)
"""The commands in the order of ``--help``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 good, 1 an input failed, 2 wrong usage)."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("carseg").setLevel(logging.INFO)
    arguments = parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except CarsegError as error:
        print(f"carseg: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("carseg: stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser("python -m carseg", description=__import__("carseg").__doc__)
    verbs = top.add_subparsers(required=True, metavar="COMMAND", parser_class=Command)
    for command in COMMANDS:
        command.register(verbs)
    return top
