"""PostgreSQL that is slow, silent, gone, of another encoding or without rights."""

import os
import signal
import socket
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from carseg.results import (
    ResultsError,
    delete_scores,
    open_engine,
    save_comparison,
    save_scores,
    saved_comparisons,
    saved_scores,
)
from carseg.results import postgresql as module
from carseg.results.database import write
from tests.factories.postgresql import create
from tests.results.test_comparisons import comparison
from tests.results.test_saved import score

SQLITES_ADVICE = ("CARSEG_HOME", "move a damaged", "the file")


def refused(use, match: str) -> str:
    with pytest.raises(ResultsError, match=match) as caught:
        use()
    text = str(caught.value)
    assert not any(words in text for words in SQLITES_ADVICE)
    assert "\n" not in text
    assert "secret" not in text
    return text


@pytest.fixture
def store(server_url: str) -> Iterator[sa.Engine]:
    engine = open_engine(server_url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("name", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_every_spelling_of_its_name(server_url: str, name: str) -> None:
    engine = open_engine(server_url.replace("postgresql+psycopg", name))
    assert save_scores(engine, [score()]) == 1
    engine.dispose()


def test_connections_that_the_server_dropped(store: sa.Engine, server_url: str) -> None:
    save_scores(store, [score(0)])
    other = sa.create_engine(server_url)
    with other.begin() as connection:
        gone = connection.exec_driver_sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE application_name = 'carseg'"
        ).scalar()
    other.dispose()
    assert gone
    save_scores(store, [score(1)])
    assert len(saved_scores(store)) == 2


def test_limits_of_time_are_set_and_the_address_may_change_them(server_url: str) -> None:
    def limits(url: str) -> list[str]:
        engine = open_engine(url)
        with engine.connect() as connection:
            names = ("statement_timeout", "lock_timeout", "client_encoding")
            found = [connection.exec_driver_sql(f"SHOW {name}").scalar() for name in names]
        engine.dispose()
        return found

    assert limits(server_url) == ["15s", "10s", "UTF8"]
    assert limits(f"{server_url}?options=-c%20lock_timeout%3D7s")[:2] == ["0", "7s"]


def test_a_table_that_somebody_holds(server_url: str) -> None:
    open_engine(server_url).dispose()
    engine = open_engine(f"{server_url}?options=-c%20lock_timeout%3D200ms")
    other = sa.create_engine(server_url)
    with other.begin() as holder:
        holder.exec_driver_sql("LOCK TABLE score")
        refused(lambda: save_scores(engine, [score()]), "in use by somebody else: try again")
        refused(lambda: saved_scores(engine), "in use by somebody else: try again")
    assert save_scores(engine, [score()]) == 1
    other.dispose()
    engine.dispose()


def test_a_server_that_falls_silent(store: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.connect() as connection:
        process = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    if os.getuid() != 0:
        pytest.skip("only root can stop a server's process")
    monkeypatch.setattr(module, "SILENCE_SECONDS", 0.5)
    os.kill(process, signal.SIGSTOP)
    try:
        # The connection is tried before its use; one that stays silent is replaced.
        assert save_scores(store, [score()]) == 1
    finally:
        os.kill(process, signal.SIGCONT)
    # In mid-statement it is an error.
    slow = sa.text("SELECT pg_sleep(5)")
    refused(lambda: write(store, lambda s: s.execute(slow)), r"no answer within 0\.5 seconds")
    assert len(saved_scores(store)) == 1


@pytest.fixture
def deaf() -> Iterator[int]:
    """The port of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    held.append(listening.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        for one in held:
            one.close()


def test_a_server_that_never_answers(deaf: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CONNECT_SECONDS", 2)  # libpq's least
    address = f"postgresql://me:secret@127.0.0.1:{deaf}/cars"
    refused(lambda: open_engine(address), r"No connection to the PostgreSQL database 'cars' on 127")


def test_no_server(server: sa.URL) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    text = refused(lambda: open_engine(f"postgresql://me:secret@127.0.0.1:{port}/x"), "refused")
    assert "check that the server runs" in text
    missing = server.set(database="nowhere").render_as_string(hide_password=False)
    refused(lambda: open_engine(missing), "No connection to .*'nowhere'.*does not exist")
    stranger = server.set(username="nobody", password="secret")
    refused(lambda: open_engine(stranger.render_as_string(hide_password=False)), "right address")


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_that_cannot_hold_every_name(server: sa.URL, encoding: str) -> None:
    url = create(server, f"in_{encoding.lower()}", encoding)
    text = refused(
        lambda: open_engine(url.render_as_string(hide_password=False)), f"are kept as {encoding}"
    )
    assert "ENCODING 'UTF8'" in text


def test_a_user_who_may_only_read(store: sa.Engine, server_url: str) -> None:
    save_scores(store, [score()])
    engine = open_engine(f"{server_url}?options=-c%20default_transaction_read_only%3Don")
    assert len(saved_scores(engine)) == 1
    for change in (
        lambda: save_scores(engine, [score(1)]),
        lambda: delete_scores(engine, [1]),
        lambda: save_comparison(engine, comparison()),
    ):
        refused(change, "Nothing can be changed .*read-only transaction.*right to write")
    engine.dispose()


def test_nul_and_half_characters(store: sa.Engine) -> None:
    odd = {"note": "nul\0 and half \ud800", "more\0": 1}
    save_scores(store, [score(picture="a\0b\ud800.jpg", set="\0", settings=odd)])
    (found,) = saved_scores(store)
    assert (found.picture, found.set, found.settings) == ("ab?.jpg", "", odd)
    save_comparison(store, comparison(name="日本 😀", link={"models": ["ü"]}))
    (kept,) = saved_comparisons(store).values()
    assert (kept.name, kept.link) == ("日本 😀", {"models": ["ü"]})
