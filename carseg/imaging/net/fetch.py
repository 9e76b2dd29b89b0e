"""A picture, or a file of any kind, from a URL that a stranger typed.

It is fetched without lending them this server's network.

The name is resolved once and the connection goes to the checked address, so that a name cannot
point elsewhere between check and use (DNS rebinding). No proxy from the environment is used,
because a proxy would resolve the name again. A blocked address and one that does not answer give
the same text, so nobody can probe the network with it.
"""

import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, IncompleteRead
from typing import Any, cast

import certifi

from carseg.core import settings
from carseg.core.version import __version__
from carseg.imaging.net.addresses import public_address
from carseg.imaging.net.urls import (
    UNREACHABLE,
    Target,
    is_address,
    parse,
    redirected,
)
from carseg.imaging.net.urls import FetchError as FetchError
from carseg.imaging.untrusted import FORMATS, sniff

MAX_BYTES = 25 * 2**20
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MAX_REDIRECTS = 3
MAX_ADDRESSES = 4

WEB_PAGE = (
    "This is the address of a web page: right-click the picture there and copy the *image* address."
)
NOT_PICTURE = f"What is at this address is not a picture that can be read here: use {FORMATS}."
TOO_LARGE = (
    f"The picture at this address is larger than {MAX_BYTES // 2**20} MiB: "
    "make it smaller and upload the file."
)
TOO_SLOW = (
    f"The server took longer than {TOTAL_SECONDS:.0f} seconds: "
    "try again, or save the picture and upload the file."
)
CUT_OFF = "The picture did not arrive whole: try again, or save it and upload the file."
NO_FILE = "This address cannot be reached from here: check it, and whether this machine is online."
FILE_TOO_LARGE = "The file at this address is larger than it should be: check the address."
FILE_TOO_SLOW = "The server took too long: try again later."
FILE_CUT_OFF = "The file did not arrive whole: try again."
FILE_NOT_SECURE = "A file is fetched over https only: give an address that starts with https://."
SWITCHED_OFF = "Picture addresses are switched off on this server: upload the file instead."

Resolver = Callable[[str, int], Sequence[str]]
"""(name, port) to the addresses of that name as text; raises OSError if there are none."""
Connector = Callable[[str, int, float], socket.socket]
"""(address, port, seconds) to a connected socket; raises OSError."""


@dataclass(frozen=True)
class Limits:
    """What an answer may take, and the sentences for one that takes more."""

    most_bytes: int
    seconds: float
    accept: str = "image/*"
    unreachable: str = UNREACHABLE
    too_large: str = TOO_LARGE
    too_slow: str = TOO_SLOW
    cut_off: str = CUT_OFF


@dataclass(frozen=True)
class Deadline:
    """One moment, on the monotonic clock, by which everything has to be over."""

    at: float

    def left(self, at_most: float = float("inf")) -> float:
        """Seconds left, above 0. Raises TimeoutError when there are none."""
        seconds = self.at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline has passed")
        return min(seconds, at_most)


def resolve(host: str, port: int) -> list[str]:
    """The system's own resolver: every address of a name."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def connect(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to a numeric address, so that no name is resolved again."""
    return socket.create_connection((address, port), seconds)


def fetch(url: str, *, resolver: Resolver = resolve, connector: Connector = connect) -> bytes:
    """The bytes of the picture at ``url``, whose first bytes are those of a format we read.

    Args:
        url: http or https, port 80 or 443, no credentials; names in any script.
        resolver, connector: for tests, which pass a network of their own; no setting changes them.

    Raises:
        FetchError: blocked, unreachable, too large (25 MiB), too slow (15 s), or no picture.
    """
    if not settings.url_input_allowed():
        raise FetchError(SWITCHED_OFF)
    return _fetched(parse(url), Limits(MAX_BYTES, TOTAL_SECONDS), _picture, resolver, connector)


def download(
    url: str,
    most_bytes: int,
    seconds: float = 600,
    *,
    resolver: Resolver = resolve,
    connector: Connector = connect,
) -> bytes:
    """The bytes of the file at ``url``, of any kind, with the same guards as ``fetch``.

    It is what a user's own command asks for: the switch for picture addresses does not matter.

    Args:
        url: https, port 443, no credentials.

    Raises:
        FetchError: blocked, unreachable, larger than ``most_bytes``, or slower than ``seconds``.
    """
    limits = Limits(
        most_bytes, seconds, "*/*", NO_FILE, FILE_TOO_LARGE, FILE_TOO_SLOW, FILE_CUT_OFF
    )
    if not url.strip().lower().startswith("https://"):
        raise FetchError(FILE_NOT_SECURE)
    try:
        target = parse(url)
    except FetchError as error:  # its sentence speaks of pictures
        raise FetchError(NO_FILE) from error
    return _fetched(target, limits, _file, resolver, connector)


def _fetched(
    target: Target,
    limits: Limits,
    read: Callable[[HTTPResponse, Limits], bytes],
    resolver: Resolver,
    connector: Connector,
) -> bytes:
    """What ``read`` makes of the answer, behind at most three redirects."""
    deadline = Deadline(time.monotonic() + limits.seconds)
    for _ in range(MAX_REDIRECTS + 1):
        with _answer(target, limits, resolver, connector, deadline) as response:
            if response.status not in {301, 302, 303, 307, 308}:
                return read(response, limits)
            target = redirected(target, response.headers.get("Location", ""))
    raise FetchError(limits.unreachable)


