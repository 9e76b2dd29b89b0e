"""A brush that keeps or erases on a displayed result.

The scripts are one module in the browser: ``zoom.js``, ``view.js`` and ``hands.js``, which the
brush for true masks has too, ``strokes.js`` (the strokes and their undo) and ``retouch.js``.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from carseg.ui.components.order import in_order

_HERE = Path(__file__).parent
_SCRIPTS = ("../order.js", "../zoom.js", "../view.js", "../hands.js", "strokes.js", "retouch.js")
_STYLES = ("../brush.css", "retouch.css")
_mount = st.components.v2.component(
    "carseg.retouch",
    html=(_HERE / "retouch.html").read_text(encoding="utf-8"),
    css="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES),
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True)
class Canvas:
    """The result to paint on.

    Attributes:
        picture, model: ids of the photo and of the model.  name, title: both for people.
        url: address of the result as it is with the strokes of ``state``.
        photo: address of the photo.
        width, height: pixels of both pictures.
        clear: the result is transparent, so the photo is shown under it.
        note: what the app says of the result.  problem: why the last strokes are not used.
        state: ``epoch``, ``serial`` and ``strokes``, see ``carseg.service.retouching``.
        most: how many strokes there may be.  most_points: how many points in all of them.
    """

    picture: str
    model: str
    name: str
    title: str
    url: str
    photo: str
    width: int
    height: int
    clear: bool
    note: str
    problem: str
    state: dict[str, Any]
    most: int
    most_points: int


def retouch_brush(canvas: Canvas, *, key: str, on_strokes: Callable[[], None]) -> None:
    """Show the brush.

    At every change the browser sends all strokes: ``st.session_state[key]["strokes"]`` holds
    ``{picture, model, epoch, serial, strokes}`` when ``on_strokes`` is called.
    """
    _mount(key=key, data=in_order(key, asdict(canvas)), on_strokes_change=on_strokes)
