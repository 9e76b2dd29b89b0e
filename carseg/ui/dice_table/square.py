"""Pretraining or augmentation? The square of two starts and two kinds of training views."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from carseg.analysis import boards, recipes
from carseg.analysis.effects import SQUARE_EFFECTS, Square
from carseg.analysis.numbers import mean
from carseg.models.checkpoint import Config
from carseg.ui.dice_table import figures
from carseg.ui.shared import cached, charts, sentences
from carseg.ui.shared.table_columns import csv_button

_INTRO = (
    "Two starts, with nothing pretrained or with an encoder from ImageNet, and two kinds of "
    "training views: the studio as it is, or its cars cut out and put on other backgrounds. Four "
    "networks, four differences, and the **interaction**: how much larger the gain from "
    "pretraining is with street views than without."
)


def panel(pictures: pd.DataFrame, known: Mapping[str, Config]) -> None:
    """The choice of a set, then every family with at least one difference on it."""
    st.markdown(_INTRO)
    sets = boards.benchmarks(pictures)
    if not sets:
        st.info("No model here has scores on pictures with cars.", icon=":material/grid_view:")
        return
    benchmark = st.selectbox("On", sets, format_func=sentences.label, key="square-set", width=230)
    squares = cached.cached_squares(benchmark)
    begun = [square for square in squares if square.adjusted]
    for square in begun:
        family(square, known, boards.Benchmark(*benchmark))
    if rest := [square for square in squares if square not in begun]:
        lines = [f"- **{square.family.title}**: {_missing(square)}" for square in rest]
        text = (
            "Not measured on this set yet; train, publish and evaluate the presets of these names:"
        )
        st.info("\n".join([text, "", *lines]), icon=":material/grid_view:")
    if begun:
        csv_button(
            "The square (CSV)",
            lambda: pd.concat([_numbers(square) for square in begun]),
            f"carseg-square-{benchmark[0]}-{benchmark[1]}.csv",
            key="csv-square",
        )


def _missing(square: Square) -> str:
    return ", ".join(f"`{name}`" for name in square.missing)


def family(square: Square, known: Mapping[str, Config], benchmark: boards.Benchmark) -> None:
    """One family: its lines, its cells, its differences in words, and its confounders."""
    with st.container(border=True):
        st.markdown(f"**{square.family.title}**")
        if square.missing:
            st.caption(f":material/grid_view: Not measured on this set: {_missing(square)}.")
        left, right = st.columns([2, 3], gap="large")
        with left:
            st.plotly_chart(
                figures.lines_of_square(square),
                alt=figures.square_alt(square, sentences.label(benchmark)),
                config=charts.QUIET,
                key=f"square-{square.family.corners[0]}",
            )
        with right:
            st.table(cells(square), alt=figures.square_alt(square, sentences.label(benchmark)))
            lines = [
                sentences.effect_sentence(name, one, square.adjusted[name])
                for name, one in square.effects.items()
                if one
            ]
            st.markdown("\n".join(f"- {line}" for line in lines))
            st.caption(fine_print(square))
            if texts := confounded(square, known):
                st.caption(
                    f":material/call_split: The two also differ in more: {'; '.join(texts)}."
                )


def cells(square: Square) -> pd.DataFrame:
    """The four means with their intervals in words, starts down and training views across."""
    shown = [mean(cell.dice, cell.interval) if cell else "not measured" for cell in square.cells]
    return pd.DataFrame([shown[0::2], shown[1::2]], figures.START_NAMES, figures.CORNERS)


def fine_print(square: Square) -> str:
    """Explains how p-values were computed and how many seeds the effects are averaged over."""
    seeds = [cell.seeds for cell in square.cells if cell]
    text = "P-values by sign flips, adjusted for these effects (Holm)."
    if max(seeds) == 1:
        return f"{text} Each corner was trained once: the result of another seed is not known."
    claimed = [name for name, one in square.effects.items() if one and one.exceeds]
    listed = ", ".join(claimed) or "none of them"
    return (
        f"{text} Scores are averaged over the seeds of a corner ({', '.join(map(str, seeds))}). "
        f"Exceeding both the picture interval and the spread over seeds: {listed}."
    )


def confounded(square: Square, known: Mapping[str, Config]) -> list[str]:
    """Effects whose corners also differ in something else, each with these other differences."""
    found = []
    for name, (corners, _, cause) in SQUARE_EFFECTS.items():
        pair = [square.family.corners[corner] for corner in corners]
        if square.effects[name] is None or not cause or not all(one in known for one in pair):
            continue
        others = [k for k in recipes.differences_of(*(known[one] for one in pair)) if k != cause]
        if others:
            found.append(f"{name} ({', '.join(others)})")
    return found


def _numbers(square: Square) -> pd.DataFrame:
    """Corners and effects of one family as rows, for a file."""
    rows: list[tuple] = [
        (name, cell.dice, cell.interval, None, cell.n)
        for name, cell in zip(square.family.corners, square.cells, strict=True)
        if cell
    ]
    rows += [
        (name, one.difference, one.interval, square.adjusted[name], one.n)
        for name, one in square.effects.items()
        if one
    ]
    return pd.DataFrame(
        [
            {
                "family": square.family.title,
                "what": what,
                "dice": dice,
                "low": interval.low if interval else None,
                "high": interval.high if interval else None,
                "p_adjusted": p,
                "n": n,
            }
            for what, dice, interval, p, n in rows
        ]
    )
