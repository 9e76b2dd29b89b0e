"""Gives pictures to the browser by address, so that an unchanged one is not sent again."""

import base64
from pathlib import PurePosixPath

import streamlit as st
from streamlit import runtime
from streamlit.runtime.media_file_manager import MediaFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

MIME = {
    "png": "image/png",
    "webp": "image/webp",
    "jpeg": "image/jpeg",
    "zip": "application/zip",
}
"""Media types by the name of the format."""


def picture_address(data: bytes, kind: str, place: str) -> str:
    """The address of encoded picture bytes; valid until the same ``place`` shows another picture.

    Streamlit serves the bytes under a name made of their hash, so the browser's cache works.
    Without a server (bare mode) the address contains the bytes.

    Args:
        kind: ``png``, ``webp`` or ``jpeg``.
        place: identifies the place on the page at which the picture is shown.
    """
    if not runtime.exists():
        return f"data:{MIME[kind]};base64,{base64.b64encode(data).decode()}"
    files = runtime.get_instance().media_file_mgr
    path = files.add(data, MIME[kind], f"carseg-{place}")
    if session := _held_for():
        hold(files, session, f"carseg-{place}", path)
    base = (st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}{path}" if base else path


def hold(files: MediaFileManager, session: str, place: str, path: str) -> None:
    """Keep a file until the same place of the session has another one, or the session is released.

    When a page runs again, Streamlit lets go of all its files and takes them back as they are
    drawn. Meanwhile the end of another visitor's run deletes them, and a browser that asks for a
    picture just then gets none, for good.
    """
    with files._lock:
        files._files_by_session_and_coord[_holder(session)][place] = PurePosixPath(path).stem


def release(files: MediaFileManager, session: str) -> None:
    """Keep nothing more for a session."""
    files.clear_session_refs(_holder(session))


def _holder(session: str) -> str:
    return f"held-{session}"


def _held_for() -> str:
    context = get_script_run_ctx()
    return _while_open(context.session_id) if context else ""


def _close(session: str) -> None:
    if runtime.exists():
        release(runtime.get_instance().media_file_mgr, session)


@st.cache_resource(scope="session", show_spinner=False, on_release=_close)
def _while_open(session: str) -> str:
    """The session; when its page closes, its pictures are let go."""
    return session
