"""The keep and erase brush: its switch, its strokes in the session, and its place on the stage."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from carseg.compositing.retouch import MOST_POINTS, MOST_STROKES
from carseg.compositing.views import CLEAR
from carseg.inference.prediction import share_words
from carseg.service.retouching import DAMAGED, RetouchError
from carseg.service.workshop import kind_of
from carseg.ui.compare.results import PhotoResults
from carseg.ui.components.retouch import Canvas, retouch_brush
from carseg.ui.shared import media
from carseg.ui.shared.tray import tray

SWITCH, _OF = "retouch", "retouch-of"
_KEY, _PROBLEM = "retouch-brush", "retouch-problem"
_UNCHANGED = "probability"
"""The view that no stroke changes: the overlay is shown in its place."""


def switch() -> bool:
    """Draw the switch of the brush; whether it is on."""
    return st.toggle(
        "Retouch",
        key=SWITCH,
        persist_state="session",
        help="Paint over a result: keep makes car, erase makes background. With mouse, pen, finger "
        "or keys; every stroke can be undone. Downloads have your strokes, scores say 'edited'.",
    )


def draw(results: PhotoResults, view: str) -> None:
    """Draw the brush on one model's result, in this view, in place of the viewer."""
    model = _model(results)
    view = "overlay" if view == _UNCHANGED else view
    ask = results.asks[model]
    # The whole picture is painted on, also if the view is cropped.
    look = replace(results.looks[model], frame=None)
    data = results.shop.shown(ask, view, look, results.own)
    width, height = results.shop.size_of(ask, view, look)
    place = f"{_KEY}-{model}"
    retouch_brush(
        Canvas(
            picture=results.photo.id,
            model=model,
            name=results.photo.name,
            title=results.configs[model].title,
            url=media.picture_address(data, kind_of(view), place),
            photo=media.picture_address(
                results.shop.original(results.photo), "jpeg", f"{_KEY}-photo"
            ),
            width=width,
            height=height,
            clear=view in CLEAR,
            note=share_words(results.share(model)),
            problem=st.session_state.pop(_PROBLEM, ""),
            state=tray().retouch(results.photo.id, model).message(),
            most=MOST_STROKES,
            most_points=MOST_POINTS,
        ),
        key=_KEY,
        on_strokes=_take,
    )


def _model(results: PhotoResults) -> str:
    """The model whose result is painted on; with several, a choice is drawn."""
    models = list(results.asks)
    first = min(models, key=lambda name: results.configs[name].order)
    if len(models) == 1:
        return first
    if st.session_state.get(_OF, first) not in models:
        st.session_state[_OF] = first
    chosen = st.segmented_control(
        "Retouch the result of",
        models,
        default=None if _OF in st.session_state else first,
        required=True,
        format_func=lambda name: results.configs[name].title,
        key=_OF,
        label_visibility="collapsed",
        persist_state="session",
    )
    return chosen or first


def _take() -> None:
    """Strokes arrive from the browser; if they cannot be used, the brush says so."""
    sent: Any = st.session_state[_KEY].get("strokes")
    try:
        if not isinstance(sent, Mapping):
            raise RetouchError(DAMAGED)
        hand = tray().retouches.get(str(sent.get("picture")), {}).get(str(sent.get("model")))
        # A photo that was removed meanwhile has no strokes.
        if hand is not None:
            hand.take(sent)
    except RetouchError as error:
        st.session_state[_PROBLEM] = str(error)
