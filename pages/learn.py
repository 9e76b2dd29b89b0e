"""Learn: how the networks and the measures work, shown live with our own figures."""

import streamlit as st

from carseg.ui import learn
from carseg.ui.learn import CHAPTERS
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.streamlit_internals import restart_through_app


@st.fragment
def chapter(name: str) -> None:
    """One chapter. Its sliders do not run the rest of the page again."""
    st.header(CHAPTERS[name], anchor=False)
    learn.draw_chapter(name)


def page() -> None:
    """The whole page."""
    restart_through_app()
    st.title("Learn")
    st.markdown(
        "Every figure is computed live, with our own networks and pictures. It follows your "
        "choices, and the link keeps them."
    )
    chosen = st.segmented_control(
        "Chapter",
        list(CHAPTERS),
        format_func=worded(CHAPTERS),
        default=next(iter(CHAPTERS)),
        required=True,
        key="chapter",
        label_visibility="collapsed",
        width="stretch",
        wrap=True,
        **LINKED,
    )
    chapter(chosen)


page()
