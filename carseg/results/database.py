"""Opens the database of what users save, brings it to the newest schema, reads and writes it."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.orm import Session

from carseg.core import settings
from carseg.results.postgresql import postgresql_engine
from carseg.results.problems import DiskFullError, ResultsError, explained
from carseg.results.sqlite_connections import plain_engine, use_wal
from carseg.results.sqlite_file import SqliteFile

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
_LOCK_KEY = 0x636172736567  # "carseg": any number that other programs will not lock
_POSTGRESQL = ("postgresql", "postgres")
_T = TypeVar("_T")

# Alembic keeps its context in module globals: one migration per process at a time.
_alembic = threading.Lock()


def open_engine(url: str | None = None) -> Engine:
    """An engine on the saved results, at the newest schema.

    Several processes and threads may open and write at once: a writer waits for the others. On
    SQLite every commit is on the disk when it returns. A file that was moved or deleted meanwhile
    is made anew at its next use, and one that cannot be written can still be read.

    Args:
        url: an SQLAlchemy URL; by default the environment's (see ``carseg.core.settings``). A
            SQLite file and its folder are made if missing.

    Raises:
        ResultsError: the URL is invalid, the place cannot be used, or the file is not a database
            or comes from a newer version of carseg.
    """
    try:
        engine = _engine(make_url(url or settings.database_url()))
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise ResultsError(
            "The address of the results database is not usable: check $CARSEG_DATABASE and that "
            "its driver is installed."
        ) from error
    with explained(engine):
        if _file(engine):
            engine.connect().close()  # this makes the file and its tables
        else:
            migrate(engine)
    return engine


def _engine(url: URL) -> Engine:
    kind = url.drivername.partition("+")[0]
    if kind in _POSTGRESQL:
        return postgresql_engine(url)
    if kind != "sqlite":
        raise ResultsError("Results are kept in SQLite or PostgreSQL: set $CARSEG_DATABASE so.")
    if not url.database or url.database == ":memory:" or url.query:
        return plain_engine(url)
    return SqliteFile(Path(url.database), migrate, _newest(_config())).engine(url)


def _file(engine: Engine) -> SqliteFile | None:
    found: SqliteFile | None = engine.get_execution_options().get("carseg_file")
    return found


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads. Database errors become a ResultsError."""
    with explained(engine), Session(engine) as session:
        yield session


def write(engine: Engine, work: Callable[[Session], _T]) -> _T:
    """Do the work in one transaction: all of it or nothing; returns what it returns.

    The work may be done twice: on a full disk again, in the room that is kept for that.

    Raises:
        ResultsError: nothing was written. Errors of the work itself are passed on.
    """
    try:
        return _write(engine, engine, work)
    except DiskFullError:
        file = _file(engine)
        if file is None:
            raise
        with file.spare_room() as spare:
            if spare is None:
                raise
            return _write(engine, spare, work)


def _write(named: Engine, engine: Engine, work: Callable[[Session], _T]) -> _T:
    # The work may read first and write later, so it waits for other writers before it reads.
    waiting = engine.execution_options(carseg_writes=True)
    with explained(named), waiting.connect() as connection, Session(connection) as session:
        done = work(session)
        session.commit()
        if file := _file(named):
            file.settle(cast(sqlite3.Connection, connection.connection.dbapi_connection))
    return done


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def _newest(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision; safe where several processes start at once.

    The schema changes inside one transaction that begins with a lock, so the second process
    waits, then finds the work done; a process killed halfway leaves the old schema.
    """
    config = _config()
    script = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is not None:
        script.get_revision(current)  # an unknown one is an error before anything is touched
    if engine.dialect.name == "sqlite":
        use_wal(engine)
    if current == script.get_current_head():
        return
    with _alembic, engine.execution_options(carseg_writes=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
