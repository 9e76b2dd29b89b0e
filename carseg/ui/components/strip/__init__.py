"""A row of thumbnails of which one is chosen, by a click or by keys."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "carseg.strip",
    html=(_HERE / "strip.html").read_text(encoding="utf-8"),
    css=(_HERE / "strip.css").read_text(encoding="utf-8"),
    js=(_HERE / "strip.js").read_text(encoding="utf-8"),
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
    _mount(key=key, data=data, on_choose_change=on_choose)
