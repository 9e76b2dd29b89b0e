"""The results on a visitor's own set: table, worst pictures, shipped sets beside it, saving."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from carseg.analysis.boards import STREET, STUDIO
from carseg.analysis.car_free import CAR_FREE
from carseg.core import settings
from carseg.data.archive import Found
from carseg.data.set_names import UNNAMED, name_problem
from carseg.service.own_set import Done, rows
from carseg.ui.dice_table import car_free
from carseg.ui.shared import charts, state, tables
from carseg.ui.shared.table_columns import AVERAGE_COLUMNS, AVERAGE_ROW, csv_button, grid

_BESIDE = (
    "Compare models on one set. Do not compare sets with each other: their pictures differ, their "
    "masks were drawn in different ways, and scores on different grids are different measures."
)


def results_of(ready: Sequence[Done], found: Found, titles: Mapping[str, str]) -> None:
    """Draw the results. The widgets ``own-name`` and ``own-domain`` hold name and domain."""
    name, domain = _called()
    shown = {"set": UNNAMED if name_problem(name) else name, "domain": domain}
    pictures = pd.concat([one.pictures for one in ready], ignore_index=True).assign(**shown)
    st.header("Your set")
    if car_free.is_car_free(pictures).all():
        _false_car(pictures, titles)
    else:
        table = pd.concat([one.table for one in ready], ignore_index=True).assign(**shown)
        _dice(table, pictures, titles)
    with st.container(horizontal=True):
        st.button(
            "Save to the Dice table",
            key="own-save",
            on_click=_save,
            args=(list(ready), found),
            disabled=bool(name_problem(name)),
            type="primary",
            icon=":material/save:",
            help="Saves counts per picture under the set's name. The same picture, mask and model "
            "saved again, also under another name, replaces what was there.",
        )
        csv_button(
            "Counts per picture (CSV)",
            lambda: tables.counts_table(pictures, titles),
            f"carseg-{shown['set']}-counts.csv",
            key="csv-own-counts",
        )
    if problem := st.session_state.pop("own-save-problem", ""):
        st.error(problem, icon=":material/error:")


def _dice(table: pd.DataFrame, pictures: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """Mean Dice per model, the hardest pictures, and the headline sets beside it."""
    own = tables.ordered(tables.with_words(table, titles), "Mean Dice, best first")
    grid(own, AVERAGE_ROW, "Mean Dice per model on your set.", config=AVERAGE_COLUMNS)
    if (table["clusters"] < table["n"]).any():
        st.caption(
            "The interval treats all views of one car as one observation; under 'Saved by you' "
            "every picture is an observation of its own."
        )
    empty = pictures.loc[car_free.empty_truth(pictures), "picture"].nunique()
    if empty:
        st.caption(
            f"{empty} of {pictures['picture'].nunique()} pictures have an empty true mask: their "
            "Dice is 1 if a model marks nothing, and 0 if it marks a single pixel."
        )
    st.markdown("**Hardest pictures**")
    worst = tables.hardest(tables.with_words(pictures, titles))
    columns = ["picture", "title", "dice", "precision", "recall"]
    grid(worst, columns, "The five pictures with the lowest Dice.")
    _beside_shipped(own, titles)


def _false_car(pictures: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """The same for a set without a car: it shows the share of false car instead of Dice."""
    own = car_free.car_free_averages(pictures, titles)
    columns = car_free.CAR_FREE_COLUMNS
    st.caption(car_free.WHY)
    grid(own, car_free.CAR_FREE_ROW, "False car per model on your set.", config=columns)
    st.markdown("**Most false car**")
    worst = car_free.most_false(tables.with_words(pictures, titles))
    alt = "The five pictures with the most false car."
    grid(worst, list(worst), alt, config=columns | {"area": car_free.AREA})
    shipped = tables.shipped_frames(settings.weights_dir()).pictures
    shipped = shipped.merge(pd.DataFrame([CAR_FREE]))
    shipped = shipped[shipped["weights_sha256"].isin(own["weights_sha256"])]
    if shipped.empty:
        return
    both = pd.concat([own, car_free.car_free_averages(shipped, titles)], ignore_index=True)
    st.header("Beside the shipped set")
    alt = "Your set beside the shipped one without a car."
    grid(tables.ordered(both, "Model"), car_free.CAR_FREE_ROW, alt, config=columns)
    st.caption(_BESIDE)


def _called() -> tuple[str, str]:
    """The current name and domain; a callback runs later than the drawing."""
    return st.session_state["own-name"].strip(), st.session_state["own-domain"]


def _beside_shipped(own: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """The same models on the two headline sets."""
    shipped = tables.shipped_frames(settings.weights_dir()).table
    shipped = tables.with_words(pd.DataFrame([STREET, STUDIO]).merge(shipped), titles)
    shipped = shipped[shipped["weights_sha256"].isin(own["weights_sha256"])]
    if shipped.empty:
        return
    both = pd.concat([own, shipped], ignore_index=True)
    st.header("Beside the shipped sets")
    st.plotly_chart(charts.intervals(both), alt=charts.intervals_alt(both), config=charts.QUIET)
    grid(
        tables.ordered(both, "Model"),
        AVERAGE_ROW,
        "Your set beside the shipped ones.",
        config=AVERAGE_COLUMNS,
    )
    st.caption(_BESIDE)


def _save(ready: Sequence[Done], found: Found) -> None:
    name, domain = _called()
    if name_problem(name):
        return
    scores = [row for one in ready for row in rows(one.result, name, domain, found.items)]
    st.session_state["own-save-problem"] = state.keep(scores)
