"""A Ray cluster: nothing is lost with a worker, and a missing library is one sentence."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from carseg.cli import main
from carseg.core.cluster import Cluster, ClusterError, Done
from tests.factories.cluster import NoCluster, Slow
from tests.factories.pictures import write_carvana

JOBS = 24


@pytest.fixture(scope="module")
def ray() -> Iterator[object]:
    """A cluster of this machine alone, with two workers."""
    found = pytest.importorskip("ray.data", reason="it needs pip install 'carseg[ray]'")
    import ray

    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield found
    ray.shutdown()


def begun(folder: Path) -> list[tuple[int, int]]:
    """The jobs that were begun, and by which process."""
    notes = folder / "begun"
    lines = notes.read_text().splitlines() if notes.exists() else []
    return [(int(number), int(pid)) for number, pid in map(str.split, lines)]


def kill_one(folder: Path) -> None:
    """Kill a worker in the middle of a job, once there are two."""
    while len({pid for _, pid in begun(folder)}) < 2:
        time.sleep(0.01)
    os.kill(begun(folder)[-1][1], signal.SIGKILL)


def right(done: list[Done]) -> bool:
    """Whether each job came back once, with its result or its reason."""
    expected = [
        Done(n, None, f"Job {n} is bad.") if n % 7 == 3 else Done(n, {"square": n**2})
        for n in range(JOBS)
    ]
    return sorted(done, key=lambda one: one.number) == expected


@pytest.mark.slow  # a cluster takes ten seconds to start, and a killed worker some to start anew
@pytest.mark.usefixtures("ray")
def test_a_worker_is_killed_and_nothing_is_lost(tmp_path):
    threading.Thread(target=kill_one, args=(tmp_path,), daemon=True).start()
    done = list(Cluster(2).spread(range(JOBS), Slow(tmp_path, 0.2)))
    assert right(done)
    jobs = [number for number, _ in begun(tmp_path)]
    assert set(jobs) == set(range(JOBS))
    assert len(jobs) > JOBS, "what the killed worker had begun was begun again"


def kill_first(killed: threading.Event) -> None:
    """Kill the first of the workers as soon as there are two."""
    while len(found := workers()) < 2:
        time.sleep(0.05)
    found[0].kill()
    killed.set()


def workers() -> list[psutil.Process]:
    """The processes that do jobs, on this machine's cluster."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if any("MapWorker" in part for part in process.cmdline()):
                found.append(process)
    return found


@pytest.mark.slow  # two workers and one more load PyTorch
@pytest.mark.usefixtures("ray")
def test_scores_of_a_cluster_that_lost_a_worker_are_those_of_one_machine(tiny_weights, tmp_path):
    cars = write_carvana(tmp_path / "cars", cars=20)
    options = ["evaluate", "--data", str(cars), "--split", "all", "--set", "made", "--save",
               "--details", "--model", "tiny-a"]  # fmt: skip
    kept = [tiny_weights / "tiny-a" / "scores" / f"made-160x240.{end}" for end in ("csv", "json")]
    assert main(options) == 0
    whole = [path.read_bytes() for path in kept]
    for path in kept:
        path.unlink()
    killed = threading.Event()
    threading.Thread(target=kill_first, args=(killed,), daemon=True).start()
    assert main([*options, "--on", "ray", "--workers", "2"]) == 0
    assert killed.is_set()
    assert [path.read_bytes() for path in kept] == whole


def test_a_worker_alone_answers_the_same(tmp_path):
    assert right(list(NoCluster().spread(range(JOBS), Slow(tmp_path))))


def test_a_missing_library_is_one_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ClusterError, match=r"^This needs Ray: pip install 'carseg\[ray\]'$"):
        Cluster()


def test_a_cluster_that_cannot_be_reached_is_one_sentence(monkeypatch, tmp_path):
    ray = pytest.importorskip("ray", reason="it needs pip install 'carseg[ray]'")
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setenv("RAY_ADDRESS", "not an address")
    with pytest.raises(ClusterError, match=r"ray start --head"):
        list(Cluster().spread([1], Slow(tmp_path)))
