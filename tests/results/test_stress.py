"""Stress results: the same bytes, the same meaning back, tables and junctures known beforehand."""

import dataclasses
import json
from itertools import pairwise as neighbours
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kendalltau

from carseg.analysis.stress import (
    juncture_sentence,
    order_agreement,
    pairwise,
    stress_means,
    stress_table,
)
from carseg.measures.overlap import Counts
from carseg.results.stress import (
    StressScore,
    StressSet,
    shipped_stress,
    write_stress,
)
from tests.factories.checkpoints import state_network
from tests.factories.stress import CARS, rows, stress_set


def test_there_and_back(tmp_path: Path) -> None:
    path = write_stress(tmp_path / "unet", stress_set(dial="light.low"))
    assert path == tmp_path / "unet" / "stress" / "light.low.csv"
    write_stress(tmp_path / "unet", stress_set())
    assert StressSet.read(tmp_path / "unet") == [stress_set(dial="light.low"), stress_set()]


def test_the_format_by_hand(tmp_path: Path) -> None:
    few = (
        StressScore("b_02", "b", "light.low", 0.0, Counts(9, 1, 2, 30)),
        StressScore("a_01", "a", "light.low", 0.5, Counts(8, 2, 3, 29)),
        StressScore("a_01", "a", "light.low", 0.0, Counts(10, 0, 0, 32)),
        StressScore("b_02", "b", "light.low", 0.5, Counts(0, 0, 11, 31)),
    )
    path = write_stress(tmp_path / "unet", stress_set(rows=few))
    assert path.read_bytes().decode().split("\n") == [
        "id,group,effect,severity,tp,fp,fn,tn",
        "a_01,a,light.low,0,10,0,0,32",
        "a_01,a,light.low,0.5,8,2,3,29",
        "b_02,b,light.low,0,9,1,2,30",
        "b_02,b,light.low,0.5,0,0,11,31",
        "",
    ]
    facts = json.loads(path.with_suffix(".json").read_text())
    assert (facts["n"], facts["dial"], facts["seed"], facts["version"]) == (2, "weather", 0, 1)
    (found,) = StressSet.read(tmp_path / "unet")
    assert (found.severities, found.pictures, found.groups) == (
        (0.0, 0.5),
        ("a_01", "b_02"),
        ["a", "b"],
    )
    np.testing.assert_allclose(found.dice, [[1, 18 / 21], [16 / 21, 0]])


def test_the_same_scores_give_the_same_bytes_and_leave_nothing_else(tmp_path: Path) -> None:
    for name, found in (("one", rows((0.9, 0.8))), ("two", rows((0.9, 0.8))[::-1])):
        for _ in range(2):
            write_stress(tmp_path / name, stress_set(rows=found))
    one, two = (sorted((tmp_path / name / "stress").iterdir()) for name in ("one", "two"))
    assert [path.name for path in one] == ["weather.csv", "weather.json"]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def change_json(path: Path, **changed: object) -> None:
    facts = json.loads(path.with_suffix(".json").read_text())
    text = json.dumps({k: v for k, v in {**facts, **changed}.items() if v is not None})
    path.with_suffix(".json").write_text(text)


def change_line(path: Path, number: int, new: list[str]) -> None:
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[: number - 1], *new, *lines[number:]]) + "\n")


