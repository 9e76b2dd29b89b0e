"""Code that uses Streamlit's internals: uploaded files, pages started by app.py, runs that wait."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType
from streamlit.runtime.state.session_state_proxy import get_session_state
from streamlit.runtime.uploaded_file_manager import UploadedFile

from carseg.imaging.codec import MOST_MB, PictureError

_TOO_LARGE = f"This file is larger than {MOST_MB} MB: make the picture smaller and send it again."
STARTED_BY_APP = "came-through-app"


def let_go(files: Iterable[UploadedFile]) -> None:
    """Make the server forget these files, which it would keep as long as the page is open.

    Draw an uploader with another key afterwards, because the old one still names the files.
    """
    context = get_script_run_ctx()
    if context is None:
        return
    manager: Any = context.uploaded_file_mgr
    for file in files:
        manager.remove_file(context.session_id, file.file_id)


def check_file(data: bytes) -> None:
    """Raise ``PictureError`` above ``MOST_MB``: only browsers check an uploader's own limit."""
    if len(data) > MOST_MB * 2**20:
        raise PictureError(_TOO_LARGE)


def drop_from_link(key: str) -> None:
    """Forget a value of the address bar before a widget takes it.

    ``del st.query_params[key]`` is not enough: widgets read a copy that is made before the script.
    """
    with get_session_state().query_params() as params:
        params._initial_query_params.pop(key, None)
        params._query_params.pop(key, None)
        params._send_query_param_msg()


def take_link(link: Mapping[str, Sequence[str]]) -> None:
    """Open a link within this session: in this run its values go before all others.

    Widgets that it does not name get their first value, as after the browser's "Back".
    """
    context = get_script_run_ctx()
    if context is None:
        return
    with context.session_state.query_params() as params:
        params.from_dict({key: list(values) for key, values in link.items()})
        params.set_initial_query_params_from_current()
    context.is_history_navigation = True


def mark_started_by_app() -> None:
    """Note that app.py has started this session, with theme, sidebar and navigation."""
    st.session_state[STARTED_BY_APP] = True


def restart_through_app() -> None:
    """Restart through app.py if Streamlit runs a page alone. Every page calls this first.

    If the server has not run ``st.navigation`` yet, it finds the folder ``pages`` and runs the page
    in Streamlit's old way: without theme, sidebar and navigation.
    """
    if STARTED_BY_APP not in st.session_state and PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()


def run_again() -> None:
    """Run the page again, unless the visitor has chosen another page meanwhile: that goes first.

    ``st.rerun`` alone turns a waiting click on another page into a run of this page, so that the
    click is lost. Call this wherever a script has worked or waited before it runs again.
    """
    visitor_acts()
    st.rerun()


def has_visitor() -> bool:
    """Whether this code runs for a page, and not in a thread of the server."""
    return get_script_run_ctx(suppress_warning=True) is not None


def visitor_acts() -> bool:
    """Whether the visitor has done something that waits for this run of the script to end.

    Streamlit lets a click into a fragment wait until the script has ended. A script that waits for
    something else asks here, and ends. A new run of the whole page, or its end, begins right here.
    """
    context = get_script_run_ctx()
    if context is None or context.script_requests is None:
        return False
    # Every look at the session's state is a place at which Streamlit may end this run.
    st.session_state.get(STARTED_BY_APP)
    requests: Any = context.script_requests
    waiting: bool = requests._state != ScriptRequestType.CONTINUE
    return waiting
