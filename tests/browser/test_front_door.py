"""A link to a page is opened on a server that has just started: the whole app is there."""

import socket
from contextlib import closing
from http.client import HTTPConnection

import pytest


@pytest.mark.parametrize("path", ["models", "dice_table"])
def test_a_page_opened_first_has_the_sidebar_and_the_navigation(own_server: str, visit, path):
    page = visit(f"{own_server}/{path}", "Your pictures stay on this machine")
    heading = {"models": "Models", "dice_table": "Dice table"}[path]
    page.get_by_role("heading", name=heading, exact=True).wait_for()
    assert page.get_by_role("link", name="Compare").is_visible()
    assert page.url.rstrip("/").endswith(path)


@pytest.mark.parametrize(("host", "answer"), [("localhost", b"101"), ("evil.example", b"403")])
def test_a_page_that_points_its_name_here_is_refused(server: str, host: str, answer: bytes):
    """DNS rebinding: the browser would take both for one origin, so the name itself is checked."""
    port = int(server.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 10) as line:
        head = [
            "GET /_stcore/stream HTTP/1.1",
            f"Host: {host}:{port}",
            f"Origin: http://{host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ]
        line.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        assert line.recv(64).split()[1] == answer


@pytest.mark.parametrize(("host", "status"), [("localhost", 200), ("evil.example", 400)])
def test_programs_are_answered_beside_the_pages_by_the_same_names(server: str, host, status):
    port = int(server.rpartition(":")[2])
    with closing(HTTPConnection("127.0.0.1", port)) as line:
        line.request("GET", "/api/health", headers={"Host": f"{host}:{port}"})
        assert line.getresponse().status == status
