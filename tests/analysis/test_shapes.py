import json

import numpy as np

from carseg.analysis.shapes import SHAPES_FILE, Shape, Tried, chart, chart_alt, on_the_line, tried

FACTS = {"size": (16, 24), "parameters": 9, "start": "nothing"}
FACTS |= {"engine": "torch", "precision": "float32"}


def shape(name, ms, dice) -> Shape:
    return Shape(name=str(name), ms=ms, dice=dice, **FACTS)


def test_nothing_beats_what_is_on_the_line():
    drawn = np.random.default_rng(1).integers(1, 9, (40, 2))
    rows = [shape(n, ms, dice / 10) for n, (ms, dice) in enumerate(drawn)]

    def beaten(row):
        better = [r for r in rows if r.ms <= row.ms and r.dice >= row.dice]
        return any((r.ms, r.dice) != (row.ms, row.dice) for r in better)

    line = [(row.ms, row.dice) for row in on_the_line(rows)]
    assert set(line) == {(row.ms, row.dice) for row in rows if not beaten(row)}
    assert line == sorted(line)


def test_the_chart_has_every_shape_and_its_line():
    rows = [shape("slow", 9, 0.9), shape("worse", 9.5, 0.8), shape("fast", 2, 0.7)]
    line, points = chart(rows).data
    assert list(line.x) == [2, 9]
    assert list(points.text) == ["slow", "worse", "fast"]
    said = chart_alt(rows)
    assert "slow: 9 ms, 0.900" in said
    assert "worse" not in said


def test_a_search_is_read_from_beside_the_weights(tmp_path):
    assert tried(tmp_path) is None
    facts = {"date": "2026-11-28", "pictures": 512, "seed": 0, "set": "carparts-val"}
    facts |= {"clock": "processor", "device": "Some CPU"}
    found = Tried(rows=(shape("fast", 2, 0.7),), **facts)
    (tmp_path / SHAPES_FILE).write_text(found.model_dump_json())
    assert tried(tmp_path) == found
    assert "processor time of one picture by torch in float32, on Some CPU" in found.words
    (tmp_path / SHAPES_FILE).write_text(json.dumps({"rows": []}))
    assert tried(tmp_path) is None
