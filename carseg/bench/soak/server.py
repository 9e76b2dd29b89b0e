"""The app as its users start it: a process of its own, on a free port, with an empty home."""

import os
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from carseg.core.errors import CarsegError

STARTS_WITHIN = 120.0
"""Seconds."""


class ServerError(CarsegError):
    """The server did not start; the message has its last words."""


class Running(NamedTuple):
    """A started server: where it answers, and its process."""

    address: str
    process: subprocess.Popen


@contextmanager
def serving(
    command: Callable[[int], list[str]], health: str = "/_stcore/health"
) -> Iterator[Running]:
    """Start the server, wait until it answers, and end it after the block.

    Args:
        command: its command line for a port.
        health: what it answers once it is there.

    Raises:
        ServerError: it does not start.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="carseg-soak-") as home:
        log = Path(home) / "server.log"
        environment = os.environ | {"CARSEG_HOME": home}
        environment.pop("CARSEG_DATABASE", None)  # nobody's own rows are touched
        with log.open("wb") as written:
            process = subprocess.Popen(
                command(port), env=environment, stdout=written, stderr=subprocess.STDOUT
            )
        try:
            running = Running(f"http://127.0.0.1:{port}", process)
            _wait_for(running, health, log)
            yield running
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port of this machine at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(running: Running, health: str, log: Path) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while running.process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{running.address}{health}", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    last = log.read_text(errors="replace").strip().splitlines()[-1:] or ["It said nothing."]
    raise ServerError(f"The server did not start. Its last words: {last[0]}")
