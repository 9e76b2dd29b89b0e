"""A small table of the gains from pretraining, architecture and augmentation along the dial."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from carseg.analysis.junctures import CAUSES, Gain, RecipeCurve, gains
from carseg.analysis.numbers import amount
from carseg.models.checkpoint import Config
from carseg.ui.juncture import sentences
from carseg.ui.juncture.choice import Choice
from carseg.ui.shared.table_columns import csv_button, grid

_COLUMNS = {
    "cause": st.column_config.TextColumn("What", pinned=True, width=100),
    "juncture": st.column_config.TextColumn(
        "Juncture",
        help="The severity from which on A is ahead, or behind, by the chosen lead.",
        width=210,
    ),
    "area": st.column_config.TextColumn(
        "Area",
        help="Between the curves, A less B: Dice times severity, with its 95 % interval.",
        width=145,
    ),
    "title_a": st.column_config.TextColumn("A, with it", width=225),
    "title_b": st.column_config.TextColumn("B, without", width=225),
    "pictures": st.column_config.TextColumn(
        "Pictures", help="Whether the training of A or B has seen their effects.", width=145
    ),
    "n": st.column_config.NumberColumn("n", width=50),
    "runs": st.column_config.TextColumn(
        "Runs", help="How many training runs of A and of B are averaged.", width=80
    ),
}
_INTRO = (
    "Only pairs that differ in one thing alone. The gain is shown on all pictures, on those with "
    "effects that the training of A or B has seen, and on those with effects that neither has seen."
)

MIXED = (
    "On this dial each picture gets several effects at once, some seen and some not: choose a "
    "family of effects to tell them apart."
)


def panel(chosen: Choice, known: Mapping[str, Config], titles: Mapping[str, str]) -> None:
    """The table for the chosen dial and lead, and the causes that are missing."""
    found = _gains(chosen.version, chosen.dial.name, chosen.delta, chosen.sets, known)
    missing = [cause for cause in CAUSES if cause not in {gain.cause for gain in found}]
    if found:
        rows = table(found, titles)
        st.markdown(_INTRO)
        grid(rows, list(_COLUMNS), _alt(rows), config=_COLUMNS)
        name = f"carseg-juncture-{chosen.dial.name}-gains.csv"
        csv_button("What each buys (CSV)", lambda: rows, name, key="csv-gains")
    if {gain.exposure for gain in found} == {"mixed"}:
        st.caption(MIXED)
    if missing:
        st.caption(
            f"Not known on this dial: **{', '.join(missing).lower()}**. No two models that were "
            "measured on it differ in that alone."
        )


@st.cache_resource(show_spinner="Comparing every pair ...", max_entries=16)
def _gains(
    version: str,
    dial: str,
    delta: float,
    _curves: Sequence[RecipeCurve],
    _known: Mapping[str, Config],
) -> list[Gain]:
    return gains(_curves, _known, delta)


def table(found: list[Gain], titles: Mapping[str, str]) -> pd.DataFrame:
    """A row per gain: words for people, and the numbers behind them."""
    return pd.DataFrame([_row(gain, titles) for gain in found])


def _row(gain: Gain, titles: Mapping[str, str]) -> dict:
    pairing, one = gain.pairing, gain.pairing.along
    leader = pairing.found[0] if pairing.found else None
    at = pairing.found[2] if pairing.found else None
    ends = one.area_interval
    return {
        "cause": gain.cause,
        "title_a": titles.get(pairing.a, pairing.a),
        "title_b": titles.get(pairing.b, pairing.b),
        "pictures": sentences.EXPOSED[gain.exposure],
        "n": one.n,
        "runs": f"{gain.runs[0]} and {gain.runs[1]}",
        "juncture": sentences.juncture_range(pairing),
        "area": amount(one.area, ends, signed=True),
        "dial": pairing.dial,
        "a": pairing.a,
        "b": pairing.b,
        "delta": one.ahead.delta,
        "ahead": leader,
        "at": at.at if at else None,
        "at_low": at.span.low if at and at.span else None,
        "at_high": at.span.high if at and at.span else None,
        "area_value": one.area,
        "area_low": ends.low if ends else None,
        "area_high": ends.high if ends else None,
        "cars": one.clusters,
    }


def _alt(rows: pd.DataFrame) -> str:
    """Each row as a clause."""
    parts = [
        f"{r.cause}, {r.title_a} less {r.title_b}, {r.pictures}: juncture {r.juncture}, area "
        f"{r.area}"
        for r in rows.itertuples()
    ]
    return f"What each buys along the dial. {'; '.join(parts)}."
