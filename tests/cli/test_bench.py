"""``carseg bench`` as a user runs it."""

import json

import pytest

from carseg.cli import main

QUICK = ["--device", "cpu", "--seconds", "0.01"]


@pytest.mark.usefixtures("tiny_weights")
def test_every_figure_is_in_the_json(capsys, monkeypatch):
    monkeypatch.setattr("carseg.bench.speed.measure.sample_dice", lambda *_: (0.5, 3))
    code = main(["bench", "--model", "tiny-a", "--size", "90x130", "--json", *QUICK])
    out, err = capsys.readouterr()
    assert code == 0
    found = json.loads(out)
    (case,) = found["cases"]
    assert (case["model"], case["engine"], case["size"]) == ("tiny-a", "torch", [90, 130])
    assert (case["dice"], case["pictures"]) == (0.5, 3)
    assert list(case["stages"]) == list(case["whole"]) == ["mask", "overlay", "cutout"]
    for result, stages in case["stages"].items():
        whole = case["whole"][result]["median"]
        assert max(stage["median"] for stage in stages.values()) > 0
        assert whole > 0
    ratio = case["plain"]["whole"]["least"] / case["whole"]["mask"]["least"]
    assert case["ratios"]["plain mask / mask"] == pytest.approx(ratio, rel=1e-3)
    assert case["share"] is None  # the tiny network does not state its operations
    assert {"torch", "numpy", "carseg"} <= set(found["machine"]["versions"])
    assert "Dice 0.5000 on 3 sample pictures" in err


def test_curves_are_written_beside_the_weights(tiny_weights, capsys):
    assert main(["bench", "--model", "tiny-a", "--curves", *QUICK]) == 0
    path = tiny_weights / "tiny-a" / "speed.json"
    assert capsys.readouterr().out.strip() == str(path)
    found = json.loads(path.read_text())
    assert [item["batch"] for item in found["batches"]] == [1, 2, 4, 8]
    assert all(item["ms"] > 0 and item["plain"] > 0 for item in found["grids"])
    assert found["grid"] == [48, 72]


@pytest.mark.parametrize("text", ["0x10", "1200", "1200x", "axb", "90000x90"])
def test_a_size_that_is_none_is_told(text, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["bench", "--size", text])
    assert stop.value.code == 2
    assert "such as 1200x1800" in capsys.readouterr().err
