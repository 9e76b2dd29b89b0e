"""Who may ask over HTTP, how much they may send, and how many at once."""

import asyncio

import pytest
from starlette.testclient import TestClient

from carseg.api import entrance
from carseg.api.app import mounted
from carseg.api.entrance import Entrance, is_foreign
from carseg.imaging.codec import encode


def client(token: str = "", host: str = "localhost") -> TestClient:
    return TestClient(mounted(["localhost", "*.example.org"], token), base_url=f"http://{host}")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8501", 200),
        ("cars.example.org", 200),
        ("evil.test", 400),
        ("localhost.evil.test", 400),
        ("192.168.0.1", 400),
    ],
)
@pytest.mark.usefixtures("tiny_weights")
def test_only_its_own_names_are_answered(host, status):
    assert client().get("/health", headers={"host": host}).status_code == status


@pytest.mark.usefixtures("tiny_weights")
def test_a_page_of_another_address_is_refused():
    page = {"origin": "https://evil.test"}
    answer = client().post("/segment", headers=page)
    assert answer.status_code == 403
    assert "another address" in answer.json()["error"]
    own = client().get("/health", headers={"origin": "http://localhost"})
    assert own.status_code == 200


@pytest.mark.parametrize(
    ("origin", "host", "foreign"),
    [
        ("", "localhost:8501", False),
        ("http://localhost:8501", "localhost:8501", False),
        ("http://LOCALHOST:8501", "localhost:8501", False),
        ("http://localhost:8502", "localhost:8501", True),
        ("http://localhost", "localhost:8501", True),
        ("null", "localhost:8501", True),
        ("http://[", "localhost", True),
    ],
)
def test_an_origin_is_a_host_and_a_port(origin, host, foreign):
    assert is_foreign(origin, host) is foreign


@pytest.mark.parametrize(
    "given", ["", "Bearer no", "Bearer secre", "secret", "Bearer secret2", "é"]
)
@pytest.mark.usefixtures("tiny_weights")
def test_a_token_is_needed_where_one_is_set(given):
    asked = client("secret")
    head = {"authorization": given.encode("latin-1")} if given else {}
    answer = asked.get("/models", headers=head)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert asked.get("/health").status_code == 200
    assert asked.get("/models", headers={"authorization": "Bearer secret"}).status_code == 200


@pytest.mark.usefixtures("tiny_weights")
def test_a_body_has_a_bound_with_and_without_a_length(monkeypatch, picture):
    monkeypatch.setattr(entrance, "MOST_BODY", 5000)
    files = {"file": ("car.png", encode(picture) + bytes(9000), "image/png")}
    stated = client().post("/segment", files=files)
    sent = client().build_request("POST", "/segment", files=files)
    kind = {"content-type": sent.headers["content-type"]}
    body = sent.read()
    pieces = client().post(
        "/segment", content=(body[i : i + 1000] for i in range(0, len(body), 1000)), headers=kind
    )
    for answer in (stated, pieces):
        assert answer.status_code == 413
        assert "larger than" in answer.json()["error"]


@pytest.mark.usefixtures("tiny_weights")
def test_a_length_that_is_none_is_refused():
    answer = client().post("/segment", headers={"content-length": "9" * 30})
    assert answer.status_code == 413


async def spoken(app: Entrance, *bodies: bytes, patience: float = 0.0) -> list[int]:
    """The statuses that the app sends for a POST whose body comes in these pieces."""
    sent, pieces = [], list(bodies)

    async def receive() -> dict:
        await asyncio.sleep(patience)
        body = pieces.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(pieces)}

    async def send(message: dict) -> None:
        if message["type"] == "http.response.start":
            sent.append(message["status"])

    scope = {"type": "http", "method": "POST", "path": "/segment", "headers": []}
    await app(scope, receive, send)
    return sent


async def reading(_scope: dict, receive, send) -> None:
    """An app that reads the whole body, then says that all is well."""
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(entrance, "BODY_SECONDS", 0.05)
    slow = spoken(Entrance(reading), b"a", b"b", patience=1.0)
    assert asyncio.run(slow) == [408]
    assert asyncio.run(spoken(Entrance(reading), b"a", b"b")) == [200]


def test_more_than_so_many_at_once_are_told_to_come_back(monkeypatch):
    monkeypatch.setattr(entrance, "MOST_AT_ONCE", 2)
    gate = Entrance(reading)

    async def all_at_once() -> list[list[int]]:
        crowd = [spoken(gate, b"a", b"b", patience=0.05) for _ in range(5)]
        return await asyncio.gather(*crowd)

    statuses = sorted(status for (status,) in asyncio.run(all_at_once()))
    assert statuses == [200, 200, 429, 429, 429]
    assert asyncio.run(spoken(gate, b"a")) == [200]
