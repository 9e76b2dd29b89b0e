"""A SQLite file as the store: it may be moved, read-only or on a full disk while the app runs."""

import logging
import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import NullPool

from carseg.results.problems import ResultsError, is_full

WAIT_SECONDS = 30
RESERVE = 4 * 2**20
"""Bytes of the disk that are kept beside the file. On a full disk a deletion needs them for its
log, and so does saving into the room that it leaves."""
_logger = logging.getLogger(__name__)
_C = TypeVar("_C", bound=sqlite3.Connection)


@dataclass(frozen=True)
class State:
    """Which file is at the path (device and inode; None: none), and whether it can be written."""

    identity: tuple[int, int] | None
    writable: bool


class _Connection(sqlite3.Connection):
    """A connection that knows which file it was opened on."""

    state: State
    used = False


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
        self._lock = threading.RLock()
        self._copy: tempfile.TemporaryDirectory[str] | None = None
        self._copied: list[tuple[int, int]] = []

    def engine(self, url: URL) -> Engine:
        """An engine that opens the file anew whenever another one, or none, is at its path."""
        engine = create_engine(url, execution_options={"carseg_file": self})
        event.listen(engine, "do_connect", lambda *_: self._connect())
        event.listen(engine, "checkout", self._check)
        event.listen(engine, "begin", _begin)
        return engine

    def _bare(self, most_pages: int | None = None, path: Path | None = None) -> Engine:
        """An engine on the file as it is, without a pool and without looking after it."""

        def connect() -> sqlite3.Connection:
            connection = _tuned(sqlite3.connect(path or self.path, isolation_level=None))
            if most_pages is not None:
                connection.execute(f"PRAGMA max_page_count = {most_pages}")
            return connection

        engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
        event.listen(engine, "begin", _begin)
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

    def _connect(self) -> _Connection:
        with self._lock:
            state = self._state()
            if state.writable and state != self._ready:
                self._bring_up()
                state = self._state()
            connection = _open(str(self.path)) if state.writable else self._read_only()
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
            if self._give_up_reserve():
                self._migrate(self._bare())
            elif self.path.stat().st_size:
                self._stuck = True
                return
            else:
                raise
        self._keep_reserve()
        self._ready = self._state()

    def _check(self, connection: _Connection, *_: Any) -> None:
        """Before each use: is the file still this one, and in the same state?"""
        fresh, connection.used = not connection.used, True
        now = self._state()
        if connection.state.identity != now.identity:
            _empty_log(connection)  # or it would count for the file that is there now
        if connection.state != now or not (fresh or now.writable):
            raise DisconnectionError

    def settle(self, connection: sqlite3.Connection) -> None:
        """After a commit: the log goes into the file, so a copy or a move of it has everything.

        Raises:
            ResultsError: the file was moved away meanwhile.
        """
        _empty_log(connection)
        if not isinstance(connection, _Connection):
            return
        if self._state().identity != connection.state.identity:
            raise ResultsError(
                f"The file {self.path} was moved while something was saved into it: save again."
            )
        self._keep_reserve()

    # Read-only places

    def _read_only(self) -> _Connection:
        """A connection to a file that cannot be written."""
        log, index = (self.path.with_name(f"{self.path.name}-{end}") for end in ("wal", "shm"))
        logged = log.is_file() and log.stat().st_size > 0
        if not logged or index.is_file():
            # Without a log nobody writes; SQLite would look for one, and cannot make it.
            options = "mode=ro" if logged else "mode=ro&immutable=1"
            connection = _open(f"{self.path.resolve().as_uri()}?{options}", uri=True)
            if _revision(connection) == self._newest:
                return connection
            connection.close()
        return self._of_a_copy(log)

    def _of_a_copy(self, log: Path) -> _Connection:
        """A connection to a copy at the newest schema, which cannot be written either."""
        files = [file for file in (self.path, log) if file.is_file()]
        key = [(file.stat().st_ino, file.stat().st_mtime_ns) for file in files]
        if self._copy is None or self._copied != key:
            self._copy, self._copied = tempfile.TemporaryDirectory(prefix="carseg-"), key
            for file in files:
                shutil.copyfile(file, Path(self._copy.name, file.name))
            self._migrate(self._bare(path=Path(self._copy.name, self.path.name)))
        connection = _open(str(Path(self._copy.name, self.path.name)))
        connection.execute("PRAGMA query_only = ON")
        return connection

    # Full disks

    @property
    def _reserve(self) -> Path:
        return self.path.with_name(f"{self.path.name}-reserve")

    def _keep_reserve(self) -> None:
        """Hold some room back: all that is wanted, or what there is of it."""
        try:
            held = self._reserve.stat().st_size if self._reserve.exists() else 0
            free = held + shutil.disk_usage(self.path.parent).free
            for size in (RESERVE, RESERVE // 2, RESERVE // 4):
                if held >= size:
                    return
                if free > size:
                    self._reserve.write_bytes(os.urandom(size))  # zeros might take no room
                    return
        except OSError:
            self._give_up_reserve()

    def _give_up_reserve(self) -> bool:
        """Whether there was one."""
        try:
            self._reserve.unlink()
        except OSError:
            return False
        return True

    @contextmanager
    def spare_room(self) -> Iterator[Engine | None]:
        """An engine for one transaction on a full disk, in which the file cannot grow.

        It may delete, and save into the room of what was deleted. None if there is no reserve.
        """
        with self._lock:
            if not self._give_up_reserve():
                yield None
                return
            try:
                with closing(sqlite3.connect(self.path)) as connection:
                    pages = connection.execute("PRAGMA page_count").fetchone()[0]
                yield self._bare(most_pages=pages)
            finally:
                self._keep_reserve()


def plain_engine(url: URL) -> Engine:
    """An engine on a database in memory, or on an address with options of its own."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        _tuned(connection)

    event.listen(engine, "begin", _begin)
    return engine


def _open(address: str, *, uri: bool = False) -> _Connection:
    connection = sqlite3.connect(
        address, factory=_Connection, isolation_level=None, check_same_thread=False, uri=uri
    )
    return _tuned(connection)


def _tuned(connection: _C) -> _C:
    """Settings of each connection. Transactions begin when SQLAlchemy says so."""
    connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
    # WAL survives a killed process in both modes. NORMAL may lose the last commits if the power
    # fails. People save by hand and seldom, so nobody notices FULL's additional sync.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Sorting what is read needs no file then, so rows can be read on a full disk.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _empty_log(connection: sqlite3.Connection) -> None:
    """Move the log into the file, unless somebody reads it just now."""
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")


def _begin(connection: Connection) -> None:
    # IMMEDIATE: a transaction that reads first and writes later cannot wait for a writer.
    writes = connection.get_execution_options().get("carseg_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _revision(connection: sqlite3.Connection) -> str | None:
    try:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    return found[0] if found else None


def use_wal(engine: Engine) -> None:
    """Switch the file to write-ahead logging: readers and a writer do not block each other.

    The switch is stored in the file. It needs the file alone, and SQLite does not wait for that
    as it does for other locks.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    with closing(engine.raw_connection()) as raw:
        while True:
            try:
                raw.cursor().execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
