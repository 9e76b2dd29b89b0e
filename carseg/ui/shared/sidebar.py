"""The sidebar of every page: the device and the reason for it, and a note on privacy."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from carseg.core import settings
from carseg.inference.engines.engine import AUTO, ENGINES, USUAL
from carseg.models.checkpoint import CheckpointError
from carseg.ui.shared import state, warm
from carseg.ui.shared.kept import keep_pictures
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.streamlit_internals import visitor_acts
from carseg.ui.shared.tray import KEPT_MINUTES

ICONS = {
    "cpu": ":material/memory:",
    "cuda": ":material/developer_board:",
    "mps": ":material/developer_board:",
}


def privacy_text(url_input: bool) -> str:
    """The privacy note; if URL input is on, it says which sites are contacted."""
    text = (
        "The machine that runs this app processes them in memory and sends them nowhere else. "
        f"After a reload this tab finds them again for {KEPT_MINUTES} minutes; *Remove* deletes "
        "them at once. Saved results hold numbers; small pictures only if you tick that."
    )
    if url_input:
        text += " If you give the link to a picture, this machine downloads it from that site."
    return text


def sidebar() -> DeltaGenerator:
    """Draw it; returns the place for ``show_device``."""
    keep_pictures()
    known = state.current_shelf()
    with st.sidebar, st.container(key="side-facts", gap="small"):
        place = st.empty()
        with place.container(gap="small"):
            st.markdown(f"{ICONS['cpu']} **Runs on this machine**")
            st.caption("On its graphics card, if PyTorch finds one.")
        _choose_engine()
        count = len(known.configs)
        st.markdown(f":material/deployed_code: **{count} model{'' if count == 1 else 's'}**")
        if known.absent:
            st.caption(f"{len(known.absent)} more can be fetched: `carseg pull NAME`.")
        for problem in known.problems.values():
            st.caption(f":orange[{shown(problem)}]")
        st.markdown(":material/lock: **Your pictures stay on this machine**")
        st.caption(privacy_text(settings.url_input_allowed()))
    if warm.device_is_known():
        _device(place)
    return place


def _choose_engine() -> None:
    """The choice of the library that runs networks; one that is not here says how to have it."""
    chosen = st.selectbox(
        "Engine",
        [AUTO, *(name for name in ENGINES if name != USUAL)],
        format_func=lambda name: ENGINES[USUAL if name == AUTO else name].title,
        key=state.ENGINE,
        help="The library that runs the networks. The masks are nearly the same; the time is not. "
        "A model's graph for another engine is made at its first use, which takes a moment.",
        persist_state="session",
    )
    if chosen in ENGINES and ENGINES[chosen].missing:
        st.caption(f":orange[{shown(ENGINES[chosen].missing)}]")


def show_device(place: DeltaGenerator) -> None:
    """After the page: name the device as soon as it is known, unless the visitor acts before.

    Only PyTorch knows the device, and it loads behind the first page.
    """
    if warm.device_is_known():
        return
    warm.page_stands()
    warm.begin()
    while not warm.device_is_known(0.1):
        if visitor_acts():
            return
    _device(place)


def _device(place: DeltaGenerator) -> None:
    with place.container(gap="small"):
        try:
            device = state.predictor().device
        except CheckpointError as error:
            st.markdown(f"{ICONS['cpu']} **No network can run**")
            st.caption(f":orange[{shown(str(error))}]")
            return
        st.markdown(f"{ICONS.get(device.kind, '')} **Runs on {device.kind.upper()}**")
        why = device.why
        if device.engine != AUTO:
            why = f"{ENGINES[device.engine].title} in {device.precision_in(device.engine)}."
        st.caption(f"{device.name}. {why}")
