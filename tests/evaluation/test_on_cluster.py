"""Measuring by workers: what comes back is what one machine writes. Ray itself: tests/core."""

import json
from pathlib import Path

import pytest

from carseg.cli import main
from carseg.core.cluster import Cluster
from tests.factories.cluster import NoCluster
from tests.factories.pictures import write_carvana


@pytest.fixture
def cluster(monkeypatch) -> NoCluster:
    made = NoCluster()
    monkeypatch.setattr(Cluster, "__post_init__", lambda _: None)
    monkeypatch.setattr(Cluster, "spread", lambda _, jobs, make: made.spread(jobs, make))
    return made


@pytest.fixture
def cars(tmp_path, tiny_weights) -> Path:  # noqa: ARG001 - asked for its effect
    return write_carvana(tmp_path / "cars", cars=12)


def evaluate(cars: Path, *more: str) -> int:
    return main(["evaluate", "--data", str(cars), "--split", "all", "--set", "made", "--save",
                 "--details", "--model", "tiny-a", *more])  # fmt: skip


def stress(cars: Path, *more: str) -> int:
    return main(["stress", "--data", str(cars), "--split", "all", "--set", "made", "--save",
                 "--dial", "light.exposure", "--model", "tiny-a", "--model", "tiny-b",
                 *more])  # fmt: skip


def written(weights: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(weights)): path.read_bytes()
        for path in weights.rglob("*")
        if path.is_file() and path.suffix in {".csv", ".json", ".md"}
    }


@pytest.mark.parametrize("command", [evaluate, stress])
def test_the_bytes_are_those_of_one_machine(command, cars, tiny_weights, cluster):
    assert command(cars) == 0
    here = written(tiny_weights)
    assert cluster.done == 0
    for path in tiny_weights.rglob("*"):
        if path.parent.name in {"scores", "details", "stress"} and path.is_file():
            path.unlink()
    assert written(tiny_weights) != here
    assert command(cars, "--on", "ray") == 0
    assert cluster.done > 2
    assert written(tiny_weights) == here


def test_a_job_that_is_killed_goes_on_where_it_was(cars, tiny_weights, cluster):
    cluster.stop_after = 2
    assert evaluate(cars, "--on", "ray") == 130
    cluster.stop_after, cluster.done = 10**9, 0
    assert evaluate(cars, "--on", "ray") == 0
    assert cluster.done == 1, "three batches, of which two were done"
    assert (tiny_weights / "tiny-a" / "scores" / "made-160x240.csv").is_file()


def test_a_bad_file_is_named_once_all_others_are_done(cars, tiny_weights, cluster, capsys):
    damaged = cars / "train" / f"{5:012x}_01.jpg"
    whole = damaged.read_bytes()
    damaged.write_bytes(b"no picture")
    assert evaluate(cars, "--on", "ray") == 1
    assert damaged.name in capsys.readouterr().err
    assert cluster.done == 3
    assert not (tiny_weights / "tiny-a" / "scores").exists()
    damaged.write_bytes(whole)
    assert evaluate(cars, "--on", "ray") == 0


def test_a_worker_with_other_weights_is_refused(cars, tiny_weights, cluster, monkeypatch, capsys):
    spread = cluster.spread

    def elsewhere(jobs, make):
        config = tiny_weights / "tiny-a" / "config.json"
        config.write_text(json.dumps(json.loads(config.read_text()) | {"threshold": 0.9}))
        return spread(jobs, make)

    monkeypatch.setattr(cluster, "spread", elsewhere)
    assert evaluate(cars, "--on", "ray") == 1
    assert "give all machines the same weights" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--workers", "0"], ["--workers", "x"], ["--on", "moon"]])
def test_a_wrong_option_is_wrong_usage(cars, wrong):
    with pytest.raises(SystemExit, match="2"):
        evaluate(cars, *wrong)


def test_workers_without_a_cluster_are_explained(cars, capsys):
    assert evaluate(cars, "--workers", "2") == 1
    assert "--on ray" in capsys.readouterr().err
