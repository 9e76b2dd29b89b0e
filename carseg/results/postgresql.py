"""PostgreSQL as the store: time limits at both ends, so that no visitor waits for a dead server."""

import time
from collections.abc import Generator
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from carseg.results.problems import ResultsError, place

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 15
LOCK_SECONDS = 10
SILENCE_SECONDS = 20
"""So long an answer may take, even where the server no longer watches its own limits."""


def connect_arguments(url: URL) -> dict[str, Any]:
    """What is handed to libpq; what the URL says itself stays as it is."""
    limits = {
        "statement_timeout": STATEMENT_SECONDS,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": 4 * STATEMENT_SECONDS,
    }
    wanted = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "carseg",
        "client_encoding": "utf8",
        "options": " ".join(f"-c {name}={1000 * s}" for name, s in limits.items()),
        # A network that swallows everything is noticed by the kernel.
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 1000 * SILENCE_SECONDS,
    }
    return {name: value for name, value in wanted.items() if name not in url.query}


def postgresql_engine(url: URL) -> Engine:
    """An engine whose connections are tried before they are used.

    Raises:
        ImportError: psycopg is not installed.
    """
    from psycopg import Connection, OperationalError

    class Patient(Connection[Any]):
        """A connection that gives up a server that stays silent."""

        def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
            """Wait for an answer of the server, but not for ever."""
            late = OperationalError(f"no answer within {SILENCE_SECONDS:g} seconds")
            try:
                return super().wait(_bounded(gen, SILENCE_SECONDS, late), *args, **options)
            except OperationalError as error:
                if error is late:
                    self.pgconn.finish()
                raise

    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args=connect_arguments(url),
        pool_pre_ping=True,  # servers and routers drop idle connections
        pool_recycle=1800,
        pool_timeout=LOCK_SECONDS,
    )

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, args: list[Any], options: dict[str, Any]) -> Any:
        connection = Patient.connect(*args, **options)
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            raise ResultsError(
                f"Texts in {place(url)} are kept as {encoding}, which cannot hold every name: make "
                "one with CREATE DATABASE carseg ENCODING 'UTF8' TEMPLATE template0, and name it "
                "in $CARSEG_DATABASE."
            )
        return connection

    return engine


def _bounded(gen: Generator[Any, Any, Any], seconds: float, late: Exception) -> Any:
    """The same generator, which raises ``late`` where it still waits after ``seconds``."""
    deadline = time.monotonic() + seconds
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            if not ready and time.monotonic() > deadline:
                raise late
            wanted = gen.send(ready)
    except StopIteration as end:
        return end.value
