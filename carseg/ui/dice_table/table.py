"""The table: five models and a dot plot first; all of them, and every set and grid, on request."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from carseg.analysis.boards import network_rows
from carseg.analysis.studio_street import HEADLINE_SETS
from carseg.models.checkpoint import Config
from carseg.ui.dice_table import car_free, flagged, studio_street, trivial_masks
from carseg.ui.shared import charts, tables
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import code, plain
from carseg.ui.shared.table_columns import AVERAGE_COLUMNS, AVERAGE_ROW, csv_button, grid, key_of
from carseg.ui.shared.tables import ShippedFrames

FIRST = 5
"""The number of models that the table opens with."""
RULE = (
    "Shown first: the models that Compare opens with, then those that are best on the street, "
    "{number} of {all} in all."
)
SECTIONS = {
    "dice-trivial": ("What would a mask get that looks at no picture?", ":material/balance:"),
    "dice-gap": ("Is the gap only pose and size?", ":material/straighten:"),
    "dice-free": ("Where there is no car", ":material/no_crash:"),
    "dice-every": ("Every set and grid, down to each picture", ":material/table_rows:"),
}
"""Keys, titles and icons of what unfolds below. A section is made when it is opened."""


def panel(scores: ShippedFrames, titles: Mapping[str, str], known: Mapping[str, Config]) -> None:
    """Models side by side with their dot plot, then what unfolds below."""
    top = st.container(horizontal=True, gap="medium", vertical_alignment="bottom")
    leave_out = flagged.switch(scores.pictures)
    shown = flagged.without() if leave_out else scores
    if leave_out:
        flagged.caption(scores, shown)
    rows = studio_street.rows_in_words(titles, leave_out)
    with top:
        chosen, by = _controls(rows, named(shown.table, titles), titles, known)
    if studio_street.panel(rows, chosen, by, leave_out):
        _dots(named(shown.table, titles), studio_street.sorted_models(rows, chosen, by))
    if (place := section("dice-trivial")).open:
        with place:
            studio_street.baselines(rows)
            if answer := trivial_masks.enough(named(shown.table, titles)):
                st.markdown(answer)
    if (place := section("dice-gap")).open:
        with place:
            studio_street.withins(titles, chosen, leave_out)
    if (place := section("dice-free")).open:
        with place:
            car_free.panel(shown.pictures, titles, chosen)
    if (place := section("dice-every")).open:
        with place:
            every(shown, titles, chosen, leave_out)


def section(key: str) -> ExpanderContainer:
    """An expander of ``SECTIONS``; the link says whether it is open."""
    title, icon = SECTIONS[key]
    return st.expander(title, icon=icon, key=key, on_change="rerun", bind="query-params")


def first_models(rows: pd.DataFrame, known: Mapping[str, Config]) -> list[str]:
    """The titles that the table opens with (``RULE``), of ``studio_street.rows_in_words``."""
    models = rows[rows["kind"] != "baseline"]
    opening = [name for name in models["model"] if name in known and known[name].opens]
    best = models.sort_values("street", ascending=False, kind="stable")["model"]
    chosen = set(list(dict.fromkeys([*opening, *best]))[:FIRST])
    return [str(title) for title in models.loc[models["model"].isin(chosen), "title"]]


def _controls(
    rows: pd.DataFrame,
    table: pd.DataFrame,
    titles: Mapping[str, str],
    known: Mapping[str, Config],
) -> tuple[list[str], str]:
    """Draw the choices: all models or some, and their order. Returns titles and the order."""
    options = tables.in_order(table["title"], titles.values())
    wanted = st.multiselect("Models", options, key="dice-title", placeholder="The first five")
    by = studio_street.order()
    first = first_models(rows, known)
    more = len(options) > len(first)
    everyone = more and st.toggle(f"All {len(options)} models", key="dice-all", **LINKED)
    if wanted:
        return wanted, by
    if more and first and not everyone:
        st.caption(RULE.format(number=len(first), all=len(options)))
        return first, by
    return [], by


def _dots(table: pd.DataFrame, order: Sequence[str]) -> None:
    """A line per model with its mean on each of the headline sets."""
    keys = list(HEADLINE_SETS.values())
    here = [pair in keys for pair in zip(table["set"], table["grid"], strict=True)]
    rows = table[here]
    rows = rows.assign(place=rows["title"].map({name: i for i, name in enumerate(order)}))
    rows = rows.dropna(subset=["place"]).sort_values("place", kind="stable")
    if rows.empty:
        return
    st.plotly_chart(
        charts.intervals(rows, compact=True),
        alt=charts.intervals_alt(rows),
        config=charts.QUIET,
        key="dice-dots",
    )


def every(
    shown: ShippedFrames, titles: Mapping[str, str], wanted: Sequence[str], leave_out: bool
) -> None:
    """Every set and grid: filters, chart, rows, the pictures behind a row, and the download."""
    rows = _choose(tables.ordered(named(shown.table, titles), next(iter(tables.SORTS))), wanted)
    if rows.empty:
        st.info("No score fits this choice: take one of the filters off.", icon=":material/filter:")
        return
    st.plotly_chart(charts.intervals(rows), alt=charts.intervals_alt(rows), config=charts.QUIET)
    st.caption(
        "The grey bar spans a model's best and worst set. Mind the grids: only scores on the same "
        "grid compare exactly. Click a row of the table to see each of its pictures."
    )
    _other_ways(shown, titles)
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


def _other_ways(shown: ShippedFrames, titles: Mapping[str, str]) -> None:
    """Networks that ran in another way than most: beside the others, compared with none."""
    if shown.apart.empty:
        return
    rows = tables.with_words(shown.apart, titles)
    lines = [
        f"- {plain(row.title)}, {row.set} at {row.grid}: Dice {row.dice:.4f}, {plain(row.engine)} "
        f"in {plain(row.dtype)} on {plain(row.device)}"
        for row in rows.itertuples()
    ]
    st.markdown("Measured in another engine or precision, so not compared:\n" + "\n".join(lines))


def named(table: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """The rows of models, without those of baselines, with titles and intervals in words."""
    return tables.with_words(network_rows(table), titles)


def _choose(table: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
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
                f"{line.threshold:g}, {plain(line.engine)} in {plain(line.dtype)} on "
                f"{plain(line.device)}, "
                f"{line.clusters} different cars or scenes; Dice of all pixels together "
                f"{line.pooled_dice:.3f}. {code(line.command)}"
            )
