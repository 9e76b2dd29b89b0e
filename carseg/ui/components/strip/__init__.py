"""A row of thumbnails of which one is chosen, by a click or by keys."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from carseg.ui.components.order import in_order

_HERE = Path(__file__).parent
_SCRIPTS = ("../order.js", "strip.js")
_mount = st.components.v2.component(
    "carseg.strip",
    html=(_HERE / "strip.html").read_text(encoding="utf-8"),
    css=(_HERE / "strip.css").read_text(encoding="utf-8"),
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True)
class Thumbnail:
    """One choice.

    Attributes:
        id: what is sent when it is chosen.  name: its alternative text and its tip.
        url: address of its picture; empty shows a plus sign.
        clear: the picture is transparent, so a checkerboard is shown behind it.
    """

    id: str
    name: str
    url: str = ""
    clear: bool = False


def strip(
    items: Sequence[Thumbnail], *, label: str, chosen: str, key: str, on_choose: Callable[[], None]
) -> None:
    """Show the row.

    When one is chosen, ``on_choose`` is called; ``st.session_state[key]["choose"]`` is its id.
    """
    data = {"label": label, "chosen": chosen, "items": [asdict(item) for item in items]}
    _mount(key=key, data=in_order(key, data), on_choose_change=on_choose)
