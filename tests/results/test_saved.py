"""Saved scores: upsert, delete, migrations, two processes at once, and a process killed."""

import multiprocessing
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects import postgresql

from carseg.analysis.frames import summarise
from carseg.measures.overlap import Counts
from carseg.results import (
    ResultsError,
    Score,
    delete_scores,
    open_engine,
    save_scores,
    saved_scores,
    settings_hash,
)
from carseg.results.database import MIGRATIONS, migrate
from carseg.results.saved import Base, upsert

SPAWN = multiprocessing.get_context("spawn")


def score(number: int = 0, **changed) -> Score:
    facts = {
        **{"model": "unet", "weights_sha256": "a" * 64, "fingerprint": "f" * 64},
        **{"picture": f"{number}.jpg", "picture_sha256": f"{number:064x}"},
        **{"truth_sha256": "b" * 64},
        **{"domain": "street", "set": "mine", "grid": "native", "threshold": 0.5},
        **{"tp": 90, "fp": 3, "fn": 4, "tn": 200},
    }
    return Score(**{**facts, **changed})


def test_there_and_back(engine: sa.Engine) -> None:
    wanted = score(settings={"detail": True, "feather": 1.5}, boundary_iou=0.25, set="Übung, 日本")
    assert save_scores(engine, [wanted]) == 1
    (found,) = saved_scores(engine)
    assert found.counts == Counts(90, 3, 4, 200)
    names = ("set", "settings", "settings_sha256", "boundary_iou", "saved_at", "threshold")
    for name in (*names, "weights_sha256", "fingerprint"):
        assert getattr(found, name) == getattr(wanted, name)


def test_saving_the_same_again_updates_it(engine: sa.Engine) -> None:
    save_scores(engine, [score(0), score(1)])
    first = {found.picture: found.id for found in saved_scores(engine)}
    save_scores(engine, [score(0, tp=80, set="other", domain="studio", picture="renamed.jpg")])
    found = {found.picture: found for found in saved_scores(engine)}
    assert set(found) == {"renamed.jpg", "1.jpg"}
    assert found["renamed.jpg"].id == first["0.jpg"]
    assert (found["renamed.jpg"].tp, found["renamed.jpg"].domain) == (80, "studio")


@pytest.mark.parametrize(
    "changed",
    [
        {"threshold": 0.6},
        {"grid": "160x240"},
        {"settings": {"detail": True}},
        {"weights_sha256": "c" * 64},
        {"fingerprint": "c" * 64},
        {"picture_sha256": "c" * 64},
        {"truth_sha256": "c" * 64},
    ],
)
def test_another_measurement_is_another_row(engine: sa.Engine, changed: dict) -> None:
    save_scores(engine, [score(), score(**changed)])
    assert len(saved_scores(engine)) == 2


def test_the_same_twice_in_one_call_is_one_row(engine: sa.Engine) -> None:
    save_scores(engine, [score(tp=1), score(tp=2)])
    assert [found.tp for found in saved_scores(engine)] == [2]


def test_all_or_nothing(engine: sa.Engine) -> None:
    bad = score(1)
    bad.tp = None
    with pytest.raises(ResultsError, match="cannot be used"):
        save_scores(engine, [score(0), bad, score(2)])
    assert saved_scores(engine) == []


def test_delete(engine: sa.Engine) -> None:
    save_scores(engine, [score(number) for number in range(5)])
    ids = np.array([found.id for found in saved_scores(engine)])
    assert delete_scores(engine, ids[:2]) == 2
    assert delete_scores(engine, [*ids[:3], 10**6]) == 1
    assert delete_scores(engine, []) == 0
    assert [found.id for found in saved_scores(engine)] == ids[3:].tolist()
    assert delete_scores(engine, range(int(ids[-1]) + 2_000)) == 2


