"""Files from the disk under secret addresses."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from carseg.ui.shared.handout import PLACE, handout, offer, withdraw


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[Mount(f"/{PLACE}", handout)]))


def test_a_file_is_handed_out_until_it_is_withdrawn(client, tmp_path: Path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"all of it")
    address, other = offer(path, "carseg-batch.zip"), offer(path, "b.zip")
    assert address != other
    answer = client.get(address)
    assert answer.content == b"all of it"
    assert 'attachment; filename="carseg-batch.zip"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    withdraw(address)
    assert client.get(address).status_code == 404
    path.unlink()
    assert "make it again" in client.get(other).text
    withdraw(other)


@pytest.mark.parametrize("path", ["", "/", "/x", "/../../etc/passwd", "/%2e%2e/app.py"])
def test_nothing_else_is_there(client, path: str):
    assert client.get(f"/{PLACE}{path}").status_code == 404
    assert client.post(f"/{PLACE}{path}").status_code in {404, 405}
