"""Plotly figures of the panels, each with a sentence as its alt text."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from carseg.analysis.effects import Square
from carseg.stats import TIE, Comparison
from carseg.ui.shared.charts import BAND, GREY, MARKS, OTHER, tidy

COLUMNS_OF_DOTS = 48
CORNERS = ("studio views", "street views")
START_NAMES = ("nothing pretrained", "pretrained")
CAR_SIDES = {1: "front", 5: "left", 9: "rear", 13: "right"}
AROUND = {
    "rotation": 90,
    "direction": "counterclockwise",
    "tickvals": [22.5 * k for k in range(16)],
    "ticktext": [CAR_SIDES.get(k + 1, str(k + 1)) for k in range(16)],
    "gridcolor": BAND,
    "linecolor": BAND,
}
"""The sixteen angles around the car, its front on top."""

Numbers = Sequence[float] | np.ndarray


def strip(rows: pd.DataFrame, found: Comparison, a: str, b: str) -> go.Figure:
    """A dot per picture at its difference (``boards.differences``), stacked; the mean as a band."""
    values = rows["difference"].to_numpy()
    width = max(np.ptp(values) / COLUMNS_OF_DOTS, 1e-6)
    level = pd.Series(np.round(values / width)).pipe(lambda c: c.groupby(c).cumcount())
    # Dots are stacked from the middle outwards: 0, 1, -1, 2, -2 ...
    height = np.where(level % 2, (level + 1) // 2, -(level // 2))
    sides = {
        f"A better: {a}": (values >= TIE, MARKS[0][:2]),
        f"B better: {b}": (values <= -TIE, MARKS[1][:2]),
        f"within {TIE:g}": (np.abs(values) < TIE, OTHER),
    }
    figure = go.Figure()
    for name, (here, (colour, symbol)) in sides.items():
        if not here.any():
            continue
        figure.add_scatter(
            x=values[here],
            y=height[here],
            name=name,
            mode="markers",
            marker={"color": colour, "symbol": symbol, "size": 8 if len(rows) < 200 else 5},
            customdata=rows.loc[here, ["picture", "dice_a", "dice_b"]],
            hovertemplate="%{customdata[0]}<br>%{x:+.4f} (%{customdata[1]:.3f} against "
            "%{customdata[2]:.3f})<extra></extra>",
        )
    if found.interval:
        figure.add_vrect(
            x0=found.interval.low, x1=found.interval.high, fillcolor=BAND, line_width=0
        )
    figure.add_vline(x=found.difference, line={"color": GREY, "width": 2})
    figure.add_vline(x=0, line={"color": GREY, "width": 1, "dash": "dot"})
    figure.update_xaxes(title="difference in Dice per picture", zeroline=False)
    figure.update_yaxes(visible=False)
    figure.update_layout(showlegend=True)
    return tidy(figure, 290, top=48)


def strip_alt(rows: pd.DataFrame, found: Comparison, a: str, b: str) -> str:
    """Counts, mean and the two ends as a sentence."""
    first, last = rows.iloc[0], rows.iloc[-1]
    return (
        f"Difference in Dice of each of {found.n} pictures, {a} less {b}: {found.wins} better, "
        f"{found.ties} alike, {found.losses} worse; mean {found.difference:+.4f}; from "
        f"{last['difference']:+.4f} on {last['picture']} to {first['difference']:+.4f} on "
        f"{first['picture']}."
    )


def lines_of_square(square: Square) -> go.Figure:
    """Mean Dice over training views, one line per start: parallel lines mean no interaction."""
    figure = go.Figure()
    for start, (name, (colour, symbol, dash)) in enumerate(zip(START_NAMES, MARKS, strict=False)):
        both = [(x, square.cells[2 * x + start]) for x in (0, 1)]
        cells = [(x, cell) for x, cell in both if cell]
        ends = [
            (c.interval.low, c.interval.high) if c.interval else (c.dice,) * 2 for _, c in cells
        ]
        figure.add_scatter(
            # Shifted sideways, so that no interval hides the other.
            x=[x + 0.03 * (2 * start - 1) for x, _ in cells],
            y=[cell.dice for _, cell in cells],
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"symbol": symbol, "size": 12},
            error_y=error_bars([c.dice for _, c in cells], *zip(*ends, strict=True))
            if cells
            else None,
            hovertemplate="mean Dice %{y:.3f}",
        )
    figure.update_xaxes(tickvals=[0, 1], ticktext=CORNERS, range=[-0.35, 1.35], zeroline=False)
    figure.update_yaxes(title="mean Dice")
    return tidy(figure, 340)


def square_alt(square: Square, place: str) -> str:
    """The four corners as a sentence."""
    parts = []
    for number, cell in enumerate(square.cells):
        what = f"{START_NAMES[number % 2]}, {CORNERS[number // 2]}"
        parts.append(f"{what}: {f'{cell.dice:.3f}' if cell else 'not measured'}")
    return f"Mean Dice on {place}. " + "; ".join(parts) + "."


def error_bars(middle: Numbers, low: Numbers, high: Numbers) -> dict:
    """Plotly's error bars from the ends of intervals."""
    return {
        "type": "data",
        "symmetric": False,
        "array": np.nan_to_num(np.subtract(high, middle)),
        "arrayminus": np.nan_to_num(np.subtract(middle, low)),
        "thickness": 1.5,
        "width": 4,
    }


def angles(rows: pd.DataFrame) -> go.Figure:
    """Mean Dice (``by_angle`` with titles) around the car, seen from above, its front on top."""
    figure = go.Figure()
    for number, (title, part) in enumerate(rows.groupby("title", sort=False)):
        colour, symbol, dash = MARKS[number % len(MARKS)]
        part = part.sort_values("angle")
        ring = pd.concat([part, part.head(1)])  # closes the line
        figure.add_scatterpolar(
            theta=(ring["angle"] - 1) * 22.5,
            r=ring["dice"],
            name=title,
            mode="lines+markers",
            line={"color": colour, "dash": dash, "width": 2},
            marker={"symbol": symbol, "size": 8},
            customdata=ring[["angle", "n"]],
            hovertemplate="angle %{customdata[0]}: mean Dice %{r:.3f}, n = %{customdata[1]}",
        )
    figure.update_polars(
        bgcolor="rgba(0,0,0,0)",
        radialaxis=_outwards(rows["dice"].min(), rows["dice"].max()),
        angularaxis=AROUND,
    )
    # Room for the words around the ring.
    return tidy(figure, 480).update_layout(margin={"l": 40, "r": 40, "b": 36})


def _outwards(low: float, high: float) -> dict:
    """The radial axis. It does not begin at 0, because the angles differ by hundredths."""
    room = max(high - low, 1e-4)
    return {
        "range": [max(0, low - 0.6 * room), min(1, high + 0.1 * room)],
        "nticks": 4,
        "tickformat": ".3f",
        "angle": 22.5,
        "gridcolor": BAND,
        "linecolor": BAND,
    }


def angles_alt(rows: pd.DataFrame) -> str:
    """Best and worst angle of each model as a sentence."""
    parts = []
    for title, part in rows.groupby("title", sort=False):
        best, worst = part.loc[part["dice"].idxmax()], part.loc[part["dice"].idxmin()]
        parts.append(
            f"{title}: best {best['dice']:.3f} at angle {best['angle']}, worst "
            f"{worst['dice']:.3f} at angle {worst['angle']}"
        )
    return (
        "Mean Dice at each of Carvana's 16 angles, around the car. " + "; ".join(parts) + ". "
        "Angle 1 is the front, 5 the left side, 9 the rear, 13 the right side."
    )