BREAKS = {
    "weather.json is missing": lambda p: p.with_suffix(".json").unlink(),
    "weather.json is not a JSON object": lambda p: p.with_suffix(".json").write_text("[1"),
    "has no usable 'threshold'": lambda p: change_json(p, threshold="high"),
    "has no usable 'seed'": lambda p: change_json(p, seed=0.5),
    "has no usable 'command'": lambda p: change_json(p, command=None),
    "has no usable 'rows_sha256'": lambda p: change_json(p, rows_sha256=None),
    "date '20251231' is not like": lambda p: change_json(p, date="20251231"),
    "threshold 7 is not within": lambda p: change_json(p, threshold=7),
    "holds 12 of 13 pictures": lambda p: change_json(p, n=13),
    "belongs to other/stress": lambda p: change_json(p, model="other"),
    "belongs to unet/stress/light.csv": lambda p: change_json(p, dial="light"),
    "set '../up' is not a plain name": lambda p: change_json(p, set="../up"),
    "is not text": lambda p: p.write_bytes(b"\xff\xfe\x00"),
    "its first line is not 'id,group": lambda p: p.write_text("id;group\n"),
    "it holds no picture at severity 0": lambda p: p.write_text(p.read_text().splitlines()[0]),
    "line 3 is not a picture's counts": lambda p: change_line(p, 3, ["0_1,0,fog,1,5,-1,5,5"]),
    "line 4 is not a picture's counts": lambda p: change_line(p, 4, ["0_1,0,fog,nan,5,1,5,5"]),
    "line 5 is not a picture's counts": lambda p: change_line(p, 5, ["0_1,0,fog,1,5,1,5"]),
    "line 6 is not a picture's counts": lambda p: change_line(p, 6, ["0_1,0,fog,1,5,1,5,5,9"]),
    "each picture once at each severity": lambda p: change_line(p, 3, []),
    "its rows are not those": lambda p: change_line(p, 3, ["0_1,0,fog,1,5,1,5,5"]),
    "has no usable 'fingerprint'": lambda p: change_json(p, fingerprint=None),
    "measured with another network": lambda p: state_network(p.parent.parent, sha256="a" * 64),
}


@pytest.mark.parametrize("reason", BREAKS)
def test_a_broken_file_costs_only_itself(tmp_path: Path, reason: str) -> None:
    write_stress(tmp_path / "good", stress_set("good"))
    BREAKS[reason](write_stress(tmp_path / "unet", stress_set()))
    problems: list[str] = []
    assert [found.model for found in shipped_stress(tmp_path, problems)] == ["good"]
    (sentence,) = problems
    assert sentence.startswith("The results in unet/stress/weather.csv are left out (")
    assert reason in sentence
    assert sentence.endswith("): restore the file or measure again.")


def test_without_a_list_problems_are_logged(tmp_path: Path, caplog) -> None:
    write_stress(tmp_path / "unet", stress_set()).with_suffix(".json").unlink()
    assert shipped_stress(tmp_path) == shipped_stress(tmp_path / "nowhere") == []
    assert "json is missing" in caplog.text


def test_the_table_has_a_row_per_dial_severity_and_model() -> None:
    sets = [stress_set("b", rows=rows((0.9, 0.8), 0.01)), stress_set("a", dial="light")]
    table = stress_table(sets)
    assert list(zip(table["dial"], table["severity"], table["model"], strict=True)) == [
        *(("weather", s, "b") for s in (0, 1)),
        *(("light", s, "a") for s in (0, 1, 2)),
    ]
    assert table["dice"].tolist() == pytest.approx([0.9, 0.8, 0.98, 0.9, 0.7])
    assert set(table["n"]) == {12}
    assert set(table["clusters"]) == {6}
    first = table.iloc[0]
    # Standard error of the mean of six cars that lie 0.01 apart, each drawn as a whole.
    error = 0.01 * np.arange(6).std() / 6**0.5
    assert 0.9 - first["low"] == pytest.approx(1.96 * error, rel=0.2)
    assert first["high"] - 0.9 == pytest.approx(1.96 * error, rel=0.2)


def test_few_cars_have_no_interval() -> None:
    few = tuple(row for row in rows((0.9, 0.8)) if row.group in "0123")
    table = stress_table([stress_set(rows=few)])
    assert table["low"].isna().all()
    (pairing,) = pairwise([stress_set("a", rows=few), stress_set("b", rows=few)], "weather")
    assert pairing.along.ahead.span is None


