"""Many visitors at once on a real server, for as long as it takes: does anything fail, or grow?"""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from carseg.bench.soak import memory
from carseg.bench.soak.memory import Sample
from carseg.bench.soak.pictures import made_photos
from carseg.bench.soak.server import Running, serving
from carseg.bench.soak.visitor import PageVisitor, Seen, VisitError, Visitor

PER_VISIT = 10
"""Pictures after which a visitor leaves and another one comes."""

VISITORS: dict[str, Callable[[str], Visitor]] = {"page": PageVisitor}
"""Ways to come in, by name: each makes a visitor of a server's address."""


@dataclass(frozen=True)
class Plan:
    """What to do.

    Attributes:
        sessions: visitors at the same time.  pictures: of all visitors together.
        minutes: after which nothing more is begun, also if pictures are left; None for no such end.
        seed: of the made pictures.
    """

    sessions: int = 50
    pictures: int = 500
    minutes: float | None = None
    seed: int = 0


@dataclass
class Found:
    """What was found.

    Attributes:
        plan, cores, seconds: what was done, on how many cores, and how long it took.
        started: seconds until one visitor alone had all masks, after the server answered: it loads
            its libraries and networks meanwhile. The others come after that.
        arrivals: seconds until the first page, of each visit.  seen: of each picture.
        failures: reasons.  memory: over time.
    """

    plan: Plan
    cores: int = field(default_factory=lambda: os.cpu_count() or 1)
    seconds: float = 0.0
    started: float = 0.0
    arrivals: list[float] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    memory: list[Sample] = field(default_factory=list)


Told = Callable[[Found], object]
"""Called whenever a picture is done or has failed."""


def soak(plan: Plan, command: Callable[[int], list[str]], told: Told = lambda _: None) -> Found:
    """Start a server, visit it, end it.

    Args:
        command: the server's command line for a port.

    Raises:
        ServerError: the server does not start.
    """
    with serving(command) as running:
        return visit(plan, running, told)


def visit(plan: Plan, running: Running, told: Told = lambda _: None) -> Found:
    """Visit a server that runs."""
    found, began = Found(plan), time.monotonic()
    try:
        asyncio.run(_first(plan, running))
    except VisitError as error:
        found.failures.append(f"The first visitor, alone: {error}")
        return found
    found.started, began = time.monotonic() - began, time.monotonic()
    with memory.watching(running.process.pid, lambda: len(found.seen)) as found.memory:
        asyncio.run(_Soak(plan, running, found, told).whole())
    found.seconds = time.monotonic() - began
    if (code := running.process.poll()) is not None:
        found.failures.append(f"The server ended by itself, with code {code}.")
    return found


async def _first(plan: Plan, running: Running) -> None:
    """One visitor with one picture, for whom the server loads what it needs."""
    for kind in VISITORS.values():
        visitor = kind(running.address)
        try:
            await visitor.arrive()
            await visitor.bring(next(made_photos(plan.seed + 1)))
        finally:
            await visitor.leave()


class _Soak:
    """The visitors, and the pictures that they share."""

    def __init__(self, plan: Plan, running: Running, found: Found, told: Told) -> None:
        self.running, self.found, self.told = running, found, told
        self.pictures = _so_many(made_photos(plan.seed), plan.pictures)
        self.until = time.monotonic() + 60 * (plan.minutes or float("inf"))
        self.kinds = list(VISITORS.values())

    async def whole(self) -> None:
        """All visitors, until nothing is left to do."""
        async with asyncio.TaskGroup() as group:
            for number in range(self.found.plan.sessions):
                group.create_task(self._one(self.kinds[number % len(self.kinds)]))

    async def _one(self, kind: Callable[[str], Visitor]) -> None:
        """One place: visitors come and go."""
        picture = self._next()
        while picture is not None:
            visitor = kind(self.running.address)
            try:
                began = time.monotonic()
                await visitor.arrive()
                self.found.arrivals.append(time.monotonic() - began)
                for _ in range(PER_VISIT):
                    self.found.seen.append(await visitor.bring(picture))
                    self.told(self.found)
                    if (picture := self._next()) is None:
                        break
            except VisitError as error:
                self.found.failures.append(str(error))
                self.told(self.found)
                picture = self._next()
            finally:
                await visitor.leave()

    def _next(self) -> bytes | None:
        """The next picture, or None at the end."""
        if time.monotonic() > self.until or self.running.process.poll() is not None:
            return None
        return next(self.pictures, None)


def _so_many(pictures: Iterator[bytes], number: int) -> Iterator[bytes]:
    for _, picture in zip(range(number), pictures, strict=False):
        yield picture
