"""What a soak found, as text, JSON and CSV."""

import csv
import io
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

import numpy as np

from carseg.bench.soak.batch import Found as BatchFound
from carseg.bench.soak.memory import Sample
from carseg.bench.soak.run import Found

SHARES = (50, 90, 99)
SETTLES = 100
"""Pictures after which memory should have settled."""
ROWS = 10
"""Of the table of memory, at most."""
COLUMNS = ("seconds", "pictures", "server", "workers", "total", "threads")


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Count, percentiles and the largest; only the count of nothing.

    A percentile is interpolated linearly between the two values beside it.
    """
    if not values:
        return {"n": 0}
    found = dict(zip(SHARES, np.percentile(values, SHARES), strict=True))
    return {
        "n": len(values),
        **{f"p{share}": float(found[share]) for share in SHARES},
        "max": float(max(values)),
    }


def latencies(found: Found) -> dict[str, dict[str, float]]:
    """Percentiles of seconds, by what was waited for."""
    return {
        "first page": percentiles(found.arrivals),
        "place in the queue": percentiles([seen.place for seen in found.seen]),
        "first mask": percentiles([seen.first for seen in found.seen]),
        "masks of all networks": percentiles([seen.last for seen in found.seen]),
    }


def memory_over(samples: Sequence[Sample], rows: int = ROWS) -> list[dict[str, float]]:
    """At most so many rows: the medians of stretches of equal length."""
    if not samples:
        return []
    last = samples[-1].seconds
    step = max(last / rows, 1e-9)

    def stretch(sample: Sample) -> int:
        return min(int(sample.seconds / step), rows - 1)

    groups = (list(group) for _, group in groupby(samples, stretch))
    return [
        {name: float(np.median([getattr(one, name) for one in group])) for name in COLUMNS}
        for group in groups
    ]


def swing(samples: Sequence[Sample], after: int = SETTLES) -> dict[str, float]:
    """How much all processes hold after so many pictures, in MiB.

    ``swing`` is the largest distance of a sample from their median, as a share of that.
    """
    held = [sample.total for sample in samples if sample.pictures >= after]
    if not held:
        return {}
    middle = float(np.median(held))
    return {
        "median": middle,
        "least": min(held),
        "most": max(held),
        "swing": max(max(held) - middle, middle - min(held)) / middle,
    }


def peak(samples: Sequence[Sample]) -> float:
    """The most that all processes held, in MiB."""
    return max((sample.total for sample in samples), default=0.0)


def facts(found: Found) -> dict[str, Any]:
    """All of it, for JSON."""
    return {
        "plan": asdict(found.plan),
        "cores": found.cores,
        "seconds": found.seconds,
        "started_seconds": found.started,
        "pictures": len(found.seen),
        "queued": sum(seen.queued for seen in found.seen),
        "latency_seconds": latencies(found),
        "memory_mib": {"peak": peak(found.memory), **swing(found.memory)},
        "memory_over_time": memory_over(found.memory),
        "failures": dict(Counter(found.failures).most_common()),
    }


def as_json(found: Found) -> str:
    """``facts`` as a file."""
    return json.dumps(facts(found), indent=1) + "\n"


def as_csv(samples: Sequence[Sample]) -> str:
    """Every sample of memory, a line each."""
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\n")
    written.writerow(COLUMNS)
    written.writerows([round(getattr(one, name), 2) for name in COLUMNS] for one in samples)
    return text.getvalue()


def as_text(found: Found) -> str:
    """For people."""
    plan = found.plan
    lines = [
        f"{len(found.seen)} pictures, {plan.sessions} sessions at once, {found.seconds:.0f} s, "
        f"{found.cores} cores",
        f"One visitor alone, before: {found.started:.1f} s until the masks of all networks, while "
        "the server loads.",
        "",
        *_table(
            ("seconds until", "n", *(f"p{share}" for share in SHARES), "max"),
            [
                (name, f"{row['n']}", *(f"{v:.2f}" for k, v in row.items() if k != "n"))
                for name, row in latencies(found).items()
            ],
        ),
        f"{sum(s.queued for s in found.seen)} of {len(found.seen)} pictures saw their place in the "
        "queue before the first mask.",
        "",
        *_memory(found.memory),
        *_failures(found.failures),
    ]
    return "\n".join(lines)


def batch_as_text(found: BatchFound) -> str:
    """For people: a batch."""
    zipped = f", then a ZIP of {found.zipped:.0f} MB" if found.zipped else ""
    lines = [
        f"{found.pictures} pictures in {found.seconds:.0f} s{zipped}.",
        "",
        *_memory(found.memory),
        *_failures(found.failures),
    ]
    return "\n".join(lines)


def _memory(samples: Sequence[Sample]) -> list[str]:
    held = swing(samples)
    after = (
        f" After {SETTLES} pictures {held['least']:.0f} to {held['most']:.0f}, median "
        f"{held['median']:.0f}: within {held['swing']:.1%}."
        if held
        else ""
    )
    return [
        *_table(
            ("MiB resident, after s", "pictures", "server", "workers", "total", "threads"),
            [tuple(f"{row[name]:.0f}" for name in COLUMNS) for row in memory_over(samples)],
        ),
        f"Peak {peak(samples):.0f} MiB.{after}",
        "",
    ]


def _failures(failures: Sequence[str]) -> list[str]:
    return [
        *(f"{count} x {reason}" for reason, count in Counter(failures).most_common()),
        f"{len(failures)} failed." if failures else "None failed.",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of equal width; the first to the left, the others to the right."""
    every = [head, *(list(row) + [""] * (len(head) - len(row)) for row in rows)]
    widths = [max(len(row[i]) for row in every) for i in range(len(head))]
    return [
        "  ".join(
            cell.rjust(width) if i else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in every
    ]
