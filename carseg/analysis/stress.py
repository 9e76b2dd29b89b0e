"""Stress results to tables: means along the dials, and the juncture of each pair of models."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Protocol

import numpy as np
import pandas as pd

from carseg.analysis.numbers import dice, level, percent
from carseg.results.stress import StressSet
from carseg.stats import RankAgreement, ends, kendall, mean_interval
from carseg.stats.bands import RESAMPLES
from carseg.stats.juncture import DELTA, Along, Juncture, Span, along

SUMMARY = ["dial", "severity", "model", "n", "clusters", "dice", "low", "high"]
SUMMARY += ["set", "seed", "version"]


class Measured(Protocol):
    """Dice along a dial: of a model (``StressSet``) or of a recipe over its runs."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def dial(self) -> str:
        """The dial's name."""

    @property
    def severities(self) -> tuple[float, ...]:
        """Rising from 0."""

    @property
    def dice(self) -> np.ndarray:
        """0..1, float64 (severities, pictures)."""

    @property
    def pictures(self) -> tuple[str, ...]:
        """The ids."""

    @property
    def groups(self) -> Sequence[str]:
        """The car of each picture."""

    @property
    def settings(self) -> tuple[Any, ...]:
        """What must be equal if two are compared."""


@dataclass(frozen=True)
class Pairing:
    """Two models along one dial, measured on the same pictures with the same settings."""

    dial: str
    a: str
    b: str
    along: Along

    @property
    def found(self) -> tuple[str, str, Juncture] | None:
        """(leader, other, juncture) at the end of the dial; None if neither model is ahead."""
        if self.along.ahead.at is not None:
            return self.a, self.b, self.along.ahead
        if self.along.behind.at is not None:
            return self.b, self.a, self.along.behind
        return None


def stress_table(sets: Iterable[StressSet]) -> pd.DataFrame:
    """Mean Dice per dial, severity and model, in the order given.

    Returns:
        dial, severity, model, n (pictures), clusters (cars), dice (mean over pictures), low and
        high (its own 95 % interval by car, BCa of 2,000 resamples; NaN below five cars), set,
        seed, version.
    """
    rows = [
        _row(scores, severity, dice)
        for scores in sets
        for severity, dice in zip(scores.severities, scores.dice, strict=True)
    ]
    return pd.DataFrame(rows, columns=SUMMARY)


def _row(scores: StressSet, severity: float, dice: np.ndarray) -> tuple[Any, ...]:
    found = mean_interval(dice, clusters=scores.groups, resamples=RESAMPLES)
    numbers = len(dice), len(set(scores.groups)), float(dice.mean()), *ends(found)
    return (
        *(scores.dial, severity, scores.model),
        *numbers,
        *(scores.set, scores.seed, scores.version),
    )


def versus(a: Measured, b: Measured, delta: float = DELTA) -> Pairing:
    """A against B along their dial.

    Raises:
        ValueError: they were measured with different settings, or ``delta`` is not above 0.
    """
    if a.settings != b.settings:
        raise ValueError(
            f"{a.model} and {b.model} were measured on other pictures or in another way: measure "
            "both with one command."
        )
    found = along(a.severities, a.dice, b.dice, a.groups, delta=delta)
    return Pairing(a.dial, a.model, b.model, found)


def pairwise(sets: Iterable[StressSet], dial: str, delta: float = DELTA) -> list[Pairing]:
    """``versus`` of each pair of models along a dial, in the order given.

    Models that were measured on other pictures, with another seed or with other settings do not
    form a pair.

    Raises:
        ValueError: a ``delta`` that is not above 0.
    """
    return [
        versus(a, b, delta)
        for a, b in combinations([scores for scores in sets if scores.dial == dial], 2)
        if a.settings == b.settings
    ]


def juncture_sentence(pairing: Pairing) -> str:
    """The juncture of a pair in words, "no juncture found" included."""
    delta = pairing.along.ahead.delta
    if pairing.found is None:
        reason = f"neither {pairing.a} nor {pairing.b} is ahead by {delta:g} at its end"
        return f"{pairing.dial}: no juncture found, {reason}."
    leader, other, at = pairing.found
    start = f"from severity {level(at.at)} on" if at.at else "from the start"
    return (
        f"{pairing.dial}: {leader} is ahead of {other} by at least {delta:g} {start}"
        f"{_sure(at.span, at.never)}."
    )


def _sure(span: Span | None, never: float | None) -> str:
    if span is None or never is None:
        return " (too few cars for an interval)"
    low, high = ("past the dial" if end is None else level(end) for end in (span.low, span.high))
    return f" (95 % interval {low} to {high}; no juncture in {percent(never)} of resamples)"


def stress_means(sets: Iterable[Measured], dial: str) -> dict[str, float]:
    """Mean Dice of each model over all severities of a dial above 0."""
    return {s.model: float(s.dice[1:].mean()) for s in sets if s.dial == dial and len(s.dice) > 1}


def order_agreement(
    stress: Mapping[str, float], street: Mapping[str, float]
) -> RankAgreement | None:
    """Kendall's tau-b: does the order of the models on the dial predict their order on the street?

    Takes mean Dice by model; a model must be in both.

    Returns:
        None below two models, or if one of the scores is the same for all.

    Raises:
        ValueError: means that are not finite.
    """
    both = [model for model in stress if model in street]
    return kendall([stress[m] for m in both], [street[m] for m in both])


def report(sets: Sequence[StressSet], delta: float) -> str:
    """Mean Dice by dial, severity and model, and the juncture of each pair, for people.

    Args:
        delta: the lead in Dice of a juncture.

    Raises:
        ValueError: a ``delta`` that is not above 0.
    """
    parts = []
    for dial in _dials(sets):
        table = stress_table(s for s in sets if s.dial == dial)
        means = table.pivot(index="severity", columns="model", values="dice")
        means = means[list(dict.fromkeys(table["model"]))].rename_axis(
            columns="severity", index=None
        )
        n, cars = table.loc[0, ["n", "clusters"]]
        parts.append(f"{dial}: mean Dice of {n} pictures of {cars} cars")
        parts.append(means.to_string(float_format=dice))
        parts += [juncture_sentence(pairing) for pairing in pairwise(sets, dial, delta)]
        parts.append("")
    return "\n".join(parts).rstrip()


def report_json(sets: Sequence[StressSet], delta: float) -> str:
    """``report`` with every number: ``means`` (with intervals) and ``pairs`` (with bands)."""
    pairs = [_facts(pairing) for dial in _dials(sets) for pairing in pairwise(sets, dial, delta)]
    means = json.loads(stress_table(sets).to_json(orient="records"))
    return json.dumps({"means": means, "pairs": pairs}, indent=2)


def _dials(sets: Sequence[StressSet]) -> list[str]:
    return list(dict.fromkeys(scores.dial for scores in sets))


def _facts(pairing: Pairing) -> dict[str, Any]:
    return {**asdict(pairing), "sentence": juncture_sentence(pairing)}
