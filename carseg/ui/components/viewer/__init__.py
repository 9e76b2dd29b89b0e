"""The picture viewer: panes that zoom and pan together, and a before/after slider (viewer.js).

The scripts are one module in the browser: ``zoom.js`` (the arithmetic of zoom and pan, shared with
the brush), ``fit.js`` (the grid that shows the pictures largest) and ``viewer.js``.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from carseg.ui.components.order import in_order

_HERE = Path(__file__).parent
_SCRIPTS = ("../order.js", "../zoom.js", "fit.js", "viewer.js")
_mount = st.components.v2.component(
    "carseg.viewer",
    html=(_HERE / "viewer.html").read_text(encoding="utf-8"),
    css=(_HERE / "viewer.css").read_text(encoding="utf-8"),
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)

Mode = Literal["grid", "single", "slider"]


@dataclass(frozen=True)
class Pane:
    """One picture in the viewer.

    Attributes:
        id: keeps its place when the picture changes.
        url: address of the encoded picture.
        name, note: caption; ``warn`` makes the note stand out.
        alt: a description for people who do not see the picture.
        width, height: pixels of the photo; all panes share its aspect ratio.
        clear: the picture is transparent, so a checkerboard is shown behind it.
        busy: a network still runs; the picture stands for its result.
        facts: lines of a tip about the result, which a button beside the caption shows.
    """

    id: str
    url: str
    name: str
    alt: str
    width: int
    height: int
    note: str = ""
    warn: bool = False
    clear: bool = False
    busy: bool = False
    facts: tuple[str, ...] = ()


def viewer(
    panes: Sequence[Pane],
    *,
    picture: str,
    mode: Mode = "grid",
    key: str = "viewer",
    fills: bool = False,
    below: int = 0,
) -> None:
    """Show ``panes`` with a common zoom and position.

    Args:
        picture: id of the photo. Another photo starts with the whole picture; the same photo keeps
            zoom and position in all modes and views.
        mode: ``slider`` takes exactly two panes.
        fills: the pictures fill the window from the viewer's place down to its lower edge. Else
            they take at most 70 % of its height.
        below: with ``fills``, CSS pixels that stay free for what stands under the viewer.

    Raises:
        ValueError: a slider with other than two panes.
    """
    if mode == "slider" and len(panes) != 2:
        raise ValueError(f"A slider takes two pictures, not {len(panes)}.")
    data = {
        "key": key,
        "mode": mode,
        "picture": picture,
        "panes": [asdict(p) for p in panes],
        "fills": fills,
        "below": below,
    }
    _mount(key=key, data=in_order(key, data))
