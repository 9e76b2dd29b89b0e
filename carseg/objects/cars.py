"""The single cars of a picture, the largest first, and what of a mask belongs to which."""

from collections.abc import Collection
from dataclasses import dataclass

import cv2
import numpy as np

from carseg.imaging.grid import Size
from carseg.imaging.regions import Box, box
from carseg.inference.prediction import Prediction

LEAST_CAR_AREA = 0.0005
"""Below this share of the picture a piece is no car: 13 x 13 pixels of 480 x 360."""
OF_LARGEST = 0.02
"""Below this share of the largest car's area a piece is no car of its own."""
LONGEST = 640
"""Cars are told apart on a grid whose longer side has so many cells at most."""

Spot = tuple[float, float]
"""A point of a picture: (row, column), in shares of its height and width."""


@dataclass(frozen=True)
class Car:
    """One car of a picture.

    Attributes:
        number: from 1, the largest first.
        box: around it, in shares of the picture.
        area: its share of the picture, 0..1.
        score: the mean probability within its outline, 0..1.
        cut_off: it reaches the border of the picture.
        heart: (row, column) of its thickest place, in shares of the picture: it names the car, as
            numbers may change with the outline.
    """

    number: int
    box: Box
    area: float
    score: float
    cut_off: bool
    heart: Spot


@dataclass(frozen=True, eq=False)  # arrays are not compared
class Cars:
    """The cars of one picture.

    Attributes:
        found: the largest first; the first one is the main car.
        owner: int32 (h, w), on a grid of the picture: the number of the car that a pixel belongs
            to, or is nearest to; 0 for what belongs to a piece too small for a car.
    """

    found: tuple[Car, ...]
    owner: np.ndarray

    def labels(self, mask: np.ndarray) -> np.ndarray:
        """What of a mask belongs to which car: int32 (H, W), 0 for none.

        Args:
            mask: bool (H, W) of the same picture, at any size.
        """
        return np.where(mask, self._owner_at(mask.shape), 0)

    def kept(self, alpha: np.ndarray, wanted: Collection[int]) -> np.ndarray:
        """The soft mask of some cars alone: float32 (H, W).

        Args:
            alpha: float32 (H, W) in 0..1, of the same picture at any size.
            wanted: numbers of cars.
        """
        theirs = np.isin(self._owner_at(alpha.shape), list(wanted))
        return np.where(theirs, alpha, np.float32(0))

    def around(self, places: Collection[Spot]) -> set[int]:
        """The numbers of the cars that these places belong to, or are nearest to."""
        height, width = self.owner.shape
        rows = [min(max(int(row * height), 0), height - 1) for row, _ in places]
        columns = [min(max(int(column * width), 0), width - 1) for _, column in places]
        return set(self.owner[rows, columns].tolist()) - {0}

    def _owner_at(self, size: Size) -> np.ndarray:
        height, width = size
        return cv2.resize(self.owner, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)


def single_cars(said: Prediction, threshold: float | None = None) -> Cars:
    """The cars that a prediction shows.

    Args:
        threshold: from which a pixel is car, 0..1; None: the model's own.
    """
    scale = min(1.0, LONGEST / max(said.size))
    height, width = (max(1, round(side * scale)) for side in said.size)
    probability = said.at((height, width))
    return cars_of(probability >= (said.threshold if threshold is None else threshold), probability)


def cars_in(alpha: np.ndarray) -> Cars:
    """The cars of a soft mask, float32 (H, W) in 0..1, of any size."""
    scale = min(1.0, LONGEST / max(alpha.shape))
    height, width = (max(1, round(side * scale)) for side in alpha.shape)
    small = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA)
    return cars_of(small >= 0.5)


def cars_of(mask: np.ndarray, probability: np.ndarray | None = None) -> Cars:
    """The cars of a mask, bool (H, W).

    Args:
        probability: float (H, W), for their scores; without it each has 1.
    """
    sure = mask.astype(np.float32) if probability is None else probability
    parts = _parts(mask)
    areas = np.bincount(parts.ravel())
    areas[0] = 0
    least = max(LEAST_CAR_AREA * mask.size, OF_LARGEST * areas.max(), 1)
    order = sorted(np.flatnonzero(areas >= least), key=lambda part: -areas[part])
    numbers = np.zeros(len(areas), np.int32)
    numbers[order] = np.arange(1, len(order) + 1)
    found = tuple(_car(numbers[part], parts == part, sure) for part in order)
    return Cars(found, numbers[_nearest(parts)])


def _parts(mask: np.ndarray) -> np.ndarray:
    """Every piece of a mask, touching cars apart: int32 (H, W), 0 outside, numbered from 1."""
    from carseg.objects.split import split_touching  # SciPy, for which the first page need not wait

    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    result, number = np.zeros(mask.shape, np.int32), 0
    for piece in range(1, count):
        left, top, width, height, area = stats[piece]
        here = np.s_[top : top + height, left : left + width]
        inside = pieces[here] == piece
        worth_it = area >= LEAST_CAR_AREA * mask.size
        split = split_touching(inside) if worth_it else inside.astype(np.int32)
        result[here][inside] = number + split[inside]
        number += int(split.max())
    return result


def _nearest(parts: np.ndarray) -> np.ndarray:
    """The part that each pixel belongs to, or is nearest to; 0 where there is no part at all."""
    if not parts.any():
        return parts
    outside = (parts == 0).view(np.uint8)
    _, places = cv2.distanceTransformWithLabels(
        outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_place = np.zeros(int(places.max()) + 1, np.int32)
    inside = parts > 0
    of_place[places[inside]] = parts[inside]
    return of_place[places]


def _car(number: int, inside: np.ndarray, probability: np.ndarray) -> Car:
    height, width = inside.shape
    around = box(inside)
    assert around is not None, "a part has pixels"
    top, left, bottom, right = around
    within = np.pad(inside[top:bottom, left:right], 1).view(np.uint8)
    deepest = int(cv2.distanceTransform(within, cv2.DIST_L2, 5)[1:-1, 1:-1].argmax())
    row, column = divmod(deepest, right - left)
    return Car(
        number=int(number),
        box=Box(top / height, left / width, bottom / height, right / width),
        area=float(inside.mean()),
        score=float(probability[inside].mean()),
        cut_off=top == 0 or left == 0 or bottom == height or right == width,
        heart=((top + row + 0.5) / height, (left + column + 0.5) / width),
    )
