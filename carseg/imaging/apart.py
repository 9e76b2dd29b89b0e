"""Decodes what comes from strangers in a process of its own, which can be ended.

A decoder that does not come back, crashes or takes all memory costs its own process only. The
processes are started by name (``python -m carseg.imaging.worker``), so that nothing of this one
goes with them, and are used again. Pixels come back in shared memory, without a copy.
"""

import atexit
import json
import os
import queue
import socket
import subprocess
import sys
import threading
from mmap import mmap
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from carseg.imaging.wire import receive, send

WORKERS = max(1, min(4, os.cpu_count() or 1))
SLOWEST = 60.0
"""Seconds after which a process is ended whatever it does. Its own limit is in processor time."""
TOO_LONG = "Reading this picture took too long: open it elsewhere and save it again as JPEG or PNG."
WORKER = "carseg.imaging.worker"
_ROOT = Path(__file__).resolve().parents[2]


class ApartError(Exception):
    """A picture could not be decoded; the text is for its owner."""


class Decoded(NamedTuple):
    """What came back: facts (shape, mode, palette ...), and the pixels' memory."""

    facts: dict[str, Any]
    memory: mmap


class _Worker:
    """One process, and the socket to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        paths = [str(_ROOT), os.environ.get("PYTHONPATH", "")]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-m", WORKER, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=environment,
            )
        self.socket = ours
        ours.settimeout(SLOWEST)  # for each message

    def ask(self, what: str, data: bytes) -> Decoded | str:
        """The pixels, or why there are none."""
        send(self.socket, what.encode())
        send(self.socket, data)
        answer, handles = receive(self.socket)
        facts = json.loads(answer)
        if not handles:
            return str(facts["error"])
        try:
            return Decoded(facts, mmap(handles[0], 0))
        finally:
            os.close(handles[0])

    def end(self) -> None:
        self.socket.close()
        self.process.kill()
        self.process.wait()


class Pool:
    """A few processes that decode. Threads share it; it begins with none.

    Args:
        most: how many processes there are at once.
    """

    def __init__(self, most: int = WORKERS) -> None:
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(most):
            self._idle.put(None)
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()

    def rgb(self, data: bytes) -> np.ndarray:
        """``carseg.imaging.codec.decode``. Raises ApartError."""
        made = self._decode("rgb", data)
        # The array keeps the memory; both go together.
        return np.frombuffer(made.memory, np.uint8).reshape(made.facts["shape"])

    def copy(self, data: bytes, longest: int) -> tuple[np.ndarray, tuple[int, int]]:
        """``carseg.imaging.codec.decode_copy``. Raises ApartError."""
        made = self._decode(f"copy {longest}", data)
        height, width = made.facts["full"]
        pixels = np.frombuffer(made.memory, np.uint8).reshape(made.facts["shape"])
        return pixels, (height, width)

    def image(self, data: bytes) -> Image.Image:
        """``carseg.imaging.untrusted.upright``, without facts of its file. Raises ApartError."""
        facts, memory = self._decode("image", data)
        image = Image.frombytes(facts["mode"], tuple(facts["size"]), memoryview(memory))
        if facts["palette"]:
            image.putpalette(bytes.fromhex(facts["palette"]), facts["palette_mode"])
        return image

    def _decode(self, what: str, data: bytes) -> Decoded:
        """What a process makes of a file.

        Raises:
            ApartError: it cannot be read, it took too long, or its decoder crashed.
        """
        worker, made = self._idle.get(), None
        try:
            worker = worker or self._started()
            made = worker.ask(what, data)
        except (OSError, EOFError, ValueError):  # ended by its own limit, or crashed, or silent
            made = TOO_LONG
            raise ApartError(TOO_LONG) from None
        finally:
            if not isinstance(made, Decoded | str) or made is TOO_LONG:
                self._drop(worker)
                worker = None
            self._idle.put(worker)
        if isinstance(made, str):
            raise ApartError(made)
        return made

    def warm(self) -> None:
        """Start a process now, in a thread, so that the first picture need not wait for it."""

        def start() -> None:
            worker = self._idle.get()
            try:
                worker = worker or self._started()
            finally:
                self._idle.put(worker)

        threading.Thread(target=start, name="decode-warm", daemon=True).start()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            workers, self._all = self._all, set()
        for worker in workers:
            worker.end()

    def _started(self) -> _Worker:
        worker = _Worker()
        with self._lock:
            self._all.add(worker)
        return worker

    def _drop(self, worker: _Worker | None) -> None:
        if worker is not None:
            with self._lock:
                self._all.discard(worker)
            worker.end()


_POOL: list[Pool] = []


def begin() -> None:
    """Decode bytes apart from now on, where the system can: a server does so, a command not."""
    if not _POOL and hasattr(os, "memfd_create"):
        _POOL.append(Pool())
        atexit.register(end)


def end() -> None:
    """Decode in this process again; ends the others."""
    while _POOL:
        _POOL.pop().close()


def pool() -> Pool | None:
    """The processes that decode, or None where this one does it."""
    return _POOL[0] if _POOL else None
