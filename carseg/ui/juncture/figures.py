"""The figure of the page: mean Dice along a dial, and below it the lead of one model."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from carseg.analysis.numbers import level
from carseg.analysis.stress import Pairing
from carseg.stats.bands import Curve
from carseg.ui.juncture.sentences import span
from carseg.ui.shared.charts import BAND, GREY, MARKS, clear, tidy

Mark = tuple[str, str, str]
"""Colour, symbol and dash."""

MOST_CURVES = len(MARKS)
"""The number of models that have distinct marks."""
HEIGHTS = {False: 430, True: 640}
"""Pixels without and with the lead below."""
OPEN = {"seen": "", "partly seen": "", "unseen": "-open"}
"""The suffix of a symbol: it is hollow if the dial is new to the model."""
_LEAD = "#1D8FBF"


def palette(models: Iterable[str], given: Mapping[str, Mark] | None = None) -> dict[str, Mark]:
    """A mark of its own for each of at most ``MOST_CURVES`` models; ``given`` ones are kept."""
    models = list(models)
    found = {name: given[name] for name in models if given and name in given}
    free = [mark for mark in MARKS if mark not in found.values()]
    rest = [name for name in models if name not in found]
    return found | {name: (free or MARKS)[i % len(free or MARKS)] for i, name in enumerate(rest)}


@dataclass(frozen=True)
class ModelCurve:
    """The curve of one model.

    Attributes:
        title: for people.
        exposed: whether training has seen the dial (``sentences.exposed``), or ''.
        mark: its colour, symbol and dash.
    """

    title: str
    exposed: str
    severities: Sequence[float]
    curve: Curve
    mark: Mark


def along_dial(
    lines: Sequence[ModelCurve], dial: str, pairing: Pairing | None, titles: Mapping[str, str]
) -> go.Figure:
    """Mean Dice with simultaneous bands; for a pair also the lead, its juncture and ``delta``."""
    both = pairing is not None
    figure = make_subplots(
        rows=1 + both,
        shared_xaxes=True,
        vertical_spacing=0.06,
        row_heights=[0.62, 0.38] if both else None,
    )
    for line in lines:
        _curve(figure, line, 1)
    if pairing is not None:
        _lead(figure, pairing, titles)
        _juncture(figure, pairing)
    figure.update_yaxes(title="mean Dice", row=1, col=1, zeroline=False)
    figure.update_xaxes(title=f"severity of {dial}", row=1 + both, col=1)
    figure.update_xaxes(zeroline=False, dtick=1)
    figure.update_layout(hovermode="x unified")
    return tidy(figure, HEIGHTS[both])


def _curve(figure: go.Figure, line: ModelCurve, row: int) -> None:
    colour, symbol, dash = line.mark
    note = f" ({line.exposed})" if line.exposed else ""
    _band(figure, line.severities, _within(line.curve), colour, row=row, group=line.title)
    figure.add_scatter(
        x=line.severities,
        y=line.curve.mean,
        name=line.title + note,
        legendgroup=line.title,
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 2.5},
        marker={
            "symbol": symbol + OPEN.get(line.exposed, ""),
            "color": colour,
            "size": 9,
            "line": {"width": 2, "color": colour},
        },
        hovertemplate="%{y:.3f}",
        row=row,
        col=1,
    )


def _within(found: Curve) -> Curve:
    """The curve with its band clipped to 0..1."""
    if found.low is None or found.high is None:
        return found
    low, high = (tuple(np.clip(end, 0, 1).tolist()) for end in (found.low, found.high))
    return Curve(found.mean, low, high)


def _band(
    figure: go.Figure, x: Sequence[float], found: Curve, colour: str, *, row: int, group: str
) -> None:
    if found.low is None or found.high is None:
        return
    figure.add_scatter(
        x=[*x, *x[::-1]],
        y=[*found.high, *found.low[::-1]],
        fill="toself",
        fillcolor=clear(colour, 0.18),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        legendgroup=group,
        showlegend=False,
        row=row,
        col=1,
    )


def _lead(figure: go.Figure, pairing: Pairing, titles: Mapping[str, str]) -> None:
    one = pairing.along
    _band(figure, one.severities, one.difference, _LEAD, row=2, group="lead")
    figure.add_scatter(
        x=one.severities,
        y=one.difference.mean,
        name=f"{titles[pairing.a]} less {titles[pairing.b]}",
        legendgroup="lead",
        mode="lines+markers",
        line={"color": _LEAD, "width": 2.5},
        marker={"size": 7, "color": _LEAD},
        hovertemplate="%{y:+.4f}",
        showlegend=False,
        row=2,
        col=1,
    )
    figure.add_hline(y=0, line={"color": GREY, "width": 1}, row=2, col=1)
    for side in _sides(pairing):
        delta = side * one.ahead.delta
        figure.add_hline(y=delta, line={"color": GREY, "dash": "dot"}, row=2, col=1)
        place = {"xref": "x2 domain", "yref": "y2", "x": 1, "xanchor": "right", "y": delta}
        text = f"lead of {one.ahead.delta:g}"
        figure.add_annotation(text=text, yshift=9 * side, showarrow=False, font_size=12, **place)
    figure.update_yaxes(title="A less B", row=2, col=1, zeroline=False)


def _sides(pairing: Pairing) -> tuple[int, ...]:
    """The signs of the lead to draw: the leader's, or both if there is none."""
    if pairing.found is None:
        return 1, -1
    return (1,) if pairing.found[0] == pairing.a else (-1,)


def _juncture(figure: go.Figure, pairing: Pairing) -> None:
    """A line through both parts at the juncture, with its interval as a band."""
    if pairing.found is None:
        return
    at = pairing.found[2]
    if at.at is None:
        return
    last = pairing.along.severities[-1]
    if at.span is not None:
        low, high = (last if end is None else end for end in (at.span.low, at.span.high))
        figure.add_vrect(x0=low, x1=high, fillcolor=BAND, line_width=0, layer="below")
    figure.add_vline(x=at.at, line={"color": GREY, "width": 2})
    right = at.at > 0.6 * last
    figure.add_annotation(
        text=f"juncture {level(at.at)}{span(at.span)}",
        **{"x": at.at, "xref": "x", "y": 0.02, "yref": "y domain", "yanchor": "bottom"},
        xanchor="right" if right else "left",
        xshift=-6 if right else 6,
        showarrow=False,
    )


def along_dial_alt(lines: Sequence[ModelCurve], dial: str, found: str) -> str:
    """First and last mean of each curve, and the answer, as sentences."""
    parts = [
        f"{line.title}: {line.curve.mean[0]:.3f} at severity {line.severities[0]:g}, "
        f"{line.curve.mean[-1]:.3f} at severity {line.severities[-1]:g}"
        for line in lines
    ]
    return f"Mean Dice along the {dial} dial. {'; '.join(parts)}. {found}".strip()
