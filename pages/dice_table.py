"""The Dice table: what ships with the weights, and what a user saved from Compare."""

import pandas as pd
import streamlit as st

from carseg import results
from carseg.core import settings
from carseg.models.checkpoint import Config
from carseg.ui.dice_table import (
    angle,
    car_free,
    comparisons,
    errors,
    gallery,
    pair,
    robustness,
    square,
)
from carseg.ui.dice_table.own_set import own_set
from carseg.ui.dice_table.table import panel as table_panel
from carseg.ui.shared import state, tables
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.streamlit_internals import restart_through_app
from carseg.ui.shared.table_columns import (
    AVERAGE_COLUMNS,
    AVERAGE_ROW,
    PICTURE_COLUMNS,
    SAVED_ROW,
    csv_button,
    grid,
    key_of,
)

SAVED = PICTURE_COLUMNS | {"area": car_free.AREA}

# The questions about the shipped scores, by their name in the share link.
_VIEWS = {
    "table": "Table",
    "pair": "Is the difference real?",
    "square": "Pretraining or augmentation?",
    "street": "Studio against street",
    "angle": "By angle",
    "wrong": "What goes wrong?",
    "fails": "Where does it fail?",
}


def shipped(known: dict[str, Config], titles: dict[str, str]) -> None:
    """Scores that came with the weights: the table first, then one question at a time."""
    scores = tables.shipped_frames(settings.weights_dir())
    for problem in scores.problems:
        st.warning(shown(problem), icon=":material/warning:")
    if scores.table.empty:
        st.info(
            "No checkpoint here has scores yet. `carseg evaluate --help` says how to "
            "measure one on pictures with true masks.",
            icon=":material/leaderboard:",
        )
    else:
        view = st.segmented_control(
            "What to look at",
            list(_VIEWS),
            format_func=worded(_VIEWS),
            default="table",
            required=True,
            key="view",
            label_visibility="collapsed",
            width="stretch",
            wrap=True,
            **LINKED,
        )
        look(view, scores, known, titles)
    with st.expander("Published elsewhere, not measured here", icon=":material/public:"):
        st.caption(
            "Figures that others have reported. Their test pictures are unknown and were probably "
            "split by picture, so that the same car is in training and test. Do not compare them "
            "with the table above."
        )
        st.dataframe(
            tables.PUBLISHED_FIGURES, hide_index=True, alt="Published figures, not measured here."
        )


@st.fragment
def look(
    view: str, scores: tables.ShippedFrames, known: dict[str, Config], titles: dict[str, str]
) -> None:
    """One of ``_VIEWS``. Its choices do not run the rest of the page again."""
    if view == "pair":
        pair.panel(scores.pictures, known, titles)
    elif view == "square":
        square.panel(scores.pictures, known)
    elif view == "street":
        robustness.panel(titles)
    elif view == "angle":
        angle.panel(scores.pictures, titles)
    elif view == "wrong":
        errors.panel(scores, known, titles)
    elif view == "fails":
        gallery.panel(scores.pictures, titles)
    else:
        table_panel(scores, titles, known)


def saved(titles: dict[str, str]) -> None:
    """What users of this app saved: comparisons, and scores against true masks."""
    if problem := st.session_state.pop("saved-problem", ""):
        st.error(problem, icon=":material/error:")
    try:
        scores = results.saved_scores(state.engine())
        comparisons.panel()
    except results.ResultsError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.header("Scores against true masks")
    if not scores:
        st.info(
            "No score is saved yet. On Compare, add a true mask to a picture, and press *Save*. "
            "The scores then appear here, also after a restart.",
            icon=":material/bookmark_add:",
        )
        return
    rows = tables.saved_rows(scores, titles)
    free = car_free.is_car_free(rows)
    averages(rows[~free], rows[free], titles)
    st.header("Each saved score")
    st.caption("Tick rows to delete them.")
    key = key_of("saved-rows", rows["id"])
    columns = [*SAVED_ROW[:4], *(["area"] if free.any() else []), *SAVED_ROW[4:]]
    shown = car_free.each(rows)
    ticks = grid(shown, columns, "The saved scores, newest first.", key=key, config=SAVED)
    with st.container(horizontal=True):
        confirm(shown.iloc[tables.chosen_rows(ticks, len(rows))])
        csv_button(
            "All saved scores (CSV)",
            lambda: tables.export_rows(rows),
            "carseg-saved-scores.csv",
            key="csv-saved",
        )


def averages(cars: pd.DataFrame, free: pd.DataFrame, titles: dict[str, str]) -> None:
    """Means of saved scores: Dice for sets with cars, false car for sets without."""
    st.header("Averages")
    st.caption("Only scores of the same model, set, grid and settings are averaged.")
    last = ["threshold", "settings"]
    if len(cars):
        table = tables.saved_summary(cars, titles)
        grid(table, [*AVERAGE_ROW, *last], "Mean Dice of the saved scores.", config=AVERAGE_COLUMNS)
    if len(free):
        st.markdown("**Sets without a car**")
        st.caption("One false pixel makes Dice 0 there, so the area called car is shown instead.")
        table = tables.with_settings(car_free.car_free_averages(free, titles), free)
        alt = "Mean false car of the saved scores."
        grid(table, [*car_free.CAR_FREE_ROW, *last], alt, config=car_free.CAR_FREE_COLUMNS)


def confirm(chosen: pd.DataFrame) -> None:
    """The dialog for deleting: it names the scores and asks once."""
    number = len(chosen)
    words = "1 score" if number == 1 else f"{number} scores"
    label = f"Delete {words} ..." if number else "Delete ..."
    with st.popover(label, icon=":material/delete:", disabled=not number):
        for row in chosen.head(5).itertuples():
            # Plain text: a file name is not markdown.
            said = f"Dice {row.dice:.3f}" if pd.isna(row.area) else f"{row.area:.1%} false car"
            st.text(f"{row.picture} by {row.title}, {said}")
        if number > 5:
            st.text(f"and {number - 5} more")
        st.button(
            f"Delete {words} for good",
            key="saved-delete",
            type="primary",
            on_click=remove,
            args=([int(i) for i in chosen["id"]],),
            disabled=not number,
        )


def remove(ids: list[int]) -> None:
    """Delete the scores that were shown when the button was pressed, and no newer ones."""
    try:
        gone = results.delete_scores(state.engine(), ids)
    except results.ResultsError as error:
        st.session_state["saved-problem"] = str(error)
        return
    st.toast(f"{gone} deleted.", icon=":material/delete:")


def page() -> None:
    """The whole page."""
    restart_through_app()
    known = state.current_shelf().known
    titles = tables.labels({name: config.title for name, config in known.items()})
    st.title("Dice table")
    st.markdown(
        "How well each model's mask fits the true mask. Dice is 1 if they agree in every pixel and "
        "0 if they share none. The models learned in the **studio**; most of them have never seen "
        "the **street**."
    )
    first, second, third = st.tabs(["Shipped results", "Saved by you", "Your own set"])
    with first:
        shipped(known, titles)
    with second:
        saved(titles)
    with third:
        own_set(titles)


page()
