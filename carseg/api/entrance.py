"""What stands before the routes: who may ask, how much they may send, and how many at once."""

import asyncio
import hmac
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException

from carseg.imaging.codec import MOST_MB

MOST_BODY = (2 * MOST_MB + 1) * 2**20
"""Bytes of a request: a picture and a background of the largest size, and the fields."""
BODY_SECONDS = 60.0
"""In which a request has to arrive."""
MOST_AT_ONCE = 16
"""Requests for pictures in progress; more are told to come back."""
COME_BACK = 10
"""Seconds after which they are told to."""

TOO_LARGE = f"The request is larger than {MOST_BODY // 2**20} MiB: make the picture smaller."
TOO_SLOW = f"The request took longer than {BODY_SECONDS:.0f} seconds to arrive: send it again."
FULL = f"The server is busy with {MOST_AT_ONCE} pictures: ask again in {COME_BACK} seconds."
NO_TOKEN = "This server wants a token: send 'Authorization: Bearer TOKEN'."
FOREIGN = "A page of another address asked: this server answers its own pages and programs only."

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class RefusedError(HTTPException):
    """A request that is not answered: its status, its sentence, and more headers."""

    def __init__(self, status: int, text: str, **headers: str) -> None:
        super().__init__(status, text, headers)


class Entrance:
    """ASGI middleware.

    Args:
        token: what a request must carry; '' for none. ``/health`` is open.
    """

    def __init__(self, app: App, token: str = "") -> None:
        self.app, self.token, self.inside = app, token, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or hand on a body that has a bound."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, counts = False, scope["method"] == "POST"

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            self._check(scope)
            self.inside += counts
            try:
                await self.app(scope, _Bound(receive), sending)
            finally:
                self.inside -= counts
        except RefusedError as refusal:
            if not begun:
                await _answer(send, refusal)

    def _check(self, scope: Scope) -> None:
        """Raise RefusedError for what can be told from the head."""
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        if is_foreign(headers.get("origin", ""), headers.get("host", "")):
            raise RefusedError(403, FOREIGN)
        given = headers.get("authorization", "").encode()
        is_open = scope["path"].endswith("/health")
        if self.token and not is_open:
            wanted = f"Bearer {self.token}".encode()
            if not hmac.compare_digest(given, wanted):
                raise RefusedError(401, NO_TOKEN, **{"www-authenticate": "Bearer"})
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:20]) > MOST_BODY:
            raise RefusedError(413, TOO_LARGE)
        if scope["method"] == "POST" and self.inside >= MOST_AT_ONCE:
            raise RefusedError(429, FULL, **{"retry-after": str(COME_BACK)})


class _Bound:
    """Receives a body of at most MOST_BODY bytes, in at most BODY_SECONDS."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._bytes, self._whole = receive, 0, False
        self._until = time.monotonic() + BODY_SECONDS

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()  # it waits for the end of the connection
        left = self._until - time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), max(left, 0.001))
        except TimeoutError:
            raise RefusedError(408, TOO_SLOW) from None
        self._bytes += len(message.get("body", b""))
        if self._bytes > MOST_BODY:
            raise RefusedError(413, TOO_LARGE)
        self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def is_foreign(origin: str, host: str) -> bool:
    """Whether a browser's page of another address asks.

    Args:
        origin: the header ``Origin``, '' where no browser asks.  host: the header ``Host``.
    """
    if not origin:
        return False
    try:
        return urlsplit(origin).netloc.lower() != host.lower()
    except ValueError:
        return True


async def _answer(send: Send, refusal: RefusedError) -> None:
    body = json.dumps({"error": refusal.detail}).encode()
    more = [(name.encode(), value.encode()) for name, value in (refusal.headers or {}).items()]
    kind = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    # What is left of the body is not read: the connection ends here.
    close = [(b"connection", b"close")]
    head = {"type": "http.response.start", "status": refusal.status_code}
    await send({**head, "headers": kind + close + more})
    await send({"type": "http.response.body", "body": body})
