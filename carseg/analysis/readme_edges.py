"""Edges, calibration and cost per checkpoint: the second table of ``weights/README.md``."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from carseg.analysis.boards import STREET, STUDIO, Benchmark, measured_at
from carseg.analysis.numbers import dice, percent
from carseg.analysis.recipes import multiply_adds_seen
from carseg.measures.calibration import GAPS, calibration_error
from carseg.models.checkpoint import Config
from carseg.results.details import read_details

_SETS = {"studio": STUDIO, "street-photo": STREET}
_FACTS = ["checkpoint", "hours", "multiply-adds seen (10^15)"]


def edge_lines(
    configs: Mapping[str, Config], pictures: pd.DataFrame, root: Path
) -> list[list[str]]:
    """The heads of the columns, and the cells of each network that was measured in the studio.

    Args:
        configs: the checkpoints, in their order.
        pictures: ``per_picture`` of their scores.
        root: the folder of the checkpoints; their details are read from it.
    """
    heads = [
        *_FACTS,
        *(f"boundary IoU, {place}" for place in _SETS),
        "outline error, studio",
        *(f"calibration error, {place}" for place in _SETS),
    ]
    measured = set(measured_at(pictures, STUDIO)["model"])
    lines = [
        _line(config, pictures[pictures["model"] == name], root / name)
        for name, config in configs.items()
        if name in measured
    ]
    return [heads, *lines]


def _line(config: Config, own: pd.DataFrame, folder: Path) -> list[str]:
    details = {place: _joined(own, at, folder) for place, at in _SETS.items()}
    seen, hours = multiply_adds_seen(config), config.trained.get("hours")
    rims = [measured_at(own, at)["boundary_iou"].mean(skipna=False) for at in _SETS.values()]
    errors = [calibration(rows) for rows in details.values()]
    off = outline_error(details["studio"])
    return [
        f"`{config.name}`",
        f"{hours:g} ({config.trained.get('hardware', 'not stated')})" if hours else "",
        f"{seen / 1e15:.3f}" if seen else "",
        *("" if pd.isna(rim) else dice(rim) for rim in rims),
        "" if off is None else f"{off:.2f} px",
        *("" if error is None else percent(error, 2) for error in errors),
    ]


def _joined(own: pd.DataFrame, at: Benchmark, folder: Path) -> pd.DataFrame | None:
    """A model's scores with their details; None without details of these very scores."""
    scores = measured_at(own, at)[["picture", "tp", "fp", "fn", "tn"]]
    details = read_details(folder, "-".join(at))
    if details is None or "outline" not in details:
        return None
    rows = details.merge(scores, on="picture")
    sums = {kind: rows[f"edge_{kind}"] + rows[f"inner_{kind}"] for kind in ("fp", "fn")}
    belong = len(rows) == len(details) == len(scores) and all(
        (total == rows[kind]).all() for kind, total in sums.items()
    )
    return rows if belong else None


def outline_error(rows: pd.DataFrame | None) -> float | None:
    """Mean distance of the outline from the true one, in pixels of the score's grid.

    Per picture it is the wrong pixels by the pixels of the true outline, as if all mistakes lay
    along it; then the mean over pictures with a car. None without details.
    """
    if rows is None:
        return None
    cars = rows[rows["outline"] > 0]
    return float(((cars["fp"] + cars["fn"]) / cars["outline"]).mean()) if len(cars) else None


def calibration(rows: pd.DataFrame | None) -> float | None:
    """Expected calibration error of a set (``calibration_error``); None without details."""
    if rows is None or not {*GAPS} <= set(rows):
        return None
    pixels = int(rows[["tp", "fp", "fn", "tn"]].to_numpy().sum())
    return calibration_error(rows[list(GAPS)].sum().to_numpy(), pixels)
