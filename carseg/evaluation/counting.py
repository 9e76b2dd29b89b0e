"""How many cars are told apart in pictures whose number of cars is known."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from carseg.data.pairs import DataError, Pair
from carseg.evaluation.loaded_pairs import read
from carseg.inference.predictor import Predictor
from carseg.objects.cars import Cars, cars_of, single_cars
from carseg.stats.bootstrap import Interval, mean_interval


@dataclass(frozen=True)
class Counted:
    """The cars of one picture: how many there are, and how many were found."""

    picture: str
    cars: int
    found: int


@dataclass(frozen=True)
class Tally:
    """How far counts are right.

    Attributes:
        pictures: their number.
        right: the share of pictures whose number is exactly right, 0..1.
        interval: of ``right``; None below five pictures.
        off: the mean of how many cars are too few or too many in a picture.
        cars, found: cars in all pictures together.
    """

    pictures: int
    right: float
    interval: Interval | None
    off: float
    cars: int
    found: int


def read_counts(path: Path) -> dict[str, int]:
    """Numbers of cars by picture, from a CSV file with the columns ``picture`` and ``cars``.

    Raises:
        DataError: it cannot be read, or it is no such file.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            counts = {row["picture"]: int(row["cars"]) for row in csv.DictReader(file)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"'{path}' cannot be read: {error}.") from error
    except (KeyError, TypeError, ValueError):
        counts = {}
    if not counts or min(counts.values()) < 0:
        raise DataError(
            f"'{path}' holds no counts: give a CSV file with the columns picture and cars, a whole "
            "number in each row."
        )
    return counts


def known(pairs: Iterable[Pair], counts: Mapping[str, int]) -> list[tuple[Pair, int]]:
    """The pictures whose number of cars is known, with it.

    Raises:
        DataError: there is none.
    """
    found = [(pair, counts[pair.id]) for pair in pairs if pair.id in counts]
    if not found:
        raise DataError("None of the counted pictures is in this folder.")
    return found


def counted(
    pairs: Iterable[tuple[Pair, int]], predictor: Predictor, model: str, tall: float
) -> Iterator[Counted]:
    """The cars that each picture has, and those that are found in it.

    Args:
        model: the checkpoint whose masks are looked at; '' takes the true masks.
        tall: only cars at least as high count, in shares of the picture's height.
    """
    for pair, cars in pairs:
        loaded = read(pair)
        found: Cars
        if model:
            found = single_cars(predictor.predict(loaded.rgb, model))
        else:
            found = cars_of(np.ascontiguousarray(loaded.truth))
        yield Counted(pair.id, cars, sum(car.box.height >= tall for car in found.found))


def tally(counts: Iterable[Counted]) -> Tally:
    """What the counts of some pictures say together."""
    rows = list(counts)
    right = np.array([one.cars == one.found for one in rows], float)
    off = np.array([abs(one.cars - one.found) for one in rows], float)
    return Tally(
        len(rows),
        float(right.mean()),
        mean_interval(right),
        float(off.mean()),
        sum(one.cars for one in rows),
        sum(one.found for one in rows),
    )
