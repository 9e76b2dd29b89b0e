"""The gate lets in by weight, in order, tells places, and nobody waits for himself or for ever."""

import threading
import time

from carseg.core.gate import Gate


def waits(gate: Gate, number: int) -> None:
    """Return once so many wait."""
    while gate.waiting < number:
        time.sleep(0.005)


class Worker(threading.Thread):
    """Enters, notes it, and stays until ``leave`` is set."""

    def __init__(self, gate: Gate, weight: int, log: list, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.gate, self.weight, self.log = gate, weight, log
        self.inside, self.leave, self.places = threading.Event(), threading.Event(), []

    def run(self) -> None:
        with self.gate.telling(self.places.append), self.gate.enter(self.weight):
            self.log.append(self.name)
            self.inside.set()
            self.leave.wait(10)


def test_weights_are_let_in_up_to_the_limit_in_the_order_of_arrival():
    gate, log = Gate(10), []
    a, b, c, d = (Worker(gate, w, log, n) for w, n in ((6, "a"), (4, "b"), (8, "c"), (1, "d")))
    for one in (a, b):
        one.start()
        assert one.inside.wait(5)
    c.start()
    waits(gate, 1)
    d.start()  # it would fit sooner, but came later
    waits(gate, 2)
    b.leave.set()
    b.join()
    assert not c.inside.wait(0.4)
    assert not d.inside.is_set()
    a.leave.set()
    assert c.inside.wait(5)
    assert d.inside.wait(5)
    assert gate.inside == 9
    for one in (c, d):
        one.leave.set()
        one.join()
    assert log == ["a", "b", "c", "d"]
    assert gate.inside == gate.waiting == 0
    assert a.places == b.places == []
    assert c.places == [1, 0]
    assert d.places[0] == 2
    assert d.places[-1] == 0


def test_a_thread_does_not_wait_for_itself_and_the_heaviest_goes_alone():
    gate = Gate(10)
    with gate.enter(1_000), gate.enter(1_000):
        assert gate.inside == 10
    assert gate.inside == 0


def test_an_error_inside_gives_the_weight_back():
    gate = Gate(10)
    try:
        with gate.enter(7):
            raise KeyError
    except KeyError:
        pass
    assert gate.inside == 0


def test_nobody_waits_for_ever():
    gate, log = Gate(10, longest=0.3), []
    first, second = (Worker(gate, 10, log, name) for name in "ab")
    first.start()
    assert first.inside.wait(5)
    second.start()
    assert second.inside.wait(5)
    for one in (first, second):
        one.leave.set()
        one.join()
    assert gate.inside == 0
