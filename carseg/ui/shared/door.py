"""What stands before the server: no other local page comes in, and uploads have a bound.

Streamlit looks at the host of an origin alone, so that a page of any other program on this machine
counts as ours; and it keeps whatever is put to an open session, under any made-up id.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

MOST_HELD = 1_200 * 2**20
"""Bytes of uploads that no page has taken yet, of all visitors: two ZIPs of the largest size."""
MOST_OF_ONE = 600 * 2**20
"""The same of one visitor: a ZIP or a folder of the largest size."""
FULL = "The server holds as many uploads as it can: try again in a few minutes."
FOREIGN = "This page belongs to another program of this machine."
_LOCAL = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}
_UPLOADS = "/_stcore/upload_file/"
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Door:
    """ASGI middleware that refuses what must not come in."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a refusal, or hand on."""
        status, text = _refusal(scope) if scope["type"] in {"http", "websocket"} else (0, "")
        if status:
            await _refuse(scope, send, status, text)
            return
        await self.app(scope, receive, send)


def _refusal(scope: Scope) -> tuple[int, str]:
    """The status and the words of a refusal; (0, "") for none."""
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if is_foreign(headers.get("origin", ""), headers.get("host", "")):
        return 403, FOREIGN
    puts = scope["type"] == "http" and scope["method"] == "PUT"
    return (413, FULL) if puts and _is_full(scope["path"], headers) else (0, "")


def is_foreign(origin: str, host: str) -> bool:
    """Whether a page at another port of this machine asks.

    Args:
        origin: the page that asks (the header ``Origin``), '' for none.
        host: what it asks (the header ``Host``).
    """
    try:
        asks, asked = urlsplit(origin), urlsplit(f"{urlsplit(origin).scheme}://{host}")
        default = _PORTS.get(asks.scheme)
        ports = asks.port or default, asked.port or default
    except ValueError:
        return True
    both_here = asks.hostname in _LOCAL and asked.hostname in _LOCAL
    return both_here and ports[0] != ports[1]


def uploads() -> MemoryUploadedFileManager | None:
    """What keeps the uploads of this server; None where none runs."""
    if not runtime.exists():
        return None
    manager = runtime.get_instance().uploaded_file_mgr
    return manager if isinstance(manager, MemoryUploadedFileManager) else None


def held(manager: MemoryUploadedFileManager, session: str = "") -> int:
    """Bytes of all uploads, or of those of one session."""
    sessions = [session] if session else list(manager.file_storage)
    files = [list(manager.file_storage.get(name, {}).values()) for name in sessions]
    return sum(len(file.data) for some in files for file in some)


def _is_full(path: str, headers: dict[str, str]) -> bool:
    """Whether one more upload of its size is too much."""
    manager = uploads()
    if manager is None or _UPLOADS not in path:
        return False
    session = path.split(_UPLOADS, 1)[1].split("/")[0]
    length = headers.get("content-length", "")
    # Without a length it may be of any size: as much as one visitor may send.
    size = int(length) if length.isascii() and length.isdigit() else MOST_OF_ONE
    return held(manager) + size > MOST_HELD or held(manager, session) + size > MOST_OF_ONE


async def _refuse(scope: Scope, send: Send, status: int, text: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": text})
        return
    kind = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": kind})
    await send({"type": "http.response.body", "body": text.encode()})
