"""Titles, explanations and formats of the Dice table's columns, and the table widget."""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from carseg.analysis.frames import to_csv
from carseg.measures.overlap import BOUNDARY
from carseg.ui.shared import tables

MODEL_WIDTH = 235
"""The width of the titles in pixels. They are not pinned: Streamlit prints pinned columns faded,
and the names are what a reader looks for."""
SCORE: dict[str, Any] = {"format": "%.3f", "width": "small"}
AVERAGE_COLUMNS = {
    "title": st.column_config.TextColumn("Model", width=MODEL_WIDTH),
    "domain": st.column_config.TextColumn("Domain", width="small"),
    "set": st.column_config.TextColumn("Set"),
    "n": st.column_config.NumberColumn("n", help="Pictures measured.", width="small"),
    "dice": st.column_config.NumberColumn(
        "Mean Dice", help="2 tp / (2 tp + fp + fn) of each picture, averaged.", **SCORE
    ),
    "interval": st.column_config.TextColumn("95 % interval", help=tables.WHY_NO_INTERVAL),
    "iou": st.column_config.NumberColumn(
        "IoU", help="tp / (tp + fp + fn) of each picture, averaged.", **SCORE
    ),
    "boundary_iou": st.column_config.NumberColumn(
        "Boundary IoU",
        help=f"IoU of the outlines, {100 * BOUNDARY:g} % of the diagonal wide, averaged.",
        format="%.3f",
    ),
    "grid": st.column_config.TextColumn(
        "Grid",
        help="Height x width in pixels on which mask and truth were compared. Scores on "
        "different grids are not comparable.",
    ),
    "date": st.column_config.TextColumn("Date"),
    "threshold": st.column_config.NumberColumn("Threshold", format="%.2f", width="small"),
    "settings": st.column_config.TextColumn("Settings", help="Other settings of the mask."),
    "picture": st.column_config.TextColumn("Picture"),
    "precision": st.column_config.NumberColumn("Precision", **SCORE),
    "recall": st.column_config.NumberColumn("Recall", **SCORE),
    "time": st.column_config.DatetimeColumn("Saved (UTC)", format="YYYY-MM-DD HH:mm"),
}
"""The columns of averaged scores: titles, explanations, formats."""

PICTURE_COLUMNS = AVERAGE_COLUMNS | {
    "dice": st.column_config.NumberColumn("Dice", **SCORE),
    "iou": st.column_config.NumberColumn("IoU", **SCORE),
    "boundary_iou": st.column_config.NumberColumn("Boundary IoU", format="%.3f"),
}
"""The columns of scores of single pictures."""

SHOWN_WHOLE = 20
"""A table with more rows than this gets its own scroll bar."""

AVERAGE_ROW = [
    "title",
    "domain",
    "set",
    "n",
    "dice",
    "interval",
    "iou",
    "boundary_iou",
    "grid",
    "date",
]
SAVED_ROW = ["title", "picture", "domain", "set", "dice", "iou", "precision", "recall"]
SAVED_ROW += ["boundary_iou", "grid", "threshold", "settings", "time"]


def grid(
    table: pd.DataFrame,
    columns: Sequence[str],
    alt: str,
    *,
    key: str | None = None,
    config: dict = PICTURE_COLUMNS,
    cells: bool = False,
    bold: Mapping[str, Sequence[int]] | None = None,
) -> dict:
    """A table with an alt text; with a ``key`` rows can be ticked and the choice is returned.

    Args:
        columns: which to show, in this order.
        config: ``AVERAGE_COLUMNS`` or ``PICTURE_COLUMNS``.
        cells: a click into a cell chooses its row as well.
        bold: rows by column whose cells are bold.
    """
    mode = ["multi-row", "single-cell"] if cells else "multi-row"
    choice: dict[str, Any] = {"key": key, "on_select": "rerun", "selection_mode": mode}
    return st.dataframe(
        _with_bold(table[list(columns)], bold),
        height="content" if len(table) <= SHOWN_WHOLE else "auto",
        hide_index=True,
        column_config=config,
        placeholder=tables.DASH,
        alt=alt,
        **(choice if key else {}),
    )


def _with_bold(
    table: pd.DataFrame, bold: Mapping[str, Sequence[int]] | None
) -> pd.DataFrame | Styler:
    """The table with bold cells."""
    if not bold:
        return table

    def weights(column: pd.Series) -> list[str]:
        here = bold.get(str(column.name), ())
        return ["font-weight: 700" if row in here else "" for row in range(len(column))]

    return table.reset_index(drop=True).style.apply(weights)


def key_of(table: str, rows: Iterable[Hashable]) -> str:
    """The key of a table with ticks. Other rows, or another order of rows, give another key.

    Ticks are positions, so they must not survive a change of the rows.

    Args:
        rows: the identity of each row.
    """
    told = "\n".join(map(repr, rows)).encode()
    return f"{table}-{hashlib.sha256(told).hexdigest()[:16]}"


def csv_button(
    label: str, frame: Callable[[], pd.DataFrame], file: str, *, key: str, help: str | None = None
) -> None:
    """A download of a table as CSV, which is computed on a click."""
    st.download_button(
        label,
        lambda: to_csv(frame()),
        file,
        "text/csv",
        key=key,
        icon=":material/download:",
        on_click="ignore",
        help=help,
    )
