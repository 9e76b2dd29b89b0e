"""Everything of Compare under its header: the row of tools, the stage, the controls, the checks."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from carseg.models.checkpoint import Config
from carseg.service.truth import Truth
from carseg.service.workshop import Photo
from carseg.ui.compare import cars, downloads, facts, picker, retouch, stability, stage
from carseg.ui.compare.arrivals import Arrivals, arrived, wait_for_next
from carseg.ui.compare.behind import Behind, pick_behind
from carseg.ui.compare.by_hand import by_hand
from carseg.ui.compare.controls import looks_of
from carseg.ui.compare.model_choice import choose_models
from carseg.ui.compare.picker import Plan
from carseg.ui.compare.results import PhotoResults
from carseg.ui.compare.save import save_menu
from carseg.ui.compare.truth import panel as truth_panel
from carseg.ui.components.fold import fold_button
from carseg.ui.shared import state
from carseg.ui.shared.links import share_link
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.tray import truth_of


@st.fragment
def studio(photo: Photo) -> None:
    """The tools over the stage, the stage, and what stands below it.

    A changed control draws only this again. Networks run beside the page: the results that are
    there are shown, and each further one draws the page once more.
    """
    tools = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="tools")
    options, line = st.container(key="options"), st.container()
    with st.container(horizontal=True, gap="medium", key="studio"):
        place, panel = st.container(key="stage", gap="small"), st.container(key="panel")
    with tools:
        configs, detail = choose_models()
    arrivals = arrived(photo, configs, detail)
    usable = {n: c for n, c in configs.items() if n in {**arrivals.ready, **arrivals.pending}}
    truth, problem = truth_of(photo)
    with tools:
        picked = picker.pick_tab(usable, truth is not None) if usable else Plan("grid")
    with options:
        picked = picker.pick_options(picked, usable)
        behind = pick_behind(picked.views)
    results = _results(photo, usable, arrivals, truth, (panel, behind))
    behind.draw_strip(results)
    with tools:
        retouched = _more_tools(results, picked)
    with place:
        for sentence in arrivals.problems:
            st.error(shown(sentence))
        if retouched:
            retouch.draw(results, picked.view)
        else:
            stage.draw_stage(results, picked)
        if not configs:
            st.info("Choose at least one model.", icon=":material/arrow_upward:")
        if results.asks:
            facts.warn_without_car(results)
            cars.panel(results)
            stability.panel(results)
            truth_panel(results, problem)
    wait_for_next(arrivals, line)


def _results(
    photo: Photo,
    configs: dict[str, Config],
    arrivals: Arrivals,
    truth: Truth | None,
    places: tuple[DeltaGenerator, Behind],
) -> PhotoResults:
    """The results as the controls in the panel shape them."""
    panel, behind = places
    with panel:
        with st.container(
            horizontal=True, vertical_alignment="center", key="panel-head", gap="small"
        ):
            st.markdown("**Adjust**", width="stretch")
            fold_button("Close", "fold-close", closes=True)
        looks = looks_of(list(configs.values()), behind.background, behind.frame)
    looks = by_hand(photo, looks)
    return PhotoResults(
        state.workshop(),
        photo,
        configs,
        {name: arrivals.ready[name] for name in configs if name in arrivals.ready},
        looks,
        behind.own,
        truth,
        arrivals.pending,
    )


def _more_tools(results: PhotoResults, picked: Plan) -> bool:
    """The tools beside the tabs; whether the brush takes the place of the viewer."""
    retouched = picked.mode == "grid" and bool(results.asks) and retouch.switch()
    fold_button("Adjust", "fold")
    st.space("stretch")
    with st.popover("Download", icon=":material/download:", key="download", type="primary"):
        if results.asks:
            kind = downloads.download_row(results, picked.view if picked.mode == "grid" else "")
            facts.single_downloads(results, kind)
        else:
            st.caption("The first result is on its way.")
    with st.container(key="tool-save", width="content"):
        save_menu(results)
    with st.container(key="tool-share", width="content"):
        share_link(results.photo)
    return retouched
