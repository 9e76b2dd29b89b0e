"""The table: models side by side, then every set and grid with the pictures behind each row."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.analysis.boards import network_rows
from carseg.ui.dice_table import car_free, flagged, studio_street, trivial_masks
from carseg.ui.shared import charts, tables
from carseg.ui.shared.markdown import code, plain
from carseg.ui.shared.table_columns import AVERAGE_COLUMNS, AVERAGE_ROW, csv_button, grid, key_of
from carseg.ui.shared.tables import ShippedFrames


def panel(scores: ShippedFrames, titles: Mapping[str, str]) -> None:
    """Models side by side, then every row: filters, chart, rows and download."""
    with st.container(horizontal=True, gap="medium"):
        by = studio_street.order()
        wanted = st.multiselect(
            "Models",
            tables.in_order(named(scores.table, titles)["title"], titles.values()),
            key="dice-title",
            placeholder="All",
        )
    leave_out = flagged.switch(scores.pictures)
    shown = flagged.without() if leave_out else scores
    if leave_out:
        flagged.caption(scores, shown)
    studio_street.panel(titles, wanted, by, leave_out)
    if answer := trivial_masks.enough(named(shown.table, titles)):
        st.markdown(answer)
    car_free.panel(shown.pictures, titles, wanted)
    st.header("Every set and grid")
    rows = _choose(tables.ordered(named(shown.table, titles), next(iter(tables.SORTS))), wanted)
    if rows.empty:
        st.info("No score fits this choice: take one of the filters off.", icon=":material/filter:")
        return
    st.plotly_chart(charts.intervals(rows), alt=charts.intervals_alt(rows), config=charts.QUIET)
    st.caption(
        "The grey bar spans a model's best and worst set. Mind the grids: only scores on the same "
        "grid compare exactly. Click a row of the table to see each of its pictures."
    )
    key = key_of("dice-rows", rows[tables.LINE].itertuples(index=False, name=None))
    ticks = grid(
        rows,
        AVERAGE_ROW,
        "Mean Dice per model and set.",
        key=key,
        config=AVERAGE_COLUMNS,
        cells=True,
    )
    chosen = tables.chosen_rows(ticks, len(rows))
    if chosen:
        spread(rows.iloc[chosen], shown.pictures, titles)
    csv_button(
        "Counts per picture (CSV)",
        lambda: tables.counts_table(tables.pictures_of_rows(shown.pictures, rows), titles),
        f"carseg-shipped-counts{flagged.suffix(leave_out)}.csv",
        key="csv-counts",
        help="True and false pixels of every picture behind the rows shown: every score of this "
        "table can be recomputed from them.",
    )


def named(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """The rows of models, without those of baselines, with titles and intervals in words."""
    return tables.with_words(network_rows(table), titles)


def _choose(table: pd.DataFrame, models: list[str]) -> pd.DataFrame:
    """The rows of these models that the filters leave, in the chosen order."""
    wanted = {"title": models}
    with st.container(horizontal=True, gap="medium"):
        for column in ("domain", "grid"):
            wanted[column] = pills(column.capitalize(), table, column)
        sort = st.selectbox("Sort by", list(tables.SORTS), key="dice-sort", width=230)
    return tables.ordered(tables.pick(table, wanted), sort)


def pills(label: str, table: pd.DataFrame, column: str) -> list[str]:
    """The chosen values of a column; an empty choice means all."""
    return st.pills(
        label,
        tables.distinct_values(table, column),
        selection_mode="multi",
        key=f"dice-{column}",
    )


def spread(lines: pd.DataFrame, pictures: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """Each picture of the chosen rows: distribution, worst ones, how it was measured."""
    behind = tables.with_words(tables.pictures_of_rows(pictures, lines), titles)
    with st.container(border=True):
        st.header("Picture by picture")
        st.plotly_chart(
            charts.distribution(behind), alt=charts.distribution_alt(behind), config=charts.QUIET
        )
        st.markdown("**Hardest pictures**")
        columns = ["picture", "title", "set", "dice", "precision", "recall"]
        grid(tables.hardest(behind), columns, "The five pictures with the lowest Dice.")
        for line in lines.itertuples():
            st.caption(
                f"{plain(line.title)}, {line.set} ({plain(line.split)}): threshold "
                f"{line.threshold:g}, {plain(line.dtype)} on {plain(line.device)}, "
                f"{line.clusters} different cars or scenes; Dice of all pixels together "
                f"{line.pooled_dice:.3f}. {code(line.command)}"
            )
