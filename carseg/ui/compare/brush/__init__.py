"""A brush and eraser to draw a true mask by hand; the drawing becomes the photo's truth.

The scripts are one module in the browser: ``zoom.js`` (the arithmetic of zoom and pan, shared with
the viewer), ``drawing.js`` (the mask and its undo), ``view.js`` (zoom and pan), ``hands.js``
(pointers and keys) and ``brush.js`` (all of it together).
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from carseg.imaging import codec
from carseg.imaging.grid import resize_mask
from carseg.imaging.masks import TrueMask
from carseg.service.truth import Truth, drawing_name, read_drawing
from carseg.service.workshop import Photo
from carseg.ui.compare.results import PhotoResults
from carseg.ui.shared import media, state
from carseg.ui.shared.tray import forgetting, tray

_HERE = Path(__file__).parent
_SCRIPTS = (
    "../../components/zoom.js",
    "drawing.js",
    "../../components/view.js",
    "../../components/hands.js",
    "brush.js",
)
_mount = st.components.v2.component(
    "carseg.brush",
    html=(_HERE / "brush.html").read_text(encoding="utf-8"),
    css=(_HERE / "../../components/brush.css").read_text(encoding="utf-8"),
    js="\n".join((_HERE / name).read_text(encoding="utf-8") for name in _SCRIPTS),
)
_KEY, BRUSH_SWITCH, PROBLEM = "brush", "draw", "truth-problem"
NOTHING, GIVEN = "nothing", "given"
"""The starts of a drawing that are not a model's mask."""


def brush(results: PhotoResults) -> None:
    """The switch and, if it is on, the drawing.

    Each photo has one drawing. It stays in the browser until "Done"; then it is used like an
    uploaded mask. If it cannot be used, the session's ``PROBLEM`` gets one sentence.
    """
    if st.toggle(
        "Draw the truth",
        key=BRUSH_SWITCH,
        persist_state="session",
        help="Mark the car by hand, with mouse, pen, finger or keys. Start from nothing or from an "
        "existing mask. A truth that starts from a model's mask favours that model.",
    ):
        _mount(key=_KEY, data=_data(results), on_done_change=_take)


def exchange(photo: Photo, brought: tuple[str, bytes] | None) -> None:
    """Replace the photo's truth by another, or by none, and empty its uploader.

    Raises ``PictureError`` if the truth does not fit into the tray.
    """
    with forgetting() as here:
        if brought is None:
            here.truths.pop(photo.id, None)
        else:
            here.add_truth(photo.id, *brought)
    empty_uploader(photo)


def empty_uploader(photo: Photo) -> None:
    """Empty the uploader for the photo's truth."""
    st.session_state[_counter(photo)] = exchanges(photo) + 1


def exchanges(photo: Photo) -> int:
    """How often the photo's uploader was emptied in this session."""
    return st.session_state.get(_counter(photo), 0)


def _counter(photo: Photo) -> str:
    return f"truths-of-{photo.id[:16]}"


def _data(results: PhotoResults) -> dict[str, Any]:
    """The data for brush.js, which explains each entry."""
    photo, truth = results.photo, results.truth
    height, width = results.shop.decoded(photo).proxy.shape[:2]
    return {
        "picture": photo.id,
        "name": photo.name,
        "url": media.picture_address(results.shop.original(photo), "jpeg", _KEY),
        "width": width,
        "height": height,
        "colour": list(next(iter(results.looks.values())).colour),
        "starts": _starts(results),
        "begin": GIVEN if truth else NOTHING,
        "truth": truth.id if truth else "",
        "taken": exchanges(photo),
    }


def _starts(results: PhotoResults) -> list[dict[str, str]]:
    """The masks that a drawing can start from, on display pixels."""
    masks = {
        name: (results.configs[name].title, results.shop.shown(ask, "mask", results.looks[name]))
        for name, ask in results.asks.items()
    }
    if results.truth:
        masks[GIVEN] = "The truth in use", _given(results, results.truth)
    starts = [
        {"id": name, "title": title, "url": media.picture_address(data, "png", f"{_KEY}-{name}")}
        for name, (title, data) in masks.items()
    ]
    return [{"id": NOTHING, "title": "Nothing", "url": ""}, *starts]


def _given(results: PhotoResults, truth: Truth) -> bytes:
    size = results.shop.decoded(results.photo).proxy.shape[:2]
    return results.shop.store.get_or_make(
        ("truth on display", truth.id, size),
        lambda: codec.encode(resize_mask(truth.mask, size)),
    )


def _take() -> None:
    """A drawing arrives from the browser: it becomes a truth, or one sentence if it is unusable."""
    sent = st.session_state[_KEY].get("done")
    try:
        photo = _photo_of(sent)
        size = state.workshop().decoded(photo).proxy.shape[:2]
        mask = read_drawing(sent, size)
        exchange(photo, (_name_of(photo, str(sent.get("start"))), TrueMask(mask).encoded()))
    except codec.PictureError as error:
        st.session_state[PROBLEM] = str(error)


def _name_of(photo: Photo, start: str) -> str:
    before = tray().truths.get(photo.id, ("",))[0]
    config = state.current_shelf().configs.get(start)
    return drawing_name(before if start == GIVEN else config.title if config else "")


def _photo_of(sent: Any) -> Photo:
    picture = sent.get("picture") if isinstance(sent, Mapping) else None
    photo = tray().photos.get(picture) if isinstance(picture, str) else None
    if photo is None:
        raise codec.PictureError("This drawing belongs to no picture of this session.")
    return photo
