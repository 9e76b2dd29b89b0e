"""Juncture: where, between studio and street, does pretraining start to matter?"""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from carseg.models.checkpoint import Config
from carseg.ui import juncture
from carseg.ui.juncture import answer, curves, gains, photos, street, strip
from carseg.ui.juncture.choice import Choice, choose_curves, stress_results
from carseg.ui.juncture.figures import palette
from carseg.ui.juncture.sentences import dial_name
from carseg.ui.shared import state, tables
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.streamlit_internals import restart_through_app

STYLE = Path(juncture.__file__).with_name("juncture.css")
# Keys, titles and icons of what unfolds below the answer. A section is made when it is opened.
SECTIONS = {
    "j-how": ("How it is known: the choices and the curves", ":material/show_chart:"),
    "j-gains": ("What each buys: pretraining, architecture, augmentation", ":material/table_rows:"),
    "j-strip": ("The same car, step by step", ":material/view_week:"),
    "j-street": ("Does the dial predict the street?", ":material/scatter_plot:"),
}


def first_outlines(chosen: Choice, usable: Mapping[str, Config]) -> list[str]:
    """Two models that can be run here: those of the pair first, then others of the curves."""
    pair = [chosen.pairing.a, chosen.pairing.b] if chosen.pairing else []
    shown = [scores.model for scores in chosen.shown]
    order = dict.fromkeys([*pair, *shown, *state.opening(usable), *usable])
    return [name for name in order if name in usable][:2]


def section(key: str, *, opened: bool = False) -> ExpanderContainer:
    """An expander of ``SECTIONS``; the link says whether it is open."""
    title, icon = SECTIONS[key]
    return st.expander(title, opened, icon=icon, key=key, on_change="rerun", bind="query-params")


def page() -> None:
    """The whole page."""
    restart_through_app()
    shelf, found = state.current_shelf(), stress_results()
    known = shelf.known
    titles = tables.labels({name: config.title for name, config in known.items()})
    st.html(STYLE)
    st.title("Juncture")
    for problem in found.problems:
        st.warning(shown(problem), icon=":material/warning:")
    top = st.container()
    how = section("j-how", opened=not found.sets)
    with how:
        chosen = choose_curves(found, known, titles)
    marks = palette(chosen.models)
    said = answer.known_of(chosen, known)
    if said:
        with top:
            answer.show_words(said, titles)
            left, right = st.columns([2, 3], gap="large")
            answer.explain()
        with left:
            answer.show_bars(said, titles, marks)
    if how.open:
        with how:
            shown_curves(chosen, known, titles, marks)
    if chosen.shown and (place := section("j-gains")).open:
        with place:
            gains.panel(chosen, known, titles)
    if (place := section("j-strip", opened=not found.sets)).open:
        with place:
            first = first_outlines(chosen, shelf.configs)
            strip.panel(chosen.dial, shelf.configs, titles, first, marks)
    if chosen.sets and (place := section("j-street")).open:
        with place:
            street.panel(chosen, titles)
    curves.explanation(chosen.dial)
    # Last, because networks may have to run: the words stand by then.
    if said:
        with right:
            photos.panel((said.pairing.a, said.pairing.b), shelf.configs, titles)


def shown_curves(
    chosen: Choice,
    known: Mapping[str, Config],
    titles: Mapping[str, str],
    marks: Mapping,
) -> None:
    """The curves, and the answer in numbers; or what to do if there are none."""
    if chosen.shown:
        curves.show_details(chosen, known, titles)
        curves.show_curves(chosen, known, titles, marks)
    elif not chosen.sets:
        curves.nothing_yet(dial_name(chosen.dial))


page()
