"""A SQLite file as the store: it may be moved, read-only or on a full disk while the app runs."""

import logging
import os
import shutil
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool

from carseg.results.problems import ResultsError, is_full
from carseg.results.reserve import RESERVE, Reserve
from carseg.results.sqlite_connections import (
    Connection,
    State,
    begin,
    empty_log,
    open_file,
    revision,
    tuned,
)

_logger = logging.getLogger(__name__)


class SqliteFile:
    """The file at ``path`` and its connections.

    Args:
        migrate: brings the schema of an engine to the newest revision.
        newest: that revision.
    """

    def __init__(self, path: Path, migrate: Callable[[Engine], None], newest: str | None) -> None:
        self.path, self._migrate, self._newest = path, migrate, newest
        self._ready: State | None = None
        self._stuck = False
        self._reserve = Reserve(path.with_name(f"{path.name}-reserve"))
        self._lock = threading.RLock()
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._copied: list[tuple[int, int]] = []

    def engine(self, url: URL) -> Engine:
        """An engine that opens the file anew whenever another one, or none, is at its path."""
        engine = create_engine(url, execution_options={"carseg_file": self})
        event.listen(engine, "do_connect", lambda *_: self._connect())
        event.listen(engine, "checkout", self._check)
        event.listen(engine, "begin", begin)
        return engine

    def _bare(self, most_pages: int | None = None, path: Path | None = None) -> Engine:
        """An engine on the file as it is, without a pool and without looking after it."""

        def connect() -> sqlite3.Connection:
            connection = tuned(sqlite3.connect(path or self.path, isolation_level=None))
            if most_pages is not None:
                connection.execute(f"PRAGMA max_page_count = {most_pages}")
            return connection

        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
        event.listen(engine, "begin", begin)
        return engine

    def _state(self) -> State:
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return State(None, True)
        # The log lies beside the file, so its folder counts as well.
        writable = all(os.access(place, os.W_OK) for place in (self.path, self.path.parent))
        if self._stuck:  # there was no room to begin a log
            self._stuck = shutil.disk_usage(self.path.parent).free < RESERVE
        return State((found.st_dev, found.st_ino), writable and not self._stuck)

    # Opening

    def _connect(self) -> Connection:
        with self._lock:
            state = self._state()
            if state.writable and state != self._ready:
                self._bring_up()
                state = self._state()
            connection = open_file(str(self.path)) if state.writable else self._read_only()
            connection.state = state
            return connection

    def _bring_up(self) -> None:
        """Make the file if it is missing, and bring it to the newest schema."""
        if self._ready is not None:
            _logger.warning("The file with the saved results is another one now: %s", self.path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ResultsError(
                f"The folder for saved results cannot be made ({error}): set $CARSEG_HOME to a "
                "place that can be written."
            ) from error
        try:
            self._migrate(self._bare())
        except Exception as error:
            if not (is_full(error) and self.path.exists()):
                raise
            if self._reserve.give_up():
                self._migrate(self._bare())
            elif self.path.stat().st_size:
                self._stuck = True
                return
            else:
                raise
        self._reserve.keep()
        self._ready = self._state()

    def _check(self, connection: Connection, *_: Any) -> None:
        """Before each use: is the file still this one, and in the same state?"""
        fresh, connection.used = not connection.used, True
        now = self._state()
        if connection.state.identity != now.identity:
            empty_log(connection)  # or it would count for the file that is there now
        if connection.state != now or not (fresh or now.writable):
            raise DisconnectionError

    def settle(self, connection: sqlite3.Connection) -> None:
        """After a commit: the log goes into the file, so a copy or a move of it has everything.

        Raises:
            ResultsError: the file was moved away meanwhile.
        """
        empty_log(connection)
        if not isinstance(connection, Connection):
            return
        if self._state().identity != connection.state.identity:
            raise ResultsError(
                f"The file {self.path} was moved while something was saved into it: save again."
            )
        self._reserve.keep()

    # Read-only places

    def _read_only(self) -> Connection:
        """A connection to a file that cannot be written."""
        log, index = (self.path.with_name(f"{self.path.name}-{end}") for end in ("wal", "shm"))
        logged = log.is_file() and log.stat().st_size > 0
        if not logged or index.is_file():
            # Without a log nobody writes; SQLite would look for one, and cannot make it.
            options = "mode=ro" if logged else "mode=ro&immutable=1"
            connection = open_file(f"{self.path.resolve().as_uri()}?{options}", uri=True)
            if revision(connection) == self._newest:
                return connection
            connection.close()
        return self._of_a_copy(log)

    def _of_a_copy(self, log: Path) -> Connection:
        """A connection to a copy at the newest schema, which cannot be written either."""
        files = [file for file in (self.path, log) if file.is_file()]
        key = [(file.stat().st_ino, file.stat().st_mtime_ns) for file in files]
        if self._copy is None or self._copied != key:
            self._copied = []
            self._copy = tempfile.TemporaryDirectory(prefix="carseg-")
            for file in files:
                shutil.copyfile(file, Path(self._copy.name, file.name))
            self._migrate(self._bare(path=Path(self._copy.name, self.path.name)))
            self._copied = key
        connection = open_file(str(Path(self._copy.name, self.path.name)))
        connection.execute("PRAGMA query_only = ON")
        return connection

    # Full disks

    @contextmanager
    def spare_room(self) -> Iterator[Engine | None]:
        """An engine for one transaction on a full disk, in which the file cannot grow.

        It may delete, and save into the room of what was deleted. None if there is no reserve.
        """
        with self._lock:
            if not self._reserve.give_up():
                yield None
                return
            try:
                with closing(sqlite3.connect(self.path)) as connection:
                    pages = connection.execute("PRAGMA page_count").fetchone()[0]
                yield self._bare(most_pages=pages)
            finally:
                self._reserve.keep()
