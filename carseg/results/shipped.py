"""Shipped scores: counts per picture in ``weights/<name>/scores/<set>-<grid>.csv``.

The CSV holds one row per picture, ordered by id; a JSON file of the same name says what was
measured, with which weights, how and when. The same scores always give the same bytes.
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
from pathlib import Path
from typing import Any

from carseg import settings
from carseg.metrics import Counts, PictureScore
from carseg.results.files import read_text, replace_file, stated_weights

DOMAINS = ("studio", "street", "rendered")
HEADER = ("id", "group", "tp", "fp", "fn", "tn", "boundary_iou")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ScoreSet:
    """One model's scores on one data set and grid.

    Attributes:
        model: the checkpoint's name.
        weights_sha256: of the weights that were measured.
        domain: one of DOMAINS.
        set, split, split_sha256: the data set, its part, and the hash of the part's ids.
        grid: ``160x240`` (height x width) or ``native``.
        threshold: probability from which a pixel is car.
        dtype, device, command: how it was computed.
        date: ``YYYY-MM-DD``.
        pictures: at least one, every id once.

    Raises:
        ValueError: a field that breaks one of these rules.
    """

    model: str
    weights_sha256: str
    domain: str
    set: str
    split: str
    split_sha256: str
    grid: str
    threshold: float
    dtype: str
    device: str
    date: str
    command: str
    pictures: tuple[PictureScore, ...]

    def __post_init__(self) -> None:
        for name in ("model", "set", "grid"):
            if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", getattr(self, name)):
                raise ValueError(f"its {name} '{getattr(self, name)}' is not a plain name")
        if self.domain not in DOMAINS:
            raise ValueError(f"its domain '{self.domain}' is none of {', '.join(DOMAINS)}")
        if not 0 <= self.threshold <= 1:
            raise ValueError(f"its threshold {self.threshold} is not within 0 and 1")
        if datetime.date.fromisoformat(self.date).isoformat() != self.date:
            raise ValueError(f"its date '{self.date}' is not like 2025-12-31")
        ids = [picture.id for picture in self.pictures]
        if not ids:
            raise ValueError("it holds no picture")
        if len(set(ids)) < len(ids):
            raise ValueError("a picture occurs twice")

    @property
    def name(self) -> str:
        """File name without suffix."""
        return f"{self.set}-{self.grid}"


FACTS = tuple(field.name for field in fields(ScoreSet) if field.name != "pictures")


def write_scores(folder: Path, scores: ScoreSet) -> Path:
    """Write a set into checkpoint ``folder``; returns the CSV's path.

    Each file appears whole or not at all. The JSON carries the hash of the rows, so a new CSV
    beside an old JSON (a process killed between the two) is noticed when reading.
    """
    rows = _rows(scores.pictures)
    facts: dict[str, Any] = {name: getattr(scores, name) for name in FACTS}
    facts |= {"n": len(scores.pictures), "rows_sha256": hashlib.sha256(rows).hexdigest()}
    path = Path(folder) / "scores" / f"{scores.name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, rows)
    text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    replace_file(path.with_name(f"{scores.name}.json"), text.encode())
    return path


def read_scores(folder: Path, problems: list[str] | None = None) -> list[ScoreSet]:
    """All usable score sets of one checkpoint folder, by file name; empty where there are none.

    A broken file costs only itself: its sentence is appended to ``problems`` (or logged where no
    list is given). Scores of other weights than those in ``config.json`` count as broken.
    """
    found = []
    for path in sorted((Path(folder) / "scores").glob("*.csv")):
        try:
            found.append(_read(path))
        except ValueError as problem:
            if problems is None:
                _log.warning("%s", problem)
            else:
                problems.append(str(problem))
    return found


def shipped(root: Path | None = None, problems: list[str] | None = None) -> list[ScoreSet]:
    """``read_scores`` of every folder in ``root`` (default: the shipped weights), by name."""
    root = Path(root or settings.weights_dir())
    folders = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
    return [scores for folder in folders for scores in read_scores(folder, problems)]


def _rows(pictures: Sequence[PictureScore]) -> bytes:
    """The CSV's bytes: UTF-8, line feeds, Boundary IoU rounded to six digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    for picture in sorted(pictures, key=lambda p: p.id):
        c, rim = picture.counts, picture.boundary_iou
        edge = "" if rim is None else f"{rim:.6f}"
        writer.writerow((picture.id, picture.group, c.tp, c.fp, c.fn, c.tn, edge))
    return text.getvalue().encode()


def _read(path: Path) -> ScoreSet:
    """One CSV with its JSON, checked; whatever is wrong becomes a ValueError of one sentence."""
    try:
        facts = _facts(path.with_suffix(".json"))
        scores = ScoreSet(**{name: facts[name] for name in FACTS}, pictures=_pictures(path))
        _match(path, facts, scores)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"The scores in {path.parent.parent.name}/scores/{path.name} are left out "
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
    for name in (*FACTS, "n"):
        wanted = {"threshold": (int, float), "n": int}.get(name, str)
        if not isinstance(facts.get(name), wanted):
            raise ValueError(f"{path.name} has no usable '{name}'")
    return facts


def _pictures(path: Path) -> tuple[PictureScore, ...]:
    """The CSV's pictures; ValueError names the line that is wrong."""
    lines = list(csv.reader(io.StringIO(read_text(path), newline="")))
    if not lines or tuple(lines[0]) != HEADER:
        raise ValueError(f"its first line is not '{','.join(HEADER)}'")
    pictures = []
    for number, cells in enumerate(lines[1:], 2):
        try:
            identity, group, tp, fp, fn, tn, edge = cells
            rim = float(edge) if edge else None
            counts = Counts(int(tp), int(fp), int(fn), int(tn))
            if not (identity and counts.total and (rim is None or 0 <= rim <= 1)):
                raise ValueError
        except ValueError:
            raise ValueError(f"line {number} is not a picture's counts") from None
        pictures.append(PictureScore(identity, group, counts, rim))
    return tuple(pictures)


def _match(path: Path, facts: dict[str, Any], scores: ScoreSet) -> None:
    """The files agree with each other, with their place and with the weights, or ValueError."""
    folder = path.parent.parent
    if facts["n"] != len(scores.pictures):
        raise ValueError(f"it holds {len(scores.pictures)} of {facts['n']} pictures")
    rows = hashlib.sha256(_rows(scores.pictures)).hexdigest()
    if facts.get("rows_sha256", rows) != rows:
        raise ValueError("its rows are not those that its JSON file describes")
    if path.stem != scores.name or folder.name != scores.model:
        raise ValueError(f"it belongs to {scores.model}/scores/{scores.name}.csv")
    if stated_weights(folder) not in (None, scores.weights_sha256):
        raise ValueError("it was measured with other weights than these")
