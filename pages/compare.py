"""Compare: one photo, any number of models, and every view of their results."""

import streamlit as st

from carseg.ui.compare.arrivals import want_nothing
from carseg.ui.compare.picker import read_old_link
from carseg.ui.shared import add_pictures, reopened, state, warm
from carseg.ui.shared.streamlit_internals import restart_through_app
from carseg.ui.shared.tray import follow_link, remove_photo, tray, write_link


def welcome() -> None:
    """The page before the first picture."""
    st.title("Which network finds the car?")
    st.markdown(
        "Drop in a photo of a car. Neural networks draw the line between car and background; you "
        "see where they agree, where they do not, and take the cut-out home."
    )
    left, right = st.columns([5, 6], gap="large")
    with left, st.container(key="big-drop"):
        st.header("Your photo")
        add_pictures.add_pictures("first")
    with right:
        st.header("Or start with a sample")
        add_pictures.sample_picker("first")


def header() -> None:
    """One slim row: the title, the pictures of this session, and the buttons to change them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="header"):
        st.title("Compare", anchor=False, width="content")
        if len(tray().photos) > 1:
            add_pictures.filmstrip()
        else:
            st.space("stretch")
        with st.popover("Add pictures", icon=":material/add_photo_alternate:", key="add"):
            add_pictures.add_pictures("more")
            st.markdown("**Samples**")
            add_pictures.sample_picker("more")
        if photo := tray().current():
            st.button(
                "Remove",
                icon=":material/delete:",
                key="remove",
                on_click=remove_photo,
                args=(photo.id,),
                help="Remove the picture on the stage.",
            )


def page() -> None:
    """The whole page."""
    follow_link()
    restart_through_app()
    photo = tray().current()
    reopened.settle()
    add_pictures.offer()
    add_pictures.problems_above("first" if photo is None else "more")
    # One slot, so that the welcome disappears as soon as a picture is there, before its result.
    first = st.empty()
    if photo is None:
        with first.container():
            welcome()
    else:
        header()
    write_link(photo)
    read_old_link()
    if photo is None:
        want_nothing()
        warm.later("carseg.ui.compare.studio")
        return
    if not state.current_shelf().configs:
        state.no_models()
        return
    # Imported here because the first page need not wait for it.
    from carseg.ui.compare.studio import studio

    # The last call: it waits for the results that are on their way.
    studio(photo)


page()
