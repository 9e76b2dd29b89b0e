"""URLs from strangers: nothing but the public internet is ever connected to."""

import http.server
import io
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_address

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from carseg.imaging.codec import decode, encode
from carseg.imaging.net import fetch as fetching
from carseg.imaging.net.addresses import public_address
from carseg.imaging.net.fetch import download, fetch
from carseg.imaging.net.urls import CREDENTIALS, NOT_URL, UNREACHABLE, FetchError, parse

PUBLIC = "93.184.215.14"
PICTURE = encode(np.full((8, 12, 3), 90, np.uint8))
Answer = bytes | Callable[[socket.socket], None]


def reply(body: bytes = PICTURE, status: str = "200 OK", **headers: str) -> bytes:
    lines = {"Content_Type": "image/png", "Content_Length": str(len(body))} | headers
    text = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{text}\r\n".encode() + body


def moved(location: str, status: str = "302 Found") -> bytes:
    return reply(b"", status, Location=location)


class Network:
    """An internet in memory: names, and what each address answers, in order."""

    def __init__(self, names: dict[str, list[str]] | None = None, *answers: Answer) -> None:
        self.names = {"cars.example": [PUBLIC]} | (names or {})
        self.answers = list(answers)
        self.asked: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.requests: list[bytes] = []

    def resolver(self, host: str, _: int) -> list[str]:
        self.asked.append(host)
        if host not in self.names:
            raise socket.gaierror(-2, "Name or service not known")
        return self.names[host]

    def connector(self, address: str, port: int, seconds: float) -> socket.socket:
        assert 0 < seconds <= fetching.CONNECT_SECONDS
        self.connected.append((address, port))
        if not self.answers:
            raise ConnectionRefusedError
        client, server = socket.socketpair()
        threading.Thread(target=self._serve, args=(server, self.answers.pop(0))).start()
        return client

    def _serve(self, server: socket.socket, answer: Answer) -> None:
        with server:
            server.settimeout(5)
            request = b""
            try:
                while b"\r\n\r\n" not in request and (piece := server.recv(4096)):
                    request += piece
                self.requests.append(request)
                if callable(answer):
                    answer(server)
                else:
                    server.sendall(answer)
            except OSError:
                pass  # the client has seen enough

    def fetch(self, url: str = "http://cars.example/car.png") -> bytes:
        return fetch(url, resolver=self.resolver, connector=self.connector)

    def refused(self, url: str = "http://cars.example/car.png") -> str:
        with pytest.raises(FetchError) as refusal:
            self.fetch(url)
        return str(refusal.value)


# What must be blocked: the table of the design, and more of its kind

BLOCKED = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1",
    "172.31.255.255", "192.168.0.1", "192.168.255.255", "169.254.169.254", "100.64.0.1",
    "100.100.100.200", "100.127.255.255", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "192.0.0.8", "192.0.0.9", "192.0.0.170", "192.0.0.192", "192.0.2.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "192.88.99.1", "168.63.129.16",
    "::", "::1", "fd00::", "fd00:ec2::254", "fc00::1", "fe80::1", "fe80::1%1", "fec0::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1", "::8.8.8.8",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:6464:64c8::", "64:ff9b::a9fe:a9fe",
    "64:ff9b::127.0.0.1", "64:ff9b::100.100.100.200", "64:ff9b:1::8.8.8.8",
    "2001:0:a00:1::", "2001:0:5db8:d70e:0:0:80ff:fffe", "2001:db8::1", "2001:2::1", "2001:20::1",
    "3fff::1", "100::1", "5f00::1", "::ffff:0:127.0.0.1", "4000::1",
]  # fmt: skip
SPELLINGS = [
    "2130706433", "0x7f000001", "017700000001", "0177.0.0.1", "0x7f.0.0.1", "0x7F.1", "127.1",
    "127.0.1", "127.0.0.1.", "00127.0.0.1", "0", "0x", "1.2.3.4.5", "256.0.0.1",
    "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "\u2460\u2461\u2466.0.0.1",
    "[::ffff:7f00:1]", "[0:0:0:0:0:0:0:1]", "[::ffff:0x7f.1]", "localhost", "LOCALHOST.",
    "%31%32%37.0.0.1", "127.0.0.1%00.example", "[fe80::1%25eth0]", "[::1", "", ".", "..", "-",
    "a b", "cars.example\\.evil", "[v1.x]",
]  # fmt: skip
HOSTS = [f"[{a}]" if ":" in a else a for a in BLOCKED] + SPELLINGS
LOOPBACK = {"localhost": ["127.0.0.1", "::1"]}


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", HOSTS)
def test_blocked_in_the_url(host: str, scheme: str) -> None:
    # A resolver that knows the legacy spellings, as the system's does.
    network = Network(LOOPBACK | {name.lower(): ["127.0.0.1"] for name in SPELLINGS}, reply())
    assert network.refused(f"{scheme}://{host}/car.png") == UNREACHABLE
    assert network.connected == []


