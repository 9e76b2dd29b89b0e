"""A button that folds a part of the page open and shut, at once and without the server (fold.js).

The button writes ``data-carseg-fold`` (``open`` or ``shut``) on the page's root element; style.css
hides what is folded. The browser keeps the choice as long as its tab is open. Before the first
press the part is open on wide windows only.
"""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "carseg.fold",
    html=(_HERE / "fold.html").read_text(encoding="utf-8"),
    css=(_HERE / "fold.css").read_text(encoding="utf-8"),
    js=(_HERE / "fold.js").read_text(encoding="utf-8"),
)


def fold_button(label: str, key: str, *, closes: bool = False) -> None:
    """Draw it. All buttons of a page fold the same part.

    Args:
        closes: the button stands in the part itself and shows a cross.
    """
    _mount(key=key, data={"label": label, "closes": closes}, width="content")
