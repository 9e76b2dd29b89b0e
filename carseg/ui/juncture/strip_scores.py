"""The scores beside the strip's picture: at this step, and at all steps that were viewed."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.service.dial_strip import Strip
from carseg.ui.shared import tables
from carseg.ui.shared.markdown import plain

SELF = "Self-consistency"


def what(strip: Strip) -> str:
    """The name of the number: Dice, or self-consistency if there is no true mask."""
    return "Dice" if strip.car.true else SELF


def now(strip: Strip, severity: float, titles: Mapping[str, str]) -> None:
    """Dice, or self-consistency if no truth is known, of each model in ``titles``."""
    st.markdown(f"**{what(strip)}** at severity {severity:g}")
    for name, title in titles.items():
        st.metric(plain(title), f"{strip.dice(name, severity):.3f}")


def steps(strip: Strip, titles: Mapping[str, str]) -> None:
    """The same at every severity that was viewed, and a button for all severities."""
    if st.button("Every severity", icon=":material/view_week:", key="j-all"):
        run_all(strip, titles)
    table = steps_table(strip, titles)
    st.dataframe(
        table,
        column_config={c: st.column_config.NumberColumn(format="%.3f") for c in table},
        placeholder=tables.DASH,
        key="j-steps",
        alt=f"{what(strip)} of each model at the severities looked at",
    )


def run_all(strip: Strip, titles: Mapping[str, str]) -> None:
    """Run every model at every severity of the dial, with a progress bar."""
    todo = [(name, step) for step in strip.dial.severities for name in titles]
    bar = st.progress(0.0)
    for number, (name, step) in enumerate(todo):
        bar.progress(number / len(todo), f"{plain(titles[name])}, severity {step:g}")
        strip.prediction(name, step)
    bar.empty()


def steps_table(strip: Strip, titles: Mapping[str, str]) -> pd.DataFrame:
    """A row per model, a column per severity of the dial; NaN if it was not viewed."""
    severities = strip.dial.severities
    rows = [
        [strip.dice(name, step) if strip.known(name, step) else None for step in severities]
        for name in titles
    ]
    columns = [f"{step:g}" for step in severities]
    return pd.DataFrame(rows, list(titles.values()), columns, float).rename_axis("Model")
