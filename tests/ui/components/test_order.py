"""The age of a component's data."""

import pytest

from carseg.ui.components import order


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict:
    held: dict = {}
    monkeypatch.setattr(order.st, "session_state", held)
    return held


def test_newer_data_have_a_higher_turn_and_the_same_ones_keep_theirs(session, monkeypatch):
    monkeypatch.setattr(order.time, "time_ns", lambda: 5_000_000)
    turns = [order.in_order("a", {"x": x})["turn"] for x in (1, 1, 2, 2, 1)]
    assert turns == [5000, 5000, 5001, 5001, 5002], "also where the clock stands still"
    assert order.in_order("b", {"x": 1}) == {"x": 1, "turn": 5000}
    assert len(session) == 2
