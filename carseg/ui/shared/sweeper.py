"""Lets go of what closed pages had sent.

Streamlit forgets a closed page only when another one closes, and keeps uploads that no page took.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from streamlit import runtime

from carseg.core import memory
from carseg.ui.shared.door import uploads

EVERY = 10.0
"""Seconds between two looks."""
CLOSED_FOR, TAKEN_WITHIN = 60.0, 900.0
"""Seconds after which uploads are let go: of a closed page, and of an open one that does not take
them. Every uploader here takes its files at once; before that they may wait for their turn."""


class Sweeper:
    """Notes since when uploads are there and pages are closed, and lets go of what is old.

    Args:
        now: the time in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._since: dict[tuple[str, str], float] = {}
        self._closed: dict[str, float] = {}

    def sweep(self, manager: Any, is_open: Callable[[str], bool]) -> int:
        """Let go of old uploads.

        Args:
            manager: Streamlit's ``MemoryUploadedFileManager``.
            is_open: whether a session has a page.

        Returns:
            how many files were let go.
        """
        now, gone = self._now(), 0
        there = {name: list(files) for name, files in list(manager.file_storage.items())}
        keys = {(session, file) for session, files in there.items() for file in files}
        self._since = {key: self._since.get(key, now) for key in keys}
        shut = {name for name in there if not is_open(name)}
        self._closed = {name: self._closed.get(name, now) for name in shut}
        for session, files in there.items():
            if session in shut and now - self._closed[session] >= CLOSED_FOR:
                manager.remove_session_files(session)
                gone += len(files)
                continue
            for file in files:
                if now - self._since[session, file] >= TAKEN_WITHIN:
                    manager.remove_file(session, file)
                    gone += 1
        return gone


def forget_closed_sessions() -> bool:
    """Drop sessions whose time to come back is over; True if there were any."""
    if not runtime.exists():
        return False
    storage: Any = getattr(runtime.get_instance()._session_mgr, "_session_storage", None)
    cache = getattr(storage, "_cache", None)
    if cache is None or not hasattr(cache, "expire"):
        return False
    return bool(cache.expire())


async def sweeping() -> None:
    """Sweep for as long as the server runs."""
    sweeper = Sweeper()
    while True:
        await asyncio.sleep(EVERY)
        manager = uploads()
        gone = sweeper.sweep(manager, runtime.get_instance().is_active_session) if manager else 0
        # A session is full of cycles: its pictures go when they are collected.
        if forget_closed_sessions() or gone:
            await asyncio.to_thread(memory.collect)
        else:
            await asyncio.to_thread(memory.give_back)