def test_junctures_of_pairs_whose_answer_is_known() -> None:
    sets = [
        stress_set("falls", (0.98, 0.9, 0.7)),
        stress_set("holds", (0.98, 0.94, 0.9)),
        stress_set("alike", (0.98, 0.941, 0.899)),
        stress_set("worst", (0.9, 0.8, 0.6)),
    ]
    found = {(p.a, p.b): p for p in pairwise(sets, "weather")}
    assert list(found) == [
        ("falls", "holds"),
        ("falls", "alike"),
        ("falls", "worst"),
        ("holds", "alike"),
        ("holds", "worst"),
        ("alike", "worst"),
    ]
    leader, other, at = found["falls", "holds"].found
    assert (leader, other, at.at) == ("holds", "falls", pytest.approx(0.25))
    assert found["holds", "alike"].found is None
    assert found["holds", "worst"].found[::2] == ("holds", found["holds", "worst"].along.ahead)
    assert found["holds", "worst"].along.ahead.at == 0
    assert juncture_sentence(found["falls", "holds"]) == (
        "weather: holds is ahead of falls by at least 0.01 from severity 0.3 on "
        "(95 % interval 0.3 to 0.3; no juncture in 0.0 % of resamples)."
    )
    assert juncture_sentence(found["holds", "alike"]) == (
        "weather: no juncture found, neither holds nor alike is ahead by 0.01 at its end."
    )
    assert "from the start" in juncture_sentence(found["holds", "worst"])
    (wide, *_) = pairwise(sets, "weather", delta=0.3)
    assert wide.found is None
    assert "ahead by 0.3 " in juncture_sentence(wide)


def test_an_end_of_an_interval_may_lie_past_the_dial() -> None:
    a = stress_set("a", rows=rows((0.9, 0.9, 0.9), 0.01))
    b = stress_set("b", rows=rows((0.9, 0.89, 0.885)))
    (pairing,) = pairwise([a, b], "weather")
    assert pairing.found[2].never > 0.05
    assert "to past the dial; no juncture in " in juncture_sentence(pairing)


@pytest.mark.parametrize(
    "changed",
    [
        {"seed": 1},
        {"version": 2},
        {"set": "carvana-val"},
        {"split_sha256": "c" * 64},
        {"backgrounds_sha256": "c" * 64},
        {"grid": "160x240"},
        {"means": (0.9, 0.8)},
    ],
)
def test_only_equal_measurements_are_paired(changed) -> None:
    assert pairwise([stress_set("a"), stress_set("b", **changed)], "weather") == []


def test_another_dial_is_no_pair_and_another_device_is() -> None:
    sets = [stress_set("a"), stress_set("b", dial="light"), stress_set("c", dtype="float32")]
    assert [(p.a, p.b) for p in pairwise(sets, "weather")] == [("a", "c")]


def test_what_is_no_result_is_refused() -> None:
    whole = rows((0.9, 0.8))
    for wrong in ((), whole[:-1], (*whole, whole[0]), whole[CARS * 2 :]):
        with pytest.raises(ValueError, match=r"it (holds no|does not hold)"):
            stress_set(rows=wrong)


def test_order_on_the_dial_and_on_the_street() -> None:
    sets = [stress_set(name, (0.98, 0.9 - n / 50, 0.7)) for n, name in enumerate("abcde")]
    means = stress_means(sets, "weather")
    assert means == pytest.approx({name: 0.8 - n / 100 for n, name in enumerate("abcde")})
    assert all(high > low for high, low in neighbours(means.values()))
    assert stress_means(sets, "light") == {}
    street = {"b": 0.9, "a": 0.8, "d": 0.7, "c": 0.6, "e": 0.5, "unknown": 1.0}
    found = order_agreement(means | {"unmeasured": 0.5}, street)
    theirs = kendalltau([5, 4, 3, 2, 1], [0.8, 0.9, 0.6, 0.7, 0.5], method="exact")
    assert (found.tau, found.p) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert (found.tau, found.n, found.exact) == (pytest.approx(0.6), 5, True)
    assert order_agreement(means, {"a": 0.9}) is None


def test_results_are_values() -> None:
    one = stress_set()
    assert dataclasses.replace(one, seed=2) != one == stress_set(rows=one.rows[::-1])
