"""Stress results to be printed: means along each dial, and the juncture of each pair of models."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from carseg.analysis.stress import Pairing, pairwise, sentence, stress_table
from carseg.results.stress import StressSet


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
        parts.append(means.to_string(float_format="{:.4f}".format))
        parts += [sentence(pairing) for pairing in pairwise(sets, dial, delta)]
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
    return {**asdict(pairing), "sentence": sentence(pairing)}
