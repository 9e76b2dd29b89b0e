"""The command line: ``carseg models | predict | app | evaluate | train | publish ...``.

Each command has a module: ``register`` adds the command, ``options`` adds its options, ``run`` does
the work. Slow imports (PyTorch, pandas, Lightning) are inside ``options`` and ``run``.
"""

import argparse
import io
import logging
import os
import shlex
import sys
from collections.abc import Callable, Sequence
from typing import cast

from carseg.cli import (
    add,
    app,
    baselines,
    bench,
    card,
    count,
    dials,
    drill,
    drop,
    evaluate,
    export,
    models,
    pack,
    predict,
    publish,
    pull,
    push,
    rates,
    search,
    serve,
    soak,
    stress,
    table,
    train,
    views,
)
from carseg.cli.command import Command
from carseg.core.errors import CarsegError, disk_error
from carseg.core.version import __version__

COMMANDS = (
    models,
    predict,
    app,
    serve,
    pull,
    add,
    evaluate,
    stress,
    count,
    dials,
    train,
    table,
    views,
    rates,
    search,
    pack,
    publish,
    export,
    card,
    push,
    baselines,
    drop,
    bench,
    soak,
    drill,
)
"""The commands in the order of ``--help``."""
READER_GONE = 141
"""The exit code where the reader of the output went away, as of other programs (128 + SIGPIPE)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 good, 1 an input failed, 2 wrong usage)."""
    _print_anything()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    logging.getLogger("carseg").setLevel(logging.INFO)
    if "_ARGCOMPLETE" in os.environ:
        _complete(os.environ.get("COMP_LINE", ""))
    try:
        code = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output, such as `head`, has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    return code


def _run(argv: Sequence[str] | None) -> int:
    try:
        arguments = parser().parse_args(argv)
    except SystemExit:  # --help, or wrong usage
        sys.stdout.flush()
        raise
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except BrokenPipeError:
        raise
    except CarsegError as error:
        print(f"carseg: {error}{_advice(error, arguments)}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"carseg: {disk_error(error)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("carseg: stopped.", file=sys.stderr)
        return 130


def _print_anything() -> None:
    """A name that the terminal cannot show is written with backslashes; it stops nothing."""
    logging.raiseExceptions = False
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _advice(error: CarsegError, arguments: argparse.Namespace) -> str:
    """How to say which label of a mask is the car, if that is what is missing."""
    labels = getattr(error, "labels", ())
    if not labels or not hasattr(arguments, "car"):
        return ""
    return f" For example: --car {shlex.quote(labels[min(1, len(labels) - 1)].name)}"


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
