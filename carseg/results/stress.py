"""Shipped stress results: counts along a dial in ``weights/<name>/stress/<dial>.csv``.

The CSV holds one row per picture and severity, ordered by id and severity; a JSON file of the same
name says what was measured, with which weights, how and when. The same scores always give the same
bytes.
"""

import csv
import datetime
import hashlib
import io
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from carseg import settings
from carseg.metrics import Counts
from carseg.results.files import read_text, replace_file, stated_weights

HEADER = ("id", "group", "effect", "severity", "tp", "fp", "fn", "tn")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StressScore:
    """One picture at one severity.

    Attributes:
        group: its car.
        effect: what the dial does to this picture; several names with ``+`` between.
    """

    id: str
    group: str
    effect: str
    severity: float
    counts: Counts


@dataclass(frozen=True)
class StressSet:
    """One model's scores along one dial.

    Attributes:
        model: the checkpoint's name.
        weights_sha256: of the weights that were measured.
        threshold: probability from which a pixel is car.
        dial: its name, such as ``weather``.
        version: of the dials and of the way of measuring.
        set, split, split_sha256: the data set, its part, and the hash of the chosen pictures' ids.
        backgrounds_sha256: of the backgrounds that could be borrowed; empty where there were none.
        seed: of the dial.
        grid: whose number of pixels the pictures were brought to, such as ``320x480``.
        dtype, device, command: how it was computed.
        date: ``YYYY-MM-DD``.
        rows: every picture at every severity, from 0 on; kept in the order of ids and severities.

    Raises:
        ValueError: a field that breaks one of these rules.
    """

    model: str
    weights_sha256: str
    threshold: float
    dial: str
    version: int
    set: str
    split: str
    split_sha256: str
    backgrounds_sha256: str
    seed: int
    grid: str
    dtype: str
    device: str
    date: str
    command: str
    rows: tuple[StressScore, ...]

    def __post_init__(self) -> None:
        for name in ("model", "dial", "set", "grid"):
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", getattr(self, name)):
                raise ValueError(f"its {name} '{getattr(self, name)}' is not a plain name")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"its threshold {self.threshold} is not within 0 and 1")
        if datetime.date.fromisoformat(self.date).isoformat() != self.date:
            raise ValueError(f"its date '{self.date}' is not like 2025-12-31")
        ordered = sorted(self.rows, key=lambda row: (row.id, row.severity))
        object.__setattr__(self, "rows", tuple(ordered))
        if not self.rows or self.severities[0] != 0:
            raise ValueError("it holds no picture at severity 0")
        if [(row.id, row.severity) for row in self.rows] != [
            (picture, severity) for picture in self.pictures for severity in self.severities
        ]:
            raise ValueError("it does not hold each picture once at each severity")

    @cached_property
    def severities(self) -> tuple[float, ...]:
        """Of the dial, rising from 0."""
        return tuple(sorted({row.severity for row in self.rows}))

    @cached_property
    def pictures(self) -> tuple[str, ...]:
        """The ids, in order."""
        return tuple(sorted({row.id for row in self.rows}))

    @property
    def groups(self) -> list[str]:
        """The car of each of ``pictures``."""
        return [row.group for row in self.rows[:: len(self.severities)]]

    @property
    def effects(self) -> list[str]:
        """What the dial does to each of ``pictures``."""
        return [row.effect for row in self.rows[:: len(self.severities)]]

    @cached_property
    def dice(self) -> np.ndarray:
        """Dice 0..1, float64 (severities, pictures)."""
        values = np.array([row.counts.dice for row in self.rows])
        return values.reshape(len(self.pictures), -1).T

    @property
    def settings(self) -> tuple[Any, ...]:
        """What must be equal of two models that are compared along a dial."""
        names = ("dial", "version", "set", "split_sha256", "backgrounds_sha256", "seed", "grid")
        return (*(getattr(self, name) for name in names), self.severities)


FACTS = {field.name: field.type for field in fields(StressSet) if field.name != "rows"}


