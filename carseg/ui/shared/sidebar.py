"""The sidebar of every page: the device and the reason for it, and a note on privacy."""

import streamlit as st

from carseg.core import settings
from carseg.ui.shared import state
from carseg.ui.shared.markdown import shown

ICONS = {
    "cpu": ":material/memory:",
    "cuda": ":material/developer_board:",
    "mps": ":material/developer_board:",
}


def privacy_text(url_input: bool) -> str:
    """The privacy note; if URL input is on, it says which sites are contacted."""
    text = (
        "The machine that runs this app processes them in memory and sends them nowhere else. "
        "Saved results hold scores, not pictures."
    )
    if url_input:
        text += " If you give the link to a picture, this machine downloads it from that site."
    return text


def sidebar() -> None:
    """Draw it."""
    device = state.predictor().device
    known = state.current_shelf()
    with st.sidebar, st.container(key="side-facts", gap="small"):
        st.markdown(f"{ICONS.get(device.kind, '')} **Runs on {device.kind.upper()}**")
        st.caption(f"{device.name}. {device.why}")
        count = len(known.configs)
        st.markdown(f":material/deployed_code: **{count} model{'' if count == 1 else 's'}**")
        if known.absent:
            st.caption(f"{len(known.absent)} more can be fetched: `carseg pull NAME`.")
        for problem in known.problems.values():
            st.caption(f":orange[{shown(problem)}]")
        st.markdown(":material/lock: **Your pictures stay on this machine**")
        st.caption(privacy_text(settings.url_input_allowed()))
