"""Keeps the pictures of a page that was closed for a while, for the session that comes back.

A reload of the page is a new session for Streamlit. The tab knows the token of the session before;
whoever shows a token gets its pictures. Everything is in memory only, and bounded.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

import streamlit as st
from streamlit import runtime

from carseg.ui.components import tab
from carseg.ui.shared.tray import KEPT_MINUTES, MOST_PICTURES, Tray, tray

MOST_BYTES = 400 * 2**20
"""Of all closed pages together; those that were closed first go first."""
_JUST_NOW = 30.0
"""Seconds in which a page that is left and the page that follows it may overlap."""


@dataclass
class _Closed:
    tray: Tray
    at: float


class Kept:
    """The trays of open and of closed pages, by their tokens.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open: WeakValueDictionary[str, Tray] = WeakValueDictionary()
        self._closed: OrderedDict[str, _Closed] = OrderedDict()
        self._copied: dict[str, float] = {}
        self._timer: threading.Timer | None = None

    @property
    def bytes(self) -> int:
        """Of all closed pages."""
        return sum(closed.tray.held for closed in self._closed.values())

    def open(self, tray: Tray) -> None:
        """A page shows this tray, again or for the first time."""
        with self._lock:
            self._closed.pop(tray.token, None)
            self._open[tray.token] = tray

    def close(self, tray: Tray) -> None:
        """The page of this tray was closed, or its connection broke."""
        with self._lock:
            self._open.pop(tray.token, None)
            followed = self._clock() - self._copied.pop(tray.token, float("-inf")) < _JUST_NOW
            if followed:
                # The next page was faster than the news that this one is gone.
                tray.let_go()
            elif tray.photos:
                self._closed[tray.token] = _Closed(tray, self._clock())
        self.sweep()
        self._sweep_later()

    def take(self, token: str, into: Tray) -> bool:
        """Move the pictures of a closed page into another tray; whether there were any.

        Those of a page that is still open are copied: its tab was duplicated.
        """
        self.sweep()
        with self._lock:
            if closed := self._closed.pop(token, None):
                into.adopt(closed.tray)
                closed.tray.let_go()
                return True
            beside = self._open.get(token)
            if beside is None or beside is into or not beside.photos:
                return False
            self._copied[token] = self._clock()
            into.adopt(beside)
            return True

    def sweep(self) -> None:
        """Let go of pages that were closed too long ago, and of the oldest if there are too many.

        A page that comes back later than that says how many pictures are gone.
        """
        with self._lock:
            soon = self._clock() - _JUST_NOW
            self._copied = {token: at for token, at in self._copied.items() if at > soon}
            while self._closed:
                token, oldest = next(iter(self._closed.items()))
                late = self._clock() - oldest.at >= 60 * KEPT_MINUTES
                if not late and self.bytes <= MOST_BYTES:
                    break
                del self._closed[token]
                oldest.tray.lost = len(oldest.tray.photos)
                oldest.tray.let_go()

    def _sweep_later(self) -> None:
        """The minutes end even if nobody comes by."""
        with self._lock:
            if self._timer is None and self._closed:
                self._timer = threading.Timer(60 * KEPT_MINUTES + 1, self._on_time)
                self._timer.daemon = True
                self._timer.start()

    def _on_time(self) -> None:
        with self._lock:
            self._timer = None
        self.sweep()
        self._sweep_later()


@st.cache_resource(show_spinner=False)
def kept() -> Kept:
    """That of this process."""
    return Kept()


def _close(here: Tray) -> None:
    kept().close(here)


@st.cache_resource(scope="session", show_spinner=False, on_release=_close)
def _while_open(_here: Tray) -> Tray:
    """The tray. A connection that comes back after a break runs this again."""
    kept().open(_here)
    return _here


def keep_pictures() -> None:
    """On every page: the tab remembers this session, and brings back what it had before."""
    if not runtime.exists():
        return
    here = _while_open(tray())
    tab.remember(here.token, len(here.photos), st.session_state.get("tab-answered", ""), _back)


def _back(token: str, photos: int) -> None:
    st.session_state["tab-answered"] = token
    here = tray()
    if not kept().take(token, here):
        here.lost = min(max(photos, 1), MOST_PICTURES)