def test_numpy_numbers_and_strange_names(engine: sa.Engine) -> None:
    name = "nul\0 and half a pair \ud800.jpg"
    save_scores(engine, [score(picture=name, tp=np.int64(7), threshold=np.float32(0.5))])
    (found,) = saved_scores(engine)
    assert (found.tp, found.threshold) == (7, 0.5)
    assert found.picture == "nul and half a pair ?.jpg"
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT tp FROM score")).scalar() == 7


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"weights_sha256": "xyz"}, "no weights_sha256"),
        ({"truth_sha256": "A" * 64}, "no truth_sha256"),
        ({"fingerprint": ""}, "no fingerprint"),
        ({"domain": "moon"}, "take studio, street, rendered"),
        ({"threshold": float("nan")}, "within 0 and 1"),
        ({"fp": -1}, "negative"),
    ],
)
def test_impossible_scores_are_refused(changed: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        score(**changed)


def test_settings_hash_is_about_content() -> None:
    assert settings_hash("f", "native", 0.5, {"a": 1, "b": 2}) == settings_hash(
        "f", "native", 0.5, {"b": 2, "a": 1}
    )
    assert settings_hash("f", "native", 1, {}) == settings_hash("f", "native", 1.0, {})
    assert settings_hash("f", "native", 1, {}) != settings_hash("e", "native", 1, {})
    with pytest.raises(TypeError):
        settings_hash("f", "native", 0.5, {"a": object()})


def test_the_upsert_compiles_for_postgresql() -> None:
    text = str(upsert("postgresql").compile(dialect=postgresql.dialect()))
    assert "ON CONFLICT (weights_sha256, picture_sha256, truth_sha256, settings_sha256)" in text
    assert "DO UPDATE SET" in text
    assert "saved_at = excluded.saved_at" in text


def test_migrations_lead_to_the_model(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == "0003"
        assert compare_metadata(context, Base.metadata) == []


FIRST = """
INSERT INTO score (model, weights_sha256, picture, picture_sha256, truth_sha256, domain, "set",
    grid, threshold, settings, settings_sha256, tp, fp, fn, tn, boundary_iou, saved_at)
VALUES ('unet', :a, 'old.jpg', :a, :b, 'street', 'mine', 'native', 0.5, '{"dtype": "float32"}',
    :a, 90, 3, 4, 200, 0.5, '2025-01-02 03:04:05.000000')
"""
"""A row as the first revision kept it."""


def test_rows_of_the_first_revision_stay_readable(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        to_revision(connection, "0001", command.downgrade)
        connection.execute(sa.text(FIRST), {"a": "a" * 64, "b": "b" * 64})
    migrate(engine)
    (old,) = saved_scores(engine)
    assert (old.picture, old.counts, old.fingerprint) == ("old.jpg", Counts(90, 3, 4, 200), "")
    assert old.settings == {"dtype": "float32"}
    # How its network was used is not known: it is averaged with nothing, and replaced by nothing.
    same = score(picture_sha256="a" * 64, settings=old.settings, boundary_iou=0.5)
    save_scores(engine, [same])
    assert summarise(saved_scores(engine)).n.tolist() == [1, 1]
    assert delete_scores(engine, [old.id]) == 1


def to_revision(connection: sa.Connection, revision: str, step: Callable) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    step(config, revision)


def test_opening_twice_keeps_what_is_there(engine: sa.Engine) -> None:
    save_scores(engine, [score()])
    migrate(engine)
    again = open_engine(engine.url.render_as_string(hide_password=False))
    assert len(saved_scores(again)) == 1
    again.dispose()


def test_sqlite_is_set_up_for_several_writers(file_url: str) -> None:
    engine = open_engine(file_url)
    with engine.connect() as one, engine.connect() as two:
        for connection in (one, two):
            pragmas = ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
            found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas]
            assert found == ["wal", 30_000, 2, 1]


def test_the_environment_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CARSEG_DATABASE", raising=False)
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / "home"))
    save_scores(open_engine(), [score()])
    assert (tmp_path / "home" / "results.sqlite").is_file()


@pytest.mark.parametrize("name", ["a?b", "a%20b", "x#y", "ü ö"])
def test_a_home_may_hold_what_means_something_in_a_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv("CARSEG_DATABASE", raising=False)
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / name))
    save_scores(open_engine(), [score()])
    assert [f.name for f in tmp_path.iterdir()] == [name]
    assert (tmp_path / name / "results.sqlite").is_file()


