"""Plotly figures of the tables and cards, each with the sentence that replaces it for a reader."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from carseg.ui.cards import TIMES

DOMAINS = {"studio": ("#2F86CF", "circle"), "street": ("#DD7A00", "diamond")}
"""Colour and symbol of a domain: colour-blind safe, readable on both themes, never colour alone."""
OTHER = ("#8A8A8A", "square")


def _style(domain: str) -> tuple[str, str]:
    return DOMAINS.get(domain, OTHER)


def intervals(scores: pd.DataFrame) -> go.Figure:
    """Dots of mean Dice with their intervals, a line per model and grid, studio beside street.

    ``scores`` has the columns of ``tables.summary``. A grey line joins what one model reaches on
    its sets: its length is the generalisation gap.
    """
    figure = go.Figure()
    scores = scores.assign(line=[_line(row) for row in scores.itertuples()])
    for line, rows in scores.groupby("line", sort=False):
        ends = [rows["dice"].min(), rows["dice"].max()]
        grey = dict(color="rgba(138,138,138,0.45)", width=3)
        figure.add_scatter(
            x=ends, y=[line, line], mode="lines", line=grey, showlegend=False, hoverinfo="skip"
        )
    for (domain, name), rows in scores.groupby(["domain", "set"], sort=False):
        figure.add_trace(_dots(rows, domain, name))
    lines = list(dict.fromkeys(scores["line"]))
    figure.update_yaxes(categoryorder="array", categoryarray=lines[::-1], title=None)
    figure.update_xaxes(title="mean Dice per picture, with its 95 % interval")
    return _tidy(figure, 120 + 62 * len(lines))


def _line(row: tuple) -> str:
    return f"{row.title}<br>at {row.grid}"


def _dots(rows: pd.DataFrame, domain: str, name: str) -> go.Scatter:
    colour, symbol = _style(domain)
    if domain == "street" and name != "street-photo":
        symbol += "-open"  # a second street set: the same colour, but not the headline's mark
    bars = dict(
        type="data",
        symmetric=False,
        array=(rows["high"] - rows["dice"]).fillna(0),
        arrayminus=(rows["dice"] - rows["low"]).fillna(0),
        thickness=2,
        width=5,
    )
    return go.Scatter(
        x=rows["dice"],
        y=rows["line"],
        name=f"{domain}: {name}",
        mode="markers",
        marker=dict(color=colour, symbol=symbol, size=12, line=dict(color=colour, width=2)),
        error_x=bars,
        customdata=rows[["n", "interval"]],
        hovertemplate="%{y}<br>mean Dice %{x:.4f} (%{customdata[1]}), n = %{customdata[0]}",
    )


def intervals_alt(scores: pd.DataFrame) -> str:
    """The same facts as a sentence."""
    parts = [f"{r.title} on {r.set} at {r.grid}: {r.dice:.4f}" for r in scores.itertuples()]
    return "Mean Dice with intervals. " + "; ".join(parts) + "."


def distribution(pictures: pd.DataFrame) -> go.Figure:
    """A box and every picture as a dot: columns id, dice, label (one line each) and domain."""
    figure = go.Figure()
    for (label, domain), rows in pictures.groupby(["label", "domain"], sort=False):
        colour, _ = _style(domain)
        figure.add_box(
            x=rows["dice"],
            name=label,
            text=rows["id"],
            boxpoints="all",
            jitter=0.6,
            pointpos=-1.7,
            marker=dict(color=colour, size=4, opacity=0.55),
            line=dict(color=colour),
            hovertemplate="%{text}<br>Dice %{x:.4f}<extra></extra>",
            showlegend=False,
        )
    figure.update_xaxes(title="Dice of each picture")
    figure.update_yaxes(autorange="reversed")
    return _tidy(figure, 110 + 130 * pictures["label"].nunique())


def distribution_alt(pictures: pd.DataFrame) -> str:
    """Median and range of every line as a sentence."""
    parts = [
        f"{label}: median {rows['dice'].median():.4f}, from {rows['dice'].min():.4f} "
        f"to {rows['dice'].max():.4f} over {len(rows)} pictures"
        for label, rows in pictures.groupby("label", sort=False)
    ]
    return "Dice of each picture. " + "; ".join(parts).replace("<br>", " ") + "."


def curves(history: pd.DataFrame) -> go.Figure:
    """Training curves: losses on the left, the other measures on the right; first column is time."""
    time, *names = history.columns
    losses = [name for name in names if "loss" in name]
    panels = [p for p in (losses, [n for n in names if n not in losses and n != "lr"]) if p]
    titles = ["Loss" if panel is losses else "On validation pictures" for panel in panels]
    figure = make_subplots(1, max(1, len(panels)), subplot_titles=titles or None)
    for column, panel in enumerate(panels, start=1):
        for name in panel:
            points = history[[time, name]].dropna()
            figure.add_scatter(
                x=points[time], y=points[name], name=_curve_name(name), row=1, col=column
            )
        figure.update_xaxes(title=TIMES.get(time, time), row=1, col=column)
    return _tidy(figure, 300)


def _curve_name(column: str) -> str:
    words = {"val_dice": "Dice", "val_miou": "mean IoU", "val_loss": "validation", "loss": "training"}
    return words.get(column, column.replace("_", " "))


def curves_alt(history: pd.DataFrame) -> str:
    """First and last value of every curve as a sentence."""
    time, *names = history.columns
    parts = []
    for name in names:
        values = history[name].dropna()
        parts.append(f"{name} from {values.iloc[0]:.4g} to {values.iloc[-1]:.4g}")
    return f"Training curves over {TIMES.get(time, time)}: " + "; ".join(parts) + "."


def _tidy(figure: go.Figure, height: int) -> go.Figure:
    legend = dict(orientation="h", yanchor="bottom", y=1.02, xanchor="left", x=0)
    figure.update_layout(
        height=height, margin=dict(l=8, r=8, t=48, b=8), legend=legend, title=None, font_size=14
    )
    return figure
