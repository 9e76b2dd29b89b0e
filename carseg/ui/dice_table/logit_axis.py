"""An axis of logits whose ticks are Dice, and labels beside it that keep apart."""

from collections.abc import Sequence

import numpy as np

from carseg.stats import logit

TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
TICKS += (0.985, 0.99, 0.992, 0.994, 0.996, 0.998, 0.999)
EVEN = [[k * step for k in range(1, round(1 / step))] for step in (0.05, 0.02, 0.01, 0.005, 0.002)]
EVEN += [[k * step for k in range(round(0.9 / step), round(1 / step))] for step in (0.001, 0.0002)]
"""Ticks of short axes, finer and finer."""
FEWEST_TICKS = 4
CLOSEST = 0.11
"""How near two ticks may stand, as a share of the axis."""


def axis(values: list[float]) -> dict:
    """Range and ticks of an axis that holds these Dice values."""
    low, high = float(logit(min(values))), float(logit(max(values)))
    room = max(0.08 * (high - low), 0.1)
    # More above, for the numbers beside the dots.
    low, high = low - room, high + 2 * room
    choices = (_apart(ticks, low, high) for ticks in (TICKS, *EVEN))
    kept = next((ticks for ticks in choices if len(ticks) >= FEWEST_TICKS), [])
    return {
        "range": [low, high],
        "tickvals": [float(logit(tick)) for tick in kept],
        "ticktext": [f"{tick:g}" for tick in kept],
        "tickangle": 0,
        "zeroline": False,
    }


def _apart(ticks: Sequence[float], low: float, high: float) -> list[float]:
    """Those of some ticks that lie on an axis of logits, none closer than ``CLOSEST``."""
    kept: list[float] = []
    for tick in ticks:
        place = float(logit(tick))
        near = bool(kept) and place - float(logit(kept[-1])) < CLOSEST * (high - low)
        if low <= place <= high and not near:
            kept.append(tick)
    return kept


def pushed_apart(heights: np.ndarray, least: float) -> np.ndarray:
    """Heights (n,) moved apart, half each, until neighbours are ``least`` away or nearly so."""
    order = np.argsort(heights, kind="stable")
    placed = np.asarray(heights, dtype=float)[order]
    for _ in range(200):
        push = np.clip(least - np.diff(placed), 0, None) / 2
        placed[:-1] -= push
        placed[1:] += push
    back = np.empty_like(placed)
    back[order] = placed
    return back
