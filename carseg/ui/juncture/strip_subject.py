"""The car of the strip: a rendered sample with its true mask, or the user's own picture."""

from dataclasses import dataclass

import streamlit as st

from carseg.data.samples import SamplePicture, sample_titles, samples
from carseg.service.truth import Truth, truth_for
from carseg.service.workshop import Photo, photo_of
from carseg.ui.shared import add_pictures, state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.tray import tray, truth_of

STAGE = "stage"
_ROUND = "j-round"


@dataclass(frozen=True)
class Subject:
    """A photo and its true mask, or None if it is unknown."""

    photo: Photo
    truth: Truth | None


def choose_subject() -> Subject | None:
    """Draw the choice; None, with a sentence, if there is no picture at all."""
    _follow_additions()
    own = tray().current()
    titles = sample_titles(samples())
    # The names in the list appear in the link, and file names must not.
    titles |= {STAGE: "The picture on Compare's stage"} if own else {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Car", list(titles), format_func=worded(titles), key="j-picture", width=340, **LINKED
        )
        with st.popover("Your own picture", icon=":material/add_photo_alternate:", key="j-add"):
            add_pictures.add_pictures("juncture")
    add_pictures.problems_above("juncture")
    if name is None:
        st.info("This copy has no sample pictures: use your own picture.")
        return None
    return _own(own) if name == STAGE and own else _sample(samples()[name])


def _follow_additions() -> None:
    """Show the picture that was just added."""
    seen = st.session_state.setdefault(_ROUND, tray().round)
    if tray().round != seen:
        st.session_state[_ROUND] = tray().round
        if tray().current() and not tray().problems:
            st.session_state["j-picture"] = STAGE


def _own(photo: Photo) -> Subject:
    truth, problem = truth_of(photo)
    if problem:
        st.error(problem)
    if truth is None:
        st.caption("On Compare you can upload or draw its true mask: then it is scored.")
        st.page_link("pages/compare.py", label="Go to Compare", icon=":material/compare:")
    return Subject(photo, truth)


def _sample(sample: SamplePicture) -> Subject:
    photo = photo_of(sample)
    if sample.mask is None:
        return Subject(photo, None)
    name, mask = f"the true mask of {sample.title}", sample.mask.read_bytes()
    return Subject(photo, truth_for(state.workshop(), photo, name, mask))
