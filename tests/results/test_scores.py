"""Shipped scores: the same bytes, the same meaning back, and one sentence per broken file."""

import dataclasses
import json
from pathlib import Path

import pytest

from carseg.measures.overlap import Counts, PictureScore
from carseg.results import ScoreSet, read_scores, shipped_scores, write_scores
from tests.factories.checkpoints import state_network

PICTURES = (
    PictureScore("b_02", "b", Counts(90, 1, 2, 300), 0.75),
    PictureScore('a,"01', "", Counts(0, 0, 0, 393), None),
    PictureScore("é_03", "b", Counts(80, 5, 6, 302), 1 / 3),
)


def score_set(model: str = "unet", **changed) -> ScoreSet:
    facts = {
        "weights_sha256": "a" * 64,
        "fingerprint": "f" * 64,
        "domain": "studio",
        "set": "carvana",
        "split": "test",
        "split_sha256": "b" * 64,
        "grid": "160x240",
        "threshold": 0.5,
        "dtype": "bfloat16",
        "device": "cpu",
        "date": "2025-12-31",
        "command": "python -m carseg evaluate",
        "pictures": PICTURES,
    }
    return ScoreSet(model=model, **{**facts, **changed})


def test_there_and_back(tmp_path: Path) -> None:
    path = write_scores(tmp_path / "unet", score_set())
    assert path == tmp_path / "unet" / "scores" / "carvana-160x240.csv"
    (found,) = read_scores(tmp_path / "unet")
    ordered = sorted(PICTURES, key=lambda picture: picture.id)
    assert [(p.id, p.group, p.counts) for p in found.pictures] == [
        (p.id, p.group, p.counts) for p in ordered
    ]
    assert [p.boundary_iou for p in found.pictures] == [None, 0.75, 0.333333]
    assert dataclasses.replace(found, pictures=PICTURES) == score_set()


def test_the_format_by_hand(tmp_path: Path) -> None:
    path = write_scores(tmp_path / "unet", score_set())
    assert path.read_text(encoding="utf-8").splitlines() == [
        "id,group,tp,fp,fn,tn,boundary_iou",
        '"a,""01",,0,0,0,393,',
        "b_02,b,90,1,2,300,0.750000",
        "é_03,b,80,5,6,302,0.333333",
    ]
    facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert (facts["n"], facts["domain"], facts["grid"]) == (3, "studio", "160x240")
    assert (facts["weights_sha256"], facts["fingerprint"]) == ("a" * 64, "f" * 64)


