"""A disk that fills up: the database and the pictures of ``predict`` on a file system of 16 MiB.

On Linux it is a tmpfs in a namespace of its own, which needs no root where users may make
namespaces. Elsewhere a limit on the size of each file stands for it; nobody can make room under
one, so deletions are not tried then.
"""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
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


class _Saves:
    """What was acknowledged of a database on the small disk, and what was refused."""

    def __init__(self, folder: Path, outcome: Outcome) -> None:
        self.file, self.outcome = folder / "home" / "results.sqlite", outcome
        self.engine = open_engine(f"sqlite:///{self.file}")
        self.known: set[int] = set()

    def save(self, number: int, size: int) -> bool:
        """Whether there was room."""
        try:
            save_scores(self.engine, scores(number, size))
        except ResultsError as error:
            self.outcome.seen["refusals"] += 1
            self.outcome.check("disk is full" in str(error), f"another reason: {error}")
            return False
        self.known.add(number)
        self.outcome.acknowledged += 1
        return True

    def fill(self, size: int) -> None:
        """Save until there is no more room."""
        number = 1
        while self.save(number, size):
            number += 1

    def make_room(self, number: int) -> None:
        """On a full disk: nothing large can be saved, one can delete, and save into that room."""
        self.outcome.check(not self.save(number, 900_000), "saved without room.")
        gone = min(self.known)
        ids = [row.id for row in saved_scores(self.engine) if int(row.picture) == gone]
        try:
            self.outcome.check(delete_scores(self.engine, ids) == AT_ONCE, "deleted others.")
        except ResultsError as error:
            self.outcome.check(False, f"not deleted: {error}")
            return
        self.known.remove(gone)
        self.outcome.seen["deletions"] += 1
        self.outcome.check(self.save(number, 10), "the room of what was deleted is not used.")

    def look(self) -> None:
        """Everything that was acknowledged is there, and nothing else."""
        found = {int(row.picture) for row in saved_scores(self.engine)}
        lost, halves = self.known - found, found - self.known
        self.outcome.check(not lost, f"acknowledged and lost: {sorted(lost)}.")
        self.outcome.check(not halves, f"refused and saved: {sorted(halves)}.")
        with closing(sqlite3.connect(self.file)) as connection:
            (said,) = connection.execute("PRAGMA integrity_check").fetchone()
        self.outcome.check(said == "ok", f"the file is damaged: {said}.")


def _round(folder: Path) -> Outcome:
    outcome = Outcome(tried=1)
    saves, others = _Saves(folder, outcome), folder / "others"
    saves.fill(random.choice([5_000, 20_000, 200_000]))
    _fill_up(others)
    saves.make_room(10**6)
    saves.make_room(10**6 + 1)
    saves.engine.dispose()  # as when the app is started again
    _fill_up(others)
    saves.engine = open_engine(f"sqlite:///{saves.file}")
    saves.make_room(10**6 + 2)
    saves.look()
    _pictures(outcome, folder / "results")
    others.unlink()
    outcome.check(saves.save(10**7, 1_000), "not saved although there is room again.")
    saves.look()
    return outcome


def _quota_round(folder: Path) -> Outcome:
    import resource

    outcome = Outcome(tried=1)
    saves = _Saves(folder, outcome)
    free = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (6 * 2**20, free[1]))
    saves.fill(200_000)
    saves.look()
    _pictures(outcome, folder / "results")
    resource.setrlimit(resource.RLIMIT_FSIZE, free)
    outcome.check(saves.save(10**7, 1_000), "not saved although there is room again.")
    saves.look()
    return outcome


def _fill_up(path: Path) -> None:
    """Somebody else's file takes what is left."""
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
    stayed = [name for name in names(folder) if not name.endswith(".png")]
    outcome.check(not stayed, f"drafts stayed: {stayed}.")


if __name__ == "__main__":
    random.seed(int(sys.argv[2]))
    result = (_quota_round if "quota" in sys.argv else _round)(Path(sys.argv[1]))
    facts = {"acknowledged": result.acknowledged, "lost": result.lost, "seen": result.seen}
    os.write(1, json.dumps(facts).encode())
