"""The figure of studio against street scores, on logit axes with Dice for ticks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from carseg.stats import Line, logit
from carseg.ui.charts import MARKS, OTHER, tidy
from carseg.ui.evidence.figures import bars

_FIRST, _SECOND = MARKS[0][0], MARKS[1][0]
GROUPS = {
    "nothing pretrained, studio views": (_FIRST, "circle"),
    "nothing pretrained, other scenes too": (_FIRST, "circle-open"),
    "pretrained, studio views": (_SECOND, "diamond"),
    "pretrained, other scenes too": (_SECOND, "diamond-open"),
    "training not recorded": OTHER,
}
"""What a model learned from, to colour and symbol: the colour is the start, open is more scenes."""
HEIGHT = 540
PLOT = 400
"""Pixels: of the figure, and about what its axes keep of them."""
TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
TICKS += (0.985, 0.99, 0.992, 0.994, 0.996, 0.998, 0.999)
EVEN = [[k * step for k in range(1, round(1 / step))] for step in (0.05, 0.02, 0.01, 0.005, 0.002)]
EVEN += [[k * step for k in range(round(0.9 / step), round(1 / step))] for step in (0.001, 0.0002)]
"""Ticks of short axes, finer and finer."""
FEWEST = 4
CLOSEST = 0.09
"""How near two ticks may stand, as a share of the axis."""


def scatter(points: pd.DataFrame, path: pd.DataFrame, line: Line | None) -> go.Figure:
    """A numbered dot per model with both intervals, the path of a training and its line.

    Args:
        points: number, title, studio, street with ``_low`` and ``_high`` (NaN without interval),
            and ``group``, one of ``GROUPS``.
        path: ``training_path``, possibly empty.
        line: through the path, or None.
    """
    figure = go.Figure()
    x_all = [*points["studio"], *path["studio"]]
    if line is not None:
        x = logit(np.clip(np.linspace(min(x_all), max(x_all), 60), 0.001, 0.9995))
        figure.add_scatter(
            x=x,
            y=line.intercept + line.slope * x,
            name="what the path makes one expect",
            mode="lines",
            line={"color": OTHER[0], "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    if len(path):
        figure.add_scatter(
            x=logit(path["studio"]),
            y=logit(path["street"]),
            name="from scratch, while it learned",
            mode="lines+markers",
            line={"color": OTHER[0], "width": 1.5},
            marker={"symbol": "x-thin-open", "size": 7},
            customdata=path,
            hovertemplate="after %{customdata[0]:,} pictures<br>studio %{customdata[1]:.4f}, "
            "street %{customdata[2]:.4f}<extra></extra>",
        )
    for group, mark in GROUPS.items():
        rows = points[points["group"] == group]
        if len(rows):
            figure.add_trace(_dots(rows, group, mark))
    for update, name, values in (
        (figure.update_xaxes, "studio", x_all),
        (figure.update_yaxes, "street", [*points["street"], *path["street"]]),
    ):
        ends = [points[f"{name}_low"].min(), points[f"{name}_high"].max()]
        update(**_axis([*values, *(end for end in ends if not pd.isna(end))]))
    _number(figure, points)
    figure.update_xaxes(title="mean Dice in the studio (carvana-test at 160x240)")
    figure.update_yaxes(title="mean Dice on street-photo")
    return tidy(figure, HEIGHT)


def _dots(rows: pd.DataFrame, group: str, mark: tuple[str, str]) -> go.Scatter:
    colour, symbol = mark
    line = {"color": colour, "width": 2}
    x, y = logit(rows["studio"]), logit(rows["street"])
    ends = {name: _ends(rows, name) for name in ("studio", "street")}
    return go.Scatter(
        x=x,
        y=y,
        name=group,
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 11, "line": line},
        error_x=bars(x, *ends["studio"]) | {"color": colour},
        error_y=bars(y, *ends["street"]) | {"color": colour},
        customdata=rows[["title", "studio", "street"]],
        hovertemplate="%{customdata[0]}<br>studio %{customdata[1]:.4f}, street "
        "%{customdata[2]:.4f}<extra></extra>",
    )


def _number(figure: go.Figure, points: pd.DataFrame) -> None:
    """The number of each model, to the right of its dot and apart from its neighbours'."""
    low, high = figure.layout.yaxis.range
    y = logit(points["street"])
    own = (y - low) / (high - low) * PLOT
    for x, at, shift, number in zip(
        logit(points["studio"]), y, own - spread(own, 15), points["number"], strict=True
    ):
        figure.add_annotation(
            x=x, y=at, ax=36, ay=shift, text=str(number), xanchor="left",
            arrowhead=0, arrowwidth=1, arrowcolor=OTHER[0],
        )  # fmt: skip


def spread(heights: np.ndarray, least: float) -> np.ndarray:
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


def _ends(rows: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of the intervals as logits; the mean itself where there is no interval."""
    low, high = (rows[f"{name}_{end}"].fillna(rows[name]) for end in ("low", "high"))
    return logit(low), logit(high)


def _axis(values: list[float]) -> dict:
    """Range and ticks of an axis that holds these Dice values."""
    low, high = float(logit(min(values))), float(logit(max(values)))
    room = max(0.08 * (high - low), 0.1)
    # More above, for the numbers beside the dots.
    low, high = low - room, high + 2 * room
    choices = (_apart(ticks, low, high) for ticks in (TICKS, *EVEN))
    kept = next((ticks for ticks in choices if len(ticks) >= FEWEST), [])
    return {
        "range": [low, high],
        "tickvals": [float(logit(tick)) for tick in kept],
        "ticktext": [f"{tick:g}" for tick in kept],
        "zeroline": False,
    }


def _apart(ticks: Sequence[float], low: float, high: float) -> list[float]:
    """Those of some ticks that lie on an axis of logits, none closer than ``CLOSEST``."""
    kept: list[float] = []
    for tick in ticks:
        place = float(logit(tick))
        near = bool(kept) and place - float(logit(kept[-1])) < CLOSEST * (high - low)
        if low <= place <= high and not near:
            kept.append(tick)
    return kept


def scatter_alt(points: pd.DataFrame, path: pd.DataFrame) -> str:
    """The dots and the ends of the path as a sentence."""
    parts = [
        f"{r.title}: studio {r.studio:.4f}, street {r.street:.4f}" for r in points.itertuples()
    ]
    text = "Mean Dice in the studio against the street, on logit axes. " + "; ".join(parts) + "."
    if len(path):
        first, last = path.iloc[0], path.iloc[-1]
        text += (
            f" The path of the training from scratch runs from {first['studio']:.4f} and "
            f"{first['street']:.4f} to {last['studio']:.4f} and {last['street']:.4f}."
        )
    return text
