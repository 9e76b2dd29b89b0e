"""Studio against street: every model as a dot, and the line that predicts its street score."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.analysis import studio_street
from carseg.analysis.recipes import knows_one_studio, starts_pretrained
from carseg.models.checkpoint import Config
from carseg.stats import BaselineLine
from carseg.stats.robustness import FEWEST_POINTS
from carseg.ui.dice_table.columns import SMALL_TABLES
from carseg.ui.dice_table.robustness_figure import LEARNED, UNRECORDED, scatter, scatter_alt
from carseg.ui.dice_table.studio_street import rows_in_words
from carseg.ui.shared import cached, charts, state
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.table_columns import csv_button, grid


def panel(titles: Mapping[str, str]) -> None:
    """The scatter, the baseline line, and the table of effective robustness."""
    points = located(rows_in_words(titles), state.current_shelf().known)
    path, problems = cached.cached_training_path()
    for problem in problems:
        st.warning(shown(problem), icon=":material/warning:")
    if points.empty:
        st.info(
            "It takes a model with scores on carvana-test at 160x240 and on street-photo; none "
            "here has both.",
            icon=":material/scatter_plot:",
        )
        return
    line = studio_street.line_of(path)
    st.markdown(
        "Every dot is a model, both its intervals drawn. The axes are stretched (logit), so that "
        "0.98 to 0.99 is as far as 0.50 to 0.67. A model above the dotted line does better on the "
        "street than its studio score predicts: this is its **effective robustness**."
    )
    st.plotly_chart(scatter(points, path, line), alt=scatter_alt(points, path), config=charts.QUIET)
    st.caption(about_line(path, line))
    table = _numbers(points, line)
    columns = ["number", "title", "studio", "street", "expected", "dice", "logit", "extrapolated"]
    present = [name for name in columns if name in table]
    grid(table, present, "The models of the figure by number.", config=SMALL_TABLES)
    csv_button(
        "Studio against street (CSV)",
        lambda: table.drop(columns="number"),
        "carseg-studio-against-street.csv",
        key="csv-robustness",
    )


def located(rows: pd.DataFrame, known: Mapping[str, Config]) -> pd.DataFrame:
    """The models with both scores, numbered, and the ``group`` of their training data."""
    rows = rows[(rows["kind"] != "baseline")].dropna(subset=["studio", "street"])
    groups = [learned(known.get(model)) for model in rows["model"]]
    return rows.assign(group=groups, number=range(1, len(rows) + 1)).reset_index(drop=True)


def learned(config: Config | None) -> str:
    """The training data of a model: a name of ``_GROUPS``."""
    if config is None:
        return UNRECORDED
    return LEARNED.get((starts_pretrained(config), knows_one_studio(config)), UNRECORDED)


def about_line(path: pd.DataFrame, line: BaselineLine | None) -> str:
    """Explains the line and its range, or what is missing for a line."""
    if line is None:
        here = f"There are {len(path)} here. " if len(path) else ""
        return (
            f"No line yet: it needs {FEWEST_POINTS} or more snapshots of one training from "
            "scratch, each with scores in the studio and on street-photo in "
            f"`NAME/{studio_street.PATH}/PICTURES_SEEN/scores/`. {here}Without a line no effective "
            "robustness is computed."
        )
    return (
        f"The line is fitted to {line.n} snapshots of the training from scratch (r2 = "
        f"{line.r2:.2f}), whose studio Dice runs from {line.low:.3f} to {line.high:.3f}; beyond "
        "that it is extended."
    )


def _numbers(points: pd.DataFrame, line: BaselineLine | None) -> pd.DataFrame:
    """Number, title and both means; with a line also the effective robustness, highest first."""
    table = points[["number", "title", "model", "studio", "street"]]
    if line is None:
        return table
    pairs = {row.model: (row.studio, row.street) for row in points.itertuples()}
    return studio_street.robustness(pairs, line).merge(table, on="model")
