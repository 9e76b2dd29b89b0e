"""Compares models on the same pictures of one set, from their scores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from carseg.stats import Comparison, compare, holm, sign_flip

BASELINE = "baseline-"
"""The names of baselines begin with this. Baselines are not compared with models."""

SIGNIFICANCE = 0.05
"""A difference counts as real if its adjusted p-value is at most this."""

PAIR_COLUMNS = ["a", "b", "n", "clusters", "difference", "p", "holm"]


class Benchmark(NamedTuple):
    """A set of pictures, and the grid on which masks are compared."""

    set: str
    grid: str


STUDIO = Benchmark("carvana-test", "160x240")
STREET = Benchmark("street-photo", "native")
WEB = Benchmark("street-web", "native")


@dataclass(frozen=True)
class Board:
    """The Dice scores of all models on one set and grid, side by side.

    Attributes:
        dice: A row per picture id, a column per model, in 0..1; NaN for missing scores.
        groups: Car or scene of each picture, by picture id.
    """

    dice: pd.DataFrame
    groups: pd.Series

    @property
    def models(self) -> list[str]:
        """The models with a score here, by name."""
        return list(self.dice.columns)

    def together(self, models: Sequence[str]) -> pd.DataFrame:
        """The scores of these models on the pictures that they have in common."""
        return self.dice[list(models)].dropna()

    def clusters(self, pictures: Iterable[str]) -> list[str]:
        """The cars or scenes of these pictures, in their order."""
        return self.groups.loc[list(pictures)].tolist()


def network_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frame with a column ``model``, without the rows of baselines."""
    return frame[~frame["model"].str.startswith(BASELINE)]


def measured_at(pictures: pd.DataFrame, benchmark: Benchmark) -> pd.DataFrame:
    """The rows of ``per_picture`` of one set and grid, without baselines."""
    here = (pictures["set"] == benchmark.set) & (pictures["grid"] == benchmark.grid)
    return network_rows(pictures[here])


def board(pictures: pd.DataFrame, benchmark: Benchmark) -> Board:
    """The scores of a ``per_picture`` frame on one set and grid.

    If models were measured with different lists of cars or scenes, the latest list counts.

    Raises:
        ValueError: a model has two scores of one picture there.
    """
    rows = measured_at(pictures, benchmark)
    latest = rows.sort_values("date", kind="stable").drop_duplicates("picture", keep="last")
    return Board(
        rows.pivot(index="picture", columns="model", values="dice"),
        latest.set_index("picture")["group"],
    )


def benchmarks(pictures: pd.DataFrame, least: int = 1) -> list[Benchmark]:
    """Sets and grids with scores of at least ``least`` models; headline sets come first.

    Sets without a car are left out, because Dice says little about them.
    """
    cars = (pictures["tp"] + pictures["fn"]) > 0
    number = network_rows(pictures[cars]).groupby(["set", "grid"])["model"].nunique()
    found = [Benchmark(*map(str, key)) for key, models in number.items() if models >= least]
    headline = [STREET, STUDIO, WEB]
    return sorted(found, key=lambda p: (headline.index(p) if p in headline else 3, p))


def compare_pair(here: Board, a: str, b: str) -> Comparison | None:
    """``compare`` of models a and b on the pictures that they share; None if there are none."""
    both = here.together([a, b])
    if both.empty:
        return None
    return compare(both[a], both[b], clusters=here.clusters(both.index))


def differences(here: Board, a: str, b: str) -> pd.DataFrame:
    """Picture, group, both scores and a's score less b's, for all pictures that a and b share.

    The largest differences in favour of a come first, those in favour of b last.
    """
    both = here.together([a, b])
    rows = pd.DataFrame(
        {
            "picture": both.index,
            "group": here.clusters(both.index),
            "dice_a": both[a].to_numpy(),
            "dice_b": both[b].to_numpy(),
        }
    )
    rows["difference"] = rows["dice_a"] - rows["dice_b"]
    return rows.sort_values(["difference", "picture"], ascending=[False, True], ignore_index=True)


def all_pairs(here: Board) -> pd.DataFrame:
    """Every pair of models with a picture in common: difference, sign-flip p, Holm over all.

    Returns:
        a, b, n (pictures), clusters, difference (a's mean less b's), p, holm; in the order of the
        models' names, a before b.
    """
    rows = []
    for a, b in combinations(here.models, 2):
        both = here.together([a, b])
        if both.empty:
            continue
        labels = here.clusters(both.index)
        apart = (both[a] - both[b]).to_numpy()
        p = sign_flip(apart, clusters=labels)
        rows.append((a, b, len(both), len(set(labels)), apart.mean(), p))
    table = pd.DataFrame(rows, columns=PAIR_COLUMNS[:-1])
    return table.assign(holm=holm(table["p"].astype(float)))


def adjusted(table: pd.DataFrame, a: str, b: str) -> float:
    """The adjusted p-value of a pair in the table of ``all_pairs``, in either order.

    Raises:
        KeyError: the pair is not in the table.
    """
    row = table[table["a"].isin([a, b]) & table["b"].isin([a, b])]
    if row.empty:
        raise KeyError(f"'{a}' and '{b}' were not measured on the same pictures.")
    return float(row["holm"].iloc[0])


def is_real(comparison: Comparison, holm_p: float) -> bool:
    """Whether A and B differ: the interval excludes 0 and p is at most ``SIGNIFICANCE``."""
    interval = comparison.interval
    return interval is not None and interval.excludes(0) and holm_p <= SIGNIFICANCE
