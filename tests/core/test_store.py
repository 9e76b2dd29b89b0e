import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carseg.core import store as stores
from carseg.core.store import ByteLru, size_of


def test_what_was_used_longest_ago_is_forgotten():
    store = ByteLru(250)
    for key in "abc":
        store.get_or_make(key, lambda: np.zeros(80, np.uint8))
        store.get_or_make("a", lambda: pytest.fail("a was just used"))
    store.get_or_make("d", lambda: np.zeros(80, np.uint8))
    assert "a" in store
    assert "b" not in store
    assert "d" in store


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 120)), max_size=60))
def test_it_never_holds_more_than_its_bytes(steps):
    store = ByteLru(200)
    for key, size in steps:
        assert store.get_or_make((key, size), lambda s=size: bytes(s)) == bytes(size)
        assert store.bytes <= 200


def test_a_value_larger_than_the_store_is_still_returned():
    store = ByteLru(10)
    assert len(store.get_or_make("big", lambda: bytes(100))) == 100
    assert "big" not in store


def test_threads_make_a_value_once():
    store, made = ByteLru(1000), []

    def make():
        made.append(1)
        time.sleep(0.05)
        return b"x"

    threads = [threading.Thread(target=store.get_or_make, args=("k", make)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_small_values_outlive_large_ones_but_fill_no_more_than_a_quarter(monkeypatch):
    monkeypatch.setattr(stores, "SMALL", 10)
    store = ByteLru(400)

    def put(name: str, size: int) -> None:
        store.get_or_make(name, lambda: bytes(size))

    put("fact", 10)
    for number in range(20):
        put(f"picture {number}", 90)
    assert "fact" in store, "it was used longer ago than every picture"
    assert "picture 19" in store
    assert store.bytes == 370
    for number in range(40):
        put(f"fact {number}", 10)
    assert "fact" not in store
    assert "fact 39" in store
    assert "fact 30" in store
    put("picture", 300)
    kept = [n for n in range(40) if f"fact {n}" in store]
    assert kept == list(range(30, 40)), "a quarter of the bytes are 100"
    assert store.bytes == 400


def test_small_values_are_bounded_in_number(monkeypatch):
    monkeypatch.setattr(stores, "SMALL", 10)
    monkeypatch.setattr(stores, "MOST_SMALL", 3)
    store = ByteLru(100)
    store.get_or_make("large", lambda: bytes(60))
    for number in range(5):
        store.get_or_make(number, lambda: bytes(4))
    store.get_or_make("another", lambda: bytes(30))
    assert [key for key in (*range(5), "large", "another") if key in store] == [2, 3, 4, "another"]


def test_an_error_is_not_kept():
    store = ByteLru(10)
    with pytest.raises(ZeroDivisionError):
        store.get_or_make("k", lambda: 1 // 0)
    assert store.get_or_make("k", lambda: b"ok") == b"ok"


def test_two_makers_of_one_key_after_a_failed_make_are_counted_once():
    store, failing, waiting = ByteLru(100), threading.Event(), threading.Event()

    def fail():
        failing.set()
        waiting.wait(5)
        raise MemoryError

    def slow():
        # While this one makes it, another thread makes it too.
        store._keep("k", bytes(40))
        return bytes(40)

    def first():
        with pytest.raises(MemoryError):
            store.get_or_make("k", fail)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    failing.wait(5)
    threads.append(threading.Thread(target=store.get_or_make, args=("k", slow)))
    threads[1].start()
    waiting.set()
    for thread in threads:
        thread.join()
    assert store.bytes == 40
    for key in range(9):
        store.get_or_make(key, lambda: bytes(99))
        assert store.bytes == 99


def test_sizes_add_up():
    assert size_of({"a": np.zeros((3, 4), np.float32), "b": [b"12", "345"]}) == 48 + 5
