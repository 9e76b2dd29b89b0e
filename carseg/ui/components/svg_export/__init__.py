"""Buttons that save a Plotly figure of the page as PNG or SVG, in the browser (see export.js)."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "carseg.export",
    html=(_HERE / "svg_export.html").read_text(encoding="utf-8"),
    css=(_HERE / "svg_export.css").read_text(encoding="utf-8"),
    js=(_HERE / "svg_export.js").read_text(encoding="utf-8"),
)


def export_buttons(container: str, file: str, key: str = "export") -> None:
    """Draw the buttons for the one figure in the container of that key.

    Args:
        file: the name of what is saved, without its ending.
    """
    _mount(key=key, data={"container": container, "file": file})
