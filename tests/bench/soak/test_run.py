"""A small soak of the real server, and what becomes of failures."""

import asyncio
import os
from itertools import count

import pytest

from carseg.bench.soak import run
from carseg.bench.soak.memory import resident
from carseg.bench.soak.report import facts
from carseg.bench.soak.run import Found, Plan, _Soak, soak
from carseg.bench.soak.server import ServerError
from carseg.bench.soak.visitor import Seen, VisitError
from carseg.cli import main
from carseg.cli.app import server_command


def real(port: int) -> list[str]:
    return server_command(port, headless=True)


@pytest.mark.slow  # it starts a server, which loads PyTorch, and runs two networks on three photos
@pytest.mark.usefixtures("tiny_weights")
def test_two_visitors_bring_three_pictures_to_the_real_server(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    told = []
    found = soak(Plan(sessions=2, pictures=3), real, lambda so_far: told.append(len(so_far.seen)))
    assert found.failures == []
    assert told == [1, 2, 3]
    assert len(found.arrivals) == 2
    for seen in found.seen:
        assert 0 < seen.place <= seen.first <= seen.last
    last = found.memory[-1]
    assert last.server > last.workers > 1, "the pictures were decoded in other processes"
    assert facts(found)["latency_seconds"]["masks of all networks"]["n"] == 3


def test_a_server_that_does_not_start_says_why():
    with pytest.raises(ServerError, match="no such thing"):
        soak(Plan(1, 1), lambda _: ["python3", "-c", "raise SystemExit('no such thing')"])


class Process:
    """A server's process that lives on."""

    def poll(self) -> int | None:
        return None


class Running:
    address, process = "http://nowhere", Process()


class Made:
    """A visitor who fails with every picture whose number is in ``fails``."""

    came, fails = count(), {4}

    def __init__(self, address: str) -> None:
        self.address, self.log = address, []

    async def arrive(self) -> None:
        next(Made.came)

    async def bring(self, picture: int) -> Seen:
        if picture in self.fails:
            raise VisitError("It is lost.")
        return Seen(0, 1, 2, False)

    async def leave(self) -> None:
        pass


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(run, "VISITORS", {"made": Made})
    monkeypatch.setattr(run, "made_photos", lambda _: count())
    monkeypatch.setattr(Made, "came", count())


async def whole(plan: Plan) -> Found:
    found = Found(plan)
    await _Soak(plan, Running(), found, lambda _: None).whole()
    return found


@pytest.mark.usefixtures("made")
def test_a_failure_costs_its_picture_alone():
    found = asyncio.run(whole(Plan(sessions=3, pictures=25)))
    assert len(found.seen) == 24
    assert found.failures == ["It is lost."]


@pytest.mark.usefixtures("made")
def test_a_visitor_leaves_after_ten_pictures_and_another_one_comes():
    found = asyncio.run(whole(Plan(sessions=1, pictures=24)))
    assert len(found.seen) == 23
    assert len(found.arrivals) == 3, "one left after a failure, one after ten pictures"


@pytest.mark.usefixtures("made")
def test_it_stops_at_its_time():
    assert asyncio.run(whole(Plan(sessions=2, pictures=10, minutes=-1))).seen == []


def test_the_memory_of_a_process():
    server, workers, threads = resident(os.getpid())
    assert server > 10
    assert workers >= 0
    assert threads >= 1


@pytest.mark.parametrize("words", [["--sessions", "0"], ["--pictures", "x"], ["--minutes", "-1"]])
def test_wrong_numbers_are_named(words: list[str], capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit):
        main(["soak", *words])
    assert words[0] in capsys.readouterr().err
