"""Texts of the Models page about a checkpoint: numbers in words, the comparison, its history."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from carseg.analysis import numbers
from carseg.models import ARCHITECTURES
from carseg.models.checkpoint import Config, hours_of
from carseg.ui.shared.markdown import shown
from carseg.ui.shared.tables import DASH

LICENCE = (
    "The code is under the MIT licence. The weights learned from Carvana pictures and are for "
    "research use; NOTICE names the sources."
)
HISTORY = "history.csv"


def how_to_get_models(folder: str) -> str:
    """Says what to do if there is no checkpoint; ``folder`` is the weights folder's name."""
    return (
        "There is no model here yet. Fetch a published checkpoint (`carseg pull --help` says how), "
        f"copy its folder into `{folder}`, or train one (`carseg train --help`). It appears when "
        "this page is loaded again."
    )


def count(number: float) -> str:
    """A count for people: 31043521 is '31.0 M', 16 is '16', 0 is '0'."""
    for unit, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        # 0.9995, so that a number that would round to '1000.0 k' becomes '1.0 M'.
        if number >= 0.99995 * size:
            return f"{number / size:.1f} {unit}"
    return f"{number:.0f}"


def file_size(size: int) -> str:
    """Bytes in decimal units: 62123456 is '62.1 MB'."""
    return f"{count(size)}B" if size >= 1000 else f"{size} bytes"


def headline(scores: pd.DataFrame, name: str, domain: str) -> pd.Series | None:
    """The row of ``scores`` (``tables.shipped_frames``) that a card quotes for one domain, or None.

    For the street it is ``street-photo``. Otherwise it is the set with the most pictures, on its
    smallest grid, because published figures can be compared with that grid.
    """
    rows = scores[(scores["model"] == name) & (scores["domain"] == domain)]
    if rows.empty:
        return None
    rows = rows.assign(
        _photo=rows["set"] != "street-photo",
        _pixels=[_pixels(grid) for grid in rows["grid"]],
    )
    return rows.sort_values(["_photo", "n", "_pixels"], ascending=[True, False, True]).iloc[0]


def _pixels(grid: str) -> float:
    """Pixels of a grid written '160x240'; infinite for one in words, such as 'native'."""
    height, _, width = str(grid).partition("x")
    if height.isdigit() and (width.isdigit() or not width):
        return int(height) * int(width or height)
    return float("inf")


def score_text(row: pd.Series | None) -> tuple[str, str]:
    """(the mean Dice, the set that it was measured on); a dash and the reason if there is none."""
    if row is None:
        return DASH, "not measured yet"
    return numbers.dice(row["dice"]), f"{row['set']} at {row['grid']}, n = {row['n']}"


def card_lines(config: Config) -> dict[str, str]:
    """The lines of a card, label to Markdown, in reading order."""
    lines = {
        "Architecture": shown(architecture_text(config)),
        "Input": f"pictures shrunk to about {config.area:,} pixels",
        "Parameters": count(config.parameters),
        "Multiply-adds": f"{count(config.multiply_adds)} per picture at 160x240",
        "Training data": shown(config.data),
        "Pretrained": shown(config.pretrained),
        "Pictures seen": f"{config.pictures_seen:,}",
        "Threshold": f"{config.threshold:g}",
        "Trained": shown(trained_words(config.trained)),
        "File": "not kept, only its scores"
        if config.scores_only
        else f"{file_size(config.bytes)}, sha256 `{config.sha256[:12]}`",
    }
    # A fact that a config does not have is left out, not shown as 0 or as an empty line.
    unknown = {
        "Multiply-adds": not config.multiply_adds,
        "Pictures seen": not config.pictures_seen,
    }
    return {k: v for k, v in lines.items() if v and not unknown.get(k)}


def trained_words(trained: Mapping[str, Any]) -> str:
    """Date, duration and hardware, as far as known: '2025-11-20, 1.4 hours, 2 CPU cores'."""
    spent = hours_of(trained)
    words = [trained.get("date"), f"{spent:.1f} hours" if spent else "", trained.get("hardware")]
    return ", ".join(str(word) for word in words if word)


def architecture_text(config: Config) -> str:
    """The architecture's title in the registry, or its name if the registry does not have it."""
    known = ARCHITECTURES.get(config.architecture)
    return known.title if known else config.architecture


def comparison(
    configs: Mapping[str, Config], titles: Mapping[str, str], scores: pd.DataFrame
) -> pd.DataFrame:
    """One row per checkpoint for the table on top; missing scores are NaN."""
    rows = []
    for name, config in configs.items():
        quoted = {d: headline(scores, name, d) for d in ("studio", "street")}
        rows.append(
            {
                "Model": titles[name],
                "Studio Dice": _dice(quoted["studio"]),
                "Street Dice": _dice(quoted["street"]),
                "Parameters (M)": config.parameters / 1e6,
                "Multiply-adds (G)": config.multiply_adds / 1e9 or float("nan"),
                "File (MB)": float("nan") if config.scores_only else config.bytes / 1e6,
                "Pictures seen": config.pictures_seen or None,
                "Pretrained": config.pretrained,
            }
        )
    return pd.DataFrame(rows)


def _dice(row: pd.Series | None) -> float:
    return float("nan") if row is None else float(row["dice"])


def history(folder: Path) -> pd.DataFrame | None:
    """The training log of a checkpoint: one numeric row per point in time, or None without one.

    Reads ``history.csv``. The columns pictures, step and epoch are the time; all other columns are
    curves. Loggers write training and validation in separate rows, so rows of the same time are
    merged. A file that is not such a table counts as missing.
    """
    try:
        table = pd.read_csv(folder / HISTORY)
    except (OSError, ValueError):  # pandas' parser and empty-file errors are ValueErrors
        return None
    table = table.apply(pd.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    time = time_column(table.columns)
    if time is None:
        return None
    table = table.dropna(subset=[time]).groupby(time, as_index=False).first()
    curves = [c for c in table.columns if c not in TIMES and table[c].notna().any()]
    return table[[time, *curves]] if curves and len(table) else None


TIMES = {"pictures": "pictures seen", "step": "steps", "epoch": "epochs"}
"""The columns of time, best first, with their axis titles."""


def time_column(columns: Iterable[str]) -> str | None:
    """The first of ``TIMES`` among ``columns``."""
    present = set(columns)
    return next((name for name in TIMES if name in present), None)
