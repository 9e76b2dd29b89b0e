"""What a network costs over the size of its grid and of its batch, as ``carseg bench --curves``."""

import json
from pathlib import Path

import plotly.graph_objects as go
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from carseg.models.checkpoint import SPEED_FILE
from carseg.ui.shared.charts import BLUE, GREY, tidy


class _Facts(BaseModel):
    model_config = ConfigDict(frozen=True)


class OnGrid(_Facts):
    """Milliseconds of one picture on a (height, width) grid, and those of the plain network."""

    grid: tuple[int, int]
    ms: float = Field(gt=0)
    plain: float = Field(gt=0)


class InBatch(_Facts):
    """Milliseconds of each picture of a batch."""

    batch: int = Field(gt=0)
    ms: float = Field(gt=0)


class Where(_Facts):
    """The processor, and its threads."""

    device: str
    threads: int


class Speed(_Facts):
    """The file: ``grid`` is the network's own, on which the batches were measured."""

    machine: Where
    date: str
    engine: str
    precision: str
    grid: tuple[int, int]
    grids: tuple[OnGrid, ...] = Field(min_length=1)
    batches: tuple[InBatch, ...] = Field(min_length=1)

    @property
    def words(self) -> str:
        """What was measured, where and when."""
        return (
            f"The network alone, {self.precision}, on {self.machine.device} ({self.date}); batches "
            f"on {self.grid[0]}x{self.grid[1]}. Plain: float32, layer by layer, on the same "
            "machine. Other machines take other times; the shape of the curves stays."
        )


def speed(folder: Path) -> Speed | None:
    """What was measured of the checkpoint in ``folder``; None without a file that can be read."""
    try:
        return Speed.model_validate(json.loads((folder / SPEED_FILE).read_bytes()))
    except (OSError, ValueError, ValidationError):
        return None


def curves(found: Speed) -> dict[str, go.Figure]:
    """Title to figure: milliseconds over the grid's pixels, and over the batch."""
    sizes = go.Figure()
    pixels = [item.grid[0] * item.grid[1] for item in found.grids]
    names = [f"{item.grid[0]}x{item.grid[1]}" for item in found.grids]
    for name, values, colour, dash in (
        ("plain", [item.plain for item in found.grids], GREY, "dot"),
        ("as carseg runs it", [item.ms for item in found.grids], BLUE, "solid"),
    ):
        sizes.add_scatter(
            x=pixels, y=values, name=name, text=names, mode="lines+markers",
            line={"color": colour, "width": 2, "dash": dash},
            hovertemplate="%{text}: %{y:.3~g} ms",
        )  # fmt: skip
    sizes.update_layout(showlegend=True)
    sizes.update_xaxes(title="grid", type="log", tickvals=pixels, ticktext=names)
    sizes.update_yaxes(title="ms a picture", type="log", dtick=1)
    batches = go.Figure()
    batches.add_scatter(
        x=[item.batch for item in found.batches],
        y=[item.ms for item in found.batches],
        mode="lines+markers",
        line={"color": BLUE, "width": 2},
        hovertemplate="%{x} at once: %{y:.3~g} ms each<extra></extra>",
    )
    batches.update_xaxes(title="pictures at once", type="category")
    batches.update_yaxes(title="ms a picture", rangemode="tozero")
    return {"Size": tidy(sizes, 280, top=36), "Batch": tidy(batches, 280, top=36)}


def curves_alt(found: Speed) -> str:
    """The same as a sentence."""
    sizes = [
        f"{item.ms:g} ms on {item.grid[0]}x{item.grid[1]} (plain {item.plain:g})"
        for item in found.grids
    ]
    batches = [f"{item.ms:g} ms each, {item.batch} at once" for item in found.batches]
    return f"Cost of a picture: {'; '.join([*sizes, *batches])}."
