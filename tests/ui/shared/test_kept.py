"""The pictures of closed pages: who gets them, for how long, and how many."""

import pytest

from carseg.service.workshop import Photo
from carseg.ui.shared import kept as module
from carseg.ui.shared.kept import Kept
from carseg.ui.shared.tray import KEPT_MINUTES, Tray

LATE = 60 * KEPT_MINUTES


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kept(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(module, "MOST_BYTES", 100)
    monkeypatch.setattr(Kept, "_sweep_later", lambda _: None)
    return Kept(clock)


def tray(*sizes: int) -> Tray:
    here = Tray()
    for size in sizes:
        here.add(Photo(f"{here.token}-{len(here.photos)}", "car", "upload", "", bytes(size)))
    return here


def closed(kept: Kept, *sizes: int) -> Tray:
    here = tray(*sizes)
    kept.open(here)
    kept.close(here)
    return here


def test_a_reload_gets_everything_and_the_old_page_holds_nothing(kept: Kept):
    before = tray(10, 20)
    first, second = before.photos
    before.shown = second
    before.add_truth(first, "mask", b"m" * 5)
    before.add_own(Photo("own", "beach", "upload", "", b"o" * 5))
    strokes = before.retouch(first, "tiny-a")
    kept.open(before)
    kept.close(before)
    now = Tray()
    assert kept.take(before.token, now)
    assert (list(now.photos), now.shown, now.own.name) == ([first, second], second, "beach")
    assert now.truths[first] == ("mask", b"mmmmm")
    assert now.retouch(first, "tiny-a") == strokes
    assert not before.retouches
    assert (before.held, kept.bytes) == (0, 0)
    assert not kept.take(before.token, Tray()), "a token is good for one return"


def test_only_the_token_opens(kept: Kept):
    before = closed(kept, 10)
    assert not kept.take("", Tray())
    assert not kept.take(before.token[:-1], Tray())
    assert len(before.token) >= 32
    assert before.token != Tray().token
    assert before.token not in repr(Tray(token=before.token))


def test_what_was_removed_does_not_come_back(kept: Kept):
    before = tray(10, 20)
    gone, stays = before.photos
    kept.open(before)
    before.remove(gone)
    kept.close(before)
    now = Tray()
    assert kept.take(before.token, now)
    assert list(now.photos) == [stays]
    emptied = tray(10)
    kept.open(emptied)
    emptied.remove(*emptied.photos)
    kept.close(emptied)
    assert not kept.take(emptied.token, Tray())


def test_two_pages_do_not_mix(kept: Kept):
    one, two = closed(kept, 10), closed(kept, 20)
    now = Tray()
    assert kept.take(two.token, now)
    assert now.held == 20
    assert one.held == 10


def test_a_duplicated_tab_gets_a_copy_of_its_own(kept: Kept):
    here = tray(10)
    kept.open(here)
    beside = Tray()
    assert kept.take(here.token, beside)
    assert here.photos == beside.photos
    (photo,) = here.photos
    here.retouch(photo, "tiny-a")
    assert beside.retouch(photo, "tiny-a") is not here.retouch(photo, "tiny-a")
    beside.remove(photo)
    assert here.held == 10
    assert not kept.take(here.token, here), "a page does not follow itself"


def test_a_reload_that_is_faster_than_the_news_of_its_closing(kept: Kept, clock: Clock):
    before = tray(10)
    kept.open(before)
    now = Tray()
    assert kept.take(before.token, now)
    clock.now += 1
    kept.close(before)
    assert (before.held, kept.bytes, now.held) == (0, 0, 10)


def test_the_original_of_a_copy_is_kept_when_it_closes_later(kept: Kept, clock: Clock):
    before = tray(10)
    kept.open(before)
    assert kept.take(before.token, Tray())
    clock.now += 60
    kept.close(before)
    assert kept.take(before.token, Tray())


def test_the_minutes_end(kept: Kept, clock: Clock):
    before = closed(kept, 10, 10)
    clock.now += LATE - 1
    kept.sweep()
    assert before.held == 20
    clock.now += 1
    kept.sweep()
    assert (before.held, before.lost, kept.bytes) == (0, 2, 0)
    assert not kept.take(before.token, Tray())


def test_a_page_that_comes_back_itself_is_not_swept(kept: Kept, clock: Clock):
    here = closed(kept, 10)
    clock.now += LATE - 1
    kept.open(here)
    clock.now += LATE
    kept.sweep()
    assert (here.held, here.lost) == (10, 0)


def test_the_bytes_of_all_closed_pages_are_bounded(kept: Kept):
    first, second = closed(kept, 60), closed(kept, 40)
    assert kept.bytes == 100
    third = closed(kept, 1)
    assert (first.lost, second.lost, third.lost, kept.bytes) == (1, 0, 0, 41)


def test_what_a_link_brought_stays_on_the_stage():
    before, now = tray(10, 10), tray(5)
    (fresh,) = now.photos
    now.shown = fresh
    now.adopt(before)
    assert list(now.photos) == [*before.photos, fresh]
    assert now.shown == fresh


def test_a_picture_that_the_link_offers_is_there_already():
    before, now = Tray(), Tray(offered="https://example.org/a.jpg")
    before.add(Photo("a", "a", "url", "https://example.org/a.jpg", b"a"))
    before.add(Photo("b", "b", "upload", "", b"b"))
    before.shown = "b"
    now.adopt(before)
    assert (now.offered, now.shown) == ("", "a")
