"""Drills find what they look for, and end with the right code."""

import os
import random
import sys
import time
from pathlib import Path

import pytest

from carseg.bench.drill import DRILLS, drill
from carseg.bench.drill.children import OrphansError, killed
from carseg.bench.drill.outcome import Limit, Outcome
from carseg.cli import main
from carseg.core.atomic import write_atomically

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are forked")


def test_a_limit_of_times_and_of_minutes() -> None:
    assert list(Limit(3, 1).rounds()) == [0, 1, 2]
    assert list(Limit(3, 1e-9).rounds()) == [0]


def test_a_killed_process_and_what_it_told() -> None:
    def work(tell) -> None:
        for number in range(10**6):
            tell(number)
            time.sleep(0.001)

    told = killed(work, 0.05)
    assert told == list(range(len(told)))
    assert len(told) < 1_000


def test_processes_that_outlive_the_killed_one_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(tell) -> None:
        if os.fork():
            tell("forked")
        time.sleep(60)

    monkeypatch.setattr("carseg.bench.drill.children.orphans.__defaults__", (0.3,))
    with pytest.raises(OrphansError, match="outlived"):
        killed(work, 0)


@pytest.mark.parametrize("whole", [True, False])
def test_kills_aimed_at_writes_tell_whole_files_from_half_ones(tmp_path: Path, whole: bool) -> None:
    data = bytes(3_000_000)
    halves = 0
    for _ in range(12):

        def work(tell) -> None:
            for number in range(50):
                path = tmp_path / f"{os.getpid()}-{number}"
                write_atomically(path, data) if whole else slowly(path)
            tell("done")

        def slowly(path: Path) -> None:
            with path.open("wb", buffering=0) as file:
                for start in range(0, len(data), 100_000):
                    file.write(data[start : start + 100_000])

        killed(work, 60, within=tmp_path, writes=6)
        halves += sum(path.stat().st_size != len(data) for path in tmp_path.iterdir())
    assert (halves == 0) == whole


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rows", "disk", "weights"])
def test_a_drill_loses_nothing(name: str, tmp_path: Path) -> None:
    """The other two take minutes: `carseg drill training files`."""
    random.seed(4)
    found = drill(name, tmp_path, Limit(1, 1))
    assert found.lost == []
    assert found.tried == 1
    assert found.seen


def test_a_disk_without_namespaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carseg.bench.drill.disk._on_small_disk", lambda _: [])
    found = drill("disk", tmp_path, Limit(1, 1))
    assert found.lost == []
    assert found.seen["refusals"]
    assert list(tmp_path.iterdir()) == []


def test_a_loss_is_printed_and_is_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    def bad(name: str, folder: Path, limit: Limit) -> Outcome:
        assert (name, limit) == ("rows", Limit(1, 5))
        outcome = Outcome(tried=1, acknowledged=4)
        outcome.check(folder.is_dir(), "no folder")
        outcome.check(False, "acknowledged and lost: 3.")
        return outcome

    monkeypatch.setattr("carseg.bench.drill.drill", bad)
    assert main(["drill", "rows", "--times", "1"]) == 1
    said = capsys.readouterr().out
    assert "4 acknowledged; 1 lost." in said
    assert "Round 1: acknowledged and lost: 3." in said


def test_what_there_is_no_drill_for(capsys: pytest.CaptureFixture) -> None:
    assert main(["drill", "cellar"]) == 1
    said = capsys.readouterr().err
    assert all(name in said for name in DRILLS)
    assert main(["drill", "--times", "0"]) == 1
    assert "--times of 1 or more" in capsys.readouterr().err
