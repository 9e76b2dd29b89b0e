"""Shipped scores: counts per picture in ``weights/<name>/scores/<set>-<grid>.csv``.

The CSV holds one row per picture, ordered by id; a JSON file of the same name says what was
measured, with which weights, how and when. The same scores always give the same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from carseg.inference.engines.engine import USUAL
from carseg.measures.overlap import Counts, PictureScore
from carseg.results.json_csv import ShippedResult, check_facts

DOMAINS = ("studio", "street", "rendered")


@dataclass(frozen=True)
class ScoreSet(ShippedResult):
    """One model's scores on one data set and grid.

    Attributes:
        model: the checkpoint's name.
        weights_sha256: of the weights that were measured.
        fingerprint: of the weights and how they were used
            (``carseg.inference.predictor.fingerprint``).
        domain: one of DOMAINS.
        set, split, split_sha256: the data set, its part, and the hash of the part's ids.
        grid: ``160x240`` (height x width) or ``native``.
        threshold: probability from which a pixel is car.
        dtype, device, command: how it was computed.
        engine: the library that ran the network; files of before it was kept do not state it.
        date: ``YYYY-MM-DD``.
        pictures: at least one, every id once.

    Raises:
        ValueError: a field that breaks one of these rules.
    """

    FOLDER = "scores"
    HEADER = ("id", "group", "tp", "fp", "fn", "tn", "boundary_iou")
    ROWS = "pictures"

    model: str
    weights_sha256: str
    fingerprint: str
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
    engine: str = USUAL

    def __post_init__(self) -> None:
        check_facts(self, "engine", "model", "set", "grid")
        if self.domain not in DOMAINS:
            raise ValueError(f"its domain '{self.domain}' is none of {', '.join(DOMAINS)}")
        ids = [picture.id for picture in self.pictures]
        if not ids:
            raise ValueError("it holds no picture")
        if len(set(ids)) < len(ids):
            raise ValueError("a picture occurs twice")

    @property
    def name(self) -> str:
        """File name without suffix."""
        return f"{self.set}-{self.grid}{self.way_suffix}"

    @property
    def stem(self) -> str:
        """File name without its ending."""
        return self.name

    @property
    def picture_count(self) -> int:
        """How many pictures were measured."""
        return len(self.pictures)

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """The cells of each line of the CSV; Boundary IoU is rounded to six digits."""
        for picture in sorted(self.pictures, key=lambda p: p.id):
            c, rim = picture.counts, picture.boundary_iou
            edge = "" if rim is None else f"{rim:.6f}"
            yield picture.id, picture.group, c.tp, c.fp, c.fn, c.tn, edge

    @staticmethod
    def parse(cells: list[str]) -> PictureScore:
        """A picture's score from the cells of its line; ValueError if they are not one."""
        identity, group, tp, fp, fn, tn, edge = cells
        rim = float(edge) if edge else None
        counts = Counts(int(tp), int(fp), int(fn), int(tn))
        if not (identity and counts.total and (rim is None or 0 <= rim <= 1)):
            raise ValueError
        return PictureScore(identity, group, counts, rim)


def write_scores(folder: Path, scores: ScoreSet) -> Path:
    """Write a set into checkpoint ``folder``; returns the CSV's path."""
    return scores.write(folder)


def read_scores(folder: Path, problems: list[str] | None = None) -> list[ScoreSet]:
    """All usable score sets of one checkpoint folder (``ShippedResult.read``)."""
    return ScoreSet.read(folder, problems)


def shipped_scores(root: Path | None = None, problems: list[str] | None = None) -> list[ScoreSet]:
    """The score sets of every folder in ``root`` (default: the shipped weights), by name."""
    return ScoreSet.shipped(root, problems)
