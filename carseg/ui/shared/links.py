"""The share link, which opens the same view for somebody else; and what a link may not bring."""

import math
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from carseg.service.workshop import Photo
from carseg.ui.shared.streamlit_internals import drop_from_link

LINKED: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
"""Arguments of widgets whose value is in the share link and is kept on other pages."""

COLOURS = ("colour", "behind-1", "behind-2")
"""Keys of colour pickers."""
MAY_BE_EMPTY = ("models", "j-models", "j-outlines", "talk-models", "cut-")
"""Beginnings of the keys of choices of several, where none is a choice."""
_COLOUR = re.compile("#?[0-9a-fA-F]{6}")
_NUMBER = re.compile(r"[+-]?(inf|infinity|nan|[0-9.]+(e[+-]?[0-9]+)?)", re.IGNORECASE)
"""As Python's ``float``, but without underscores, which are in the names of pictures."""
_MOST_LETTERS, _MOST_VALUES, _MOST_NUMBER = 4000, 200, 10**12


def check_link() -> None:
    """Drop every value of the address bar that no widget can have; called before any is drawn.

    Streamlit hands a link's values to the widgets of ``LINKED``. It refuses unknown options and
    clamps numbers, but it lets through empty choices, short colours and infinite numbers.
    """
    for key in list(st.query_params):
        if not fits(key, st.query_params.get_all(key)):
            drop_from_link(key)


def fits(key: str, values: Sequence[str]) -> bool:
    """Whether a link may bring these values of a key."""
    if len(values) > _MOST_VALUES or not all(map(_is_plain, values)):
        return False
    if not any(values):
        return key.startswith(MAY_BE_EMPTY)
    return key not in COLOURS or all(_COLOUR.fullmatch(value) for value in values)


def _is_plain(value: str) -> bool:
    """Whether a text can be shown, and is no number that no widget takes."""
    if len(value) > _MOST_LETTERS or not value.isprintable():
        return False
    if not _NUMBER.fullmatch(value.strip()):
        return True
    try:
        number = float(value)
    except ValueError:  # two points, as in a version
        return True
    return math.isfinite(number) and abs(number) <= _MOST_NUMBER


def share_link(photo: Photo) -> None:
    """A popover with the link; it says so if the link cannot contain the picture."""
    with st.popover("Share", icon=":material/link:"):
        if photo.link:
            what = "sample" if photo.origin == "sample" else "picture's address"
            st.caption(f"This link holds the settings and the {what}.")
        else:
            st.info(
                f"Your {'camera picture' if photo.origin == 'camera' else 'upload'} is not in "
                "this link, only the settings are, because pictures stay on this machine.",
                icon=":material/lock:",
            )
        pairs = [(k, v) for k in st.query_params for v in st.query_params.get_all(k)]
        address = (st.context.url or "").split("?")[0].rstrip("/") + "/"
        st.code(
            f"{address}?{urlencode(pairs)}" if pairs else address, language=None, wrap_lines=True
        )
