"""Plotly figures of the tables and cards, each with a sentence as its alt text."""

import re
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from carseg.ui.shared.cards import TIMES

BLUE, ORANGE, GREEN = "#2F86CF", "#DD7A00", "#009E73"
PINK, SKY, GREY = "#CC79A7", "#56B4E9", "#8A8A8A"
"""Okabe and Ito's hues; blue and orange are adapted to be readable on both themes."""
DOMAIN_MARKS = {"studio": (BLUE, "circle"), "street": (ORANGE, "diamond")}
"""Colour and symbol of a domain: safe for colour-blind people, and readable on both themes."""
MARKS = (
    (BLUE, "circle", "solid"),
    (ORANGE, "diamond", "dash"),
    (GREEN, "square", "dot"),
    (PINK, "triangle-up", "dashdot"),
    (SKY, "cross", "longdash"),
    (GREY, "x", "longdashdot"),
)
"""Colour, symbol and dash of each model, so that colour is not the only difference."""
FOUND_COLOUR, TAKEN_COLOUR, _, LOST_COLOUR = (colour for colour, *_ in MARKS[:4])
"""Colours of true car, of background taken for car, and (the last) of car that is lost."""
QUIET = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"]}
"""Plotly's tool bar without the buttons that are useless here."""
OTHER = (GREY, "square")
_TAG = re.compile(r"<(?!br>|/?extra>)", re.IGNORECASE)


CURVES = {
    "loss": ("training", GREY),
    "val_loss": ("validation", ORANGE),
    "val_dice": ("Dice", BLUE),
    "val_miou": ("mean IoU", GREEN),
    "street_val_dice": ("Dice, street photographs", PINK),
}
"""Columns of a training log in words, with their colours."""


def clear(colour: str, opacity: float) -> str:
    """``#rrggbb`` as the see-through colour that Plotly takes."""
    red, green, blue = bytes.fromhex(colour.lstrip("#"))
    return f"rgba({red},{green},{blue},{opacity:g})"


BAND = clear(GREY, 0.28)
"""The colour of an interval's band and of faint grid lines."""


def _style(domain: str) -> tuple[str, str]:
    return DOMAIN_MARKS.get(domain, OTHER)


def intervals(scores: pd.DataFrame, *, compact: bool = False) -> go.Figure:
    """Dots of mean Dice with their intervals, a line per model, studio beside street.

    ``scores`` has the columns of ``tables.with_words``. The sets of a model are shifted vertically,
    so that no interval hides another; a grey bar joins its best and its worst set. With ``compact``
    a line is as low as its name and its dots allow.
    """
    lines = {name: place for place, name in enumerate(dict.fromkeys(scores["title"]))}
    figure = go.Figure()
    for name, rows in scores.groupby("title", sort=False):
        figure.add_scatter(
            x=[rows["dice"].min(), rows["dice"].max()],
            y=[lines[name]] * 2,
            mode="lines",
            line={"color": clear(GREY, 0.3), "width": 7},
            showlegend=False,
            hoverinfo="skip",
        )
    for (domain, name, grid), (mark, shift) in marks(scores).items():
        shift = 0.16 + 0.5 * (shift - 0.12) if compact else shift
        here = (scores["domain"] == domain) & (scores["set"] == name) & (scores["grid"] == grid)
        rows = scores[here]
        y = rows["title"].map(lines) + shift
        figure.add_trace(_dots(rows, y, f"{domain}: {name} at {grid}", _style(domain)[0], mark))
    for name, place in lines.items():
        # Titles are above the lines: beside them, they would leave no room for scores on a phone.
        where = {"xref": "paper", "x": 0, "xanchor": "left", "y": place - 0.42, "yanchor": "middle"}
        figure.add_annotation(text=name, showarrow=False, **where)
    ticks = {"tickvals": list(lines.values()), "showticklabels": False, "zeroline": False}
    figure.update_yaxes(range=[len(lines) - 0.5, -0.7], **ticks)
    figure.update_xaxes(title="mean Dice per picture, with its 95 % interval")
    # Few models get more room; many must still fit on a screen.
    line = 54 if compact else 96 if len(lines) <= 6 else 70
    return tidy(figure, 130 + line * len(lines))


def marks(scores: pd.DataFrame) -> dict[tuple[str, str, str], tuple[str, float]]:
    """(domain, set, grid) to a symbol of its own and its place across the line, studio on top."""
    keys = scores[["domain", "set", "grid"]].drop_duplicates().itertuples(index=False, name=None)
    order = sorted(keys, key=lambda k: (k[0] == "street", k[0], k[1] != "street-photo", k[1:]))
    found: dict[tuple[str, str, str], tuple[str, float]] = {}
    for number, key in enumerate(order):
        same = sum(other[0] == key[0] for other in found)  # how many of its domain came before
        # Below the line rather than above it, because the model's name is there.
        shift = 0.12 + 0.62 * ((number + 0.5) / len(order) - 0.5)
        found[key] = _style(key[0])[1] + ("", "-open", "-open-dot", "-dot")[same % 4], shift
    return found


