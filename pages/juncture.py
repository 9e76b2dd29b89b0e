"""Juncture: where, between studio and street, does pretraining start to matter?"""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from carseg.models.checkpoint import Config
from carseg.ui import juncture
from carseg.ui.juncture import curves, gains, street, strip
from carseg.ui.juncture.choice import Choice, choose_curves, stress_results
from carseg.ui.juncture.figures import palette
from carseg.ui.juncture.sentences import dial_name
from carseg.ui.shared import state, tables
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.streamlit_internals import restart_through_app

STYLE = Path(juncture.__file__).with_name("juncture.css")


def first_outlines(chosen: Choice, usable: Mapping[str, Config]) -> list[str]:
    """Two models that can be run here: those of the pair first, then others of the curves."""
    pair = [chosen.pairing.a, chosen.pairing.b] if chosen.pairing else []
    shown = [scores.model for scores in chosen.shown]
    order = dict.fromkeys([*pair, *shown, *state.opening(usable), *usable])
    return [name for name in order if name in usable][:2]


def page() -> None:
    """The whole page."""
    restart_through_app()
    shelf, found = state.current_shelf(), stress_results()
    known = shelf.known
    titles = tables.labels({name: config.title for name, config in known.items()})
    st.html(STYLE)
    st.title("Juncture")
    st.markdown(
        "Where, between studio and street, does pretraining start to matter? A **dial** changes "
        "studio pictures step by step; the **juncture** is the step from which one network is "
        "ahead of another, and stays so."
    )
    for problem in found.problems:
        st.warning(shown(problem), icon=":material/warning:")
    top = st.container()
    chosen = choose_curves(found, known, titles)
    marks = palette(chosen.models)
    with top:
        curves.show_answer(chosen, known, titles)
    if chosen.shown:
        curves.show_curves(chosen, known, titles, marks)
        gains.panel(chosen, known, titles)
    elif not chosen.sets:
        curves.nothing_yet(dial_name(chosen.dial))
    first = first_outlines(chosen, shelf.configs)
    strip.panel(chosen.dial, shelf.configs, titles, first, marks)
    if chosen.sets:
        street.panel(chosen, titles)
    curves.explanation(chosen.dial)


page()
