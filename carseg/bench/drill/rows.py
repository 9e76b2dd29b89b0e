"""Kills while scores and comparisons are saved."""

import sqlite3
from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path

from carseg.bench.drill.children import Tell, killed, names
from carseg.bench.drill.outcome import Limit, Outcome
from carseg.results import (
    Comparison,
    Score,
    comparison_names,
    open_engine,
    save_comparison,
    save_scores,
    saved_comparisons,
    saved_scores,
)
from carseg.results.reserve import RESERVE

AT_ONCE = 3
"""Scores in one save: all of them are there, or none."""
_HASH = "a" * 64


def scores(number: int, size: int = 10) -> list[Score]:
    """The scores of save ``number``; ``size`` makes them longer."""
    return [
        Score(
            model="unet",
            weights_sha256=_HASH,
            fingerprint=_HASH,
            picture=f"{number}",
            picture_sha256=f"{number:064x}",
            truth_sha256=f"{part:064x}",
            domain="street",
            set="x" * size,
            grid="native",
            threshold=0.5,
            tp=1,
            fp=2,
            fn=3,
            tn=4,
        )
        for part in range(AT_ONCE)
    ]


def comparison(number: int) -> Comparison:
    """The comparison of save ``number``."""
    outcome = {
        "model": "unet",
        "title": "U-Net",
        "weights_sha256": _HASH,
        "fingerprint": _HASH,
        "threshold": 0.5,
        "share": 0.25,
    }
    facts = {"picture": "car.jpg", "picture_sha256": _HASH, "origin": "upload"}
    return Comparison.model_validate(
        {"name": f"{number}", **facts, "width": 4, "height": 3, "outcomes": [outcome]}
    )


def save_on(url: str, first: int, tell: Tell) -> None:
    """Save without end, and tell the number of each save."""
    engine = open_engine(url)
    for number in count(first):
        save_scores(engine, scores(number))
        tell(("scores", number))
        if number % 10 == 0:
            save_comparison(engine, comparison(number))
            tell(("comparison", number))


def drill(folder: Path, limit: Limit) -> Outcome:
    """Every other process is killed while it opens the database, the others while they save."""
    outcome = Outcome()
    file = folder / "home" / "results.sqlite"
    url = f"sqlite:///{file}"
    known: set[tuple[str, int]] = set()
    for number in limit.rounds():
        first = 1_000 * number
        told = killed(
            lambda tell, first=first: save_on(url, first, tell),  # type: ignore[misc]
            0.5,
            at_once=number % 2 == 1,
        )
        outcome.tried += 1
        outcome.acknowledged += len(told)
        known |= {*told}
        _look(outcome, file, url, known)
    return outcome


def _look(outcome: Outcome, file: Path, url: str, known: set[tuple[str, int]]) -> None:
    engine = open_engine(url)
    found = Counter(int(row.picture) for row in saved_scores(engine))
    kept = {("scores", number) for number in found}
    kept |= {("comparison", int(name)) for name in comparison_names(engine)}
    outcome.check(known <= kept, f"acknowledged and lost: {sorted(known - kept)}.")
    halves = [number for number, rows in found.items() if rows != AT_ONCE]
    outcome.check(not halves, f"saved by half: {halves}.")
    outcome.check(len(saved_comparisons(engine)) + len(found) == len(kept), "unreadable rows.")
    engine.dispose()
    with closing(sqlite3.connect(file)) as connection:
        (said,) = connection.execute("PRAGMA integrity_check").fetchone()
    outcome.check(said == "ok", f"the file is damaged: {said}.")
    expected = {f"results.sqlite{end}" for end in ("", "-wal", "-shm", "-reserve")}
    outcome.check(names(file.parent) <= expected, f"files stayed: {names(file.parent)}.")
    reserve = file.with_name(f"{file.name}-reserve")
    outcome.check(reserve.stat().st_size == RESERVE, "the reserve is not whole.")
    outcome.seen["rows found at the end"] = sum(found.values())
    known |= kept
