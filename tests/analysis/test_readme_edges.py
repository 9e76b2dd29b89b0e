"""The table of edges, calibration and cost, against sums over the rows."""

import json

import numpy as np
import pandas as pd
import pytest

from carseg.analysis.boards import STUDIO
from carseg.analysis.readme_edges import calibration, outline_error
from carseg.analysis.readme_table import EDGES, overview
from carseg.measures.calibration import GAPS
from carseg.measures.faults import ANATOMY_COLUMNS
from tests.factories.scores import score_set, ship


def rows(**changes) -> pd.DataFrame:
    table = pd.DataFrame({"tp": [80, 50], "fp": [6, 0], "fn": [4, 10], "tn": [10, 40]})
    return table.assign(outline=[20, 40], **dict.fromkeys(GAPS, 0.0), **changes)


def test_the_outline_is_off_by_the_wrong_pixels_along_it():
    assert outline_error(rows()) == pytest.approx((10 / 20 + 10 / 40) / 2)
    assert outline_error(rows().assign(outline=[20, 0])) == pytest.approx(0.5)
    assert outline_error(None) is None


def test_the_calibration_error_is_of_all_pixels_of_a_set():
    table = rows().assign(gap_1=[-4.0, 2.0], gap_9=[3.0, 3.0])
    assert calibration(table) == pytest.approx((2 + 6) / 200)
    assert calibration(rows().drop(columns="gap_3")) is None


def test_a_line_holds_what_was_measured_and_leaves_the_rest_empty(tiny_weights):
    scores = score_set("tiny-a", "studio", set=STUDIO.set, grid=STUDIO.grid)
    ship(tiny_weights, scores)
    head, _, line = (text.split(" | ") for text in overview(tiny_weights, EDGES).splitlines())
    assert line[0] == "| `tiny-a`"
    empty = dict(zip(head, line, strict=True))
    assert empty["outline error, studio"] == empty["calibration error, studio"] == ""
    details = pd.DataFrame(
        {
            "picture": [p.id for p in scores.pictures],
            **dict.fromkeys(ANATOMY_COLUMNS, 0.0),
            "edge_fp": [p.counts.fp for p in scores.pictures],
            "edge_fn": [p.counts.fn for p in scores.pictures],
            "outline": 50,
            **dict.fromkeys(GAPS, 0.0),
        }
    )
    folder = tiny_weights / "tiny-a" / "details"
    folder.mkdir()
    details.to_csv(folder / f"{STUDIO.set}-{STUDIO.grid}.csv", index=False)
    config = json.loads((tiny_weights / "tiny-a" / "config.json").read_text())
    config |= {"trained": {"hours": 0.5, "hardware": "a laptop"}}
    (tiny_weights / "tiny-a" / "config.json").write_text(json.dumps(config))
    line = overview(tiny_weights, EDGES).splitlines()[2].split(" | ")
    full = dict(zip(head, line, strict=True))
    off = np.mean([(p.counts.fp + p.counts.fn) / 50 for p in scores.pictures])
    assert full["outline error, studio"] == f"{off:.2f} px"
    assert full["calibration error, studio"] == "0.00 %"
    assert full["hours"] == "0.5 (a laptop)"
