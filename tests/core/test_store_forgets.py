"""What the store lets go of when a visitor removes a picture, by its bytes."""

import threading
from dataclasses import dataclass

import numpy as np

from carseg.compositing.views import Background, Look
from carseg.core.store import ByteLru, names

PIXELS = np.zeros(1000, np.uint8)


@dataclass(frozen=True)
class Deep:
    inside: tuple


def filled(*keys) -> ByteLru:
    store = ByteLru(100_000)
    for key in keys:
        store.get_or_make(key, PIXELS.copy)
    return store


def test_everything_of_a_picture_goes_and_nothing_else():
    mine = [("decoded", "a"), ("view", "mask", "a", "net", ("a", 1)), ("step", "x", 1.5, "a")]
    others = [("decoded", "b"), ("view", "mask", "b"), "a b", ("decoded", "aa")]
    store = filled(*mine, *others)
    assert store.bytes == 7000
    store.forget("a")
    assert store.bytes == 4000
    assert not any(key in store for key in mine)
    assert all(key in store for key in others)
    store.forget()
    assert store.bytes == 4000
    store.forget("b", "aa", "nobody")
    assert store.bytes == 1000


def test_a_background_is_named_inside_of_a_look():
    behind = Look(background=Background("picture", picture="a"))
    assert names(("view", "background", "b", behind.matters_for("background")), ("a",))
    assert not names(("view", "mask", "b", behind.matters_for("mask")), ("a",))
    assert names(Deep((1, Deep(("a",)))), ("z", "a"))
    assert not names(("picture", None, 1.0, False), ("a",))


def test_what_is_being_made_meanwhile_is_returned_and_not_kept():
    store, begun, go_on, got = ByteLru(100_000), threading.Event(), threading.Event(), []

    def make():
        begun.set()
        assert go_on.wait(60)
        return PIXELS

    worker = threading.Thread(target=lambda: got.append(store.get_or_make(("decoded", "a"), make)))
    worker.start()
    assert begun.wait(60)
    store.forget("a")
    go_on.set()
    worker.join(60)
    assert got[0] is PIXELS
    assert store.bytes == 0
    # The same picture brought again is kept again.
    store.get_or_make(("decoded", "a"), PIXELS.copy)
    assert store.bytes == 1000
