"""What a session may hold: pictures, their true masks and a background, all counted."""

from collections.abc import Callable

import pytest

from carseg.imaging.codec import PictureError
from carseg.service.workshop import Photo
from carseg.ui.shared import tray as module
from carseg.ui.shared.streamlit_internals import check_file
from carseg.ui.shared.tray import Tray


@pytest.fixture(autouse=True)
def small(monkeypatch) -> None:
    monkeypatch.setattr(module, "_MOST_BYTES", 100)
    monkeypatch.setattr(module, "MOST_PICTURES", 3)


def photo(name: str, size: int) -> Photo:
    return Photo(name, name, "upload", "", bytes(size))


def full(action: Callable, *args) -> None:
    with pytest.raises(PictureError, match="full: remove pictures"):
        action(*args)


def test_masks_and_background_count_as_pictures_do():
    tray = Tray()
    tray.add(photo("a", 40))
    tray.add_truth("a", "m", bytes(30))
    tray.add_own(photo("b", 20))
    assert tray.held == 90
    tray.check(photo("c", 10))
    full(tray.check, photo("c", 11))
    full(tray.add_truth, "c", "m", bytes(11))
    # What is replaced makes room.
    tray.add_truth("a", "m", bytes(40))
    tray.add_own(photo("d", 20))
    full(tray.add_own, photo("e", 21))
    full(tray.add_truth, "a", "m", bytes(41))
    assert (tray.held, tray.own.name, len(tray.truths["a"][1])) == (100, "d", 40)
    tray.remove("a")
    assert tray.held == 20


def test_pictures_are_counted_too():
    tray = Tray()
    for name in "abc":
        tray.check(photo(name, 1))
        tray.add(photo(name, 1))
    full(tray.check, photo("d", 1))
    tray.check(photo("a", 1))
    assert list(tray.photos) == ["a", "b", "c"]


def test_a_file_above_the_limit_is_refused_on_the_server(monkeypatch):
    monkeypatch.setattr("carseg.ui.shared.streamlit_internals.MOST_MB", 1)
    check_file(bytes(2**20))
    with pytest.raises(PictureError, match="larger than"):
        check_file(bytes(2**20 + 1))


def test_the_trays_of_all_sessions_have_a_limit_together(monkeypatch):
    here, other = Tray(), Tray()
    monkeypatch.setattr("carseg.ui.shared.tray._OPEN", {1: here, 2: other})
    monkeypatch.setattr("carseg.ui.shared.tray._MOST_OF_ALL", 1000)
    monkeypatch.setattr("carseg.ui.shared.tray._MOST_BYTES", 900)
    other.add(Photo("b", "b", "upload", "", bytes(700)))
    here.check(Photo("a", "a", "upload", "", bytes(300)))
    with pytest.raises(PictureError, match="of its visitors"):
        here.check(Photo("a", "a", "upload", "", bytes(301)))
    with pytest.raises(PictureError, match="of its visitors"):
        here.add_truth("a", "a", bytes(301))
