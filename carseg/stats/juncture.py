"""The juncture: the severity of a dial from which one model is ahead of another, and stays so."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from carseg.stats.bands import RESAMPLES, Curve, checked_table, curve_of, resampled_means
from carseg.stats.bootstrap import Interval
from carseg.stats.clusters import checked
from carseg.stats.paired import compare

DELTA = 0.01
"""A lead in mean Dice that matters."""


@dataclass(frozen=True)
class Span:
    """A confidence interval of a severity; an end that is None lies past the dial."""

    low: float | None
    high: float | None


@dataclass(frozen=True)
class Juncture:
    """The severity from which on A is ahead of B by at least ``delta``.

    Attributes:
        at: The severity; None if A is not ahead at the end of the dial.
        span: Its 95 % percentile interval over resamples of clusters; a resample without a juncture
            counts as one past the dial. None below five clusters.
        never: Share of resamples without a juncture, 0..1; None below five clusters.
        delta: The lead that was asked for.
    """

    at: float | None
    span: Span | None
    never: float | None
    delta: float


@dataclass(frozen=True)
class Along:
    """A against B along a dial, on the same pictures.

    Attributes:
        severities: The dial's severities, rising.
        a, b, difference: Mean scores of A and B and of A less B, with simultaneous bands.
        area: Between the curves, A less B (trapezoids): score times severity.
        area_interval: Its interval, clusters resampled; None below five.
        ahead: The juncture of A over B.  behind: That of B over A. At least one has no ``at``.
        n: Pictures.  clusters: Cars or scenes that they show.
    """

    severities: tuple[float, ...]
    a: Curve
    b: Curve
    difference: Curve
    area: float
    area_interval: Interval | None
    ahead: Juncture
    behind: Juncture
    n: int
    clusters: int


def juncture(
    severities: Sequence[float] | np.ndarray,
    difference: Sequence[float] | np.ndarray,
    delta: float = DELTA,
) -> float | None:
    """The severity from which on a mean difference (S,) is at least ``delta``, up to the last one.

    Between two severities the difference is interpolated linearly. A lead that is lost again does
    not count. A lead over the whole dial gives the first severity. None if the difference is below
    ``delta`` at the end.

    Raises:
        ValueError: severities that do not rise, another number of differences, numbers that are
            not finite, a ``delta`` that is not above 0.
    """
    values = checked(difference)
    steps = checked_severities(severities, values.size)
    found = float(_junctures(steps, values[None], delta)[0])
    return found if np.isfinite(found) else None


def leads(
    severities: Sequence[float] | np.ndarray,
    difference: Sequence[float] | np.ndarray,
    delta: float = DELTA,
) -> tuple[tuple[float, float], ...]:
    """The stretches of a dial on which a mean difference (S,) is at least ``delta``: start and end.

    Interpolated linearly, as in ``juncture``, which is the start of the stretch that reaches the
    end.

    Raises:
        ValueError: as ``juncture``.
    """
    values = checked(difference)
    steps = checked_severities(severities, values.size)
    above = values - _lead(delta) >= -1e-12
    ends = [float(steps[0])] if above[0] else []
    for place in np.flatnonzero(above[1:] != above[:-1]):
        low, high = values[place : place + 2] - delta
        share = float(np.clip(low / (low - high), 0, 1))
        ends.append(float(steps[place] + share * (steps[place + 1] - steps[place])))
    if above[-1]:
        ends.append(float(steps[-1]))
    return tuple(zip(ends[::2], ends[1::2], strict=True))


def checked_severities(severities: Sequence[float] | np.ndarray, number: int) -> np.ndarray:
    """``number`` rising severities as float64, or a ValueError."""
    steps = np.asarray(severities, dtype=np.float64)
    if (
        steps.shape != (max(number, 1),)
        or not np.isfinite(steps).all()
        or (np.diff(steps) <= 0).any()
    ):
        raise ValueError(f"A dial needs rising severities, one for each of the {number} rows.")
    return steps


def _lead(delta: float) -> float:
    if not 0 < delta < np.inf:
        raise ValueError(f"The lead to look for is {delta}: choose more than 0, such as 0.01.")
    return delta


def _junctures(severities: np.ndarray, differences: np.ndarray, delta: float) -> np.ndarray:
    """The juncture of each row of (k, S); infinite if there is none."""
    _lead(delta)
    # Means that equal delta exactly may be below it in the last digit.
    below = differences < delta - 1e-12
    last = below.shape[1] - 1 - below[:, ::-1].argmax(1)
    rows, after = np.arange(len(below)), np.minimum(last + 1, below.shape[1] - 1)
    low, high = differences[rows, last], differences[rows, after]
    share = np.clip((delta - low) / np.where(high > low, high - low, 1), 0, 1)
    crossing = severities[last] + share * (severities[after] - severities[last])
    crossing[below[:, -1]] = np.inf
    return np.asarray(np.where(below.any(1), crossing, severities[0]))


def along(
    severities: Sequence[float] | np.ndarray,
    a: Sequence[Sequence[float]] | np.ndarray,
    b: Sequence[Sequence[float]] | np.ndarray,
    clusters: Sequence[Hashable],
    *,
    delta: float = DELTA,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Along:
    """A against B along a dial, from their scores (S, n) of the same pictures.

    ``along(b, a)`` is the mirror image of ``along(a, b)``. The result is the same in any order of
    the pictures.

    Args:
        severities: Of the rows, (S,).
        a: Scores of the first model, such as Dice 0..1.
        b: Scores of the second on the same pictures in the same order.
        clusters: Car or scene of each picture; their order, by name, fixes the random draws.
        delta: The lead that a juncture asks for, above 0.
        level: Of intervals and bands, between 0 and 1.
        resamples: Of clusters, 100 or more.
        seed: Of the random draws.

    Raises:
        ValueError: tables of unequal shape, and what ``juncture`` and ``curve`` refuse.
    """
    first, second = checked_table(a, clusters), checked_table(b, clusters)
    if first.shape != second.shape:
        raise ValueError(
            f"A has {first.shape} scores and B {second.shape}: give one of each per severity and "
            "picture."
        )
    steps = checked_severities(severities, len(first))
    options = {"resamples": resamples, "seed": seed}
    (mean_a, drawn_a), (mean_b, drawn_b) = (
        resampled_means(table, clusters, **options) for table in (first, second)
    )
    lead = mean_a - mean_b
    apart = None if drawn_a is None else drawn_a - drawn_b
    areas = (np.trapezoid(table, steps, axis=0) for table in (first, second))
    area = compare(*areas, clusters=clusters, level=level, seed=seed)
    return Along(
        severities=tuple(steps.tolist()),
        a=curve_of(mean_a, drawn_a, level),
        b=curve_of(mean_b, drawn_b, level),
        difference=curve_of(lead, apart, level),
        area=area.difference,
        area_interval=area.interval,
        ahead=_with_span(steps, lead, apart, delta, level),
        behind=_with_span(steps, -lead, None if apart is None else -apart, delta, level),
        n=area.n,
        clusters=area.clusters,
    )


def _with_span(
    steps: np.ndarray, lead: np.ndarray, drawn: np.ndarray | None, delta: float, level: float
) -> Juncture:
    at = juncture(steps, lead, delta)
    if drawn is None:
        return Juncture(at, None, None, delta)
    found = np.sort(_junctures(steps, drawn, delta))
    # There is nothing between a severity and "past the dial", so an end is one of the resamples.
    tail = int((1 - level) / 2 * len(found))
    low, high = (
        float(end) if np.isfinite(end) else None for end in (found[tail], found[-1 - tail])
    )
    return Juncture(at, Span(low, high), float(np.isinf(found).mean()), delta)
