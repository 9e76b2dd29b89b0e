"""The legend under a picture, as HTML: coloured squares with words (styled by style.css)."""

from collections.abc import Iterable
from html import escape


def squares(entries: Iterable[tuple[str, str]]) -> str:
    """A square and its words for each (CSS background, words)."""
    parts = "".join(
        f'<span><i style="background:{fill}"></i>{escape(words)}</span>' for fill, words in entries
    )
    return f'<div class="legend">{parts}</div>'
