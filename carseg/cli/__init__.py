"""The command line: ``carseg models | predict | app | evaluate | train | publish ...``.

Each command has a module: ``register`` adds the command, ``options`` adds its options, ``run`` does
the work. Slow imports (PyTorch, pandas, Lightning) are inside ``options`` and ``run``.
"""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import cast

from carseg.cli import (
    app,
    baselines,
    card,
    dials,
    drop,
    evaluate,
    models,
    pack,
    predict,
    publish,
    pull,
    push,
    rates,
    stress,
    table,
    train,
    views,
)
from carseg.cli.command import Command
from carseg.core.errors import CarsegError
from carseg.core.version import __version__

COMMANDS = (
    models,
    predict,
    app,
    pull,
    evaluate,
    stress,
    dials,
    train,
    table,
    views,
    rates,
    pack,
    publish,
    card,
    push,
    baselines,
    drop,
)
"""The commands in the order of ``--help``."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 good, 1 an input failed, 2 wrong usage)."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("carseg").setLevel(logging.INFO)
    if "_ARGCOMPLETE" in os.environ:
        _complete(os.environ.get("COMP_LINE", ""))
    arguments = parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except CarsegError as error:
        print(f"carseg: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"carseg: {_place(error)}", file=sys.stderr)
        return 1
    except MemoryError:
        print(
            "carseg: there is not enough memory for this: take smaller pictures or a smaller grid.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("carseg: stopped.", file=sys.stderr)
        return 130


def _place(error: OSError) -> str:
    """A file or folder that cannot be used, in one sentence."""
    named = f"'{os.fsdecode(error.filename)}'" if error.filename else "a file"
    reason = (error.strerror or type(error).__name__).lower()
    return f"{named} cannot be used ({reason}): give another place, or make room there."


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        "carseg",
        description="Find the car in a photo, and measure how well a network does it.",
        epilog="In bash, after pip install argcomplete, "
        '`eval "$(register-python-argcomplete carseg)"` completes what you type.',
    )
    top.add_argument(
        "--version",
        action="version",
        version=f"carseg {__version__}",
        help="print the version and stop",
    )
    verbs = top.add_subparsers(required=True, metavar="COMMAND", parser_class=Command)
    for command in COMMANDS:
        command.register(verbs)
    return top


def _complete(line: str) -> None:
    """Answer the shell, which asks how ``line`` may go on; the process then ends."""
    import argcomplete

    top = parser()
    (verbs,) = (action for action in top._actions if action.choices)
    known = cast(dict[str, Command], verbs.choices)
    for name in set(line.split()) & set(known):
        known[name].complete()  # argcomplete looks at the options before they are used
    argcomplete.autocomplete(top)
