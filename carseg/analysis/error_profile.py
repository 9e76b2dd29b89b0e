"""Errors of masks: wrong pixels by place and kind, and measures that correlate with Dice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from carseg.measures.faults import BLOWN, CONTRAST_RADIUS
from carseg.measures.stability import SHAKE, correlation
from carseg.results.details import SHAKEN
from carseg.stats import FEWEST, Interval
from carseg.stats.clusters import numbered

PARTS = {
    "edge_fp": "edge band, background taken",
    "edge_fn": "edge band, car lost",
    "inner_fp": "beyond it, background taken",
    "inner_fn": "beyond it, car lost",
}
"""The four kinds of wrong pixels, in words."""

LOST_WHEEL = 0.05
"""A wheel counts as lost if this share of the wheel zone is missed beyond the edge band. In side
views one whole wheel takes up 0.07 to 0.15 of it."""

_RESAMPLES = 2000


class Measure(NamedTuple):
    """A measure that Dice is plotted over: axis label, words for more of it, unit, meaning."""

    label: str
    more: str
    percent: bool
    meaning: str


MEASURES = {
    "edge_contrast": Measure(
        "colour distance at the edge",
        "The more the car's colour differs from its surroundings",
        False,
        "Distance of colour (CIELAB, CIE76) between car and surroundings along the true edge, "
        f"within {CONTRAST_RADIUS} pixels, its mean. 2 is just visible, 100 is black on white.",
    ),
    "blown": Measure(
        "blown out share of the car",
        "The more of the car is blown out",
        True,
        f"Share of the car's pixels that are at least {BLOWN} in all three channels: highlights "
        "that hold no detail any more, as a studio's lamps make them.",
    ),
    "trust": Measure(
        "trust without a truth",
        "The more stable the mask",
        False,
        "The lower of two figures that need no truth: Dice of the masks at a threshold "
        f"{SHAKE:g} lower and {SHAKE:g} higher, and Dice with the mask of the mirrored picture. 1 "
        "means that the mask does not change.",
    ),
}
"""Columns of ``joined`` that may correlate with Dice."""


@dataclass(frozen=True)
class Profile:
    """The errors of one model on one set.

    Attributes:
        n, clusters: pictures, and cars or scenes.
        dice: mean over pictures.
        parts: share of each of ``PARTS`` in the true car's pixels, mean over pictures.
        strays: stray pieces per picture.
        strayed, wheel: pictures with a stray piece, and with a lost wheel.
    """

    n: int
    clusters: int
    dice: float
    parts: dict[str, float]
    strays: float
    strayed: int
    wheel: int

    @property
    def wrong(self) -> float:
        """All wrong pixels as a share of the true car's pixels."""
        return sum(self.parts.values())

    def share(self, *parts: str) -> float:
        """The share of some of ``PARTS`` in all wrong pixels, 0..1; 0 if there are none."""
        return sum(self.parts[part] for part in parts) / self.wrong if self.wrong else 0.0


@dataclass(frozen=True)
class Link:
    """How two measures of the same pictures correlate.

    Attributes:
        rank: Spearman's rank correlation, -1..1.
        interval: its 95 % interval over whole clusters; None below five of them.
        n, clusters: pictures, and cars or scenes.
    """

    rank: float
    interval: Interval | None
    n: int
    clusters: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.interval is not None and self.interval.excludes(0)


def joined(details: pd.DataFrame | None, scores: pd.DataFrame) -> pd.DataFrame | None:
    """Details (``results.read_details``) with ``dice``, ``group``, ``trust``, ``car`` (in pixels).

    Args:
        details: of one model on one set, or None.
        scores: its rows of ``per_picture`` on that set and grid, each picture once.

    Returns:
        A row per picture with a car. None without details, or if they do not belong to these
        scores: then the pictures differ, or the wrong pixels do not add up to theirs.
    """
    if details is None:
        return None
    counts = scores[["picture", "group", "dice", "tp", "fp", "fn"]]
    rows = details.merge(counts, on="picture")
    same = len(rows) == len(details) == len(scores)
    if not same or not all(
        (rows[f"edge_{kind}"] + rows[f"inner_{kind}"] == rows[kind]).all() for kind in ("fp", "fn")
    ):
        return None
    held = rows[SHAKEN].min(axis=1, skipna=False) if {*SHAKEN} <= set(rows) else np.nan
    rows = rows.assign(car=rows["tp"] + rows["fn"], trust=held)
    return rows[rows["car"] > 0].reset_index(drop=True)


def profile(rows: pd.DataFrame) -> Profile:
    """The errors of one model, from its ``joined`` rows.

    Raises:
        ValueError: no rows.
    """
    if rows.empty:
        raise ValueError("There is no picture with a car: errors are measured against the car.")
    lost = rows["wheel_fn"] >= LOST_WHEEL * rows["wheel_zone"].clip(lower=1)
    return Profile(
        n=len(rows),
        clusters=rows["group"].nunique(),
        dice=float(rows["dice"].mean()),
        parts={part: float((rows[part] / rows["car"]).mean()) for part in PARTS},
        strays=float(rows["stray_pieces"].mean()),
        strayed=int((rows["stray_pieces"] > 0).sum()),
        wheel=int(lost.sum()),
    )


def link(
    measure: Sequence[float], dice: Sequence[float], clusters: Sequence[str], seed: int = 0
) -> Link | None:
    """Spearman's rank correlation of a measure with the Dice of the same pictures (n,).

    Its interval is the middle 95 % of 2,000 resamples of whole clusters (percentile bootstrap).
    Pictures whose measure is NaN are left out. None below five pictures, or if one of the two is
    constant.
    """
    pairs = np.array([measure, dice], float)
    there = np.isfinite(pairs).all(0)
    pairs = pairs[:, there]
    found = correlation(*pairs)
    if found is None:
        return None
    codes = numbered([name for name, here in zip(clusters, there, strict=True) if here])
    number = int(codes.max()) + 1
    interval = _interval(pairs, codes, number, seed) if number >= FEWEST else None
    return Link(found[0], interval, found[1], number)


def _interval(pairs: np.ndarray, codes: np.ndarray, number: int, seed: int) -> Interval:
    """The middle 95 % of the correlations in resamples of ``number`` clusters; ``codes`` (n,)."""
    draw = np.random.default_rng(seed)
    often = draw.multinomial(number, np.full(number, 1 / number), _RESAMPLES)[:, codes]
    first, second = (_centred(_ranks(values, often), often) for values in pairs)
    spread = np.sqrt((often * first**2).sum(1) * (often * second**2).sum(1))
    # A resample in which one of the two is constant has no correlation.
    there = spread > 1e-9
    ranks = (often * first * second).sum(1)[there] / spread[there]
    low, high = np.quantile(ranks, [0.025, 0.975])
    return Interval(float(low), float(high))


def _ranks(values: np.ndarray, often: np.ndarray) -> np.ndarray:
    """The rank of each value (n,) if it occurs ``often`` times (R, n); equal ones share a rank."""
    _, same = np.unique(values, return_inverse=True)
    times = often @ np.eye(same.max() + 1)[same]
    return (times.cumsum(1) - times / 2)[:, same]


def _centred(values: np.ndarray, often: np.ndarray) -> np.ndarray:
    return values - ((often * values).sum(1) / often.sum(1))[:, None]
