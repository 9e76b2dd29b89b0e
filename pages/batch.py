"""Batch: a folder of photos through networks, with a table that fills, and a ZIP of everything."""

import streamlit as st

from carseg.data.samples import samples
from carseg.ui.batch.bring import LIMITS, add_samples, bring
from carseg.ui.batch.choice import choose
from carseg.ui.batch.desk import Desk, desk
from carseg.ui.batch.progress import progress, remover
from carseg.ui.shared import state
from carseg.ui.shared.sentences import counted
from carseg.ui.shared.streamlit_internals import restart_through_app


def _pictures(here: Desk) -> None:
    number = 0 if here.sent is None else len(here.sent.inputs)
    if not number:
        bring(here)
        st.caption(
            f"{LIMITS} :material/lock: They are kept in a private folder of the machine that runs "
            "this app, until you remove them or close this page."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/photo_library: **{counted(number, 'picture')}**", width="stretch")
        remover(here)
    more = st.expander("Add more pictures", icon=":material/add_photo_alternate:", key="batch-more")
    with more:
        bring(here)


def page() -> None:
    """The whole page."""
    restart_through_app()
    here, known = desk(), dict(state.current_shelf().configs)
    with st.container(horizontal=True, vertical_alignment="center", key="batch-header"):
        st.title("Batch", anchor=False, width="stretch")
        if samples():
            st.button(
                "Add the samples",
                key="batch-samples",
                icon=":material/directions_car:",
                on_click=add_samples,
                args=(here,),
            )
    st.markdown(
        "Many photos at once: masks, cut-outs and more of all of them. Results that need a look "
        "come first."
    )
    if not known:
        state.no_models()
        return
    _pictures(here)
    if here.sent is None or not here.sent.inputs:
        return
    plan = choose(here, known)
    progress(here, plan, known)


page()
