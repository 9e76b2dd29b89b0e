"""Errors of the user's database, in words: what is wrong and what to do."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from carseg.core.errors import CarsegError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# A quota that is used up is an error of writing to SQLite; a log needs an index beside it.
_FULL_SQLITE = {
    "SQLITE_FULL",
    "SQLITE_IOERR_WRITE",
    "SQLITE_IOERR_SHMSIZE",
    "SQLITE_IOERR_SHMOPEN",
}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}


class ResultsError(CarsegError):
    """The saved results cannot be used; the message says why and what to do."""


class DiskFullError(ResultsError):
    """There is no room for what was to be written; nothing of it was."""


def is_full(error: BaseException) -> bool:
    """Whether SQLite or the system says so that there is no room."""
    cause = getattr(error, "orig", error)
    kind, number = getattr(cause, "sqlite_errorname", ""), getattr(cause, "errno", None)
    return kind in _FULL_SQLITE or number in _FULL


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Turns database errors into a ResultsError that a visitor understands."""
    try:
        yield
    except CommandError as error:
        raise ResultsError(
            f"The results in {place(engine.url)} were saved by a newer carseg: update it, or "
            f"choose another place with {_setting(engine.url)}."
        ) from error
    except PoolTimeoutError as error:
        raise ResultsError(_busy(engine.url)) from error
    except (DBAPIError, sqlite3.Error, OSError) as error:
        cause = (error.orig if isinstance(error, DBAPIError) else None) or error
        words = _postgresql if engine.url.get_backend_name() == "postgresql" else _sqlite
        raise words(engine.url, cause) from error


def place(url: URL) -> str:
    """Where the results are, without a password."""
    if url.get_backend_name() == "sqlite":
        return url.database or "memory"
    host = url.host or str(url.query.get("host", "this machine"))
    return f"the PostgreSQL database '{url.database or url.username}' on {host}"


def _setting(url: URL) -> str:
    return "$CARSEG_HOME" if url.get_backend_name() == "sqlite" else "$CARSEG_DATABASE"


def _busy(url: URL) -> str:
    return f"The results in {place(url)} are in use by somebody else: try again in a moment."


def _sqlite(url: URL, error: BaseException) -> ResultsError:
    where, number = place(url), getattr(error, "errno", None)
    kind = getattr(error, "sqlite_errorname", "")
    if is_full(error):
        return DiskFullError(
            f"The disk is full, so nothing was changed in {where}: make room there, or delete "
            "what was saved before."
        )
    if kind.startswith("SQLITE_READONLY") or number in _READ_ONLY:
        return ResultsError(
            f"The results in {where} can be read but not changed: make the file and its folder "
            "writable, or room on a full disk, or choose another place with $CARSEG_HOME."
        )
    if kind.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ResultsError(_busy(url))
    if kind.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return ResultsError(
            f"The file {where} is no database, or a damaged one ({error}): move a damaged file "
            "away, and carseg makes a new one."
        )
    return ResultsError(
        f"The results in {where} cannot be used ({error}): check that the place can be written, "
        "or move a damaged file away, and carseg makes a new one."
    )


def _postgresql(url: URL, error: object) -> ResultsError:
    where = place(url)
    state = getattr(error, "sqlstate", None) or ""
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    if state in {"55P03", "57014", "40P01", "53300"}:  # a lock, a time limit, all places taken
        return ResultsError(_busy(url))
    if state == "53100":
        return DiskFullError(
            f"The disk of the server is full, so nothing was changed in {where}: make room there."
        )
    if state in {"25006", "42501"}:
        return ResultsError(
            f"Nothing can be changed in {where} ({reason}): give the user of $CARSEG_DATABASE the "
            "right to write and to make tables there."
        )
    if not state or state[:2] in {"08", "28", "3D", "57"}:
        return ResultsError(
            f"No connection to {where} ({reason}): check that the server runs and that "
            "$CARSEG_DATABASE has the right address, user, password and name."
        )
    return ResultsError(
        f"The results in {where} cannot be used ({reason}): check with its owner that the tables "
        "of carseg are whole, or name another database in $CARSEG_DATABASE."
    )
