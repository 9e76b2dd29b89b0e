"""The app as its users start it, a process of its own on a free port; and a plain web server."""

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from carseg.core.settings import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Running(NamedTuple):
    """A started app: where it answers, and the id of its process."""

    address: str
    pid: int


@contextmanager
def serve(log: Path, **environment: str) -> Iterator[str]:
    """The app, running with this environment added to the present one; its address."""
    with start(log, ROOT, **environment) as running:
        yield running.address


@contextmanager
def start(log: Path, checkout: Path, **environment: str) -> Iterator[Running]:
    """The app of this checkout, started in its folder, with this environment added."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with log.open("w") as written:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "streamlit", "run", "app.py"),
                *("--server.headless", "true", "--server.port", str(port)),
            ],
            cwd=checkout,
            env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(address, process, log)
            yield Running(address, process.pid)
        finally:
            process.kill()  # it holds nothing worth waiting for
            process.wait()


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    for _ in range(300):
        assert process.poll() is None, f"The server ended at once: see {log}."
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"The server did not start within a minute: see {log}.")


@contextmanager
def files(folder: Path) -> Iterator[str]:
    """The files of a folder, as a plain web server gives them; the address."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
