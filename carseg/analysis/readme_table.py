"""The results table of the README: one line per checkpoint, made from the shipped counts."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from carseg.analysis.boards import BASELINE, STREET, STUDIO, WEB, Benchmark, network_rows
from carseg.analysis.car_free import car_free_table
from carseg.analysis.frames import per_picture, summarise
from carseg.models.checkpoint import Config, shelf
from carseg.results.scores import ScoreSet, shipped_scores

_COLUMNS = {
    STUDIO: "studio, 160x240",
    Benchmark(STUDIO.set, "stored"): "studio, stored size",
    STREET: STREET.set,
    WEB: WEB.set,
}
"""What was measured to what a column is called, in their order."""


def overview(root: Path | None = None) -> str:
    """The table as Markdown, of all in ``root`` that has been measured, baselines last.

    Cells hold the mean Dice and its 95 % interval (clusters resampled); the best mean of a network
    in a column is bold. The last column is of pictures without a car
    (``carseg.analysis.car_free``).
    """
    return markdown(shelf(root).known, shipped_scores(root))


def markdown(configs: Mapping[str, Config], scores: Iterable[ScoreSet]) -> str:
    """The same for given checkpoints and scores, without columns that nobody was measured on."""
    pictures = per_picture(scores)
    table = summarise(pictures)
    shown = {
        benchmark: table[(table["set"] == benchmark.set) & (table["grid"] == benchmark.grid)]
        for benchmark in _COLUMNS
    }
    columns = {
        f"{_COLUMNS[benchmark]} (n = {int(rows['n'].max())})": _dice_cells(rows)
        for benchmark, rows in shown.items()
        if len(rows)
    }
    free = car_free_table(pictures)
    if len(free):
        columns[f"false car where there is none (n = {free['n'].max()})"] = _area_cells(free)
    names = [name for name in configs if any(name in cells for cells in columns.values())]
    lines = [["checkpoint", "pretrained", "pictures seen", *columns]]
    lines += [
        [*_facts(configs[name]), *(cells.get(name, "") for cells in columns.values())]
        for name in names
    ]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _facts(config: Config) -> list[str]:
    if config.name.startswith(BASELINE):
        return [f"({config.title.lower()})", "", ""]
    return [f"`{config.name}`", config.pretrained, f"{config.pictures_seen:,}"]


def _dice_cells(rows: pd.DataFrame) -> dict[str, str]:
    """A cell for each model of a set's rows."""
    found = network_rows(rows)
    cells = {}
    for row in rows.itertuples():
        best = row.Index in found.index and row.dice == found["dice"].max()
        mean = f"**{row.dice:.4f}**" if best else f"{row.dice:.4f}"
        known = row.low < row.high
        cells[row.model] = mean + (f" [{row.low:.4f}, {row.high:.4f}]" if known else "")
    return cells


def _area_cells(rows: pd.DataFrame) -> dict[str, str]:
    return {
        row.model: f"{row.area:.1%} of the picture; over 1 % in {row.much:.0%}"
        for row in network_rows(rows).itertuples()
    }
