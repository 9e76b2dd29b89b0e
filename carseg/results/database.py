"""Opens the database of saved scores, makes it safe for several writers, and migrates it."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from carseg.core import settings
from carseg.core.errors import CarsegError

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
WAIT_SECONDS = 30
_LOCK_KEY = 0x636172736567  # "carseg": any number that other programs will not lock

# Alembic keeps its context in module globals: one migration per process at a time.
_alembic = threading.Lock()


class ResultsError(CarsegError):
    """The saved results cannot be used; the message says why and what to do."""


def open_engine(url: str | None = None) -> Engine:
    """An engine on the saved results, at the newest schema.

    Several processes and threads may open and write at once: a writer waits up to 30 s for the
    others. On SQLite every commit is on the disk when it returns.

    Args:
        url: an SQLAlchemy URL; by default the environment's (see ``carseg.core.settings``). A
            SQLite file and its folder are made if missing.

    Raises:
        ResultsError: the URL is invalid, the place cannot be written, or the file is not a
            database or comes from a newer version of carseg.
    """
    try:
        target = make_url(url or settings.database_url())
        if target.get_backend_name() not in ("sqlite", "postgresql"):
            raise ResultsError("Results are kept in SQLite or PostgreSQL: set $CARSEG_DATABASE so.")
        engine = create_engine(target)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ResultsError(
            "The address of the results database is not usable: check $CARSEG_DATABASE and that "
            "its driver is installed."
        ) from error
    with explained(engine):
        if target.get_backend_name() == "sqlite":
            _make_folder(target.database)
            _tune_sqlite(engine)
        migrate(engine)
    return engine


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turns database errors into a ResultsError that a visitor understands."""
    place = engine.url.render_as_string(hide_password=True)
    if engine.url.get_backend_name() == "sqlite":
        place = engine.url.database or "memory"
    try:
        yield
    except CommandError as error:
        raise ResultsError(
            f"The results in {place} were saved by a newer carseg: update it, or choose another "
            "place with $CARSEG_HOME."
        ) from error
    except (DBAPIError, sqlite3.Error, OSError) as error:
        raise ResultsError(
            f"The results in {place} cannot be used ({getattr(error, 'orig', error)}): check that "
            "the place can be written, or move a damaged file away and start carseg again: it "
            "makes a new one."
        ) from error


def _make_folder(database: str | None) -> None:
    if not database or database == ":memory:":
        return
    try:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsError(
            f"The folder for saved results cannot be made ({error}): set $CARSEG_HOME to a place "
            "that can be written."
        ) from error


def _tune_sqlite(engine: Engine) -> None:
    """Settings for each new connection, and transactions that begin when SQLAlchemy says so."""

    @event.listens_for(engine, "connect")
    def _connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # Python's driver would begin transactions by itself, and not around schema changes.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
        # WAL survives a killed process in both modes. NORMAL may lose the last commits if the power
        # fails. People save by hand and seldom, so nobody notices FULL's additional sync.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # IMMEDIATE: a transaction that reads first and writes later cannot wait for a writer.
        writes = connection.get_execution_options().get("carseg_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; safe where several processes start at once.

    The schema changes inside one transaction that begins with a lock, so the second process
    waits, then finds the work done; a process killed halfway leaves the old schema.
    """
    if engine.dialect.name == "sqlite":
        _use_wal(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        if MigrationContext.configure(connection).get_current_revision() == newest:
            return
    with _alembic, engine.execution_options(carseg_writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _use_wal(engine: Engine) -> None:
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
