"""What uses Streamlit's inside: files that an uploader lets go of, and the way in by app.py."""

from collections.abc import Iterable
from typing import Any

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from carseg.imaging.codec import MOST_MB, PictureError

_TOO_LARGE = f"This file is larger than {MOST_MB} MB: make the picture smaller and send it again."
STARTED_BY_APP = "came-through-app"


def let_go(files: Iterable[UploadedFile]) -> None:
    """Make the server forget these files, which it would hold as long as the page is open.

    Draw an uploader of another key afterwards: the old one still names them.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    manager: Any = context.uploaded_file_mgr
    for file in files:
        manager.remove_file(context.session_id, file.file_id)


def check_file(data: bytes) -> None:
    """Raise ``PictureError`` for a file above ``MOST_MB``: an uploader's limit binds browsers."""
    if len(data) > MOST_MB * 2**20:
        raise PictureError(_TOO_LARGE)


def mark_started_by_app() -> None:
    """Called by app.py: this session has the theme, the sidebar and the navigation."""
    st.session_state[STARTED_BY_APP] = True


def restart_through_app() -> None:
    """Call first in every page: start again by app.py where Streamlit runs the page alone.

    A server that has not run ``st.navigation`` yet sees the folder ``pages`` and falls back to
    Streamlit's old way, which runs the asked page without theme, sidebar and navigation.
    """
    if STARTED_BY_APP not in st.session_state and PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
