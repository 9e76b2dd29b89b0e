"""The full-screen stage for a talk: no controls, keys only (see talk.js)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

from carseg.ui.components.order import in_order

_HERE = Path(__file__).parent
_SCRIPTS = ("../order.js", "talk.js")
_mount = st.components.v2.component(
    "carseg.present",
    html=(_HERE / "talk.html").read_text(encoding="utf-8"),
    css=(_HERE / "talk.css").read_text(encoding="utf-8"),
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)


@dataclass(frozen=True)
class Face:
    """One version of a picture: a model's result, or the photo itself.

    Attributes:
        url: address of the encoded picture; '' while there is none.
        name, note: large type below it.
        alt: a description for people who do not see the picture.
        clear: the picture is transparent, so a checkerboard is shown behind it.
    """

    url: str
    name: str
    alt: str
    note: str = ""
    clear: bool = False


@dataclass(frozen=True)
class Slide:
    """One picture of the talk: the photo itself, and a face per model in the order of keys."""

    title: str
    original: Face
    faces: tuple[Face, ...]


def present(slides: Sequence[Slide], key: str = "present") -> None:
    """Show ``slides`` with a button that fills the screen with them.

    Raises:
        ValueError: no slide, or one without a model.
    """
    if not slides or not all(slide.faces for slide in slides):
        raise ValueError("A talk takes at least one picture, and one model for each.")
    data = {"key": key, "slides": [asdict(slide) for slide in slides]}
    _mount(key=key, data=in_order(key, data))
