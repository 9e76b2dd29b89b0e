"""``carseg app``: start the app."""

import argparse
import os
import subprocess
import sys
from importlib.util import find_spec

from carseg.cli.command import Commands
from carseg.core.errors import CarsegError

NEEDED = ("streamlit", "plotly")


class AppError(CarsegError):
    """The app cannot be started; the message says what is missing."""


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser("app", help="start the app in the browser", options=options, run=run)


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument("--port", type=int, help="to listen on (default: 8501, or the next free one)")
    p.add_argument("--headless", action="store_true", help="open no browser")
    p.add_argument(
        "more", nargs="*", metavar="-- OPTION", help="more options of `streamlit run`, after --"
    )


def run(arguments: argparse.Namespace) -> int:
    """Start Streamlit with the app; its settings lie beside it and hold wherever it is started."""
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise AppError(f"The app needs {' and '.join(missing)}: run pip install 'carseg[app]'.")
    started = command(arguments)
    if os.name == "posix":
        os.execv(started[0], started)  # signals then reach the server itself
    return subprocess.call(started)


def command(arguments: argparse.Namespace) -> list[str]:
    """The command line of the server that was asked for."""
    return [*server_command(arguments.port, headless=arguments.headless), *arguments.more]


def server_command(port: int | None, *, headless: bool) -> list[str]:
    """The command line of the server."""
    from carseg.core.settings import ROOT

    at = [] if port is None else ["--server.port", str(port)]
    quiet = ["--server.headless", "true"] if headless else []
    return [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *at, *quiet]
