"""What was timed, as text and as JSON."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from carseg.bench.speed.clock import Timing
from carseg.bench.speed.measure import Case, Machine
from carseg.bench.speed.stages import RESULTS, STAGES

FORMAT = "carseg bench 1"


def head(machine: Machine) -> str:
    """A line on the machine, and one on the versions."""
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    return f"{machine.device}; {machine.system}; {machine.clock}\n{versions}"


def as_text(case: Case) -> str:
    """A case in a few lines."""
    height, width = case.size
    lines = [
        f"{case.model}, {case.engine} {case.precision} on {case.device}, photo {height}x{width}, "
        f"grid {case.grid[0]}x{case.grid[1]}",
        f"  Dice {case.dice:.4f} on {case.pictures} sample pictures; "
        f"{case.pictures_a_second:.1f} overlays and {case.megapixels_a_second:.1f} megapixels "
        f"a second; a changed control {1e3 * case.change:.0f} ms; at most {case.memory:.0f} MiB",
        f"  {'ms, median (p90)':18}" + "".join(f"{name:>16}" for name in (*STAGES, "whole")),
    ]
    for result in RESULTS:
        found = {**case.stages[result], "whole": case.whole[result]}
        lines.append(_row(result, found))
    if case.plain:
        lines.append(
            _row("mask, plain way", {"network": case.plain.network, "whole": case.plain.whole})
        )
    ratios = [f"{name} {value:.2f}" for name, value in case.ratios.items()]
    if not math.isnan(case.share):
        ratios.append(f"{case.share:.0%} of the limit of {case.limit / 1e9:.0f} GFLOP/s")
    return "\n".join([*lines, f"  {'; '.join(ratios)}"])


def _row(name: str, found: Mapping[str, Timing]) -> str:
    cells = [_cell(found.get(stage)) for stage in (*STAGES, "whole")]
    return f"  {name:18}" + "".join(f"{cell:>16}" for cell in cells)


def _cell(timing: Timing | None) -> str:
    return f"{timing.median * 1e3:.1f} ({timing.p90 * 1e3:.1f})" if timing else "-"


def as_dict(machine: Machine, cases: Sequence[Case]) -> dict[str, Any]:
    """All figures; times in seconds, memory in MiB, what is not known is null."""
    rows = [
        {
            **asdict(case),
            "ratios": case.ratios,
            "change": case.change,
            "pictures_a_second": case.pictures_a_second,
            "megapixels_a_second": case.megapixels_a_second,
        }
        for case in cases
    ]
    found: dict[str, Any] = _known({"format": FORMAT, "machine": asdict(machine), "cases": rows})
    return found


def as_json(machine: Machine, cases: Sequence[Case]) -> str:
    """``as_dict`` as text."""
    return json.dumps(as_dict(machine, cases), indent=2)


def _known(value: Any) -> Any:
    """Rounded to what a timing can tell; JSON has no NaN."""
    if isinstance(value, dict):
        return {key: _known(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_known(part) for part in value]
    if isinstance(value, float):
        return float(f"{value:.5g}") if math.isfinite(value) else None
    return value
