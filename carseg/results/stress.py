"""Shipped stress results: counts along a dial in ``weights/<name>/stress/<dial>.csv``.

The CSV holds one row per picture and severity, ordered by id and severity; a JSON file of the same
name says what was measured, with which weights, how and when. The same scores always give the same
bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from carseg.inference.engines.engine import USUAL
from carseg.measures.overlap import Counts
from carseg.results.json_csv import ShippedResult, check_facts


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
class StressSet(ShippedResult):
    """One model's scores along one dial.

    Attributes:
        model: the checkpoint's name.
        weights_sha256: of the weights that were measured.
        fingerprint: of the weights and how they were used
            (``carseg.inference.predictor.fingerprint``).
        threshold: probability from which a pixel is car.
        dial: its name, such as ``weather``.
        version: of the dials and of the way of measuring.
        set, split, split_sha256: the data set, its part, and the hash of the chosen pictures' ids.
        backgrounds_sha256: of the backgrounds that could be borrowed; empty if there were none.
        seed: of the dial.
        grid: pictures were resized to its number of pixels, such as ``320x480``.
        dtype, device, command: how it was computed.
        engine: the library that ran the network; files of before it was kept do not state it.
        date: ``YYYY-MM-DD``.
        rows: every picture at every severity, from 0 on; kept in the order of ids and severities.

    Raises:
        ValueError: a field that breaks one of these rules.
    """

    FOLDER = "stress"
    HEADER = ("id", "group", "effect", "severity", "tp", "fp", "fn", "tn")
    ROWS = "rows"

    model: str
    weights_sha256: str
    fingerprint: str
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
    engine: str = USUAL

    def __post_init__(self) -> None:
        check_facts(self, "engine", "model", "dial", "set", "grid")
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
        """The severities, rising from 0."""
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
        """The effects that each of ``pictures`` gets."""
        return [row.effect for row in self.rows[:: len(self.severities)]]

    @cached_property
    def dice(self) -> np.ndarray:
        """Dice 0..1, float64 (severities, pictures)."""
        values = np.array([row.counts.dice for row in self.rows])
        return values.reshape(len(self.pictures), -1).T

    @property
    def settings(self) -> tuple[Any, ...]:
        """The settings that must be equal if two models are compared along a dial."""
        names = ("dial", "version", "set", "split_sha256", "backgrounds_sha256", "seed", "grid")
        return (*(getattr(self, name) for name in names), self.severities)

    @property
    def stem(self) -> str:
        """File name without its ending."""
        return f"{self.dial}{self.way_suffix}"

    @property
    def picture_count(self) -> int:
        """How many pictures were measured, each at every severity."""
        return len(self.pictures)

    def cells(self) -> Iterator[tuple[Any, ...]]:
        """The cells of each line of the CSV."""
        for row in self.rows:
            c = row.counts
            yield row.id, row.group, row.effect, f"{row.severity:g}", c.tp, c.fp, c.fn, c.tn

    @staticmethod
    def parse(cells: list[str]) -> StressScore:
        """A row from the cells of its line; ValueError if they are not a row."""
        identity, group, effect, severity, tp, fp, fn, tn = cells
        counts = Counts(int(tp), int(fp), int(fn), int(tn))
        if not (identity and counts.total and 0 <= float(severity) < float("inf")):
            raise ValueError
        return StressScore(identity, group, effect, float(severity), counts)


def write_stress(folder: Path, scores: StressSet) -> Path:
    """Write a set into checkpoint ``folder``; returns the CSV's path."""
    return scores.write(folder)


def shipped_stress(root: Path | None = None, problems: list[str] | None = None) -> list[StressSet]:
    """The results of every folder in ``root`` (default: the shipped weights), by name."""
    return StressSet.shipped(root, problems)
