"""Processes that are killed in the middle of their work."""

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

Tell = Callable[[Any], None]
_FORK = get_context("fork")  # what is slow to import is imported once, by the parent
_START_SECONDS = 120
_CHANGES = {"os.rename", "os.remove", "os.link"}


def killed(
    work: Callable[[Tell], None],
    longest: float,
    *,
    at_once: bool = False,
    within: Path | None = None,
    writes: int = 0,
) -> list[Any]:
    """Do the work in a process that is killed without warning; returns what it told before.

    Args:
        longest: the kill comes within so many seconds, at a random moment.
        at_once: they count from the start; else from the first thing that is told.
        within, writes: the kill may come earlier, in the milliseconds after one of the first
            ``writes`` times that a file in this folder is opened to be written, renamed or removed.
    """
    here, there = _FORK.Pipe(duplex=False)
    child = _FORK.Process(target=_lead, args=(work, there, within, writes))
    child.start()
    there.close()
    if not at_once:
        here.poll(_START_SECONDS)
    child.join(random.uniform(0, longest))
    child.kill()
    child.join()
    told = []
    try:
        while here.poll():
            told.append(here.recv())
    except EOFError:  # it may be cut off within a message
        pass
    here.close()
    _bury(child.pid or 0)
    if child.exitcode not in (0, -signal.SIGKILL):
        raise RuntimeError(f"The process to kill ended by itself ({child.exitcode}).")
    return told


def _lead(work: Callable[[Tell], None], pipe: Connection, within: Path | None, writes: int) -> None:
    os.setpgid(0, 0)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # bars of progress
    if within is not None:
        _aim(str(within), random.randint(1, writes))
    work(pipe.send)


def _aim(folder: str, left: int) -> None:
    """End this process just after its ``left``-th change of a file in the folder."""

    def shoot() -> None:
        time.sleep(random.uniform(0, 0.003))
        os.kill(os.getpid(), signal.SIGKILL)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        change = event in _CHANGES or (event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR))
        if change and str(args[0]).startswith(folder):
            left -= 1
            if left == 0:
                threading.Thread(target=shoot).start()

    sys.addaudithook(hook)


def orphans(group: int, seconds: float = 10) -> bool:
    """Whether processes that the killed one had started are still there after so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.02)
    return True


class OrphansError(RuntimeError):
    """Processes that outlived the one that had started them."""


def _bury(group: int) -> None:
    if group and orphans(group):
        os.killpg(group, signal.SIGKILL)
        raise OrphansError("Processes outlived the one that had started them.")


def names(folder: Path) -> set[str]:
    """The names of everything under a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}
