"""The way into the app is app.py, whichever address is opened first."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

ENTERED = "came-through-app"


def entered() -> None:
    """Called by app.py: this session has the theme, the sidebar and the navigation."""
    st.session_state[ENTERED] = True


def through_the_front_door() -> None:
    """Call first in every page: start again by app.py where Streamlit runs the page alone.

    A server that has not run ``st.navigation`` yet sees the folder ``pages`` and falls back to
    Streamlit's old way, which runs the asked page without theme, sidebar and navigation.
    """
    if ENTERED not in st.session_state and PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
