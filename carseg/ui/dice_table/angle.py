"""Dice by the sixteen angles of Carvana's studio."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.analysis import boards
from carseg.analysis.boards import STUDIO, Benchmark
from carseg.ui.dice_table import figures
from carseg.ui.shared import cached, charts, sentences, tables
from carseg.ui.shared.choices import worded
from carseg.ui.shared.table_columns import AVERAGE_COLUMNS, csv_button, grid

_AT_FIRST = 3
"""Models shown before anything is chosen."""


def panel(pictures: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """The choice of grid and models, the polar chart, and its numbers."""
    sets = [benchmark for benchmark in boards.benchmarks(pictures) if benchmark.set == STUDIO.set]
    if not sets:
        st.info(
            "No model here has scores on Carvana's pictures. `carseg evaluate --data DIR "
            "--set carvana-test --save` measures them; DIR holds Kaggle's train and train_masks.",
            icon=":material/360:",
        )
        return
    benchmark, chosen = _choose(sets, titles)
    if not chosen:
        st.info("Choose a model.", icon=":material/360:")
        return
    rows = pd.concat([cached.cached_by_angle(benchmark, model) for model in chosen])
    if rows.empty:
        st.info("The pictures of this set are not named <car>_<01..16>.", icon=":material/360:")
        return
    shown = tables.with_words(rows, titles)
    st.plotly_chart(figures.angles(shown), alt=figures.angles_alt(shown), config=charts.QUIET)
    st.caption(
        "The car seen from above, its front on top: the mean Dice of all test cars at each of the "
        "16 angles. The scale does not begin at 0, because the angles differ by little."
    )
    with st.expander("The numbers", icon=":material/table_rows:"):
        grid(shown, ["title", "angle", "n", "dice", "interval"], "Dice by angle.", config=_COLUMNS)
    csv_button(
        "Dice by angle (CSV)",
        lambda: shown.drop(columns="interval"),
        f"carseg-angles-{benchmark[1]}.csv",
        key="csv-angles",
    )


def _choose(sets: list[Benchmark], titles: Mapping[str, str]) -> tuple[Benchmark, list[str]]:
    """Draw the choice of a grid and of models measured on it."""
    with st.container(horizontal=True, gap="medium"):
        benchmark = st.selectbox(
            "On", sets, format_func=sentences.label, key="angle-set", width=230
        )
        models = tables.in_order(cached.cached_board(benchmark).models, titles)
        chosen = st.multiselect(
            "Models",
            models,
            models[:_AT_FIRST],
            format_func=worded(titles),
            # The models depend on the grid, so each grid has its own choice.
            key=f"angle-models-{benchmark[1]}",
            max_selections=len(charts.MARKS),
        )
    return benchmark, chosen


_COLUMNS = AVERAGE_COLUMNS | {
    "angle": st.column_config.NumberColumn(
        "Angle", help="1 front, 5 left side, 9 rear, 13 right side.", width="small"
    )
}