def _dots(rows: pd.DataFrame, y: pd.Series, name: str, colour: str, symbol: str) -> go.Scatter:
    line = {"color": colour, "width": 2}
    return go.Scatter(
        x=rows["dice"],
        y=y,
        name=name,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 11, "line": line},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": (rows["high"] - rows["dice"]).astype(float).fillna(0),
            "arrayminus": (rows["dice"] - rows["low"]).astype(float).fillna(0),
            "thickness": 2,
            "width": 5,
        },
        customdata=rows[["n", "interval", "title"]],
        hovertemplate="%{customdata[2]}<br>mean Dice %{x:.3f} (%{customdata[1]}), "
        "n = %{customdata[0]}",
    )


def intervals_alt(scores: pd.DataFrame) -> str:
    """The same facts as a sentence."""
    parts = [f"{r.title} on {r.set} at {r.grid}: {r.dice:.3f}" for r in scores.itertuples()]
    return "Mean Dice with intervals. " + "; ".join(parts) + "."


def distribution(pictures: pd.DataFrame) -> go.Figure:
    """A box and every picture as a dot: ``tables.pictures_of_rows``."""
    figure = go.Figure()
    for (label, domain), rows in pictures.groupby(["label", "domain"], sort=False):
        colour, _ = _style(domain)
        figure.add_box(
            x=rows["dice"],
            name=label,
            text=rows["picture"],
            boxpoints="all",
            jitter=0.6,
            pointpos=-1.8,
            width=0.35,
            marker={"color": colour, "size": 4, "opacity": 0.55},
            line={"color": colour},
            hovertemplate="%{text}<br>Dice %{x:.3f}<extra></extra>",
            showlegend=False,
        )
    figure.update_xaxes(title="Dice of each picture")
    figure.update_yaxes(autorange="reversed")
    return tidy(figure, 90 + 120 * pictures["label"].nunique(), top=12)


def distribution_alt(pictures: pd.DataFrame) -> str:
    """Median and range of every line as a sentence."""
    parts = [
        f"{label}: median {rows['dice'].median():.3f}, from {rows['dice'].min():.3f} "
        f"to {rows['dice'].max():.3f} over {len(rows)} pictures"
        for label, rows in pictures.groupby("label", sort=False)
    ]
    return "Dice of each picture. " + "; ".join(parts).replace("<br>", " ") + "."


def training_curves(history: pd.DataFrame) -> dict[str, go.Figure]:
    """Title to training curves: the losses, then other measures; the first column is the time."""
    time, *names = history.columns
    losses = [name for name in names if "loss" in name]
    others = [name for name in names if name not in losses]
    panels = {"Loss": losses, "On validation pictures": others}
    return {title: _panel(history, time, some) for title, some in panels.items() if some}


def _panel(history: pd.DataFrame, time: str, names: list[str]) -> go.Figure:
    figure = go.Figure()
    for name in names:
        points = history[[time, name]].dropna()
        words, colour = CURVES.get(name, (name.replace("_", " "), None))
        line = {"color": colour, "width": 2}
        figure.add_scatter(x=points[time], y=points[name], name=words, mode="lines", line=line)
    figure.update_layout(showlegend=True, hovermode="x unified")
    figure.update_xaxes(title=TIMES.get(time, time))
    return tidy(figure, 280, top=36)


def training_curves_alt(history: pd.DataFrame) -> str:
    """First and last value of every curve as a sentence."""
    time, *names = history.columns
    parts = []
    for name in names:
        values = history[name].dropna()
        parts.append(f"{name} from {values.iloc[0]:.4g} to {values.iloc[-1]:.4g}")
    return f"Training curves over {TIMES.get(time, time)}: " + "; ".join(parts) + "."


def tidy(figure: go.Figure, height: int, top: int = 48) -> go.Figure:
    """The figure at a height in pixels, with narrow margins, a legend above, and its texts safe."""
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "xanchor": "left", "x": 0}
    margin = {"l": 8, "r": 8, "t": top, "b": 8}
    figure.update_layout(height=height, margin=margin, legend=legend, font_size=14)
    for part in (*figure.data, figure.layout):
        unsafe = {k: v for k, v in part.to_plotly_json().items() if k != "template" and _tagged(v)}
        part.update(escaped(unsafe), overwrite=True)
    return figure


def escaped(value: Any) -> Any:
    """What is handed to Plotly, without tags in its texts, except line breaks and ``<extra>``.

    Plotly takes texts for HTML: a model called ``<a href=...>`` would be a live link.
    """
    if isinstance(value, str):
        return _TAG.sub("&lt;", value)
    if isinstance(value, dict):
        return {key: escaped(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [escaped(item) for item in value]
    if isinstance(value, np.ndarray) and value.dtype.kind in "OU":
        return np.array([escaped(item) for item in value.ravel()], object).reshape(value.shape)
    return value


def _tagged(value: Any) -> bool:
    """Whether ``escaped`` would change it."""
    if isinstance(value, str):
        return bool(_TAG.search(value))
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "OU" and any(map(_tagged, value.ravel()))
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, dict | list | tuple) and any(map(_tagged, parts))


def pushed_apart(heights: np.ndarray, least: float) -> np.ndarray:
    """Heights (n,) moved apart, half each, until neighbours are ``least`` away or nearly so."""
    order = np.argsort(heights, kind="stable")
    placed = np.asarray(heights, dtype=float)[order]
    for _ in range(200):
        push = np.clip(least - np.diff(placed), 0, None) / 2
        placed[:-1] -= push
        placed[1:] += push
    back = np.empty_like(placed)
    back[order] = placed
    return back
