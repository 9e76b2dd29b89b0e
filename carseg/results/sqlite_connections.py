"""Connections to SQLite: their settings, their transactions and their log."""

import sqlite3
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy import Connection as Transaction

WAIT_SECONDS = 30
_C = TypeVar("_C", bound=sqlite3.Connection)


@dataclass(frozen=True)
class State:
    """Which file is at the path (device and inode; None: none), and whether it can be written."""

    identity: tuple[int, int] | None
    writable: bool


class Connection(sqlite3.Connection):
    """A connection that knows which file it was opened on."""

    state: State
    used = False


def plain_engine(url: URL) -> Engine:
    """An engine on a database in memory, or on an address with options of its own."""
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        tuned(connection)

    event.listen(engine, "begin", begin)
    return engine


def open_file(address: str, *, uri: bool = False) -> Connection:
    """A tuned connection to a file, for any thread."""
    connection = sqlite3.connect(
        address, factory=Connection, isolation_level=None, check_same_thread=False, uri=uri
    )
    return tuned(connection)


def tuned(connection: _C) -> _C:
    """Settings of each connection. Transactions begin when SQLAlchemy says so."""
    connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
    # WAL survives a killed process in both modes. NORMAL may lose the last commits if the power
    # fails. People save by hand and seldom, so nobody notices FULL's additional sync.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    # Sorting what is read needs no file then, so rows can be read on a full disk.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def empty_log(connection: sqlite3.Connection) -> None:
    """Move the log into the file, unless somebody reads it just now."""
    connection.execute("PRAGMA busy_timeout = 0")
    with suppress(sqlite3.Error):
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")


def begin(connection: Transaction) -> None:
    """Begin a transaction; the driver begins none by itself."""
    # IMMEDIATE: a transaction that reads first and writes later cannot wait for a writer.
    writes = connection.get_execution_options().get("carseg_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def revision(connection: sqlite3.Connection) -> str | None:
    """The revision of the schema; None for a file without one."""
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
