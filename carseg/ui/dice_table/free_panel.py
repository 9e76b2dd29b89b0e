"""Pictures without a car: how much of them each model calls car."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.analysis.boards import networks
from carseg.analysis.car_free import MUCH, car_free
from carseg.ui.shared import tables
from carseg.ui.shared.table_columns import AVERAGES, grid

COLUMNS = {
    "title": AVERAGES["title"],
    "n": AVERAGES["n"],
    "area": st.column_config.NumberColumn(
        "False car", help="The share of a picture that is called car, its mean.", format="percent"
    ),
    "interval": st.column_config.TextColumn("95 % interval"),
    "much": st.column_config.NumberColumn(
        "Pictures with much of it",
        help=f"The share of pictures of which more than {MUCH:.0%} is called car.",
        format="percent",
    ),
}


def panel(pictures: pd.DataFrame, titles: Mapping[str, str], wanted: list[str]) -> None:
    """The models' figures on pictures without a car, least false car first.

    Args:
        pictures: ``per_picture``.
        titles: by model, in the order of lists.
        wanted: titles of the models to show; none: all.
    """
    rows = car_free(networks(pictures))
    if rows.empty:
        return
    rows = tables.with_words(rows.sort_values("area", kind="stable"), titles)
    rows["interval"] = tables.range_words(rows["low"], rows["high"], ".1%")
    if wanted:
        rows = rows[rows["title"].isin(wanted)]
    if rows.empty:
        return
    st.header("Where there is no car")
    st.caption(
        f"{rows['n'].max()} pictures without a car that no network has seen. One false pixel makes "
        "Dice 0 there, so the area is shown instead."
    )
    alt = "False car in pictures without one."
    grid(rows.reset_index(drop=True), list(COLUMNS), alt, config=COLUMNS)
