"""Hands out large files from the disk, each under a secret address: none of them is in memory.

Streamlit's own downloads are read into memory and stay there as long as the page is open.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from starlette.responses import FileResponse, PlainTextResponse
from starlette.types import Receive, Scope, Send

PLACE = "handout"
"""Where the server has it mounted."""
GONE = "This file is no longer here: go back to the page and make it again."


@dataclass(frozen=True)
class _File:
    path: Path
    name: str


_FILES: dict[str, _File] = {}


def offer(path: Path, name: str) -> str:
    """A new address for a file, which nobody can guess (192 bits); ``name`` is what is saved."""
    token = secrets.token_urlsafe(24)
    _FILES[token] = _File(path, name)
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/{PLACE}/{token}" if base else f"/{PLACE}/{token}"


def withdraw(address: str) -> None:
    """Answer an address no more."""
    _FILES.pop(address.rsplit("/", 1)[-1], None)


async def handout(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI app that answers."""
    if scope["type"] != "http":
        return
    file = _FILES.get(scope["path"].rsplit("/", 1)[-1])
    if scope["method"] not in {"GET", "HEAD"} or file is None or not file.path.is_file():
        await PlainTextResponse(GONE, 404)(scope, receive, send)
        return
    answer = FileResponse(file.path, filename=file.name, headers={"Cache-Control": "no-store"})
    await answer(scope, receive, send)
