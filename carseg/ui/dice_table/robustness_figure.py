"""The figure of studio against street scores, on logit axes with Dice for ticks."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from carseg.stats import BaselineLine, logit
from carseg.ui.dice_table.figures import error_bars
from carseg.ui.shared.charts import MARKS, OTHER, pushed_apart, tidy

TICKS: tuple[float, ...] = (
    *(0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98),
    *(0.985, 0.99, 0.992, 0.994, 0.996, 0.998, 0.999),
)
EVEN = [[k * step for k in range(1, round(1 / step))] for step in (0.05, 0.02, 0.01, 0.005, 0.002)]
EVEN += [[k * step for k in range(round(0.9 / step), round(1 / step))] for step in (0.001, 0.0002)]
"""Ticks of short axes, finer and finer."""
FEWEST_TICKS = 4
CLOSEST = 0.11
"""The least distance of two ticks, as a share of the axis."""
_FIRST, _SECOND = MARKS[0][0], MARKS[1][0]
LEARNED: dict[tuple[bool | None, bool | None], str] = {
    (False, True): "nothing pretrained, studio views",
    (False, False): "nothing pretrained, other scenes too",
    (True, True): "pretrained, studio views",
    (True, False): "pretrained, other scenes too",
}
"""The training of a model in words, by (starts pretrained, knows one studio only)."""
UNRECORDED = "training not recorded"
_GROUPS = {
    LEARNED[False, True]: (_FIRST, "circle"),
    LEARNED[False, False]: (_FIRST, "circle-open"),
    LEARNED[True, True]: (_SECOND, "diamond"),
    LEARNED[True, False]: (_SECOND, "diamond-open"),
    UNRECORDED: OTHER,
}
"""The same words to colour and symbol. The colour shows the start; open symbols: other scenes."""
_HEIGHT = 540
PLOT = 400
"""Pixels: of the figure, and about what its axes keep of them."""


def axis(values: list[float]) -> dict:
    """Range and ticks of an axis that holds these Dice values."""
    low, high = float(logit(min(values))), float(logit(max(values)))
    room = max(0.08 * (high - low), 0.1)
    # More room above, for the numbers beside the dots.
    low, high = low - room, high + 2 * room
    choices = (_apart(ticks, low, high) for ticks in (TICKS, *EVEN))
    kept = next((ticks for ticks in choices if len(ticks) >= FEWEST_TICKS), [])
    return {
        "range": [low, high],
        "tickvals": [float(logit(tick)) for tick in kept],
        "ticktext": [f"{tick:g}" for tick in kept],
        "tickangle": 0,
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


def scatter(points: pd.DataFrame, path: pd.DataFrame, line: BaselineLine | None) -> go.Figure:
    """A numbered dot per model with both intervals, the path of a training and its line.

    Args:
        points: number, title, studio, street with ``_low`` and ``_high`` (NaN without interval),
            and ``group``, one of ``_GROUPS``.
        path: ``training_path``, possibly empty.
        line: through the path, or None.
    """
    figure = go.Figure([*_baseline(points, path, line), *_path(path)])
    for group, mark in _GROUPS.items():
        rows = points[points["group"] == group]
        if len(rows):
            figure.add_trace(_dots(rows, group, mark))
    x, y = (axis(_shown(points, path, name)) for name in ("studio", "street"))
    figure.update_xaxes(title="studio Dice (carvana-test, 160x240)", **x)
    figure.update_yaxes(title="street Dice (street-photo)", **y)
    _number(figure, points)
    # Room for the numbers of dots at the right end.
    return tidy(figure, _HEIGHT).update_layout(margin_r=30)


def _shown(points: pd.DataFrame, path: pd.DataFrame, name: str) -> list[float]:
    """All Dice values that an axis must hold: means, ends of intervals, the path."""
    values = [*points[name], *points[f"{name}_low"], *points[f"{name}_high"], *path[name]]
    return [value for value in values if not pd.isna(value)]


def _baseline(
    points: pd.DataFrame, path: pd.DataFrame, line: BaselineLine | None
) -> list[go.Scatter]:
    if line is None:
        return []
    studio = [*points["studio"], *path["studio"]]
    low, high = logit([min(studio), max(studio)])
    x = np.linspace(low, high, 2)
    return [
        go.Scatter(
            x=x,
            y=line.intercept + line.slope * x,
            name="what the path makes one expect",
            mode="lines",
            line={"color": OTHER[0], "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    ]


def _path(path: pd.DataFrame) -> list[go.Scatter]:
    if path.empty:
        return []
    return [
        go.Scatter(
            x=logit(path["studio"]),
            y=logit(path["street"]),
            name="from scratch, while it learned",
            mode="lines+markers",
            line={"color": OTHER[0], "width": 1.5},
            marker={"symbol": "x-thin-open", "size": 7},
            customdata=path,
            hovertemplate="after %{customdata[0]:,} pictures<br>studio %{customdata[1]:.3f}, "
            "street %{customdata[2]:.3f}<extra></extra>",
        )
    ]


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
        error_x=error_bars(x, *ends["studio"]) | {"color": colour},
        error_y=error_bars(y, *ends["street"]) | {"color": colour},
        customdata=rows[["title", "studio", "street"]],
        hovertemplate="%{customdata[0]}<br>studio %{customdata[1]:.3f}, street "
        "%{customdata[2]:.3f}<extra></extra>",
    )


def _number(figure: go.Figure, points: pd.DataFrame) -> None:
    """The number of each model, right of its dot, off its error bar and apart from the others."""
    low, high = figure.layout.yaxis.range
    y = logit(points["street"])
    own = (y - low) / (high - low) * PLOT
    for x, at, shift, number in zip(
        logit(points["studio"]), y, own - pushed_apart(own + 12, 15), points["number"], strict=True
    ):
        figure.add_annotation(
            x=x, y=at, ax=36, ay=shift, text=str(number), xanchor="left",
            arrowhead=0, arrowwidth=1, arrowcolor=OTHER[0],
        )  # fmt: skip


def _ends(rows: pd.DataFrame, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Both ends of the intervals as logits; the mean itself if there is no interval."""
    low, high = (rows[f"{name}_{end}"].fillna(rows[name]) for end in ("low", "high"))
    return logit(low), logit(high)


def scatter_alt(points: pd.DataFrame, path: pd.DataFrame) -> str:
    """The dots and the ends of the path as a sentence."""
    parts = [
        f"{r.title}: studio {r.studio:.3f}, street {r.street:.3f}" for r in points.itertuples()
    ]
    text = "Mean Dice in the studio against the street, on logit axes. " + "; ".join(parts) + "."
    if len(path):
        first, last = path.iloc[0], path.iloc[-1]
        text += (
            f" The path of the training from scratch runs from {first['studio']:.3f} and "
            f"{first['street']:.3f} to {last['studio']:.3f} and {last['street']:.3f}."
        )
    return text
