"""Other local pages do not come in, uploads are bounded, and closed pages let go of theirs."""

import asyncio

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from carseg.ui.shared import door
from carseg.ui.shared.door import Door, is_foreign
from carseg.ui.shared.sweeper import CLOSED_FOR, TAKEN_WITHIN, Sweeper


@pytest.mark.parametrize(
    ("origin", "host", "foreign"),
    [
        ("", "localhost:8501", False),
        ("http://localhost:8501", "localhost:8501", False),
        ("http://127.0.0.1:8501", "localhost:8501", False),
        ("http://localhost:9000", "localhost:8501", True),
        ("http://127.0.0.1:9000", "localhost:8501", True),
        ("http://[::1]:9000", "127.0.0.1:8501", True),
        ("http://localhost", "localhost:8501", True),
        ("http://localhost", "localhost", False),
        ("https://localhost", "localhost:443", False),
        ("http://localhost:junk", "localhost:8501", True),
        # Strangers from elsewhere are Streamlit's and the proxy's to judge.
        ("https://cars.example.org", "cars.example.org", False),
        ("https://cars.example.org", "127.0.0.1:8501", False),
    ],
)
def test_other_ports_of_this_machine_are_foreign(origin, host, foreign):
    assert is_foreign(origin, host) is foreign


def record(name: str, size: int) -> UploadedFileRec:
    return UploadedFileRec(name, name, "image/png", bytes(size))


@pytest.fixture
def manager(monkeypatch) -> MemoryUploadedFileManager:
    made = MemoryUploadedFileManager("/_stcore/upload_file")
    monkeypatch.setattr(door, "uploads", lambda: made)
    monkeypatch.setattr(door, "MOST_HELD", 1000)
    monkeypatch.setattr(door, "MOST_OF_ONE", 600)
    return made


def asked(kind="http", method="PUT", path="/_stcore/upload_file/a/made-up", **headers: str):
    """The status of an answer, or the code of a closed socket; 200 where it was let in."""
    sent: list[dict] = []

    async def inside(scope, receive, send):  # noqa: ARG001
        await send({"status": 200})

    async def send(message):
        sent.append(message)

    raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope = {"type": kind, "method": method, "path": path, "headers": raw}
    asyncio.run(Door(inside)(scope, None, send))
    return sent[0].get("status") or sent[0]["code"]


def test_uploads_of_one_and_of_all_are_bounded(manager):
    assert asked(content_length="600") == 200
    assert asked(content_length="601") == 413
    manager.add_file("a", record("1", 500))
    assert asked(content_length="100") == 200
    assert asked(content_length="101") == 413
    assert asked(path="/_stcore/upload_file/b/x", content_length="500") == 200
    assert asked(path="/_stcore/upload_file/b/x", content_length="501") == 413
    assert asked(path="/_stcore/upload_file/b/x") == 413  # of any length
    assert asked(method="GET", path="/") == 200
    manager.remove_session_files("a")
    assert asked(path="/_stcore/upload_file/b/x", content_length="600") == 200


@pytest.mark.usefixtures("manager")
def test_a_foreign_page_is_refused_on_every_way():
    foreign = {"origin": "http://localhost:9000", "host": "localhost:8501"}
    assert asked(**foreign, content_length="1") == 403
    assert asked(method="GET", path="/_stcore/health", **foreign) == 403
    assert asked(kind="websocket", path="/_stcore/stream", **foreign) == 1008
    own = foreign | {"origin": "http://localhost:8501"}
    assert asked(kind="websocket", path="/_stcore/stream", **own) == 200


def test_uploads_of_closed_pages_and_those_that_nobody_takes_are_let_go(manager):
    time, is_open = [0.0], {"a": True, "b": True}
    sweeper = Sweeper(lambda: time[0])
    for session in "ab":
        manager.add_file(session, record("1", 10))
    assert sweeper.sweep(manager, is_open.get) == 0
    is_open["b"] = False
    time[0] = 100
    assert sweeper.sweep(manager, is_open.get) == 0
    time[0] = 100 + CLOSED_FOR - 1
    assert sweeper.sweep(manager, is_open.get) == 0
    time[0] = 100 + CLOSED_FOR
    assert sweeper.sweep(manager, is_open.get) == 1
    assert door.held(manager) == door.held(manager, "a") == 10
    manager.add_file("a", record("2", 5))
    sweeper.sweep(manager, is_open.get)
    time[0] = TAKEN_WITHIN
    assert sweeper.sweep(manager, is_open.get) == 1
    assert door.held(manager) == 5


def test_a_page_that_comes_back_keeps_its_uploads(manager):
    time, is_open = [0.0], {"a": False}
    sweeper = Sweeper(lambda: time[0])
    manager.add_file("a", record("1", 10))
    sweeper.sweep(manager, is_open.get)
    time[0], is_open["a"] = CLOSED_FOR - 1, True
    sweeper.sweep(manager, is_open.get)
    time[0], is_open["a"] = CLOSED_FOR + 1, False
    assert sweeper.sweep(manager, is_open.get) == 0
    assert door.held(manager) == 10
