"""The figures of a soak: percentiles, stretches of memory, how even it is."""

import csv
import io
import json

import numpy as np
import pytest

from carseg.bench.soak import report
from carseg.bench.soak.memory import Sample
from carseg.bench.soak.run import Found, Plan
from carseg.bench.soak.visitor import Seen


def by_hand(values: list[float], share: float) -> float:
    """A percentile as the definition says: between the two values beside its place."""
    ordered, place = sorted(values), share / 100 * (len(values) - 1)
    below, part = int(place), place - int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + part * (ordered[above] - ordered[below])


def sample(seconds: float, pictures: int, server: float, workers: float = 0.0) -> Sample:
    return Sample(seconds, pictures, server, workers, 8)


@pytest.mark.parametrize("number", [1, 2, 7, 100])
def test_percentiles(number: int):
    values = np.random.default_rng(number).gamma(2, size=number).tolist()
    found = report.percentiles(values)
    assert found["n"] == number
    assert found["max"] == max(values)
    for share in report.SHARES:
        assert found[f"p{share}"] == pytest.approx(by_hand(values, share))


def test_percentiles_of_nothing():
    assert report.percentiles([]) == {"n": 0}


def test_memory_is_told_in_stretches_by_their_medians():
    values = np.random.default_rng(0).normal(1000, 50, 100)
    samples = [sample(i, i // 2, value, 10) for i, value in enumerate(values)]
    rows = report.memory_over(samples, rows=4)
    step = 99 / 4
    for number, row in enumerate(rows):
        inside = [i for i in range(100) if min(int(i / step), 3) == number]
        assert row["server"] == pytest.approx(np.median(values[inside]))
        assert row["total"] == pytest.approx(np.median(values[inside]) + 10)
        assert row["seconds"] == np.median(inside)
    assert len(rows) == 4
    assert report.memory_over([]) == []


def test_a_stretch_without_samples_is_left_out():
    samples = [sample(0, 0, 100), sample(100, 5, 300)]
    assert [row["total"] for row in report.memory_over(samples, rows=5)] == [100, 300]


def test_how_even_memory_is_after_the_first_pictures():
    rise = [sample(i, i, 10 * i) for i in range(100)]
    even = [sample(100 + i, 100 + i, 1000 + d, 100) for i, d in enumerate((0, -33, 0, 55, 0))]
    found = report.swing(rise + even)
    assert found == {"median": 1100, "least": 1067, "most": 1155, "swing": pytest.approx(0.05)}
    assert report.swing(rise) == {}
    assert report.peak(rise + even) == 1155


def test_text_json_and_csv_say_the_same():
    found = Found(Plan(2, 3), cores=2, seconds=61.4)
    found.arrivals = [0.5, 1.5]
    found.seen = [Seen(0.1, 1.0, 2.0, True), Seen(0.3, 3.0, 4.0, False)]
    found.failures = ["No mask within 180 s."]
    found.memory = [sample(0.0, 0, 100.126, 20), sample(1.0, 2, 200, 30)]
    facts = json.loads(report.as_json(found))
    assert facts["plan"] == {"sessions": 2, "pictures": 3, "minutes": None, "seed": 0}
    assert facts["latency_seconds"]["first mask"]["p50"] == 2.0
    assert facts["queued"] == 1
    assert facts["failures"] == {"No mask within 180 s.": 1}
    assert facts["memory_mib"] == {"peak": 230}
    rows = list(csv.DictReader(io.StringIO(report.as_csv(found.memory))))
    assert [float(row["total"]) for row in rows] == [120.13, 230]
    text = report.as_text(found)
    assert "2 pictures, 2 sessions at once, 61 s, 2 cores" in text
    assert "1 x No mask within 180 s." in text
    assert "1 failed." in text
    (line,) = [line for line in text.splitlines() if line.startswith("first mask")]
    assert line.split() == ["first", "mask", "2", "2.00", "2.80", "2.98", "3.00"]


def test_a_soak_that_saw_nothing_has_a_report():
    assert "None failed." in report.as_text(Found(Plan(1, 1)))