@pytest.mark.parametrize("host", [s for s in SPELLINGS if s.strip(".")[:1].isdigit()])
def test_other_spellings_of_an_address_are_not_even_looked_up(host: str) -> None:
    network = Network({host.lower(): [PUBLIC]}, reply())
    assert network.refused(f"http://{host}/") == UNREACHABLE
    assert network.asked == []


@pytest.mark.parametrize("address", BLOCKED)
def test_blocked_as_what_a_public_name_resolves_to(address: str) -> None:
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):
        network = Network({"cars.example": found}, reply())
        assert network.refused() == UNREACHABLE
        assert network.connected == []


@pytest.mark.parametrize("host", HOSTS)
def test_blocked_as_a_redirect(host: str) -> None:
    network = Network(LOOPBACK, moved(f"http://{host}/car.png"), reply())
    # An empty host makes the Location relative to the first server, which then has no more to say.
    network.answers = network.answers[:1] if host == "" else network.answers
    assert network.refused() == UNREACHABLE
    assert {address for address, _ in network.connected} == {PUBLIC}


@pytest.mark.parametrize("address", BLOCKED)
def test_blocked_as_a_redirect_to_a_name(address: str) -> None:
    network = Network({"inside.example": [address]}, moved("//inside.example/car.png"), reply())
    assert network.refused() == UNREACHABLE
    assert network.connected == [(PUBLIC, 80)]


def test_name_that_changes_its_mind_is_resolved_once() -> None:
    network = Network(None, reply())
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    data = fetch(
        "http://cars.example/", resolver=lambda *_: next(answers), connector=network.connector
    )
    assert data == PICTURE
    assert network.connected == [(PUBLIC, 80)]


def test_second_resolution_of_a_redirect_is_checked_again() -> None:
    network = Network(None, moved("/again"), reply())
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch(
            "http://cars.example/", resolver=lambda *_: next(answers), connector=network.connector
        )
    assert network.connected == [(PUBLIC, 80)]


# An independent reference: IANA's registries as (first address, prefix length), by arithmetic

SPECIAL4 = [
    ("0.0.0.0", 8), ("10.0.0.0", 8), ("100.64.0.0", 10), ("127.0.0.0", 8), ("169.254.0.0", 16),
    ("172.16.0.0", 12), ("192.0.0.0", 24), ("192.0.2.0", 24), ("192.168.0.0", 16),
    ("198.18.0.0", 15), ("198.51.100.0", 24), ("203.0.113.0", 24), ("224.0.0.0", 3),
    ("192.88.99.0", 24), ("168.63.129.16", 32),  # relays of 6to4; Azure's own machines
]  # fmt: skip
SPECIAL6 = [("2001::", 23), ("2001:db8::", 32), ("3fff::", 20)]


def special4(number: int) -> bool:
    return any(
        number >> 32 - bits == int(IPv4Address(start)) >> 32 - bits for start, bits in SPECIAL4
    )


def special6(number: int) -> bool:
    top = number >> 96
    if number >> 32 in {0xFFFF, 0x64FF9B << 64}:  # mapped, NAT64
        return special4(number & 0xFFFFFFFF)
    if top >> 16 == 0x2002 and special4(number >> 80 & 0xFFFFFFFF):
        return True
    return number >> 125 != 1 or any(
        number >> 128 - bits == int(IPv6Address(start)) >> 128 - bits for start, bits in SPECIAL6
    )


def special(address: str) -> bool:
    parsed = ip_address(address)
    return (special4 if parsed.version == 4 else special6)(int(parsed))


def near(bits: int, starts: list[int]) -> st.SearchStrategy[int]:
    """Any number, but often one in or at the edge of a special range."""
    low = st.integers(0, bits).flatmap(lambda n: st.integers(0, 2**n - 1))
    edge = st.builds(lambda start, step: (start + step) % 2**bits, st.sampled_from(starts), low)
    return st.integers(0, 2**bits - 1) | edge


