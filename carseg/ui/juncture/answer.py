"""The top of the page: the question, the answer in a sentence, two bars and a pair of photos."""

from collections.abc import Mapping

import plotly.graph_objects as go
import streamlit as st

from carseg.analysis.answer import Answer, Sides, answer
from carseg.analysis.boards import STREET, STUDIO
from carseg.analysis.effects import Cell
from carseg.analysis.numbers import dice, mean
from carseg.core import settings
from carseg.models.checkpoint import Config
from carseg.stats import Interval
from carseg.ui.juncture import lay
from carseg.ui.juncture.choice import Choice
from carseg.ui.juncture.figures import Mark
from carseg.ui.shared import cached, charts
from carseg.ui.shared.charts import clear, tidy
from carseg.ui.shared.file_stamp import SCORE_FILES, stamp
from carseg.ui.shared.markdown import plain

_HEIGHT = 190


def known_of(chosen: Choice, known: Mapping[str, Config]) -> Answer | None:
    """What is known about the chosen pair, from all its runs; None without a pair."""
    if chosen.pairing is None:
        return None
    scores = stamp(settings.weights_dir(), *SCORE_FILES)
    pair = chosen.pairing.a, chosen.pairing.b
    key = (chosen.version, scores, chosen.dial.name, *pair, chosen.delta)
    return _answer("\n".join(map(str, key)), chosen, known)


@st.cache_resource(show_spinner="Comparing the two ...", max_entries=32)
def _answer(key: str, _chosen: Choice, _known: Mapping[str, Config]) -> Answer:
    assert _chosen.pairing is not None, "asked only about a pair"
    a, b = (_chosen.curve(name) for name in (_chosen.pairing.a, _chosen.pairing.b))
    boards = {at: cached.cached_board(at) for at in (STUDIO, STREET)}
    return answer(_chosen.pairing, a, b, _known, boards)


def show_words(found: Answer, titles: Mapping[str, str]) -> None:
    """The question and the answer."""
    a, b = (plain(titles.get(name, name)) for name in (found.pairing.a, found.pairing.b))
    st.header(lay.question(found), anchor=False)
    with st.container(key="juncture-answer"):
        st.markdown(lay.sentence(found, a, b))


def explain() -> None:
    """What the words of the page mean."""
    st.caption(lay.WORDS)


def show_bars(found: Answer, titles: Mapping[str, str], marks: Mapping[str, Mark]) -> None:
    """A bar for each of the two, with its interval, and what it was measured on."""
    sides, place = measured_on(found)
    models = found.pairing.a, found.pairing.b
    names = [titles.get(name, name) for name in models]
    st.markdown(f"**Mean Dice {place}**")
    st.plotly_chart(
        bars(sides, names, [marks[name][0] for name in models]),
        alt=bars_alt(sides, names, place),
        config=charts.QUIET,
        key="juncture-bars",
    )
    st.caption(
        f"{sides[0].n} pictures; the line on each bar is the 95 % interval. Runs averaged: "
        f"{sides[0].seeds} and {sides[1].seeds}."
    )


def measured_on(found: Answer) -> tuple[tuple[Cell, Cell], str]:
    """The two means of the bars, and where: on the street, else at the end of the dial."""
    if found.street is not None:
        return _cells(found.street), "on photographs of real streets"
    along = found.pairing.along
    ends = []
    for curve, runs in zip((along.a, along.b), found.runs, strict=True):
        low, high = (None if side is None else side[-1] for side in (curve.low, curve.high))
        interval = None if low is None or high is None else Interval(max(0, low), min(1, high))
        ends.append(Cell(curve.mean[-1], interval, along.n, runs))
    return (ends[0], ends[1]), "at the end of the dial"


def _cells(sides: Sides) -> tuple[Cell, Cell]:
    return sides.a, sides.b


def bars(cells: tuple[Cell, Cell], names: list[str], colours: list[str]) -> go.Figure:
    """Two bars from 0 to 1 with their intervals, each under its name."""
    figure = go.Figure()
    for place, (cell, name, colour) in enumerate(zip(cells, names, colours, strict=True)):
        ends = cell.interval or Interval(cell.dice, cell.dice)
        figure.add_bar(
            x=[cell.dice],
            y=[place],
            orientation="h",
            width=0.42,
            marker={"color": clear(colour, 0.45), "line": {"color": colour, "width": 1}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [ends.high - cell.dice],
                "arrayminus": [cell.dice - ends.low],
                "thickness": 3,
                "width": 7,
                "color": colour,
            },
            hovertemplate=f"{mean(cell.dice, cell.interval)}<extra>{name}</extra>",
            showlegend=False,
        )
        figure.add_annotation(
            text=f"{name}: {dice(cell.dice)}",
            **{"xref": "paper", "x": 0, "xanchor": "left", "y": place - 0.4, "showarrow": False},
        )
    figure.update_yaxes(range=[1.4, -0.65], showticklabels=False, zeroline=False, showgrid=False)
    figure.update_xaxes(range=[0, 1.02], dtick=0.2, zeroline=False)
    return tidy(figure, _HEIGHT, top=4)


def bars_alt(cells: tuple[Cell, Cell], names: list[str], place: str) -> str:
    """The same as a sentence."""
    parts = [f"{n}: {mean(c.dice, c.interval)}" for n, c in zip(names, cells, strict=True)]
    return f"Mean Dice {place}. {'; '.join(parts)}."
