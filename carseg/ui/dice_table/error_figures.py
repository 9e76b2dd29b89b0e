"""Figures of errors, each with a sentence as its alt text."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from carseg.analysis.error_profile import PARTS, Profile
from carseg.analysis.numbers import percent
from carseg.ui.shared.charts import DOMAIN_MARKS, LOST_COLOUR, TAKEN_COLOUR, tidy

STYLES = {
    "edge_fp": (TAKEN_COLOUR, "/"),
    "edge_fn": (LOST_COLOUR, "\\"),
    "inner_fp": (TAKEN_COLOUR, ""),
    "inner_fn": (LOST_COLOUR, ""),
}
"""Colour and pattern of each of ``PARTS``: hatched in the edge band, plain beyond it."""


def stacked(profiles: Mapping[str, Profile]) -> go.Figure:
    """A bar per model, by title: its wrong pixels as a share of the true car's, by kind."""
    figure = go.Figure()
    lines = list(range(len(profiles)))
    for part, words in PARTS.items():
        colour, pattern = STYLES[part]
        figure.add_bar(
            x=[profile.parts[part] for profile in profiles.values()],
            y=lines,
            name=words,
            orientation="h",
            width=0.45,
            marker={
                "color": colour,
                "line": {"color": colour, "width": 1},
                "pattern": {
                    "shape": pattern,
                    "fillmode": "overlay",
                    "fgcolor": "white",
                    "fgopacity": 0.8,
                    "size": 6,
                },
            },
            customdata=list(profiles),
            hovertemplate="%{customdata}<br>%{x:.2%} of the car's pixels",
        )
    for line, (title, profile) in zip(lines, profiles.items(), strict=True):
        # Titles are above the bars: beside them, long titles would leave no room on a phone.
        where = {"xref": "paper", "x": 0, "xanchor": "left", "y": line - 0.38, "yanchor": "middle"}
        figure.add_annotation(text=f"{title}: {percent(profile.wrong)}", showarrow=False, **where)
    figure.update_layout(barmode="stack", legend_traceorder="normal")
    figure.update_yaxes(
        range=[len(lines) - 0.6, -0.7], showticklabels=False, zeroline=False, showgrid=False
    )
    figure.update_xaxes(title="wrong pixels, share of the true car's pixels", tickformat=".0%")
    return tidy(figure, 150 + 64 * len(lines), top=72)


def stacked_alt(profiles: Mapping[str, Profile]) -> str:
    """The four shares of every model as a sentence."""
    parts = []
    for title, profile in profiles.items():
        said = ", ".join(
            f"{words} {percent(profile.parts[part], 2)}" for part, words in PARTS.items()
        )
        parts.append(f"{title}: {said}")
    return "Wrong pixels as a share of the true car's. " + "; ".join(parts) + "."


def against(rows: pd.DataFrame, measure: str, label: str, share: bool = False) -> go.Figure:
    """Dice of each picture over a measure of it (``error_profile.joined`` with ``flagged``).

    If ``share``, the measure is a share, and its axis is in per cent.
    """
    figure = go.Figure()
    kinds = {
        "": (~rows["flagged"], DOMAIN_MARKS["studio"]),
        "flagged": (rows["flagged"], DOMAIN_MARKS["street"]),
    }
    for name, (here, (colour, symbol)) in kinds.items():
        part = rows[here].dropna(subset=[measure])
        if part.empty:
            continue
        figure.add_scatter(
            x=part[measure],
            y=part["dice"],
            name=f"{name or 'not flagged'} by the audit",
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 8, "opacity": 0.75},
            text=part["picture"],
            hovertemplate="%{text}<br>%{x}, Dice %{y:.3f}<extra></extra>",
        )
    figure.update_xaxes(title=label, zeroline=False, tickformat=".1%" if share else None)
    figure.update_yaxes(title="Dice", zeroline=False)
    figure.update_layout(showlegend=bool(rows["flagged"].any()))
    return tidy(figure, 320, top=40)


def against_alt(rows: pd.DataFrame, measure: str, label: str) -> str:
    """The ends of both axes and the number of pictures as a sentence."""
    shown = rows.dropna(subset=[measure])
    return (
        f"Dice over {label}, a dot for each of {len(shown)} pictures: {label} from "
        f"{shown[measure].min():.4g} to {shown[measure].max():.4g}, Dice from "
        f"{shown['dice'].min():.3f} to {shown['dice'].max():.3f}."
    )
