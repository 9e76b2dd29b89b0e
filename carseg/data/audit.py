"""The findings of a person who looked at every street picture: ``splits/street-audit.csv``.

The rules that every row follows:

- ``cluster``: pictures share one if they show the same car, or if the same place (wall, hedge,
  fence, house, car park) is seen in both. Links are transitive. A recoloured or mirrored copy of a
  web picture, and one catalogue view in two trims, are the same car.
- ``other_cars``: 2 if other vehicles that the truth leaves out cover together at least a twentieth
  of the labelled car's area, pixelated ones included; 1 if they are smaller than that, cut to a
  strip by the edge, or labelled as car too; 0 if none is visible.
- ``label_fault``: 2 if a large part of the car is missing or much background is marked; 1 for
  small faults; 0 otherwise. Glass, and what is seen through it, counts as car.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from carseg.data.pairs import Pair

AUDIT_VIEWS = ("side", "front", "rear", "three-quarter", "detail")


@dataclass(frozen=True)
class Audit:
    """The finding on one picture of the street benchmark.

    Attributes:
        picture: the picture's stem, as ``Pair.id``.
        set: ``street-photo`` or ``street-web``.
        cluster: label of what must be resampled together, unique over both sets.
        view: one of ``AUDIT_VIEWS``; ``detail`` where a wheel is outside the picture.
        other_cars: 0 none, 1 small or labelled, 2 large and not labelled.
        label_fault: 0 none, 1 small, 2 gross.
        note: what is wrong, where one of the two flags is 2; empty otherwise.
    """

    picture: str
    set: str
    cluster: str
    view: str
    other_cars: int
    label_fault: int
    note: str

    @property
    def flagged(self) -> bool:
        """Whether the truth is doubtful: then a score says as much about it as about the model."""
        return self.other_cars == 2 or self.label_fault == 2


@cache
def audit() -> Mapping[str, Audit]:
    """The published findings by picture id, ordered by id; read-only."""
    with (files("carseg.data") / "splits" / "street-audit.csv").open(encoding="utf-8") as file:
        return MappingProxyType({row["picture"]: _finding(row) for row in csv.DictReader(file)})


def with_clusters(pairs: Iterable[Pair]) -> list[Pair]:
    """The same pairs in the same order, grouped by their audited cluster.

    Pairs that are not in the audit keep their own group.
    """
    findings = audit()
    return [
        replace(pair, group=findings[pair.id].cluster) if pair.id in findings else pair
        for pair in pairs
    ]


def _finding(row: Mapping[str, str]) -> Audit:
    return Audit(
        picture=row["picture"],
        set=row["set"],
        cluster=row["cluster"],
        view=row["view"],
        other_cars=int(row["other_cars"]),
        label_fault=int(row["label_fault"]),
        note=row["note"],
    )
