"""The store's tests run on SQLite and on PostgreSQL, where its server is installed."""

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import sqlalchemy as sa

from carseg.results import open_engine
from tests.factories import postgresql


@pytest.fixture(scope="session")
def server() -> Iterator[sa.URL]:
    """A database of a PostgreSQL server that was started for these tests."""
    missing = pytest.fail if os.environ.get("CARSEG_REQUIRE_POSTGRESQL") else pytest.skip
    executable = postgresql.pg_ctl()
    if executable is None or find_spec("pytest_postgresql") is None:
        missing(postgresql.HOW)
    with postgresql.server(executable) as url:
        yield url


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a folder 100%' / 'results.sqlite'}"


@pytest.fixture
def server_url(server: sa.URL) -> str:
    return postgresql.emptied(server)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """Of an empty store, one of each kind."""
    return request.getfixturevalue("file_url" if request.param == "sqlite" else "server_url")


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    store = open_engine(url)
    yield store
    store.dispose()
