"""Does the dial predict the street? The order of the models on both."""

from collections.abc import Mapping, Sequence
from math import factorial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from carseg.analysis.boards import SIGNIFICANCE, STREET
from carseg.analysis.junctures import RecipeCurve
from carseg.analysis.stress import order_agreement, stress_means
from carseg.stats import RankAgreement
from carseg.ui.juncture import sentences
from carseg.ui.juncture.choice import Choice
from carseg.ui.shared import cached, charts
from carseg.ui.shared.charts import MARKS, clear, pushed_apart, tidy
from carseg.ui.shared.sentences import chance, counted

_HEIGHT = 380
_LINE, _LETTER = 22, 6
"""Pixels: of the figure at least, and the height and the width of a name's letter in it."""
CARE = (
    "These models are not a random sample: some share an architecture, and most share their "
    "training pictures. So this describes these models and is not a general law."
)


def orders(
    stress: Mapping[str, float], street: Mapping[str, float], titles: Mapping[str, str], dial: str
) -> go.Figure:
    """A dot per model with both scores, its name in the column at the right.

    Names beside their dots would cover each other: they stand apart there, each at the end of a
    line from its dot.
    """
    figure = go.Figure()
    both = [name for name in stress if name in street]
    x, y = ([scores[name] for name in both] for scores in (stress, street))
    left, right = min(x), max(x)
    low, high = min(y), max(y)
    height = max(_HEIGHT, 110 + _LINE * len(both))
    room = max(high - low, 1e-3)
    least = room * 1.16 * _LINE / (height - 90)
    places = pushed_apart(np.array(y), least)
    edge = right + 0.06 * max(right - left, 1e-3)
    for number, (name, place) in enumerate(zip(both, places, strict=True)):
        colour, symbol, _ = MARKS[number % len(MARKS)]
        symbol += "-open" * (number >= len(MARKS))
        title = titles.get(name, name)
        figure.add_scatter(
            x=[stress[name]],
            y=[street[name]],
            name=title,
            mode="markers",
            marker={
                "color": colour,
                "symbol": symbol,
                "size": 12,
                "line": {"width": 2, "color": colour},
            },
            hovertemplate="dial %{x:.3f}, street %{y:.3f}",
        )
        figure.add_scatter(
            x=[stress[name], edge],
            y=[street[name], place],
            mode="lines",
            line={"color": clear(colour, 0.5), "width": 1},
            hoverinfo="skip",
            showlegend=False,
        )
        figure.add_annotation(
            **{"x": 1, "xref": "paper", "xanchor": "left", "y": place, "font_size": 12},
            text=title,
            showarrow=False,
        )
    ends = [min(low, places.min()) - 0.08 * room, max(high, places.max()) + 0.08 * room]
    span = max(right - left, 1e-3)
    figure.update_xaxes(
        title=f"mean Dice on the {dial} dial",
        zeroline=False,
        range=[left - 0.06 * span, edge],
    )
    figure.update_yaxes(title="mean Dice on street-photo", zeroline=False, range=ends)
    figure.update_layout(showlegend=False)
    longest = max(len(titles.get(name, name)) for name in both)
    return tidy(figure, height, top=12).update_layout(margin_r=12 + _LETTER * longest)


def orders_alt(
    stress: Mapping[str, float], street: Mapping[str, float], titles: Mapping[str, str]
) -> str:
    """The dots as a sentence."""
    parts = [
        f"{titles.get(name, name)}: dial {value:.3f}, street {street[name]:.3f}"
        for name, value in stress.items()
        if name in street
    ]
    return f"Mean Dice of each model on the dial and on street-photo. {'; '.join(parts)}."


def agreement_sentence(found: RankAgreement | None, dial: str) -> str:
    """Kendall's tau with its p-value and n, and their meaning, in words."""
    if found is None:
        return (
            "It takes two models that were measured on this dial and on street-photo, and that "
            "differ on both. There are none yet."
        )
    kind = "exact " if found.exact else "approximate, for scores are tied, "
    return (
        f"Between the order of {counted(found.n, 'model')} on the {dial} dial and their order on "
        f"street-photo Kendall's tau is **{found.tau:+.2f}** ({kind}{chance(found.p)}, "
        f"n = {found.n}). {_reading(found)}"
    )


def _reading(found: RankAgreement) -> str:
    if found.exact and (least := 2 / factorial(found.n)) > SIGNIFICANCE:
        return (
            f"With {found.n} models even the same order has p = {least:.2f}: so few models cannot "
            "show that a dial predicts the street, whatever tau is."
        )
    if found.p > SIGNIFICANCE:
        return "This may be chance: it does not show that the dial predicts the street."
    if found.tau > 0:
        return "Models that do better on the dial do better on the street, more than by chance."
    return "Models that do better on the dial do worse on the street, more than by chance."


def street_means(curves: Sequence[RecipeCurve]) -> dict[str, float]:
    """Mean Dice on street-photo of each recipe, over those of its runs that were measured there."""
    means = cached.cached_board(STREET).dice.mean()
    measured = {
        one.model: [float(means[run.model]) for run in one.runs if run.model in means]
        for one in curves
    }
    return {model: sum(some) / len(some) for model, some in measured.items() if some}


def panel(chosen: Choice, titles: Mapping[str, str]) -> None:
    """Kendall's tau with its exact p and n, and a dot per model."""
    stress = stress_means(chosen.sets, chosen.dial.name)
    street = street_means(chosen.sets)
    found = order_agreement(stress, street)
    dial = sentences.dial_name(chosen.dial)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(agreement_sentence(found, dial))
        if found is not None:
            st.caption(CARE)
    if set(stress) & set(street):
        with right:
            st.plotly_chart(
                orders(stress, street, titles, dial),
                alt=orders_alt(stress, street, titles),
                config=charts.QUIET,
                key="juncture-orders",
            )
