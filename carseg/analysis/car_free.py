"""Pictures without a car: every pixel that is called car is a mistake.

A single false pixel makes Dice 0, so two other figures are shown: the mean area that is called
car, and the share of pictures in which this area is more than one per cent.
"""

import pandas as pd

from carseg.analysis.boards import Benchmark
from carseg.stats import ends, mean_interval

CAR_FREE = Benchmark("car-free", "native")

MUCH = 0.01
"""A picture has much false car if more than this share of it is called car."""

_COLUMNS = ["model", "n", "area", "low", "high", "much"]


def with_car(pictures: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``per_picture`` on sets with cars: for these Dice is meaningful."""
    return pictures[pictures["set"] != CAR_FREE.set]


def false_area(pictures: pd.DataFrame) -> pd.Series:
    """The share of each picture that is wrongly called car, 0..1, for ``per_picture`` rows."""
    return pictures["fp"] / pictures[["tp", "fp", "fn", "tn"]].sum(axis=1)


def car_free_table(pictures: pd.DataFrame, benchmark: Benchmark = CAR_FREE) -> pd.DataFrame:
    """One row per model with scores on ``benchmark``, a set without a car, by name.

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
