"""The API beside the app: it is imported when the first program asks, not when the app starts."""

import asyncio
from collections.abc import Callable, Sequence
from importlib.util import find_spec

from carseg.api.entrance import App, Receive, Scope, Send

NEEDED = ("fastapi", "python_multipart")


def is_installed() -> bool:
    """Whether the packages of the extra ``api`` are here."""
    return all(find_spec(name) for name in NEEDED)


class Later:
    """An ASGI app that is made at its first request.

    Args:
        hosts: returns what ``carseg.api.app.mounted`` takes.  token: see there.
    """

    def __init__(self, hosts: Callable[[], Sequence[str]], token: Callable[[], str]) -> None:
        self._hosts, self._token = hosts, token
        self._app: App | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, once the app is there."""
        async with self._lock:
            if self._app is None:
                self._app = await asyncio.to_thread(self._made)
        await self._app(scope, receive, send)

    def _made(self) -> App:
        from carseg.api.app import mounted

        return mounted(self._hosts(), self._token())
