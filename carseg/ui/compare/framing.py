"""The crop of cut-outs and new backgrounds: a switch, the margin and the aspect ratio."""

import streamlit as st

from carseg.compositing.framing import ASPECTS, MOST_MARGIN, Frame
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED

USUAL = Frame()
_WORDS = {name: f"Shape {name}" for name in ASPECTS} | {"free": "Shape as is"}


def choose() -> Frame | None:
    """Draw the controls; returns the crop, or None."""
    if not st.toggle(
        "Crop to the car",
        False,
        key="crop",
        help="Cut-outs and new backgrounds show the car with margins, here and in downloads. In "
        "the slider the whole picture is shown.",
        **LINKED,
    ):
        return None
    st.slider(
        "Margin, % of the longer side of the car's box",
        0,
        MOST_MARGIN,
        USUAL.margin,
        key="margin",
        width=150,
        format="Margin %d %%",
        label_visibility="collapsed",
        **LINKED,
    )
    st.selectbox(
        "Shape",
        list(ASPECTS),
        format_func=worded(_WORDS),
        key="aspect",
        width=130,
        label_visibility="collapsed",
        **LINKED,
    )
    return chosen()


def chosen() -> Frame | None:
    """The crop as it was last chosen, where the controls are not drawn."""
    if not st.session_state.get("crop", False):
        return None
    margin = st.session_state.get("margin", USUAL.margin)
    return Frame(int(margin), st.session_state.get("aspect", USUAL.aspect))
