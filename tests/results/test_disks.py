"""The database's file: moved, deleted, replaced, read-only, without room, old, new, damaged."""

import logging
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command

from carseg.results import (
    ResultsError,
    delete_scores,
    open_engine,
    save_comparison,
    save_scores,
    saved_comparisons,
    saved_scores,
)
from carseg.results import reserve as module
from carseg.results.database import write
from tests.factories.rights import without_rights
from tests.results.test_comparisons import comparison
from tests.results.test_saved import score, to_revision


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "results.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[sa.Engine]:
    engine = open_engine(f"sqlite:///{file}")
    yield engine
    engine.dispose()


def pictures(place: sa.Engine | Path) -> list[str]:
    """The names of the saved pictures, read by the store or by SQLite alone."""
    if isinstance(place, sa.Engine):
        return [found.picture for found in saved_scores(place)]
    with closing(sqlite3.connect(place)) as connection:
        return [row[0] for row in connection.execute("SELECT picture FROM score ORDER BY id")]


# Moved


def test_moved_while_open(store: sa.Engine, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    save_scores(store, [score(0)])
    file.rename(file.with_name("kept.sqlite"))
    with caplog.at_level(logging.WARNING, "carseg"):
        for number in range(1, 6):
            save_scores(store, [score(number)])
    assert "another one now" in caplog.text
    store.dispose()
    assert pictures(file) == [f"{number}.jpg" for number in range(1, 6)]
    assert pictures(file.with_name("kept.sqlite")) == ["0.jpg"]


def test_the_folder_deleted_while_open(store: sa.Engine, file: Path) -> None:
    save_scores(store, [score(0)])
    shutil.rmtree(file.parent)
    assert pictures(store) == []
    save_scores(store, [score(1)])
    shutil.rmtree(file.parent)
    save_comparison(store, comparison())
    assert [found.name for found in saved_comparisons(store).values()] == ["My car"]
    assert pictures(store) == []


def test_a_copy_put_back_while_open(store: sa.Engine, file: Path) -> None:
    save_scores(store, [score(0)])
    # A copy of the file alone has everything, though a connection is open.
    copy = shutil.copy(file, file.with_name("backup"))
    save_scores(store, [score(1)])
    Path(copy).replace(file)
    assert pictures(store) == ["0.jpg"]
    save_scores(store, [score(2)])
    assert pictures(store) == ["0.jpg", "2.jpg"]


def test_an_old_file_put_back_while_open(store: sa.Engine, file: Path) -> None:
    save_scores(store, [score(0)])
    old = file.with_name("old.sqlite")
    engine = open_engine(f"sqlite:///{old}")
    save_scores(engine, [score(9)])
    with engine.begin() as connection:
        to_revision(connection, "0002", command.downgrade)
    engine.dispose()
    old.replace(file)
    save_comparison(store, comparison())
    assert pictures(store) == ["9.jpg"]


def test_moved_in_the_middle_of_a_save(store: sa.Engine, file: Path) -> None:
    def move(_: object) -> None:
        file.rename(file.with_name("kept.sqlite"))

    with pytest.raises(ResultsError, match=r"moved while something was saved .* save again"):
        write(store, move)
    assert save_scores(store, [score(1)]) == 1
    assert pictures(file) == ["1.jpg"]


def test_no_file_can_be_made_any_more(store: sa.Engine, file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.touch()
    with pytest.raises(ResultsError, match=r"cannot be made .*CARSEG_HOME"):
        save_scores(store, [score(1)])


# Read-only


@pytest.fixture(params=["file", "folder"])
def locked(request: pytest.FixtureRequest, store: sa.Engine, file: Path) -> Iterator[Path]:
    """A store with two rows, whose file or folder cannot be written any more."""
    save_scores(store, [score(0), score(1)])
    store.dispose()
    place = file if request.param == "file" else file.parent
    place.chmod(0o444 if request.param == "file" else 0o555)
    yield file
    place.chmod(0o755)


needs_rights = pytest.mark.skipif(sys.platform != "linux", reason="rights are taken away on Linux")


@needs_rights
def test_rows_of_a_read_only_place_can_be_read(locked: Path) -> None:
    before = locked.read_bytes()

    def use() -> list[str]:
        engine = open_engine(f"sqlite:///{locked}")
        found = pictures(engine)
        for change in (
            lambda: save_scores(engine, [score(2)]),
            lambda: delete_scores(engine, [1]),
            lambda: save_comparison(engine, comparison()),
        ):
            with pytest.raises(ResultsError, match="can be read but not changed: make the file"):
                change()
        assert pictures(engine) == found
        engine.dispose()
        return found

    assert without_rights(use) == ["0.jpg", "1.jpg"]
    assert locked.read_bytes() == before


@needs_rights
def test_a_place_that_becomes_read_only_and_writable_again(store: sa.Engine, file: Path) -> None:
    save_scores(store, [score(0)])

    def use() -> None:
        file.chmod(0o444)
        assert pictures(store) == ["0.jpg"]
        with pytest.raises(ResultsError, match="read but not changed"):
            save_scores(store, [score(1)])
        file.chmod(0o644)
        assert save_scores(store, [score(1)]) == 1
        assert pictures(store) == ["0.jpg", "1.jpg"]

    without_rights(use)


@needs_rights
@pytest.mark.parametrize("left", ["log", "log and index", "old schema"])
def test_a_read_only_copy_as_a_killed_process_or_an_old_one_leaves_it(
    store: sa.Engine, file: Path, tmp_path: Path, left: str
) -> None:
    save_scores(store, [score(0)])
    copy = tmp_path / "copy" / file.name
    copy.parent.mkdir()
    if left == "old schema":
        with store.begin() as connection:
            to_revision(connection, "0001", command.downgrade)
        shutil.copy(file, copy)
    else:
        with closing(sqlite3.connect(file)) as writer:
            writer.execute("PRAGMA wal_autocheckpoint = 0")
            writer.execute("UPDATE score SET picture = 'in the log.jpg'")
            writer.commit()
            for end in ("", "-wal", "-shm")[: 3 if "index" in left else 2]:
                shutil.copy(f"{file}{end}", f"{copy}{end}")
    copy.chmod(0o444)
    copy.parent.chmod(0o555)

    def use() -> list[str]:
        engine = open_engine(f"sqlite:///{copy}")
        assert saved_comparisons(engine) == {}
        with pytest.raises(ResultsError, match="read but not changed"):
            save_scores(engine, [score(1)])
        return pictures(engine)

    found = without_rights(use)
    copy.parent.chmod(0o755)
    assert found == (["0.jpg"] if left == "old schema" else ["in the log.jpg"])
    assert {path.name for path in copy.parent.iterdir()} <= {
        f"results.sqlite{end}" for end in ("", "-wal", "-shm")
    }


# Old, new, damaged


def test_a_newer_schema_is_not_touched(store: sa.Engine, file: Path) -> None:
    save_scores(store, [score(0)])
    with store.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.dispose()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    before = file.read_bytes()
    with pytest.raises(ResultsError, match=r"saved by a newer carseg: update it, or choose .*HOME"):
        open_engine(f"sqlite:///{file}")
    assert file.read_bytes() == before


def test_a_file_damaged_while_open(store: sa.Engine, file: Path) -> None:
    save_scores(store, [score(number, set="x" * 500) for number in range(50)])
    store.dispose()
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    file.write_bytes(data)
    for use in (saved_scores, lambda engine: save_scores(engine, [score(99)])):
        with pytest.raises(ResultsError, match=r"damaged one .*move a damaged file away"):
            use(store)
    assert file.read_bytes()[4096:] == data[4096:]
    file.rename(file.with_name("damaged"))
    assert save_scores(store, [score(1)]) == 1


@pytest.mark.usefixtures("store")
def test_the_reserve_is_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    assert file.with_name("results.sqlite-reserve").stat().st_size == module.RESERVE
    monkeypatch.setattr(module.os, "urandom", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    engine = open_engine(f"sqlite:///{tmp_path / 'other' / 'results.sqlite'}")
    assert save_scores(engine, [score()]) == 1
    assert not (tmp_path / "other" / "results.sqlite-reserve").exists()
    engine.dispose()


@needs_rights
def test_a_newer_schema_in_a_read_only_place(store: sa.Engine, file: Path) -> None:
    with store.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store.dispose()
    file.chmod(0o444)

    def use() -> None:
        for _ in range(2):
            with pytest.raises(ResultsError, match="saved by a newer carseg"):
                saved_scores(store)

    without_rights(use)
