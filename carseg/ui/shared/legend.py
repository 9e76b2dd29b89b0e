"""The legend under a picture, as HTML: coloured squares with words (styled by style.css)."""

from collections.abc import Iterable, Sequence
from html import escape

import streamlit as st


def legend_squares(entries: Iterable[tuple[str, str]]) -> str:
    """A square and its words for each (CSS background, words)."""
    parts = "".join(
        f'<span><i style="background:{fill}"></i>{escape(words)}</span>' for fill, words in entries
    )
    return f'<div class="legend">{parts}</div>'


def legend(entries: Sequence[tuple[tuple[int, int, int], str]]) -> None:
    """Coloured squares with words."""
    st.html(legend_squares((f"rgb{colour}", words) for colour, words in entries))
