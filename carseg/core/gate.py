"""Bounds what is in progress: large pictures take turns, and those who wait know their place.

A picture of 64 million pixels takes up to 1.5 GB while it is decoded or rendered, five of them
8 GB. So everything that is large goes through one gate, which lets in so many pixels at once.
Networks have a gate of their own.
"""

import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST_PIXELS = 96_000_000
"""In progress at once: one of the largest pictures and a photo, or four photos of 24 million."""
LEAST_PIXELS = 24_000_000
"""What a smaller picture counts as: decoding it takes a processor too, so four are enough."""

Told = Callable[[int], object]
"""Called with the number of others that come first, whenever it changes; 0: it is one's turn."""


class Gate:
    """Lets in work by its weight, first come, first served. Threads share it.

    A thread that is inside already goes on: what it does there is part of its work, and it would
    otherwise wait for itself.

    Args:
        most: the weight that is inside at once. Work that weighs more is let in alone.
        longest: seconds after which anybody is let in, so that two that wait for each other, one
            for the gate and one for a value in the store, do not wait for ever.
    """

    def __init__(self, most: int, longest: float = 60.0) -> None:
        self.most, self.longest, self.inside = most, longest, 0
        self._changed = threading.Condition()
        self._waiting: list[object] = []
        self._own = threading.local()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @contextmanager
    def enter(self, weight: int) -> Iterator[None]:
        """Wait for one's turn, then hold ``weight``."""
        if getattr(self._own, "inside", False):
            yield
            return
        weight = min(weight, self.most)
        self._wait(weight)
        self._own.inside = True
        try:
            yield
        finally:
            self._own.inside = False
            with self._changed:
                self.inside -= weight
                self._changed.notify_all()

    @contextmanager
    def telling(self, told: Told) -> Iterator[None]:
        """While this thread waits within the block, ``told`` hears its place."""
        before, self._own.told = getattr(self._own, "told", None), told
        try:
            yield
        finally:
            self._own.told = before

    def _wait(self, weight: int) -> None:
        told: Told = getattr(self._own, "told", None) or (lambda _: None)
        ticket, said, until = object(), 0, time.monotonic() + self.longest
        with self._changed:
            self._waiting.append(ticket)
        try:
            while (before := self._before(ticket, weight, until)) > 0:
                if before != said:
                    told(before)
                said = before
                with self._changed:
                    self._changed.wait(0.2)
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()
        if said:
            told(0)

    def _before(self, ticket: object, weight: int, until: float) -> int:
        """How many come first; 0: the weight is taken."""
        with self._changed:
            place = self._waiting.index(ticket)
            free = self.inside + weight <= self.most
            if (place == 0 and free) or time.monotonic() > until:
                self.inside += weight
                return 0
            return place + 1  # whoever is inside comes first too


PIXELS = Gate(MOST_PIXELS)
"""The gate of this process, for decoding, rendering at full size and downloads."""
IN_FLIGHT = Gate(MOST_PIXELS, longest=math.inf)
"""For the pictures of batches, from their decoding until their files are written. Who is inside
waits for the other gates, and never the other way round."""
HANDS = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
"""Held while pixels for the display are computed, and nothing else is waited for meanwhile. More at
once would not be faster, and each takes up to 100 MB."""
NETWORKS = Gate(1, longest=3600.0)
"""The line for the networks, which run one after the other. Whoever is inside waits for no other
gate, so that nobody needs to be let in early."""
