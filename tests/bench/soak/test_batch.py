"""A batch under watch."""

import csv

import pytest

from carseg.bench.soak.report import COLUMNS
from carseg.cli import main


@pytest.mark.usefixtures("tiny_weights")
@pytest.mark.parametrize("way", [[], ["predict"], ["http"]], ids=["page", "predict", "http"])
def test_it_says_how_long_a_batch_takes_and_what_memory_does(tmp_path, capsys, way):
    path = tmp_path / "memory.csv"
    assert main(["soak", "--batch", *way, "--pictures", "7", "--csv", str(path)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("7 pictures in ")
    assert "None failed." in said
    assert ("ZIP" in said) == (not way)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert list(rows[0]) == list(COLUMNS)
    done = [int(row["pictures"]) for row in rows]
    assert done == sorted(done)
    assert done[0] == 0 < len(done)
    assert done[-1] <= 7
    assert all(float(row["server"]) > 0 for row in rows)
