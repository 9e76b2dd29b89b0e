"""Shapes of a small network that were tried: Dice against milliseconds, and what none beats."""

import json
from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go
from pydantic import BaseModel, ConfigDict, Field, ValidationError

SHAPES_FILE = "search.json"
"""Beside the weights of the checkpoint whose shape was searched."""
POINTS, LINE = "#2563eb", "#6b7280"


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class Shape(_Facts):
    """A candidate.

    Attributes:
        size: the grid that it was trained and scored on.
        parameters: of its network.  start: of its encoder, in words.
        dice: mean on the validation photographs.  ms: of its network for one picture.
        engine, precision: what it was timed with.
    """

    name: str
    size: tuple[int, int]
    parameters: int
    start: str
    dice: float = Field(ge=0, le=1)
    ms: float = Field(gt=0)
    engine: str
    precision: str


class Tried(_Facts):
    """A search: each candidate saw ``pictures``; ``clock`` is of the processor or on the wall."""

    date: str
    pictures: int
    seed: int
    set: str
    clock: str
    device: str
    rows: tuple[Shape, ...] = Field(min_length=1)

    @property
    def words(self) -> str:
        """How it was measured."""
        clock = "processor time" if self.clock == "processor" else "time"
        first = self.rows[0]
        return (
            f"{len(self.rows)} shapes, each trained on the same {self.pictures:,} views and scored "
            f"on {self.set}; {clock} of one picture by {first.engine} in {first.precision}, "
            f"on {self.device} ({self.date})."
        )


def tried(folder: Path) -> Tried | None:
    """The search beside a checkpoint's weights; None without a file that can be read."""
    try:
        return Tried.model_validate(json.loads((folder / SHAPES_FILE).read_bytes()))
    except (OSError, ValueError, ValidationError):
        return None


def on_the_line(rows: Sequence[Shape]) -> list[Shape]:
    """The shapes that no other one beats in time and in Dice, the fastest first (Pareto)."""
    found: list[Shape] = []
    for row in sorted(rows, key=lambda row: (row.ms, -row.dice)):
        if not found or row.dice > found[-1].dice:
            found.append(row)
    return found


def chart(rows: Sequence[Shape]) -> go.Figure:
    """A point for each shape, and the line that none is beyond."""
    line = on_the_line(rows)
    figure = go.Figure()
    figure.add_scatter(
        x=[row.ms for row in line],
        y=[row.dice for row in line],
        mode="lines",
        line={"color": LINE, "width": 2, "shape": "hv"},
        hoverinfo="skip",
        name="none is faster and better",
    )
    figure.add_scatter(
        x=[row.ms for row in rows],
        y=[row.dice for row in rows],
        mode="markers",
        marker={"size": 10, "color": POINTS},
        text=[row.name for row in rows],
        hovertemplate="%{text}<br>%{x:.3~g} ms, Dice %{y:.3f}<extra></extra>",
        name="a shape",
    )
    figure.update_layout(showlegend=True)
    figure.update_xaxes(title="ms a picture", rangemode="tozero")
    figure.update_yaxes(title="Dice")
    return figure


def chart_alt(rows: Sequence[Shape]) -> str:
    """The same as a sentence."""
    told = "; ".join(f"{row.name}: {row.ms:g} ms, {row.dice:.3f}" for row in on_the_line(rows))
    return f"Dice against time of {len(rows)} shapes. None is faster and better than: {told}."