STARTS4 = [int(IPv4Address(a)) for a in BLOCKED if ":" not in a] + [int(IPv4Address(PUBLIC))]
STARTS6 = [int(IPv6Address(a)) for a in BLOCKED if ":" in a and "%" not in a]
V4 = near(32, STARTS4)
WRAPPED = st.builds(
    lambda v4, wrap: wrap(v4),
    V4,
    st.sampled_from(
        [
            lambda v: v,
            lambda v: 0xFFFF << 32 | v,
            lambda v: 0x64FF9B << 96 | v,
            lambda v: 0x2002 << 112 | v << 80,
            lambda v: 0x20010000 << 96 | v << 64 | v ^ 0xFFFFFFFF,
        ]
    ),
)
ADDRESSES = st.one_of(
    V4.map(lambda n: str(IPv4Address(n))),
    (near(128, STARTS6) | WRAPPED).map(lambda n: str(IPv6Address(n))),
)


class NoRoute:
    """A network that only writes down who was called."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def __call__(self, address: str, _port: int, _seconds: float) -> socket.socket:
        self.called.append(address)
        raise ConnectionRefusedError


@settings(max_examples=200, deadline=None)
@given(st.lists(ADDRESSES, max_size=6))
def test_no_special_address_is_ever_connected_to(found: list[str]) -> None:
    connector = NoRoute()
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch("https://cars.example/", resolver=lambda *_: found, connector=connector)
    assert not any(special(address) for address in connector.called)
    assert not connector.called or not any(special(address) for address in found)


@settings(max_examples=200, deadline=None)
@given(ADDRESSES)
def test_no_special_address_is_connected_to_from_a_url_or_a_redirect(address: str) -> None:
    url = f"http://[{address}]/" if ":" in address else f"http://{address}/"
    connector = NoRoute()
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch(url, resolver=lambda *_: [address], connector=connector)
    network = Network(None, moved(url))
    assert network.refused() == UNREACHABLE
    called = connector.called + [address for address, _ in network.connected]
    assert not any(special(address) for address in called)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("100.63.255.255", "100.63.255.255"),
        ("100.128.0.1", "100.128.0.1"),
        ("172.32.0.1", "172.32.0.1"),
        ("2606:4700:4700::1111", "2606:4700:4700::1111"),
        ("2606:4700:4700:0:0:0:0:1111", "2606:4700:4700::1111"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("64:ff9b::8.8.8.8", "64:ff9b::808:808"),
        ("2002:808:808::1", "2002:808:808::1"),
        ("2606:4700::1%eth0", None),
        ("8.8.8", None),
        ("cars.example", None),
    ],
)
def test_public_addresses(address: str, expected: str | None) -> None:
    assert public_address(address) == expected


# Reading a URL


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("", NOT_URL), ("cars.example/car.png", NOT_URL), ("file:///etc/passwd", NOT_URL),
        ("ftp://cars.example/", NOT_URL), ("gopher://cars.example/", NOT_URL),
        ("data:image/png;base64,AAAA", NOT_URL), ("javascript:alert(1)", NOT_URL),
        ("//cars.example/car.png", NOT_URL), ("http://me:pw@cars.example/", CREDENTIALS),
        ("http://me@cars.example/", CREDENTIALS), ("http://@cars.example/", CREDENTIALS),
        ("http://cars.example\\@127.0.0.1/", CREDENTIALS),
        ("http://cars.example:8501/", UNREACHABLE), ("http://cars.example:22/", UNREACHABLE),
        ("http://cars.example:0/", UNREACHABLE), ("http://cars.example:99999/", UNREACHABLE),
        ("http://cars.example:x/", UNREACHABLE), ("http://cars.example/" + "a" * 9000, UNREACHABLE),
        ("http://" + "a." * 130 + "example/", UNREACHABLE), ("http://" + "a" * 64, UNREACHABLE),
    ],
)  # fmt: skip
def test_urls_that_are_not_used(url: str, text: str) -> None:
    network = Network(None, reply())
    assert network.refused(url) == text
    assert network.asked == network.connected == []


@pytest.mark.parametrize(
    ("url", "host", "authority", "path"),
    [
        ("http://cars.example", "cars.example", "cars.example", "/"),
        (" HTTP://Cars.Example:80/a b?q=1&r=ü#part ", "cars.example", "cars.example",
         "/a%20b?q=1&r=%C3%BC"),
        ("https://cars.example:443/%20x", "cars.example", "cars.example", "/%20x"),
        ("https://cars.example:80/", "cars.example", "cars.example:80", "/"),
        ("http://cars.example./", "cars.example", "cars.example", "/"),
        ("https://bücher.example/ü", "xn--bcher-kva.example", "xn--bcher-kva.example", "/%C3%BC"),
        ("https://faß.example/", "xn--fa-hia.example", "xn--fa-hia.example", "/"),
        ("http://my_cars.example/", "my_cars.example", "my_cars.example", "/"),
        ("http://[2606:4700::1]/", "2606:4700::1", "[2606:4700::1]", "/"),
    ],
)  # fmt: skip
def test_urls_that_are_used(url: str, host: str, authority: str, path: str) -> None:
    target = parse(url)
    assert (target.host, target.authority, target.path) == (host, authority, path)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_no_url_can_add_a_line_to_the_request(host: str, path: str) -> None:
    try:
        target = parse(f"http://{host}.cars.example/{path}")
    except FetchError:
        return
    request = fetching._request(target, "image/*")
    assert request.endswith(b"\r\n\r\n")
    assert request.count(b"\n") == request.count(b"\r") == 7
    assert request.split(b"\r\n")[0].count(b" ") == 2


# What is asked, and what may come back


def test_request_keeps_the_name_and_asks_for_the_plain_picture() -> None:
    network = Network(None, reply())
    assert network.fetch("http://cars.example/a.png?b=1#c") == PICTURE
    assert network.connected == [(PUBLIC, 80)]
    lines = network.requests[0].decode().lower().split("\r\n")
    assert lines[0] == "get /a.png?b=1 http/1.1"
    assert {"host: cars.example", "accept-encoding: identity", "connection: close"} <= set(lines)
    assert not any(line.startswith(("cookie", "authorization", "referer")) for line in lines)


def test_next_address_is_tried_when_the_first_does_not_answer() -> None:
    network = Network({"cars.example": ["2606:4700::1", PUBLIC, PUBLIC]}, reply())
    tried: list[str] = []

    def connector(address: str, port: int, seconds: float) -> socket.socket:
        tried.append(address)
        if ":" in address:
            raise OSError("no route to host")
        return network.connector(address, port, seconds)

    url = "http://cars.example/"
    assert fetch(url, resolver=network.resolver, connector=connector) == PICTURE
    assert tried == ["2606:4700::1", PUBLIC]


def test_at_most_four_addresses_are_tried() -> None:
    network = Network({"cars.example": [f"93.184.215.{n}" for n in range(1, 30)]})
    assert network.refused() == UNREACHABLE
    assert len(network.connected) == 4


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
def test_redirects_are_followed(status: str) -> None:
    network = Network({"b.example": ["8.8.8.8"]}, moved("http://b.example/ü", status), reply())
    assert network.fetch() == PICTURE
    assert network.connected == [(PUBLIC, 80), ("8.8.8.8", 80)]
    assert network.requests[1].startswith(b"GET /%C3%BC ")


def test_three_redirects_and_no_more() -> None:
    assert Network(None, *[moved("next")] * 3, reply()).fetch() == PICTURE
    network = Network(None, *[moved("next")] * 4, reply())
    assert network.refused() == UNREACHABLE
    assert len(network.connected) == 4


@pytest.mark.parametrize(
    "location",
    ["", "file:///etc/passwd", "http://a:b@cars.example/", "http://cars.example:8501/", "ftp://x/"],
)
def test_redirects_that_are_not_followed(location: str) -> None:
    network = Network(None, moved(location), reply())
    assert network.refused() == UNREACHABLE
    assert len(network.connected) == 1


def page(text: bytes = b"<!DOCTYPE html><title>A car</title>" + b" " * 99) -> bytes:
    return reply(text, Content_Type="text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (page(), fetching.WEB_PAGE),
        (page(b"short"), fetching.WEB_PAGE),
        (reply(b"\n <html>" + b" " * 99), fetching.WEB_PAGE),
        (reply(b"%PDF-1.7" + bytes(99)), fetching.NOT_PICTURE),
        (reply(b"root:x:0:0:root:/root:/bin/sh\n" * 4), fetching.NOT_PICTURE),
        (reply(b'<svg xmlns="http://www.w3.org/2000/svg"/>'), fetching.NOT_PICTURE),
        (reply(b""), fetching.NOT_PICTURE),
        (reply(Content_Length=str(25 * 2**20 + 1)), fetching.TOO_LARGE),
        (reply(PICTURE + bytes(99))[:-40], fetching.CUT_OFF),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n99\r\n" + PICTURE,
         fetching.CUT_OFF),
        (b"", UNREACHABLE), (b"SSH-2.0-OpenSSH_9.2\r\n", UNREACHABLE), (b"\0" * 99, UNREACHABLE),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n", UNREACHABLE),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70_000 + b"\r\n\r\n", UNREACHABLE),
    ],
)  # fmt: skip
def test_texts_for_what_comes_back(answer: bytes, text: str) -> None:
    assert Network(None, answer).refused() == text


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "500 Oops", "206 Partial"])
def test_other_status_is_named(status: str) -> None:
    text = Network(None, reply(page(), status)).refused()
    assert f"answered {status[:3]}" in text


def test_texts_are_for_people() -> None:
    assert "copy the *image* address" in fetching.WEB_PAGE
    assert "25 MiB" in fetching.TOO_LARGE
    assert "15 seconds" in fetching.TOO_SLOW


# Size and time


def flood(head: bytes) -> Callable[[socket.socket], None]:
    def answer(server: socket.socket) -> None:
        server.sendall(head + PICTURE)
        while True:
            server.sendall(bytes(2**16))

    return answer


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        # A chunk that says -1 makes http.client read to the end in one go.
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
    ],
)
def test_endless_body_is_cut_at_the_limit(head: bytes, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 200_000)
    assert Network(None, flood(head)).refused() == fetching.TOO_LARGE


def test_limit_is_exact(monkeypatch) -> None:
    body = PICTURE + bytes(100_000)
    monkeypatch.setattr(fetching, "MAX_BYTES", len(body))
    for answer in (reply(body), b"HTTP/1.0 200 OK\r\n\r\n" + body):
        assert Network(None, answer).fetch() == body
    for answer in (reply(body + b"x"), b"HTTP/1.0 200 OK\r\n\r\n" + body + b"x"):
        assert Network(None, answer).refused() == fetching.TOO_LARGE


def drip(first: bytes) -> Callable[[socket.socket], None]:
    def answer(server: socket.socket) -> None:
        server.sendall(first)
        while True:
            server.sendall(b"x")
            time.sleep(0.02)

    return answer


@pytest.mark.parametrize(
    "first",
    [b"", b"HTTP/1.1 200 OK\r\nA: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n" + PICTURE],
)
def test_dripping_server_is_cut_at_the_deadline(first: bytes, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.3)
    # A socket's own timeout would start anew with each byte: this would never end.
    assert Network(None, drip(first)).refused() == fetching.TOO_SLOW


def test_silent_server_is_cut_at_the_deadline(monkeypatch) -> None:
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.2)
    assert Network(None, lambda _: time.sleep(0.5)).refused() == fetching.TOO_SLOW


def test_deadline_covers_all_redirects_together(monkeypatch) -> None:
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.3)

    def slowly(server: socket.socket) -> None:
        time.sleep(0.2)
        server.sendall(moved("next"))

    network = Network(None, *[slowly] * 3, reply())
    assert network.refused() in {fetching.TOO_SLOW, UNREACHABLE}
    assert len(network.connected) <= 3


def test_hanging_resolver_reads_as_unreachable(monkeypatch) -> None:
    monkeypatch.setattr(fetching, "CONNECT_SECONDS", 0.1)
    done = threading.Event()
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch("http://cars.example/", resolver=lambda *_: [PUBLIC] * done.wait(5))
    done.set()


def test_unknown_name_and_refused_connection_read_the_same() -> None:
    assert Network().refused("http://nowhere.example/") == UNREACHABLE
    assert Network().refused() == UNREACHABLE


def test_switch(monkeypatch) -> None:
    monkeypatch.setenv("CARSEG_URL_INPUT", "off")
    network = Network(None, reply())
    assert network.refused() == fetching.SWITCHED_OFF
    assert network.asked == network.connected == []


# Real servers on the loopback, reached by an injected connector only


class Handler(http.server.BaseHTTPRequestHandler):
    """/jpeg, /chunked, /moved, /page and /host, which answers with the Host header's length."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = io.BytesIO()
        width = len(self.headers["Host"])
        Image.new("RGB", (width, 9), "teal").save(file, "JPEG")
        body = file.getvalue()
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/jpeg")
            body = b""
        elif self.path == "/page":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            body = b"<p>A car</p>"
        else:
            self.send_response(200)
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            pieces = [body[at : at + 100] for at in range(0, len(body), 100)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def served(context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def plain() -> Iterator[int]:
    yield from served()


def through(port: int, url: str) -> bytes:
    """Fetch with every public address leading to the server on this port."""
    return fetch(
        url,
        resolver=lambda *_: [PUBLIC],
        connector=lambda _address, _port, seconds: socket.create_connection(
            ("127.0.0.1", port), seconds
        ),
    )


@pytest.mark.parametrize("path", ["jpeg", "chunked", "moved"])
def test_real_server(plain: int, path: str) -> None:
    picture = decode(through(plain, f"http://cars.example/{path}"))
    assert picture.shape == (9, len("cars.example"), 3)


def test_real_server_with_a_page(plain: int) -> None:
    with pytest.raises(FetchError, match="web page"):
        through(plain, "http://cars.example/page")


def test_real_connector_connects_and_real_resolver_knows_loopback(plain: int) -> None:
    with fetching.connect("127.0.0.1", plain, 2.0) as sock:
        assert sock.getpeername() == ("127.0.0.1", plain)
    assert "127.0.0.1" in fetching.resolve("127.0.0.1", 80)
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch(f"http://127.0.0.1:{plain}/jpeg")
    with pytest.raises(FetchError, match="cannot be reached"):
        fetch("http://localhost/jpeg")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> str:
    """A self-signed certificate for cars.example and its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate for this test and is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    key, cert, both = (str(folder / name) for name in ("key.pem", "cert.pem", "both.pem"))
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-keyout", key, "-out", cert, "-subj", "/CN=cars.example",
         "-addext", "subjectAltName=DNS:cars.example"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "both.pem").write_text((folder / "key.pem").read_text()
                                     + (folder / "cert.pem").read_text())  # fmt: skip
    return both


@pytest.fixture
def secure(certificate: str) -> Iterator[tuple[int, list[str]]]:
    names: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    for port in served(context):
        yield port, names


def test_https_checks_the_certificate_and_sends_the_name(secure, certificate, monkeypatch) -> None:
    port, names = secure
    with pytest.raises(FetchError, match="cannot be reached"):  # nobody has signed it
        through(port, "https://cars.example/jpeg")
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    picture = decode(through(port, "https://cars.example/jpeg"))
    assert picture.shape == (9, len("cars.example"), 3)
    assert set(names) == {"cars.example"}
    with pytest.raises(FetchError, match="cannot be reached"):  # signed for another name
        through(port, "https://other.example/jpeg")


def test_https_never_leads_to_http(certificate: str, monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Secure(Network):
        def _serve(self, server: socket.socket, answer: Answer) -> None:
            super()._serve(context.wrap_socket(server, server_side=True), answer)

    for location, expected in (("https://cars.example/b", 2), ("http://cars.example/b", 1)):
        network = Secure(None, moved(location), reply())
        if expected == 2:
            assert network.fetch("https://cars.example/a") == PICTURE
        else:
            assert network.refused("https://cars.example/a") == UNREACHABLE
        assert network.connected == [(PUBLIC, 443)] * expected


# A file of any kind: the same guards, its own limits and sentences


def test_a_file_is_downloaded_over_https_only(secure, certificate: str, monkeypatch) -> None:
    port, _ = secure
    monkeypatch.setenv("SSL_CERT_FILE", certificate)
    ways = {
        "resolver": lambda *_: [PUBLIC],
        "connector": lambda *_: socket.create_connection(("127.0.0.1", port), 5),
    }
    whole = download("https://cars.example/page", 100, **ways)
    assert whole == b"<p>A car</p>"
    with pytest.raises(FetchError, match="larger than it should be"):
        download("https://cars.example/page", len(whole) - 1, **ways)
    with pytest.raises(FetchError, match="over https only"):
        download("http://cars.example/page", 100, **ways)


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "10.0.0.1"])
def test_no_file_comes_from_inside(address: str) -> None:
    network = Network({"cars.example": [address]})
    host = f"[{address}]" if ":" in address else address
    for url in (
        "https://cars.example/model",
        f"https://{host}/",
        "https://me:secret@cars.example/",
    ):
        with pytest.raises(FetchError, match="check it, and whether this machine is online"):
            download(url, 9, resolver=network.resolver, connector=network.connector)
    assert not network.connected