def test_the_same_scores_give_the_same_bytes_and_leave_nothing_else(tmp_path: Path) -> None:
    for name, pictures in (("one", PICTURES), ("two", PICTURES[::-1])):
        for _ in range(2):
            write_scores(tmp_path / name, score_set(pictures=pictures))
    one, two = (sorted((tmp_path / name / "scores").iterdir()) for name in ("one", "two"))
    assert [path.name for path in one] == ["carvana-160x240.csv", "carvana-160x240.json"]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_write_that_fails_keeps_the_old_file(tmp_path: Path, monkeypatch) -> None:
    path = write_scores(tmp_path / "unet", score_set())
    before = path.read_bytes()

    def full_disk(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_scores(tmp_path / "unet", score_set(pictures=PICTURES[:1]))
    assert path.read_bytes() == before
    assert len(list(path.parent.iterdir())) == 2


def test_windows_line_ends_are_the_same_scores(tmp_path: Path) -> None:
    path = write_scores(tmp_path / "unet", score_set())
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    problems: list[str] = []
    assert len(read_scores(tmp_path / "unet", problems)) == 1
    assert problems == []


def change_json(path: Path, **changed: object) -> None:
    facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    text = json.dumps({k: v for k, v in {**facts, **changed}.items() if v is not None})
    path.with_suffix(".json").write_text(text, encoding="utf-8")


BREAKS = {
    "carvana-160x240.json is missing": lambda p: p.with_suffix(".json").unlink(),
    "carvana-160x240.json is not a JSON object": lambda p: p.with_suffix(".json").write_text("[1"),
    "has no usable 'threshold'": lambda p: change_json(p, threshold="high"),
    "has no usable 'command'": lambda p: change_json(p, command=None),
    "has no usable 'fingerprint'": lambda p: change_json(p, fingerprint=None),
    "none of studio": lambda p: change_json(p, domain="moon"),
    "date '20251231' is not like": lambda p: change_json(p, date="20251231"),
    "threshold 7 is not within": lambda p: change_json(p, threshold=7),
    "holds 3 of 4 pictures": lambda p: change_json(p, n=4),
    "belongs to other/scores": lambda p: change_json(p, model="other"),
    "set '../up' is not a plain name": lambda p: change_json(p, set="../up"),
    "is not text": lambda p: p.write_bytes(b"\xff\xfe\x00"),
    "its first line is not 'id,group": lambda p: p.write_text("id;group\n"),
    "it holds no picture": lambda p: p.write_text(p.read_text().splitlines()[0]),
    "line 3 is not a picture's counts": lambda p: p.write_text(
        p.read_text().replace("b_02,b,90", "b_02,b,-90")
    ),
    "line 4 is not a picture's counts": lambda p: p.write_text(p.read_text()[:-20]),
    "a picture occurs twice": lambda p: p.write_text(p.read_text().replace("é_03", "b_02")),
    "its rows are not those": lambda p: p.write_text(p.read_text().replace(",90,", ",91,")),
    "measured with another network": lambda p: state_network(p.parent.parent, sha256="a" * 64),
}


@pytest.mark.parametrize("reason", BREAKS)
def test_a_broken_file_costs_only_itself(tmp_path: Path, reason: str) -> None:
    write_scores(tmp_path / "good", score_set("good"))
    BREAKS[reason](write_scores(tmp_path / "unet", score_set()))
    problems: list[str] = []
    assert [found.model for found in shipped_scores(tmp_path, problems)] == ["good"]
    (sentence,) = problems
    assert sentence.startswith("The results in unet/scores/carvana-160x240.csv are left out (")
    assert reason in sentence
    assert sentence.endswith("): restore the file or measure again.")


def test_without_a_list_problems_are_logged(tmp_path: Path, caplog) -> None:
    write_scores(tmp_path / "unet", score_set()).with_suffix(".json").unlink()
    assert shipped_scores(tmp_path) == []
    assert "json is missing" in caplog.text


def test_no_scores_and_no_folder_are_no_problem(tmp_path: Path) -> None:
    problems: list[str] = []
    (tmp_path / "unet").mkdir()
    assert (
        shipped_scores(tmp_path, problems) == shipped_scores(tmp_path / "nowhere", problems) == []
    )
    assert problems == []


def test_scores_of_the_network_that_the_config_states_are_used(tmp_path: Path) -> None:
    own = state_network(tmp_path / "unet", sha256="a" * 64)
    write_scores(tmp_path / "unet", score_set(fingerprint=own))
    assert state_network(tmp_path / "unet", sha256="a" * 64, title="Another title") == own
    write_scores(tmp_path / "unet", score_set(set="street-photo", domain="street", fingerprint=own))
    assert [found.set for found in shipped_scores(tmp_path)] == ["carvana", "street-photo"]


@pytest.mark.parametrize(
    "edited",
    [
        {"sha256": "b" * 64},
        {"area": 24 * 37},
        {"threshold": 0.45},
        {"mean": [0.5, 0.4, 0.5]},
        {"std": [0.25, 0.25, 0.3]},
        {"arguments": {"widths": [4, 8]}},
    ],
)
def test_a_config_that_was_edited_has_no_scores(tmp_path: Path, edited: dict) -> None:
    own = state_network(tmp_path / "unet", sha256="a" * 64)
    write_scores(tmp_path / "unet", score_set(fingerprint=own))
    state_network(tmp_path / "unet", **({"sha256": "a" * 64} | edited))
    problems: list[str] = []
    assert shipped_scores(tmp_path, problems) == []
    assert "another network than config.json states" in problems[0]
    state_network(tmp_path / "unet", sha256="a" * 64)
    assert len(shipped_scores(tmp_path)) == 1, "what was edited back is measured again"


def test_a_config_that_says_nothing_usable_leaves_scores_alone(tmp_path: Path) -> None:
    write_scores(tmp_path / "unet", score_set())
    for text in ("{", "[1]", json.dumps({"sha256": "c" * 64})):
        (tmp_path / "unet" / "config.json").write_text(text)
        assert len(shipped_scores(tmp_path)) == 1


def test_scores_of_before_the_engine_was_kept_are_pytorchs(tmp_path: Path) -> None:
    path = write_scores(tmp_path / "unet", score_set("unet")).with_suffix(".json")
    written = read_scores(tmp_path / "unet")
    facts = json.loads(path.read_text())
    assert facts.pop("engine") == "torch"
    path.write_text(json.dumps(facts))
    assert read_scores(tmp_path / "unet") == written


def test_scores_of_another_engine_lie_beside(tmp_path: Path) -> None:
    usual, other = score_set("unet"), score_set("unet", engine="onnx")
    paths = {write_scores(tmp_path / "unet", one).name for one in (usual, other)}
    assert paths == {"carvana-160x240.csv", "carvana-160x240-onnx-bfloat16.csv"}
    assert {one.engine for one in read_scores(tmp_path / "unet")} == {"torch", "onnx"}
