"""A browser's tab without a browser: Streamlit's own protocol, spoken by ``websockets``.

A tab opens a WebSocket at ``/_stcore/stream``, on which messages of ``streamlit.proto`` go both
ways. Files go by HTTP to an address that the server names when asked. The page comes as a stream of
elements; ``Page`` keeps those that a visitor acts on or waits for.
"""

import asyncio
import http.client
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin, Subprotocol

XSRF = "_streamlit_xsrf"
LARGEST = 64 * 2**20
"""Bytes of a message."""


class TabError(Exception):
    """The tab cannot go on; the text says why."""


@dataclass
class Page:
    """What stands on the page, as far as it matters here.

    Attributes:
        session: the id that the server gave.  script: the hash of the page's script.
        widgets: ids of the widgets by their key.
        data: what each component of the page was given last, by its name.
        alerts: icon and text of the notices, in the order of their arrival.
        broken: the sentences of errors that nobody caught.
        runs: how many runs of the script have ended.
    """

    session: str = ""
    script: str = ""
    widgets: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    alerts: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    runs: int = 0

    def take(self, message: ForwardMsg) -> None:
        """Note what a message changes."""
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id or self.session
            self.script = message.new_session.page_script_hash
        elif kind == "script_finished":
            self.runs += 1
            if message.script_finished == ForwardMsg.FINISHED_WITH_COMPILE_ERROR:
                self.broken.append("The page's script cannot be compiled.")
        elif kind == "delta":
            delta = message.delta
            if delta.WhichOneof("type") == "new_element":
                self._element(delta.new_element)
            elif delta.WhichOneof("type") == "new_transient":
                for element in delta.new_transient.elements:
                    self._element(element)

    def _element(self, element: Element) -> None:
        kind = element.WhichOneof("type") or ""
        body = getattr(element, kind, None)
        if kind == "alert":
            self.alerts.append((element.alert.icon, element.alert.body))
        elif kind == "exception":
            self.broken.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "bidi_component":
            component = element.bidi_component
            if component.WhichOneof("data") == "json":
                self.data[component.component_name] = json.loads(component.json)
        if id_ := getattr(body, "id", ""):
            # $$ID-<hash>-<key>: Streamlit's own form.
            self.widgets[id_.split("-", 2)[-1]] = id_


class Tab:
    """One page of a browser.

    Args:
        address: of the server, such as ``http://127.0.0.1:8501``.
    """

    def __init__(self, address: str) -> None:
        self.address, self.page = address, Page()
        self._cookie = ""
        self._urls: dict[str, asyncio.Future[tuple[str, str]]] = {}
        self._news = asyncio.Condition()
        self._end = ""
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Ask for the cookie, connect, and let the script run. Raises ``TabError``."""
        await asyncio.to_thread(self._fetch_cookie)
        stream = f"ws{self.address.removeprefix('http')}/_stcore/stream"
        try:
            self._socket = await connect(
                stream,
                origin=Origin(self.address),
                subprotocols=[Subprotocol("streamlit"), Subprotocol(self._cookie)],
                additional_headers={"Cookie": f"{XSRF}={self._cookie}"},
                max_size=LARGEST,
                open_timeout=60,
            )
        except (OSError, WebSocketException, TimeoutError) as error:
            raise TabError(f"No connection: {_words(error)}") from None
        self._reader = asyncio.create_task(self._read())
        await self._run()

    async def close(self) -> None:
        """Close the page."""
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def until(self, seen: Callable[[Page], bool], seconds: float, what: str) -> None:
        """Wait for something on the page.

        Raises:
            TabError: it does not come, or an error stands there, or the connection ended.
        """
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: bool(self._trouble()) or seen(self.page))
        except TimeoutError:
            raise TabError(f"No {what} within {seconds:.0f} s.") from None
        if trouble := self._trouble():
            raise TabError(trouble)

    async def click(self, key: str) -> None:
        """Press a button."""
        await self._run(WidgetState(id=self._widget(key), trigger_value=True))

    async def upload(self, key: str, name: str, data: bytes) -> None:
        """Give a file to an uploader, as a browser does: ask where to, send it, run the page."""
        widget = self._widget(key)
        request = BackMsg()
        request.file_urls_request.request_id = str(uuid.uuid4())
        request.file_urls_request.file_names.append(name)
        request.file_urls_request.session_id = self.page.session
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._urls[request.file_urls_request.request_id] = answer
        await self._send(request)
        urls = await asyncio.wait_for(answer, 60)
        await asyncio.to_thread(self._put, urls.upload_url, name, data)
        state = WidgetState(id=widget)
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.file_id, info.name, info.size = urls.file_id, name, len(data)
        info.file_urls.CopyFrom(urls)
        await self._run(state)

    async def get(self, path: str) -> bytes:
        """A file of the server, such as a picture of the page. Raises ``TabError``."""
        status, body, _ = await asyncio.to_thread(self._ask, "GET", path)
        if status != 200:
            raise TabError(f"A picture of the page answers {status}.")
        return body

    def _widget(self, key: str) -> str:
        if key not in self.page.widgets:
            raise TabError(f"There is no widget '{key}' on the page.")
        return self.page.widgets[key]

    def _trouble(self) -> str:
        return next(iter(self.page.broken), self._end)

    async def _run(self, *changed: WidgetState) -> None:
        """Have the script run again, with these widgets changed."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self.page.script
        message.rerun_script.widget_states.widgets.extend(changed)
        await self._send(message)

    async def _send(self, message: BackMsg) -> None:
        if self._socket is None:
            raise TabError("The page is not open.")
        try:
            await self._socket.send(message.SerializeToString())
        except (OSError, WebSocketException) as error:
            raise TabError(f"The connection ended: {_words(error)}") from None

    async def _read(self) -> None:
        assert self._socket is not None
        try:
            async for frame in self._socket:
                message = ForwardMsg()
                message.ParseFromString(frame)
                if message.WhichOneof("type") == "file_urls_response":
                    answer = message.file_urls_response
                    self._urls.pop(answer.response_id).set_result(answer.file_urls[0])
                    continue
                self.page.take(message)
                async with self._news:
                    self._news.notify_all()
            self._end = "The server closed the connection."
        except (OSError, WebSocketException) as error:
            self._end = f"The connection ended: {_words(error)}"
        async with self._news:
            self._news.notify_all()

    def _fetch_cookie(self) -> None:
        status, _, headers = self._ask("GET", "/_stcore/health")
        cookie = SimpleCookie(headers.get("Set-Cookie", ""))
        if status != 200 or XSRF not in cookie:
            raise TabError(f"The server is not healthy: it answers {status}.")
        self._cookie = cookie[XSRF].value

    def _put(self, path: str, name: str, data: bytes) -> None:
        mark = uuid.uuid4().hex
        head = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = head.encode() + data + f"\r\n--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        status, said, _ = self._ask("PUT", path, body, kind)
        if status != 204:
            raise TabError(f"The upload is answered by {status}: {said[:200].decode()}")

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Status, body and headers of one HTTP request. Raises ``TabError``."""
        cookies = {"Cookie": f"{XSRF}={self._cookie}", "X-Xsrftoken": self._cookie}
        there = urlsplit(self.address)
        connection = http.client.HTTPConnection(there.hostname or "", there.port, timeout=60)
        try:
            sent = {"Origin": self.address, **cookies, **(headers or {})}
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers
        except (OSError, http.client.HTTPException) as error:
            raise TabError(f"No answer to {method}: {_words(error)}") from None
        finally:
            connection.close()


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__
