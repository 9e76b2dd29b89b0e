"""Lets a tab of the browser find its pictures again after a reload (see tab.js).

On phones it also closes the sidebar after a choice in it (sidebar.js).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_KEY = "tab"
_LONGEST = 100
_HERE = Path(__file__).parent
_SCRIPTS = ("sidebar.js", "tab.js")
_mount = st.components.v2.component(
    "carseg.tab",
    html="<span hidden></span>",
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


def remember(token: str, photos: int, answered: str, back: Callable[[str, int], None]) -> None:
    """Leave this session's token in the tab, and hear which token an earlier session left there.

    Args:
        token: names this session. Nobody can guess it.
        photos: how many pictures the session holds.
        answered: the last token that ``back`` was called with.
        back: called with the earlier session's token and its number of pictures.
    """

    def heard() -> None:
        sent = st.session_state[_KEY].get("back")
        if isinstance(sent, Mapping) and isinstance(sent.get("token"), str):
            count = sent.get("photos")
            back(sent["token"][:_LONGEST], count if isinstance(count, int) else 1)

    data: dict[str, Any] = {"token": token, "photos": photos, "answered": answered}
    with st.container(key="tab-memory"):
        _mount(key=_KEY, data=data, on_back_change=heard)
