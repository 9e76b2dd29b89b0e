"""A PostgreSQL server for tests: Debian's, started by pytest-postgresql on a free port."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

HOW = (
    "PostgreSQL's server is not installed: apt-get install postgresql, and "
    "pip install -r requirements.txt"
)


def pg_ctl() -> str | None:
    """The newest ``pg_ctl`` here; Debian keeps it outside of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[4]))
    return str(found[-1]) if found else shutil.which("pg_ctl")


@contextmanager
def server(executable: str) -> Iterator[sa.URL]:
    """A running server with a database ``carseg`` in UTF-8; nothing is left of it."""
    from port_for import get_port
    from pytest_postgresql.executors import PostgreSQLExecutor

    with tempfile.TemporaryDirectory(prefix="carseg-postgresql-") as name:
        home = Path(name)
        if os.getuid() == 0:
            executable = as_somebody_else(executable, home)
        running = PostgreSQLExecutor(
            executable=executable,
            host="127.0.0.1",
            port=get_port(None),
            datadir=str(home / "data"),
            unixsocketdir=name,
            logfile=str(home / "log"),
            startparams="-w",
            dbname="carseg",
            postgres_options="-c max_connections=40 -c shared_buffers=16MB",
        )
        with running:
            url = sa.URL.create(
                "postgresql+psycopg", "postgres", None, running.host, running.port, "postgres"
            )
            create(url, "carseg")
            yield url.set(database="carseg")


def as_somebody_else(executable: str, home: Path) -> str:
    """A ``pg_ctl`` that root may call: the server itself refuses to run as root."""
    import pwd  # not on every system

    user = next(u for u in pwd.getpwall() if u.pw_name in ("postgres", "nobody"))
    os.chown(home, user.pw_uid, user.pw_gid)
    script = home / "pg_ctl"
    script.write_text(
        "#!/bin/sh\n"
        f"cd '{home}'\n"
        f"exec setpriv --reuid={user.pw_uid} --regid={user.pw_gid} --clear-groups '{executable}' "
        '"$@"\n'
    )
    script.chmod(0o755)
    return str(script)


def create(url: sa.URL, name: str, encoding: str = "UTF8") -> sa.URL:
    """Make a database on the server of ``url``; returns its URL."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(
            f"CREATE DATABASE {name} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0"
        )
    engine.dispose()
    return url.set(database=name)


def emptied(url: sa.URL) -> str:
    """The URL as text, of a database that has no table any more."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()
    return url.render_as_string(hide_password=False)
