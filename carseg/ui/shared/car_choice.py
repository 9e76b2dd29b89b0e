"""The choice of the car among the labels of a mask."""

from collections.abc import Sequence

import streamlit as st

from carseg.imaging.car_choice import Label, colour_name
from carseg.ui.shared.markdown import plain

MOST_OFFERED = 24


def choose_car(labels: Sequence[Label], key: str) -> list[str]:
    """Draw the labels to choose from, the largest first; the names of the chosen ones."""
    offered = {label.name: label for label in labels[:MOST_OFFERED]}
    return list(
        st.pills(
            "Which is the car?",
            list(offered),
            selection_mode="multi",
            format_func=lambda name: words(offered[name]) if name in offered else str(name),
            key=key,
        )
        or ()
    )


def words(label: Label) -> str:
    """The label with its share and, where its number does not show it, its colour."""
    if label.colour is None or label.name.startswith("#") or len(set(label.colour)) == 1:
        return plain(label.words)
    return plain(f"{label.words}, {colour_name(label.colour)}")
