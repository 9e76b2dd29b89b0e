"""The start of the server: it says where the app is, and begins to load what takes long."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit import cli_util
from streamlit.web.server import server_util

from carseg.core import memory
from carseg.ui.shared import warm
from carseg.ui.shared.sweeper import sweeping

_EVERYWHERE = {"0.0.0.0", "::"}


def address() -> str:
    """Where a browser on this machine finds the app."""
    host = st.get_option("server.address") or "localhost"
    return server_util.get_url("localhost" if host in _EVERYWHERE else host)


def allowed_hosts() -> list[str]:
    """The names that the app answers to: Streamlit's setting, of which an empty list is any."""
    return list(st.get_option("server.allowedHosts") or ["*"])


@asynccontextmanager
async def serving(_app: st.App) -> AsyncIterator[None]:
    """What goes on around the server's life (the ASGI lifespan).

    Streamlit's own lines at the start are switched off (.streamlit/config.toml): they are several,
    and some of them advertise. Streamlit does not open a browser for an ``st.App``.
    """
    memory.hold_steady()
    here = address()
    sys.stdout.write(f"carseg is at {here} (Ctrl+C stops it)\n")
    sys.stdout.flush()
    if not st.get_option("server.headless"):
        cli_util.open_browser(here)
    warm.begin(warm.PATIENCE)
    sweep = asyncio.create_task(sweeping())
    try:
        yield
    finally:
        sweep.cancel()