@contextmanager
def _answer(
    target: Target, limits: Limits, resolver: Resolver, connector: Connector, deadline: Deadline
) -> Iterator[HTTPResponse]:
    """The status and headers of the answer; the body is read while the context is open."""
    with _connected(target, limits, resolver, connector, deadline) as sock:
        try:
            sock.settimeout(deadline.left())
            sock.sendall(_request(target, limits.accept))
            wire = _Wire(sock, deadline, limits)
            # It is asked for its file alone.
            response = HTTPResponse(cast(socket.socket, wire), method="GET")
            response.begin()
            yield response
        except TimeoutError as error:
            raise FetchError(limits.too_slow) from error
        except IncompleteRead as error:
            raise FetchError(limits.cut_off) from error
        except (OSError, HTTPException) as error:
            raise FetchError(limits.unreachable) from error


def _connected(
    target: Target, limits: Limits, resolver: Resolver, connector: Connector, deadline: Deadline
) -> socket.socket:
    """A socket to the first checked address that answers, in TLS where the scheme says so."""
    for address in _checked(target, limits, resolver, deadline):
        try:
            sock = connector(address, target.port, deadline.left(CONNECT_SECONDS))
            return _secured(sock, target, deadline) if target.scheme == "https" else sock
        except (OSError, ValueError):  # refused, no route, timed out, no trusted certificate
            continue
    raise FetchError(limits.unreachable)


def _checked(target: Target, limits: Limits, resolver: Resolver, deadline: Deadline) -> list[str]:
    """The addresses of the target, at most four. One that is not public spoils them all."""
    if is_address(target.host):
        found: Sequence[str] = [target.host]
    else:
        found = _resolved(resolver, target, limits, deadline)
    public = [public_address(address) for address in dict.fromkeys(found)]
    checked = [address for address in public if address is not None]
    if not checked or len(checked) < len(public):
        raise FetchError(limits.unreachable)
    return checked[:MAX_ADDRESSES]


def _resolved(
    resolver: Resolver, target: Target, limits: Limits, deadline: Deadline
) -> Sequence[str]:
    # The system's resolver has no timeout: if it hangs, it stays behind in its thread.
    answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolver(target.host, target.port))
        except (OSError, UnicodeError):
            answers.put([])

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answers.get(timeout=deadline.left(CONNECT_SECONDS))
    except (queue.Empty, TimeoutError) as error:
        raise FetchError(limits.unreachable) from error


def _secured(sock: socket.socket, target: Target, deadline: Deadline) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    system = ssl.get_default_verify_paths()
    if system.cafile is None and system.capath is None:  # as in the Python of python.org on a Mac
        context.load_verify_locations(certifi.where())
    with sock:  # closed if the handshake fails; wrap_socket takes it over if not
        sock.settimeout(deadline.left(CONNECT_SECONDS))
        return context.wrap_socket(sock, server_hostname=target.host)


def _request(target: Target, accept: str) -> bytes:
    lines = (
        f"GET {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        f"User-Agent: carseg/{__version__}",
        f"Accept: {accept}",
        # Without compression the counted bytes are the bytes of the file.
        "Accept-Encoding: identity",
        "Connection: close",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


class _Wire(io.RawIOBase):
    """A socket for ``HTTPResponse``: every read ends by the deadline and is counted.

    A timeout of the socket alone starts again with every byte that a slow server drips, and
    ``http.client`` reads without end where a chunk says that its length is -1.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline, limits: Limits) -> None:
        self._sock, self._deadline, self._limits, self._seen = sock, deadline, limits, 0

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The one method of a socket that ``HTTPResponse`` calls."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.left())
        count = self._sock.recv_into(buffer)
        self._seen += count
        # 1 MiB more for headers and the frames of chunks.
        if self._seen > self._limits.most_bytes + 2**20:
            raise FetchError(self._limits.too_large)
        return count


def _picture(response: HTTPResponse, limits: Limits) -> bytes:
    """The body. Reading stops when it gets too large or turns out not to be a picture."""
    if response.status != 200:
        raise FetchError(
            f"The server does not give this picture to us (it answered {response.status}): "
            "check the address, or save the picture and upload the file."
        )
    body = _body(response, limits, _check_kind)
    _check_kind(body, response)
    return bytes(body)


def _file(response: HTTPResponse, limits: Limits) -> bytes:
    """The body of any kind, counted while it is read."""
    if response.status != 200:
        raise FetchError(
            f"The server does not give this file to us (it answered {response.status}): "
            "check the address."
        )
    return bytes(_body(response, limits))


def _body(
    response: HTTPResponse,
    limits: Limits,
    check: Callable[[bytearray, HTTPResponse], None] = lambda *_: None,
) -> bytearray:
    if (response.length or 0) > limits.most_bytes:
        raise FetchError(limits.too_large)
    body = bytearray()
    while piece := response.read(2**16):
        body += piece
        if len(body) > limits.most_bytes:
            raise FetchError(limits.too_large)
        if len(body) >= 64:
            check(body, response)
    if response.length:
        # A body that is too short to be a picture says so before it says that it was cut.
        check(body, response)
        raise FetchError(limits.cut_off)
    return body


def _check_kind(body: bytearray, response: HTTPResponse) -> None:
    head = bytes(body[:512])
    if sniff(head) is None:
        html = head.lstrip().lower().startswith((b"<!doctype html", b"<html"))
        page = html or "html" in response.headers.get("Content-Type", "").lower()
        raise FetchError(WEB_PAGE if page else NOT_PICTURE)
