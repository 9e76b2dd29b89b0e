"""A disk that fills up: the database and the pictures of ``predict`` on a file system of 16 MiB.

On Linux it is a tmpfs in a namespace of its own, which needs no root where users may make
namespaces. Elsewhere a limit on the size of each file stands for it.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from carseg.bench.drill.children import names
from carseg.bench.drill.outcome import Limit, Outcome
from carseg.bench.drill.rows import AT_ONCE, scores
from carseg.core.atomic import write_atomically
from carseg.imaging import codec
from carseg.results import ResultsError, delete_scores, open_engine, save_scores, saved_scores

MEGABYTES = 16
_MOUNT = f'mount -t tmpfs -o size={MEGABYTES}m carseg "$0" && exec "$@"'


def drill(folder: Path, limit: Limit) -> Outcome:
    """Each round fills a disk of its own, in a process of its own."""
    outcome = Outcome()
    begin = _on_small_disk(folder)
    for number in limit.rounds():
        here = [sys.executable, "-m", __spec__.name, str(folder), str(random.randrange(10**6))]
        done = subprocess.run(
            [*begin, *here, *([] if begin else ["quota"])], capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"The drill itself failed: {done.stderr[-2000:]}")
        said = json.loads(done.stdout)
        outcome.tried += 1
        outcome.acknowledged += said["acknowledged"]
        outcome.lost += [f"Disk {number + 1}: {sentence}" for sentence in said["lost"]]
        outcome.seen.update(said["seen"])
        if not begin:
            for path in folder.iterdir():
                shutil.rmtree(path)
    return outcome


def _on_small_disk(folder: Path) -> list[str]:
    """The beginning of a command that runs with a small disk at ``folder``; empty if it cannot."""
    for user in ([], ["--user", "--map-root-user"]):
        begin = ["unshare", "--mount", *user, "sh", "-c", _MOUNT, str(folder)]
        with suppress(OSError):
            if subprocess.run([*begin, "true"], capture_output=True).returncode == 0:
                return begin
    return []


def _round(folder: Path, quota: bool) -> Outcome:
    outcome = Outcome(tried=1)
    file = folder / "home" / "results.sqlite"
    engine = open_engine(f"sqlite:///{file}")
    if quota:
        import resource

        free = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (6 * 2**20, free[1]))
    known: set[int] = set()

    def save(number: int, size: int) -> None:
        save_scores(engine, scores(number, size))
        known.add(number)
        outcome.acknowledged += 1

    def fill(size: int) -> int:
        number = max(known, default=0)
        while number := number + 1:
            if not _refused(outcome, lambda number=number: save(number, size)):  # type: ignore[misc]
                continue
            return number
        return number

    size = random.choice([1_000, 20_000, 200_000])
    refused = fill(size)
    _fill_up(folder / "others", quota)
    for attempt in range(3):
        outcome.check(
            _refused(outcome, lambda: save(refused, 900_000)), "saved on a disk without room."
        )
        gone = min(known)
        ids = [row.id for row in saved_scores(engine) if int(row.picture) == gone]
        try:
            outcome.check(delete_scores(engine, ids) == AT_ONCE, "deleted something else.")
            known.remove(gone)
            outcome.seen["deletions on a full disk"] += 1
            save(10**6 + attempt, 10)  # into the room that this leaves
            outcome.seen["saves into their room"] += 1
        except ResultsError as error:
            outcome.check(False, f"on a full disk: {error}")
        if attempt == 1:  # as after a restart of the app
            engine.dispose()
            _fill_up(folder / "others", quota)
            engine = open_engine(f"sqlite:///{file}")
    found = {int(row.picture) for row in saved_scores(engine)}
    outcome.check(found == known, f"lost {known - found}, half saved {found - known}.")
    with closing(sqlite3.connect(file)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
    outcome.check(said == "ok", f"the file is damaged: {said}.")
    _pictures(outcome, folder / "results")
    (folder / "others").unlink()
    if quota:
        resource.setrlimit(resource.RLIMIT_FSIZE, free)
    save(10**7, 1_000)
    engine.dispose()
    return outcome


def _refused(outcome: Outcome, work: Callable[[], None]) -> bool:
    try:
        work()
    except ResultsError as error:
        outcome.seen["refusals"] += 1
        outcome.check("disk is full" in str(error), f"another reason was given: {error}")
        return True
    return False


def _fill_up(path: Path, quota: bool) -> None:
    """Somebody else's file takes what is left."""
    if quota:
        path.touch()
        return
    with suppress(OSError), path.open("ab", buffering=0) as file:
        while file.write(bytes(4_096)):
            pass


def _pictures(outcome: Outcome, folder: Path) -> None:
    """Pictures are whole or not there."""
    chance = np.random.default_rng(0)
    folder.mkdir()
    for side in (300, 900, 1_900):
        data = codec.encode(chance.integers(0, 256, (side, side, 3), dtype=np.uint8), "png")
        with suppress(OSError):
            write_atomically(folder / f"{side}.png", data)
            outcome.acknowledged += 1
            outcome.check((folder / f"{side}.png").read_bytes() == data, "half a picture.")
    outcome.check(names(folder) <= {"300.png"}, f"files stayed: {names(folder)}.")


if __name__ == "__main__":
    random.seed(int(sys.argv[2]))
    result = _round(Path(sys.argv[1]), quota="quota" in sys.argv)
    facts = {"acknowledged": result.acknowledged, "lost": result.lost, "seen": result.seen}
    os.write(1, json.dumps(facts).encode())
