"""The results table of the README: one line per checkpoint, made from the shipped counts."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from carseg.models.checkpoint import Config, shelf
from carseg.results.shipped import ScoreSet, shipped
from carseg.results.table import summarise

COLUMNS = {
    ("carvana-test", "160x240"): "studio, 160x240",
    ("carvana-test", "stored"): "studio, 512x512",
    ("street-photo", "native"): "street-photo",
    ("street-web", "native"): "street-web",
}
"""Set and grid to what a column is called, in their order."""


def overview(root: Path | None = None) -> str:
    """The table as Markdown, of every checkpoint and control in ``root`` that has been measured.

    Cells hold the mean Dice and its 95 % interval (clusters resampled); the best mean of a column
    is bold.
    """
    return markdown(shelf(root).known, shipped(root))


def markdown(configs: Mapping[str, Config], scores: Iterable[ScoreSet]) -> str:
    """The same for given checkpoints and scores, without columns that nobody was measured on."""
    table = summarise(scores)
    shown = {
        key: table[(table["set"] == key[0]) & (table["grid"] == key[1])].set_index("model")
        for key in COLUMNS
    }
    shown = {key: rows for key, rows in shown.items() if len(rows)}
    names = [name for name in configs if any(name in rows.index for rows in shown.values())]
    heads = [f"{COLUMNS[key]} (n = {int(rows['n'].max())})" for key, rows in shown.items()]
    lines = [["checkpoint", "pretrained", "pictures seen", *heads]]
    for name in names:
        config = configs[name]
        facts = [f"`{name}`", config.pretrained, f"{config.pictures_seen:,}"]
        lines.append([*facts, *(_cell(rows, name) for rows in shown.values())])
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _cell(rows: pd.DataFrame, name: str) -> str:
    if name not in rows.index:
        return ""
    row = rows.loc[name]
    mean = f"{row['dice']:.4f}"
    if row["dice"] == rows["dice"].max():
        mean = f"**{mean}**"
    return mean if pd.isna(row["low"]) else f"{mean} [{row['low']:.4f}, {row['high']:.4f}]"
