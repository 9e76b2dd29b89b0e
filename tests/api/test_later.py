"""The API beside the app, and alone."""

import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from carseg.api.later import Later, is_installed
from carseg.cli import main
from tests.browser.serving import free_port


@pytest.mark.usefixtures("tiny_weights")
def test_it_answers_from_its_first_request_on():
    api = Later(lambda: ["localhost"], lambda: "secret")
    client = TestClient(Starlette(routes=[Mount("/api", api)]), base_url="http://localhost")
    assert is_installed()
    assert [client.get("/api/health").status_code for _ in range(2)] == [200, 200]
    assert client.get("/api/models").status_code == 401


def test_importing_it_imports_no_web_framework():
    code = "import sys, carseg.api.later; print('fastapi' in sys.modules, 'torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]


def test_serving_without_its_packages_is_one_sentence(monkeypatch, capsys):
    monkeypatch.setattr("carseg.cli.serve.find_spec", lambda _: None)
    assert main(["serve"]) == 1
    assert "pip install 'carseg[api]'" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_weights")
def test_the_command_serves(tmp_path):
    port = free_port()
    log = (tmp_path / "log").open("w")
    command = [sys.executable, "-m", "carseg", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            assert answered(f"http://127.0.0.1:{port}/api/health") == 200
            assert answered(f"http://127.0.0.1:{port}/") == 404
        finally:
            server.terminate()


def answered(address: str, patience: float = 60.0) -> int:
    """The status of an address, once something listens there."""
    until = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            assert time.monotonic() < until
            time.sleep(0.2)