def write_stress(folder: Path, scores: StressSet) -> Path:
    """Write a set into checkpoint ``folder``; returns the CSV's path.

    Each file appears whole or not at all; the JSON carries the hash of the rows.
    """
    rows = _rows(scores.rows)
    facts: dict[str, Any] = {name: getattr(scores, name) for name in FACTS}
    facts |= {"n": len(scores.pictures), "rows_sha256": hashlib.sha256(rows).hexdigest()}
    path = Path(folder) / "stress" / f"{scores.dial}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, rows)
    text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    replace_file(path.with_suffix(".json"), text.encode())
    return path


def read_stress(folder: Path, problems: list[str] | None = None) -> list[StressSet]:
    """All usable stress results of one checkpoint folder, by dial; empty where there are none.

    A broken file costs only itself: its sentence is appended to ``problems`` (or logged where no
    list is given). Results of other weights than those in ``config.json`` count as broken.
    """
    found = []
    for path in sorted((Path(folder) / "stress").glob("*.csv")):
        try:
            found.append(_read(path))
        except ValueError as problem:
            if problems is None:
                _log.warning("%s", problem)
            else:
                problems.append(str(problem))
    return found


def shipped_stress(root: Path | None = None, problems: list[str] | None = None) -> list[StressSet]:
    """``read_stress`` of every folder in ``root`` (default: the shipped weights), by name."""
    root = Path(root or settings.weights_dir())
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    return [scores for folder in folders for scores in read_stress(folder, problems)]


def _rows(rows: Sequence[StressScore]) -> bytes:
    """The CSV's bytes: UTF-8, line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for row in rows:
        c = row.counts
        writer.writerow(
            (row.id, row.group, row.effect, f"{row.severity:g}", c.tp, c.fp, c.fn, c.tn)
        )
    return text.getvalue().encode()


def _read(path: Path) -> StressSet:
    """One CSV with its JSON, checked; whatever is wrong becomes a ValueError of one sentence."""
    try:
        facts = _facts(path.with_suffix(".json"))
        scores = StressSet(**{name: facts[name] for name in FACTS}, rows=_parsed(path))
        _match(path, facts, scores)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"The results in {path.parent.parent.name}/stress/{path.name} are left out "
            f"({str(error).rstrip('.')}): restore the file or measure again."
        ) from error
    return scores


def _facts(path: Path) -> dict[str, Any]:
    """The JSON file, with every fact of the right type, or ValueError."""
    try:
        facts = json.loads(read_text(path))
    except json.JSONDecodeError:
        facts = None
    if not isinstance(facts, dict):
        raise ValueError(f"{path.name} is not a JSON object")
    for name, kind in (FACTS | {"n": int, "rows_sha256": str}).items():
        if not isinstance(facts.get(name), (int, float) if kind is float else kind):
            raise ValueError(f"{path.name} has no usable '{name}'")
    return facts


def _parsed(path: Path) -> tuple[StressScore, ...]:
    """The CSV's rows; ValueError names the line that is wrong."""
    lines = list(csv.reader(io.StringIO(read_text(path), newline="")))
    if not lines or tuple(lines[0]) != HEADER:
        raise ValueError(f"its first line is not '{','.join(HEADER)}'")
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        try:
            identity, group, effect, severity, tp, fp, fn, tn = cells
            counts = Counts(int(tp), int(fp), int(fn), int(tn))
            if not (identity and counts.total and 0 <= float(severity) < float("inf")):
                raise ValueError
        except ValueError:
            raise ValueError(f"line {number} is not a picture's counts") from None
        rows.append(StressScore(identity, group, effect, float(severity), counts))
    return tuple(rows)


def _match(path: Path, facts: dict[str, Any], scores: StressSet) -> None:
    """The files agree with each other, with their place and with the weights, or ValueError."""
    folder = path.parent.parent
    if facts["n"] != len(scores.pictures):
        raise ValueError(f"it holds {len(scores.pictures)} of {facts['n']} pictures")
    if facts["rows_sha256"] != hashlib.sha256(_rows(scores.rows)).hexdigest():
        raise ValueError("its rows are not those that its JSON file describes")
    if path.stem != scores.dial or folder.name != scores.model:
        raise ValueError(f"it belongs to {scores.model}/stress/{scores.dial}.csv")
    if stated_weights(folder) not in (None, scores.weights_sha256):
        raise ValueError("it was measured with other weights than these")
