"""Networks that run beside a page: their order, what is dropped, and what goes wrong."""

import threading
import time
from collections.abc import Callable

import pytest

from carseg.core.errors import CarsegError
from carseg.core.gate import NETWORKS
from carseg.core.store import ByteLru
from carseg.inference.predictor import Predictor
from carseg.service.queue import Queue
from carseg.service.workshop import Ask, Photo, Workshop

PHOTO = Photo("1" * 64, "a.png", "upload")
LONG = 30
"""Seconds that no test waits for unless it fails."""


def ask(model: str) -> Ask:
    return Ask(PHOTO, model, "print")


class Device:
    kind = "cpu"


class Networks:
    """Stands for the Predictor: notes each run, waits at a gate, and fails where told to."""

    device = Device()
    knows_device = True

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.gates = {name: threading.Event() for name in "abc"}
        self.begun = {name: threading.Event() for name in "abc"}
        self.errors: dict[str, Exception] = {}

    def predict(self, _rgb, model: str, **_) -> str:
        self.runs.append(model)
        self.begun[model].set()
        assert self.gates[model].wait(LONG)
        if model in self.errors:
            raise self.errors[model]
        return f"mask of {model}"


class Shop(Workshop):
    def decoded(self, photo):  # noqa: ARG002
        return type("Decoded", (), {"near": None, "size": None})


@pytest.fixture
def networks() -> Networks:
    return Networks()


@pytest.fixture
def shop(networks: Networks) -> Workshop:
    return Shop(networks, ByteLru(10**6))


@pytest.fixture
def queue(shop: Workshop) -> Queue:
    return Queue(shop)


def open_all(networks: Networks) -> None:
    for gate in networks.gates.values():
        gate.set()


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def finish(queue: Queue, *models: str) -> None:
    for model in models:
        assert queue.wait([ask(model)], LONG), model


def test_results_come_in_the_wanted_order(queue: Queue, networks: Networks, shop: Workshop):
    queue.want([ask("b"), ask("a")])
    assert networks.begun["b"].wait(LONG)
    assert not queue.is_done(ask("b"))
    assert not queue.wait([ask("a"), ask("b")], 0)
    networks.gates["b"].set()
    finish(queue, "b")
    assert shop.has_prediction(ask("b"))
    assert not queue.is_done(ask("a"))
    open_all(networks)
    finish(queue, "a")
    assert networks.runs == ["b", "a"]


def test_what_is_no_longer_wanted_is_not_begun_and_what_has_begun_is_kept(
    queue: Queue, networks: Networks
):
    queue.want([ask("a"), ask("b")])
    assert networks.begun["a"].wait(LONG)
    queue.want([ask("c")])
    open_all(networks)
    finish(queue, "c", "a")
    assert networks.runs == ["a", "c"]
    queue.want([ask("a"), ask("c")])
    finish(queue, "a", "c")
    assert networks.runs == ["a", "c"], "nothing runs twice"


def test_a_model_that_cannot_be_used_leaves_the_others(queue: Queue, networks: Networks):
    networks.errors["a"] = CarsegError("The file of a is broken.")
    open_all(networks)
    queue.want([ask("a"), ask("b")])
    finish(queue, "a", "b")
    assert queue.problem(ask("a")) == "The file of a is broken."
    assert queue.problem(ask("b")) == ""
    queue.want([ask("a"), ask("b")])
    assert networks.runs == ["a", "b"], "it is not tried again and again"
    queue.want([ask("b")])
    del networks.errors["a"]
    queue.want([ask("a"), ask("b")])
    finish(queue, "a")
    assert queue.problem(ask("a")) == ""


def test_a_fault_of_ours_is_raised(queue: Queue, networks: Networks):
    networks.errors["a"] = ZeroDivisionError()
    open_all(networks)
    queue.want([ask("a")])
    finish(queue, "a")
    with pytest.raises(ZeroDivisionError):
        queue.problem(ask("a"))


def test_a_closed_page_wants_nothing_more(queue: Queue, networks: Networks):
    queue.want([ask("a"), ask("b")])
    assert networks.begun["a"].wait(LONG)
    queue.want([])
    open_all(networks)
    finish(queue, "a")
    assert networks.runs == ["a"]


def test_a_result_that_is_dropped_as_soon_as_it_is_made_is_made_again(
    queue: Queue, networks: Networks, shop: Workshop
):
    queue.want([ask("a")])
    assert networks.begun["a"].wait(LONG)
    shop.store.forget(PHOTO.id)  # another visitor closes a page with the same photo
    open_all(networks)
    assert queue.wait([ask("a")], LONG), "nobody waits for what is not on its way"
    assert not queue.is_done(ask("a"))
    queue.want([ask("a")])
    finish(queue, "a")
    assert queue.is_done(ask("a"))
    assert networks.runs == ["a", "a"]


def test_the_page_does_not_wait_for_pytorch(queue: Queue, networks: Networks):
    networks.knows_device = False
    queue.want([ask("a")])
    assert not queue.is_done(ask("a"))
    networks.knows_device = True
    open_all(networks)
    finish(queue, "a")


def test_visitors_take_turns_and_know_their_place(
    shop: Workshop, networks: Networks, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("carseg.service.queue.TURN", 1)
    mine, other = Queue(shop), Queue(shop)
    mine.want([ask("a"), ask("b")])
    assert networks.begun["a"].wait(LONG)
    other.want([ask("c")])
    until(lambda: other.before == 1)
    assert mine.before == 0
    networks.gates["a"].set()
    assert networks.begun["c"].wait(LONG), "after a turn one goes to the end of the line"
    until(lambda: mine.before == 1)
    open_all(networks)
    finish(mine, "b")
    until(lambda: mine.before == other.before == 0)
    assert networks.runs == ["a", "c", "b"]


def test_who_leaves_the_line_is_not_waited_for(shop: Workshop, networks: Networks):
    mine, other = Queue(shop), Queue(shop)
    mine.want([ask("a")])
    assert networks.begun["a"].wait(LONG)
    other.want([ask("b")])
    until(lambda: other.before == 1)
    other.want([])
    networks.gates["a"].set()
    until(lambda: NETWORKS.waiting == 0)
    mine.want([ask("c")])
    open_all(networks)
    finish(mine, "c")
    assert networks.runs == ["a", "c"]


@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_who_knows_the_device(device: str):
    predictor = Predictor(device)
    assert predictor.knows_device == (device == "cpu")
    assert predictor.device.kind
    assert predictor.knows_device
