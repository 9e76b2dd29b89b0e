"""The one place to save from: a named comparison, and with a true mask its scores."""

import streamlit as st

from carseg import results
from carseg.results.comparison import LONGEST_NAME
from carseg.service.bundle import stem
from carseg.service.comparison import comparison_of
from carseg.service.truth import Truth, score
from carseg.ui.compare.controls import EACH
from carseg.ui.compare.results import PhotoResults
from carseg.ui.shared import state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import settings_link
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.tray import DOMAIN_TITLES


def save_menu(found: PhotoResults) -> None:
    """The menu in the row of tools."""
    with st.popover("Save", icon=":material/bookmark_add:", key="save"):
        if found.pending or not found.asks:
            st.caption("Not all results are there yet." if found.pending else "Nothing to save.")
            return
        _comparison(found)
        st.divider()
        if found.truth is None:
            st.caption(
                "With a true mask there are scores to save, too: bring or draw one under *Check "
                "against a true mask*."
            )
        else:
            _scores(found, found.truth)


def _comparison(found: PhotoResults) -> None:
    st.markdown("**This comparison**")
    st.caption(
        "The photo's file name, settings, models, the car's share and how far the models disagree. "
        "It stays after a restart, and opens again with a click in *Saved by you*."
    )
    try:
        taken = results.comparison_names(state.engine())
    except results.ResultsError as error:
        st.error(str(error))
        return
    key = f"save-name-{found.photo.id[:12]}"
    st.session_state.setdefault(key, results.free_name(stem(found.photo.name), taken))
    name = st.text_input("Name", key=key, max_chars=LONGEST_NAME).strip()
    small = st.checkbox(
        "Keep small pictures of the photo and the results",
        key="save-small",
        persist_state="session",
        help="At most 320 pixels wide, on the machine of this app. Everybody who uses this app "
        "sees them. Without the tick no picture is saved.",
    )
    if name in taken:
        st.caption("There is a comparison of this name already: this one takes its place.")
    if st.button(
        "Replace it" if name in taken else "Save comparison",
        key="save-comparison",
        type="primary",
        icon=":material/bookmark_add:",
        disabled=not name,
    ):
        _keep(found, name, small)


def _link() -> dict[str, list[str]]:
    # The page itself may have turned this switch on; the address does not know that.
    each = {EACH: ["true"]} if st.session_state.get(EACH) else {}
    return {**settings_link(), **each}


def _keep(found: PhotoResults, name: str, small: bool) -> None:
    titles = {model: found.configs[model].title for model in found.asks}
    try:
        made = comparison_of(
            found.shop,
            found.photo,
            titles,
            found.asks,
            found.looks,
            name=name,
            link=_link(),
            small_pictures=small,
        )
        results.save_comparison(state.engine(), made)
    except (results.ComparisonError, results.ResultsError) as error:
        st.error(str(error))
        return
    st.success(
        f"**{plain(name)}** is saved: see *Saved by you* on the Dice table's page.",
        icon=":material/check:",
    )


def _scores(found: PhotoResults, truth: Truth) -> None:
    st.markdown("**Scores against the true mask**")
    domain = st.segmented_control(
        "Kind of photo",
        list(DOMAIN_TITLES),
        default="street",
        required=True,
        format_func=worded(DOMAIN_TITLES),
        key="save-domain",
        persist_state="session",
    )
    collection = st.text_input(
        "Set",
        "my pictures",
        key="save-set",
        max_chars=60,
        persist_state="session",
        help="Scores are averaged within a set.",
    )
    if st.button("Save to the Dice table", icon=":material/save:", key="save-scores"):
        _keep_scores(found, truth, domain, collection.strip() or "my pictures")


def _keep_scores(found: PhotoResults, truth: Truth, domain: str, collection: str) -> None:
    with st.spinner("Measuring at full size ..."):
        rows = [
            score(found.shop, ask, found.looks[name], truth, domain=domain, collection=collection)
            for name, ask in found.asks.items()
        ]
    if problem := state.keep(rows):
        st.error(problem)
