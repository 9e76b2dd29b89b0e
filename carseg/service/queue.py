"""Runs networks beside a page, one after the other: the page does not wait for all of them."""

import threading
from collections.abc import Sequence

from carseg.core.errors import CarsegError
from carseg.core.gate import NETWORKS
from carseg.service.workshop import Ask, Workshop

TURN = 3
"""Results of one turn: those that Compare opens with. A picture is decoded once for them all, also
where many visitors together have more pixels than the store holds."""


class Queue:
    """The predictions that one visitor waits for, in the order in which they are made.

    They go into the workshop's store. What is no longer wanted is not begun; what has begun is
    finished and kept, so a visitor who comes back to it does not wait again. Visitors take turns:
    after ``TURN`` results, one goes to the end of the line.

    Attributes:
        before: how many others come first; 0 when it is one's turn.
    """

    def __init__(self, shop: Workshop) -> None:
        self._shop, self.before = shop, 0
        self._wanted: list[Ask] = []
        self._failed: dict[tuple, Exception] = {}
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()

    def want(self, asks: Sequence[Ask]) -> None:
        """Make these next, and nothing else. One that failed is tried again with another choice."""
        with self._changed:
            self._failed = {a.key: self._failed[a.key] for a in asks if a.key in self._failed}
            self._wanted = [ask for ask in asks if not self._is_done(ask)]
            if self._wanted and self._thread is None:
                self._thread = threading.Thread(target=self._work, name="networks", daemon=True)
                self._thread.start()

    def is_done(self, ask: Ask) -> bool:
        """Whether its prediction is in the store, or its model cannot be used."""
        with self._changed:
            return self._is_done(ask)

    def problem(self, ask: Ask) -> str:
        """Why its model cannot be used, one sentence, or ''. Raises what was no user's fault."""
        with self._changed:
            error = self._failed.get(ask.key)
        if error is not None and not isinstance(error, CarsegError):
            raise error
        return "" if error is None else str(error)

    def wait(self, asks: Sequence[Ask], seconds: float) -> bool:
        """Wait at most so long until one of these is done, or is not on its way any more.

        Whether one is. The second happens where the store has dropped a result as soon as it was
        made, because another visitor closed a page with the same photo: want it again.
        """
        with self._changed:
            return self._changed.wait_for(lambda: any(map(self._has_ended, asks)), seconds)

    def _has_ended(self, ask: Ask) -> bool:
        return self._is_done(ask) or ask not in self._wanted

    def _is_done(self, ask: Ask) -> bool:
        return ask.key in self._failed or self._shop.has_prediction(ask)

    def _work(self) -> None:
        goes_on = True
        while goes_on:
            with NETWORKS.telling(self._tell), NETWORKS.enter(1):
                goes_on = all(self._one() for _ in range(TURN))

    def _one(self) -> bool:
        """Make the next prediction; False if nothing is wanted any more."""
        ask = self._next()
        if ask is None:
            return False
        error: Exception | None = None
        try:
            self._shop.prediction(ask)
        except Exception as problem:  # the page says or raises it
            error = problem
        with self._changed:
            if error is not None:
                self._failed[ask.key] = error
            if ask in self._wanted:
                self._wanted.remove(ask)
            self._changed.notify_all()
        return True

    def _tell(self, before: int) -> None:
        self.before = before

    def _next(self) -> Ask | None:
        with self._changed:
            if not self._wanted:
                self._thread = None
                return None
            return self._wanted[0]
