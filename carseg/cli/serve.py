"""``carseg serve``: HTTP for other programs, without the app."""

import argparse
import os
from importlib.util import find_spec

from carseg.cli.command import Commands
from carseg.core.errors import CarsegError

NEEDED = ("fastapi", "uvicorn", "python_multipart")
PORT = 8600


class ServeError(CarsegError):
    """The server cannot be started; the message says what is missing."""


def register(commands: Commands) -> None:
    """Name the command."""
    commands.add_parser("serve", help="answer other programs over HTTP", options=options, run=run)


def options(p: argparse.ArgumentParser) -> None:
    """Add the options."""
    p.add_argument("--host", default="127.0.0.1", help="to listen on (default: this machine only)")
    p.add_argument("--port", type=int, default=PORT, help=f"to listen on (default: {PORT})")
    p.add_argument(
        "--allow-host",
        action="append",
        metavar="NAME",
        help="a name that the server answers to; may be given several times (default: localhost)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until it is stopped."""
    if any(find_spec(name) is None for name in NEEDED):
        raise ServeError("Serving needs FastAPI: run pip install 'carseg[api]'.")
    import uvicorn

    if arguments.allow_host:
        os.environ["CARSEG_ALLOWED_HOSTS"] = ",".join(arguments.allow_host)
    uvicorn.run(
        "carseg.api.app:alone",
        factory=True,
        host=arguments.host,
        port=arguments.port,
        timeout_keep_alive=5,
        server_header=False,
    )
    return 0
