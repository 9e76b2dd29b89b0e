"""Compare: one photo, any number of models, and every view of their results."""

import streamlit as st

from carseg.inference.predictor import fingerprint
from carseg.models.checkpoint import CheckpointError, Config
from carseg.service.workshop import Ask, Photo
from carseg.ui.compare import (
    downloads,
    picker,
    result_cards,
    retouch,
    stability,
    stage,
)
from carseg.ui.compare.controls import looks_of
from carseg.ui.compare.truth import panel as truth_panel
from carseg.ui.shared import add_pictures, state
from carseg.ui.shared.links import LINKED, share_link
from carseg.ui.shared.markdown import plain, shown
from carseg.ui.shared.streamlit_internals import restart_through_app
from carseg.ui.shared.tray import follow_link, remove_photo, tray, truth_of, write_link


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
    """Title, the pictures of this session, and a button to add more."""
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        st.title("Compare", anchor=False, width="stretch")
        if photo := tray().current():
            st.button(
                "Remove",
                icon=":material/delete:",
                key="remove",
                on_click=remove_photo,
                args=(photo.id,),
                help="Remove the picture on the stage.",
            )
        with st.popover("Add pictures", icon=":material/add_photo_alternate:", key="add"):
            add_pictures.add_pictures("more")
            st.markdown("**Samples**")
            add_pictures.sample_picker("more")
    if len(tray().photos) > 1:
        add_pictures.filmstrip()


def choose_models() -> tuple[dict[str, Config], bool]:
    """The models to run, and whether they take a second look."""
    known = state.current_shelf().configs
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = st.multiselect(
            "Models",
            list(known),
            default=state.opening(known),
            key="models",
            format_func=lambda name: known[name].title,
            **LINKED,
        )
        detail = st.toggle(
            "Second look at the car",
            False,
            key="second",
            help="Runs each network again on the car's box, at the network's full size. A car that "
            "is small in the picture gets finer edges; it takes about twice the time.",
            **LINKED,
        )
    return {name: known[name] for name in names}, detail


def predict(photo: Photo, configs: dict[str, Config], detail: bool) -> dict[str, Ask]:
    """Run the models that have not run yet; a model that cannot be used gets one sentence."""
    shop, asks = state.workshop(), {}
    with st.spinner("Looking for the car ...", show_time=True):
        for name, config in configs.items():
            ask = Ask(photo, name, fingerprint(config), detail)
            try:
                shop.prediction(ask)
            except CheckpointError as error:
                st.error(shown(str(error)))
            else:
                asks[name] = ask
    return asks


@st.fragment
def _studio(photo: Photo, configs: dict[str, Config], asks: dict[str, Ask]) -> None:
    """Stage, controls and results: nothing here runs a network."""
    configs = {name: configs[name] for name in asks}
    truth, problem = truth_of(photo)
    with st.container(key="studio"):
        left, right = st.columns([3.1, 1], gap="medium")
    with left:
        picked = picker.pick_plan(configs, truth is not None, lambda: share_link(photo))
        place = st.container()
    with right:
        looks, own = looks_of(configs.values(), picked.views)
    looks = retouch.with_strokes(photo, looks)
    results = stage.PhotoResults(state.workshop(), photo, configs, asks, looks, own, truth)
    with place:
        if picked.mode == "grid" and retouch.switch():
            retouch.draw(results, picked.view)
        else:
            stage.draw_stage(results, picked)
        kind = downloads.download_row(results, picked.view if picked.mode == "grid" else "")
        result_cards.cards(results, kind)
        stability.panel(results)
        truth_panel(results, problem)


def page() -> None:
    """The whole page."""
    follow_link()
    restart_through_app()
    photo = tray().current()
    add_pictures.offer()
    # One slot, so that the welcome disappears as soon as a picture is there, before its result.
    first = st.empty()
    if photo is None:
        with first.container():
            welcome()
    else:
        header()
    for problem in tray().problems:
        st.error(problem)
    linked = write_link(photo)
    if photo is None:
        return
    if not state.current_shelf().configs:
        state.no_models()
        return
    configs, detail = choose_models()
    asks = predict(photo, configs, detail)
    if not asks:
        st.info("Choose at least one model.", icon=":material/arrow_upward:")
        return
    _studio(photo, configs, asks)
    if not linked:
        st.caption(f"{plain(photo.name)} is not in the link of this page, only the settings are.")


page()
