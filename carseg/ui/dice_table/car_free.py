"""Tables of sets without a car: they show the share of false car instead of Dice.

In such a set one false pixel makes Dice 0, however good the mask is otherwise. A set with a car in
some of its pictures keeps its Dice: two empty masks agree (1), exactly one empty mask does not (0).
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from carseg.analysis.boards import Benchmark, network_rows
from carseg.analysis.car_free import MUCH, car_free_table, false_area
from carseg.ui.shared import tables
from carseg.ui.shared.table_columns import AVERAGE_COLUMNS, grid

PANEL_COLUMNS = {
    "title": AVERAGE_COLUMNS["title"],
    "n": AVERAGE_COLUMNS["n"],
    "area": st.column_config.NumberColumn(
        "False car", help="The share of a picture that is called car, its mean.", format="percent"
    ),
    "interval": st.column_config.TextColumn("95 % interval"),
    "much": st.column_config.NumberColumn(
        "Pictures with much of it",
        help=f"The share of pictures in which more than {MUCH:.0%} of the area is called car.",
        format="percent",
    ),
}
AREA = st.column_config.NumberColumn(
    "False car", help="The share of the picture that is called car.", format="percent"
)
CAR_FREE_ROW = ["title", "domain", "set", "n", "area", "interval", "much", "grid", "date"]
"""The columns of ``car_free_averages``."""
CAR_FREE_COLUMNS = AVERAGE_COLUMNS | PANEL_COLUMNS
"""The titles, explanations and formats of the columns."""
WHY = (
    "No picture of this set has a car in its true mask. One false pixel makes Dice 0 there, so the "
    "area that is called car is shown instead."
)
SCORES_OF_CARS = ["dice", "iou", "precision", "recall", "boundary_iou"]


def panel(pictures: pd.DataFrame, titles: Mapping[str, str], wanted: Sequence[str]) -> None:
    """The models' figures on pictures without a car, least false car first.

    Args:
        pictures: ``per_picture``.
        titles: by model, in the order of lists.
        wanted: titles of the models to show; none: all.
    """
    rows = car_free_table(network_rows(pictures))
    if rows.empty:
        st.caption("No model here was measured on pictures without a car.")
        return
    rows = tables.with_words(rows.sort_values("area", kind="stable"), titles)
    rows["interval"] = tables.range_words(rows["low"], rows["high"], ".1%")
    if wanted:
        rows = rows[rows["title"].isin(wanted)]
    if rows.empty:
        st.caption("No chosen model was measured on pictures without a car.")
        return
    st.caption(
        f"{rows['n'].max()} pictures without a car that no network has seen. One false pixel makes "
        "Dice 0 there, so the area is shown instead."
    )
    alt = "False car in pictures without one."
    grid(rows.reset_index(drop=True), list(PANEL_COLUMNS), alt, config=PANEL_COLUMNS)


def empty_truth(pictures: pd.DataFrame) -> pd.Series:
    """Which rows of ``per_picture`` have an empty true mask, bool."""
    return pictures["tp"] + pictures["fn"] == 0


def is_car_free(pictures: pd.DataFrame) -> pd.Series:
    """Which rows of ``per_picture`` are of a set without any car, bool."""
    places = [pictures[name] for name in ("domain", "set")]
    return empty_truth(pictures).groupby(places).transform("all").astype(bool)


def car_free_averages(pictures: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """``car_free_table`` of each line of the Dice table, least false car first.

    The columns are those of ``LINE`` and ``CAR_FREE_ROW``, and more.

    Args:
        pictures: ``per_picture`` of sets without a car.
    """
    rows = [
        car_free_table(part, Benchmark(part["set"].iloc[0], part["grid"].iloc[0])).assign(
            **dict(zip(tables.LINE, key, strict=True)), date=part["date"].max()
        )
        for key, part in pictures.groupby(tables.LINE, sort=False)
    ]
    table = tables.with_words(pd.concat(rows), titles).sort_values("area", kind="stable")
    words = tables.range_words(table["low"], table["high"], ".1%")
    return table.assign(interval=words).reset_index(drop=True)


def most_false(pictures: pd.DataFrame, number: int = 5) -> pd.DataFrame:
    """The pictures with the most false car, worst first: picture, title, area."""
    rows = pictures.assign(area=false_area(pictures))
    return rows.nlargest(number, "area")[["picture", "title", "area"]].reset_index(drop=True)


def each(pictures: pd.DataFrame) -> pd.DataFrame:
    """The rows with ``area``, and without the scores that mean nothing on a set without a car."""
    free = is_car_free(pictures)
    rows = pictures.assign(area=false_area(pictures).where(free))
    rows.loc[free, SCORES_OF_CARS] = float("nan")
    return rows
