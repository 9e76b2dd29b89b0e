"""The share link, which opens the same view for somebody else; and what a link may not bring."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import streamlit as st

from carseg.service.workshop import Photo
from carseg.ui.shared.streamlit_internals import drop_from_link

if TYPE_CHECKING:
    from carseg.results import Comparison

LINKED: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
"""Arguments of widgets whose value is in the share link and is kept on other pages."""

_PICTURE = ("sample", "url")
"""Parameters that name the picture."""
_NAMES = (*_PICTURE, "picture")
"""Ends of the keys of pictures: the name 1234567e8901_01 is no number."""
COLOURS = ("colour", "behind-1", "behind-2")
"""Keys of colour pickers."""
MAY_BE_EMPTY = ("models", "j-models", "j-outlines", "talk-models", "cut-")
"""Beginnings of the keys of choices of several, where none is a choice."""
_COLOUR = re.compile("#?[0-9a-fA-F]{6}")
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
    if not key.endswith(_NAMES) and not all(map(_is_no_strange_number, values)):
        return False
    if not any(values):
        return key.startswith(MAY_BE_EMPTY)
    return key not in COLOURS or all(_COLOUR.fullmatch(value) for value in values)


def _is_plain(value: str) -> bool:
    """Whether a text can be shown."""
    return len(value) <= _MOST_LETTERS and value.isprintable()


def _is_no_strange_number(value: str) -> bool:
    """Whether a text is no number that no widget takes, in any spelling that Python knows."""
    try:
        number = float(value)
    except ValueError:
        return True
    return math.isfinite(number) and abs(number) <= _MOST_NUMBER


def linked_choice(key: str, words: Mapping[str, str], default: str) -> str:
    """A choice without a widget: in the session under ``key``, and in the share link.

    Args:
        words: every choice with its words, which are in the link as those of widgets are.
    """
    linked = st.query_params.get(key, "")
    asked = next((choice for choice, word in words.items() if linked in (choice, word)), default)
    chosen: str = st.session_state.get(key, asked)
    if chosen not in words:
        chosen = default
    st.session_state[key] = chosen
    if chosen == default:
        st.query_params.pop(key, None)
    elif linked != words[chosen]:
        st.query_params[key] = words[chosen]
    return chosen


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
        link = {key: st.query_params.get_all(key) for key in st.query_params}
        st.code(_address(link), language=None, wrap_lines=True)


def settings_link() -> dict[str, list[str]]:
    """The parameters of the share link, without the picture."""
    return {k: st.query_params.get_all(k) for k in st.query_params if k not in _PICTURE}


def link_of(comparison: "Comparison") -> str:
    """The address that opens a saved comparison's settings, and its picture if a link can."""
    link = dict(comparison.link)
    if comparison.source:
        link[comparison.origin] = [comparison.source]
    return _address(link)


def _address(link: Mapping[str, Sequence[str]]) -> str:
    """The address of Compare, whatever page this is, with these parameters."""
    here = (st.context.url or "").split("?")[0].rstrip("/").removesuffix("/dice_table") + "/"
    return f"{here}?{urlencode(link, doseq=True)}" if link else here
