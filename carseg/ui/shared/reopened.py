"""Opens a saved comparison on Compare: its settings, and its picture where that is still known."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from carseg.core import settings
from carseg.data.samples import samples
from carseg.imaging.net import fetch
from carseg.imaging.net.urls import parse
from carseg.ui.shared import add_pictures, state
from carseg.ui.shared.links import fits
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.streamlit_internals import take_link
from carseg.ui.shared.tray import bring_sample, tray

if TYPE_CHECKING:
    from carseg.results import Comparison

_KEY = "reopened"


@dataclass
class Reopened:
    """The comparison that was opened last.

    Attributes:
        due: its settings are to be set.
        waiting: its picture is to be brought by hand.
        instead: another picture was brought.
        before: the picture that was on the stage when it was opened.
    """

    comparison: "Comparison"
    due: bool = True
    waiting: bool = False
    instead: bool = False
    before: str = ""


def reopen(comparison: "Comparison") -> None:
    """Go to Compare and open it there. Nothing is fetched from other sites yet."""
    here = tray()
    found = Reopened(comparison, before=here.shown)
    here.problems, here.offered = [], ""
    if comparison.picture_sha256 in here.photos:
        here.shown = comparison.picture_sha256
    elif comparison.origin == "sample" and comparison.source in samples():
        bring_sample(comparison.source)
    elif comparison.origin == "url" and _may_be_fetched(comparison.source):
        here.offered = comparison.source
    else:
        found.waiting = True
    st.session_state[_KEY] = found
    st.switch_page("pages/compare.py")


def _may_be_fetched(address: str) -> bool:
    try:
        parse(address)
    except fetch.FetchError:
        return False
    return settings.url_input_allowed()


def settle() -> None:
    """At the start of Compare: set what the comparison says, and tell what it cannot bring back."""
    found: Reopened | None = st.session_state.get(_KEY)
    if found is None:
        return
    if found.due:
        take_link({key: v for key, v in found.comparison.link.items() if fits(key, v)})
        # Without a picture there are no controls yet: it waits until they are drawn.
        found.due = tray().current() is None
    _notice(found)


def _notice(found: Reopened) -> None:
    comparison = found.comparison
    shown = tray().current()
    if comparison.picture_sha256 in tray().photos:
        found.waiting = found.instead = False
    elif found.waiting and shown is not None and shown.id != found.before:
        found.waiting, found.instead = False, True
    lines = _changed(comparison)
    if found.instead:
        lines.insert(
            0,
            f"This picture is not the one of **{plain(comparison.name)}**: its numbers differ from "
            "those that were saved.",
        )
    if not found.waiting and not lines:
        return
    with st.container(border=True, key="reopened"):
        if found.waiting:
            st.markdown(
                f":material/bookmark: **{plain(comparison.name)}** was made with the photo "
                f"**{plain(comparison.picture)}** ({comparison.width} x {comparison.height} "
                "pixels). Photos are not saved: choose that file again. The settings are set "
                "already."
            )
            add_pictures.files(add_pictures.AWAITED)
        for line in lines:
            st.markdown(f":material/info: {line}")
        st.button("Close", key="reopened-close", on_click=_forget, icon=":material/close:")


def _forget() -> None:
    st.session_state.pop(_KEY, None)


def _changed(comparison: "Comparison") -> list[str]:
    """What is not as it was when the comparison was saved."""
    known = state.current_shelf().configs
    gone = [plain(one.title) for one in comparison.outcomes if one.model not in known]
    other = [
        plain(one.title)
        for one in comparison.outcomes
        if one.model in known and known[one.model].sha256 != one.weights_sha256
    ]
    lines = []
    if gone:
        lines.append(f"Not on this machine, so left out: {', '.join(gone)}.")
    if other:
        lines.append(f"Other weights than when it was saved: {', '.join(other)}.")
    if comparison.edited:
        edited = ", ".join(map(plain, comparison.edited))
        lines.append(f"Edited by hand when it was saved; the strokes are not kept: {edited}.")
    return lines
