"""The choice of models, in a button that says how many there are."""

from collections import Counter
from collections.abc import Mapping

import streamlit as st

from carseg.models.checkpoint import Config
from carseg.ui.shared import state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain

MANY = 5
"""From so many models on the choice says what it costs."""


def choose_models() -> tuple[dict[str, Config], bool]:
    """The models to run, in the order of lists, and whether they take a second look."""
    known = state.current_shelf().configs
    chosen = st.session_state.get("models")
    number = len(state.opening(known) if chosen is None else chosen)
    label = f"{number} model{'' if number == 1 else 's'}"
    with st.popover(label, icon=":material/deployed_code:", key="choose-models"):
        names = st.pills(
            "Models",
            list(known),
            selection_mode="multi",
            default=state.opening(known),
            key="models",
            format_func=worded(_words(known)),
            **LINKED,
        )
        if len(names) >= MANY:
            st.caption("Each model takes a moment for each picture; the first results stand first.")
        detail = st.toggle(
            "Second look at the car",
            False,
            key="second",
            help="Runs each network again on the car's box, at the network's full size. A car that "
            "is small in the picture gets finer edges; it takes about twice the time.",
            **LINKED,
        )
    return {name: known[name] for name in known if name in names}, detail


def _words(known: Mapping[str, Config]) -> dict[str, str]:
    """Titles for the choice; two of the same title are told apart by their names."""
    count = Counter(config.title for config in known.values())
    return {
        name: plain(c.title if count[c.title] == 1 else f"{c.title} ({name})")
        for name, c in known.items()
    }
