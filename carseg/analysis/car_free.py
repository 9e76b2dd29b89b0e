"""Pictures without a car: every pixel that is called car is a mistake, and Dice says little there.

A single false pixel makes Dice 0, so two other figures are shown (EVIDENCE: the car-free test):
the mean area that is called car, and the share of pictures where it is more than one per cent.
"""

import pandas as pd

from carseg.analysis.boards import Benchmark
from carseg.stats import ends, mean_interval

CAR_FREE = Benchmark("car-free", "native")

MUCH = 0.01
"""More false car than this share of a picture is called much."""

_COLUMNS = ["model", "n", "area", "low", "high", "much"]


def with_car(pictures: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``per_picture`` on other sets: those of which Dice says something."""
    return pictures[pictures["set"] != CAR_FREE.set]


def false_area(pictures: pd.DataFrame) -> pd.Series:
    """The share of each picture that is called car and is none, 0..1, of ``per_picture`` rows."""
    return pictures["fp"] / pictures[["tp", "fp", "fn", "tn"]].sum(axis=1)


def car_free_table(pictures: pd.DataFrame, benchmark: Benchmark = CAR_FREE) -> pd.DataFrame:
    """One row per model that was measured on ``benchmark``, a set without a car, by name.

    Args:
        pictures: ``per_picture``.

    Returns:
        ``_COLUMNS``: n pictures; area is the mean of ``false_area``, low and high its 95 % interval
        (NaN below five pictures); much is the share of pictures above ``MUCH``.
    """
    here = (pictures["set"] == benchmark.set) & (pictures["grid"] == benchmark.grid)
    rows = []
    for model, part in pictures[here].groupby("model"):
        area = false_area(part)
        interval = mean_interval(area.to_numpy(), clusters=part["group"].tolist())
        rows.append((model, len(part), area.mean(), *ends(interval), (area > MUCH).mean()))
    return pd.DataFrame(rows, columns=_COLUMNS)
