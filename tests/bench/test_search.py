from dataclasses import replace

import pytest

from carseg.analysis.shapes import Tried
from carseg.bench import search as searching
from carseg.bench.search import CANDIDATES, Candidate, Search, search, table, told
from carseg.bench.speed.clock import Clock
from carseg.data.pairs import DataError, find_pairs
from carseg.models import build
from carseg.train.legs import TrainingData
from carseg.train.presets import PRESETS, Phase, Preset
from carseg.train.run import Job, Machine

TRIED = (Candidate((16, 24), {"widths": [4, 8]}), Candidate((32, 48), {"widths": [4, 4]}))


def test_candidates_are_small_and_not_alike():
    assert len({candidate.name for candidate in CANDIDATES}) == len(CANDIDATES) == 12
    assert PRESETS["car-mini"].arguments in [candidate.arguments for candidate in CANDIDATES]
    for candidate in CANDIDATES:
        weights = sum(p.numel() for p in build("mini", **candidate.arguments).parameters())
        assert weights < 2_300_000


@pytest.fixture
def task(carvana, tmp_path, monkeypatch) -> Search:
    monkeypatch.setattr("carseg.train.legs.select", lambda pairs, *_: pairs)
    monkeypatch.setattr(searching, "members", lambda pairs, _: pairs)
    monkeypatch.setattr(searching, "FASTEST", ("torch",))
    preset = Preset("Tiny", "For tests.", "unet", 1e-2, phases=(Phase((16, 24), 8, 4),))
    pairs = find_pairs(carvana)
    data = TrainingData(pairs, carparts=pairs)
    machine = Machine(device="cpu", precision="float32")
    return Search(Job(preset, data, tmp_path / "runs" / "s", machine=machine), 8, TRIED)


def test_a_search_goes_on_where_it_was_stopped(task, tmp_path, monkeypatch):
    clock = Clock(seconds=0.01, processor=True)
    (first,) = search(replace(task, candidates=TRIED[:1]), tmp_path / "cache", clock)
    assert first.ms > 0
    assert 0 <= first.dice <= 1
    assert first.engine == "torch"
    rows = search(task, tmp_path / "cache", clock)
    assert rows[0] == first
    monkeypatch.setattr(searching, "train", lambda *_, **__: pytest.fail("it was done before"))
    assert search(task, tmp_path / "cache", clock) == rows
    kept = told(task, rows, clock)
    assert Tried.model_validate_json(kept.model_dump_json()).rows == tuple(rows)
    ordered = table(rows)
    assert list(ordered["dice"]) == sorted((row.dice for row in rows), reverse=True)
    assert "*" in set(ordered["line"])


def test_a_search_needs_photographs(task, tmp_path):
    without = replace(task, job=replace(task.job, data=replace(task.job.data, carparts=None)))
    with pytest.raises(DataError, match="--photos"):
        search(without, tmp_path, Clock())
