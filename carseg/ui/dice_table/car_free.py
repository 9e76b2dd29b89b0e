"""Tables of sets without a car: the share of false car stands where Dice would.

One false pixel makes Dice 0 there, whatever else a mask is. A set that has a car in some of its
pictures keeps its Dice: there two empty masks agree, 1, and exactly one empty mask does not, 0.
"""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.analysis.boards import Place
from carseg.analysis.car_free import car_free, false_area
from carseg.ui.dice_table import free_panel
from carseg.ui.shared import tables
from carseg.ui.shared.table_columns import AVERAGES

AREA = st.column_config.NumberColumn(
    "False car", help="The share of the picture that is called car.", format="percent"
)
ROW = ["title", "domain", "set", "n", "area", "interval", "much", "grid", "date"]
"""The columns of ``averages``."""
COLUMNS = AVERAGES | free_panel.COLUMNS
"""How they are named, explained and printed."""
WHY = (
    "No picture of this set has a car in its true mask. One false pixel makes Dice 0 there, so the "
    "area that is called car is shown instead."
)
SCORES = ["dice", "iou", "precision", "recall", "boundary_iou"]


def empty_truth(pictures: pd.DataFrame) -> pd.Series:
    """Which rows of ``per_picture`` have a true mask without a pixel, bool."""
    return pictures["tp"] + pictures["fn"] == 0


def without_car(pictures: pd.DataFrame) -> pd.Series:
    """Which rows of ``per_picture`` are of a set without any car, bool."""
    places = [pictures[name] for name in ("domain", "set")]
    return empty_truth(pictures).groupby(places).transform("all").astype(bool)


def averages(pictures: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """``car_free`` of each line of the table, least false car first; ``LINE``, ``ROW`` and more.

    Args:
        pictures: ``per_picture`` of sets without a car.
    """
    rows = [
        car_free(part, Place(part["set"].iloc[0], part["grid"].iloc[0])).assign(
            **dict(zip(tables.LINE, key, strict=True)), date=part["date"].max()
        )
        for key, part in pictures.groupby(tables.LINE, sort=False)
    ]
    table = tables.with_words(pd.concat(rows), titles).sort_values("area", kind="stable")
    words = tables.range_words(table["low"], table["high"], ".1%")
    return table.assign(interval=words).reset_index(drop=True)


def most_false(pictures: pd.DataFrame, number: int = 5) -> pd.DataFrame:
    """The pictures of which most is called car, worst first: picture, title, area."""
    rows = pictures.assign(area=false_area(pictures))
    return rows.nlargest(number, "area")[["picture", "title", "area"]].reset_index(drop=True)


def each(pictures: pd.DataFrame) -> pd.DataFrame:
    """The rows with ``area``, and without the scores that say nothing where a set has no car."""
    free = without_car(pictures)
    rows = pictures.assign(area=false_area(pictures).where(free))
    rows.loc[free, SCORES] = float("nan")
    return rows