def test_a_home_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.delenv("CARSEG_DATABASE", raising=False)
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(ResultsError, match="CARSEG_HOME"):
        open_engine()


def test_a_newer_file_is_left_alone(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ResultsError, match="newer carseg"):
        open_engine(url)
    save_scores(engine, [score()])  # the failed opening holds no lock


def test_a_place_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    with pytest.raises(ResultsError, match="move a damaged file away"):
        open_engine(f"sqlite:///{tmp_path / 'notes.txt'}")
    with pytest.raises(ResultsError, match="cannot be made"):
        open_engine(f"sqlite:///{tmp_path / 'notes.txt' / 'results.sqlite'}")
    assert (tmp_path / "notes.txt").read_text().startswith("not a database")


def test_a_file_that_breaks_while_open(url: str) -> None:
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE score"))
    for use in (
        saved_scores,
        lambda store: save_scores(store, [score()]),
        lambda store: delete_scores(store, [1]),
    ):
        with pytest.raises(ResultsError, match=r"no such table|does not exist"):
            use(engine)


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x", "oracle+nothing://x"])
def test_an_address_that_makes_no_sense(url: str) -> None:
    with pytest.raises(ResultsError, match="CARSEG_DATABASE"):
        open_engine(url)


def _save_many(url: str, barrier, first: int, number: int) -> None:
    barrier.wait(60)
    engine = open_engine(url)
    for picture in range(first, first + number):
        save_scores(
            engine, [score(picture, set=f"from {first}"), score(10**6, set=f"from {first}")]
        )
    engine.dispose()


def test_two_processes_open_and_save_at_once(url: str) -> None:
    barrier = SPAWN.Barrier(2)
    writers = [SPAWN.Process(target=_save_many, args=(url, barrier, n, 20)) for n in (0, 20)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0]
    found = saved_scores(open_engine(url))
    assert sorted(found.picture for found in found) == sorted(
        f"{n}.jpg" for n in [*range(40), 10**6]
    )


def _save_and_tell(url: str, pipe) -> None:
    engine = open_engine(url)
    for picture in range(10**6):
        save_scores(engine, [score(picture)])
        pipe.send(picture)


def test_a_killed_process_loses_nothing_that_was_saved(url: str) -> None:
    here, there = SPAWN.Pipe(duplex=False)
    writer = SPAWN.Process(target=_save_and_tell, args=(url, there))
    writer.start()
    assert here.poll(60)
    time.sleep(0.2)  # wherever it is then
    writer.kill()
    writer.join(60)
    there.close()
    told = -1
    try:
        while here.poll():
            told = here.recv()
    except EOFError:  # cut off within a message
        pass
    engine = open_engine(url)
    found = [int(found.picture.removesuffix(".jpg")) for found in saved_scores(engine)]
    assert told >= 0
    assert found in (list(range(told + 1)), list(range(told + 2)))
    assert intact(url)
    save_scores(engine, [score(10**6)])


def _stop_before_commit(url: str, ready) -> None:
    engine = open_engine(url)
    save_scores(engine, [score(0)])

    @sa.event.listens_for(engine, "commit")
    def _never(_: sa.Connection) -> None:
        ready.set()
        time.sleep(600)

    save_scores(engine, [score(number, tp=1) for number in range(500)])


def test_a_process_killed_in_mid_save_leaves_the_last_state(url: str) -> None:
    ready = SPAWN.Event()
    writer = SPAWN.Process(target=_stop_before_commit, args=(url, ready))
    writer.start()
    assert ready.wait(60)
    writer.kill()
    writer.join(60)
    engine = open_engine(url)
    assert [(found.picture, found.tp) for found in saved_scores(engine)] == [("0.jpg", 90)]
    assert intact(url)
    save_scores(engine, [score(1)])  # the dead process holds no lock
    assert len(saved_scores(engine)) == 2


def intact(url: str) -> bool:
    """Whether SQLite finds no fault in the file; PostgreSQL looks after its own."""
    if not url.startswith("sqlite"):
        return True
    with closing(sqlite3.connect(sa.make_url(url).database)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
