"""Wall and processor seconds of what a visitor does, from a click to what is then seen."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.browser.driving import middle, settled

TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
QUIET, WINDOW, PATIENCE = 0.03, 0.5, 180
"""A process that uses less than ``QUIET`` in two windows is at rest; all three are seconds."""

Seen = dict[str, Callable[[], object]]
"""What a step shows, in this order: its name, and a function that waits for it."""


def processor_seconds(pid: int) -> float:
    """What a process and all that it started have used of the processor, in seconds.

    Fields 4 and 14 to 17 in proc(5): the parent, the process's own time, that of ended children.
    """
    every = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile
            fields = status.read_text().rpartition(")")[2].split()
            every[int(status.parent.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {pid}
    while grown := {one for one, (parent, _) in every.items() if parent in family} - family:
        family |= grown
    return sum(every[one][1] for one in family) / TICKS


def spent(pid: int, seconds: float) -> float:
    """Processor seconds that a process uses in so many seconds from now."""
    before = processor_seconds(pid)
    time.sleep(seconds)
    return processor_seconds(pid) - before


def say(line: str) -> None:
    """Tell whoever runs the walk."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def at_rest(pid: int) -> None:
    """Wait until a process has nothing left to do."""
    end, still = time.monotonic() + PATIENCE, 0
    while still < 2 and time.monotonic() < end:
        still = still + 1 if spent(pid, WINDOW) < QUIET else 0


@dataclass(frozen=True)
class Step:
    """One step of a walk.

    Attributes:
        wall: seconds from its start to what is seen.
        processor: seconds that the server used until then.
        work: seconds that the server used until it was at rest again.
    """

    name: str
    wall: float
    processor: float
    work: float


@dataclass
class Visitor:
    """A page of a browser, the process of its server, and the steps that were timed."""

    page: Any
    pid: int
    clicks: int = 0
    steps: list[Step] = field(default_factory=list)

    def click(self, element: Any) -> None:
        """Click where a hand would: at the middle of what is seen."""
        element.first.wait_for()
        self.page.mouse.click(*middle(element.first))
        self.clicks += 1

    def choose_files(self, *files: Path) -> None:
        """Bring files; the click is the one that opens the window for choosing them."""
        self.page.locator("input[type=file]").first.set_input_files([str(f) for f in files])
        self.clicks += 1

    def rest(self) -> None:
        """Wait until the page stands and the server has nothing to do."""
        settled(self.page)
        at_rest(self.pid)

    def time(self, act: Callable[[], object], seen: Seen) -> None:
        """Time a step of a visitor who has waited: ``act``, and then what is ``seen``."""
        self.rest()
        began, used = time.monotonic(), processor_seconds(self.pid)
        act()
        self.watch(began, used, seen)

    def watch(self, began: float, used: float, seen: Seen) -> None:
        """Wait for what is to be seen, then for rest, and note the steps.

        Args:
            began: the clock at the start.  used: processor seconds of the server until then.
        """
        marks = []
        for name, wait in seen.items():
            wait()
            marks.append((name, time.monotonic() - began, processor_seconds(self.pid) - used))
        self.rest()
        work = processor_seconds(self.pid) - used
        for name, wall, processor in marks:
            self.steps.append(Step(name, round(wall, 2), round(processor, 2), round(work, 2)))
            say(f"{name:58s}{wall:8.2f}{processor:8.2f}{work:8.2f}")
