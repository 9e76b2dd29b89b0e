"""A picture of a page can be fetched also while the page runs again and others end."""

import pytest
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage

from carseg.ui.shared import media

PLACE = "carseg-net"


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> MediaFileManager:
    monkeypatch.setattr(
        "streamlit.runtime.media_file_manager._get_session_id", lambda: "mine", raising=True
    )
    return MediaFileManager(MemoryMediaFileStorage("/media"))


def add(files: MediaFileManager, data: bytes) -> str:
    path = files.add(data, "image/png", PLACE)
    media.hold(files, "mine", PLACE, path)
    return path.rpartition("/")[2]


def others_end(files: MediaFileManager) -> None:
    """What happens between the begin of this page's run and the drawing of its pictures."""
    files.clear_session_refs("mine")
    files.remove_orphaned_files()


def there(files: MediaFileManager, name: str) -> bool:
    return files.read_file(name.partition(".")[0]) is not None


def test_without_it_the_picture_is_gone(files: MediaFileManager):
    name = files.add(b"a picture", "image/png", PLACE).rpartition("/")[2]
    assert there(files, name)
    others_end(files)
    assert not there(files, name)


def test_it_stays_until_its_place_shows_another_one(files: MediaFileManager):
    first = add(files, b"first")
    others_end(files)
    assert there(files, first)
    second = add(files, b"second")
    others_end(files)
    assert not there(files, first)
    assert there(files, second)


def test_it_goes_with_its_session(files: MediaFileManager):
    name = add(files, b"a picture")
    media.release(files, "mine")
    others_end(files)
    assert not there(files, name)
