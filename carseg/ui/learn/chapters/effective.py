"""The effective receptive field: where an answer really comes from, by its gradient."""

import numpy as np
import streamlit as st

from carseg.inference.predictor import fingerprint
from carseg.introspect.features import Influence, influence
from carseg.models.checkpoint import CheckpointError
from carseg.ui.learn import small_pictures
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.learn.examples import Example
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared import state
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import shown

At = tuple[float, float]
"""(down, across) in fractions of a picture's height and width."""


def effective(example: Example, model: str, at: At) -> None:
    """On request, the gradient through the trained weights."""
    config = state.shelf().configs[model]
    words, figure = small_pictures.halves()
    with words:
        wanted = st.toggle("What it really uses", key="field-run", **LINKED)
        st.caption(
            "The gradient of the place's answer, sent back through the trained weights. Most of "
            "the field hardly counts (Luo et al.). Every new place is another run of the network."
        )
    if not wanted:
        return
    try:
        with figure, st.spinner("There and back through the network ...", show_time=True):
            found = gradient(example, model, fingerprint(config), at)
    except CheckpointError as error:
        st.error(shown(str(error)))
        return
    with figure:
        small_pictures.show(
            Panel(
                small_pictures.magnified(small_pictures.heat_picture(found.gradient**0.5)),
                f"Gradient of the answer ({found.probability:.0%} car) over the picture at "
                f"{words_of(found.gradient.shape)}; its square root, dark 0, yellow the largest. "
                f"Half of it all comes from {half_within(found.gradient):.2%} of the pixels.",
                f"A heat map of what the output pixel of {config.title} depends on, brightest "
                "around the place.",
            )
        )


def half_within(gradient: np.ndarray) -> float:
    """The smallest share of pixels that holds half of a gradient (h, w), 0..1."""
    ranked = np.sort(gradient.ravel())[::-1].astype(np.float64).cumsum()
    return float((np.searchsorted(ranked, ranked[-1] / 2) + 1) / ranked.size)


def gradient(example: Example, model: str, version: str, at: At) -> Influence:
    """``features.influence``, kept by checkpoint (its ``fingerprint``), picture and place."""
    shop = state.workshop()
    key = ("influence", shop.predictor.device.kind, model, version, example.photo.id, at)
    rgb = shop.decoded(example.photo).rgb
    return shop.store.get_or_make(key, lambda: influence(shop.predictor, rgb, model, at))
