"""A crop to the car: which part of the picture is shown, with margins and an aspect ratio.

The part may extend beyond the picture where the aspect ratio asks for more than there is. It never
extends beyond a side that the car touches, so a car that the photo cuts off stays cut off there.
"""

import re
from dataclasses import dataclass

import cv2
import numpy as np

from carseg.core.errors import CarsegError
from carseg.imaging.grid import Size
from carseg.imaging.regions import box

ASPECTS: dict[str, float] = {"free": 0.0, "1:1": 1.0, "4:3": 4 / 3, "16:9": 16 / 9}
"""Width by height, as the app offers it; 0 keeps the shape of the car with its margins."""
MOST_MARGIN = 50
MOST_ASPECT = 4.0
"""The longer side by the shorter one."""
_RATIO = re.compile(r"(\d{1,5}(?:\.\d{1,5})?):(\d{1,5}(?:\.\d{1,5})?)", re.ASCII)
_LEAST = 0.05  # of the largest piece: smaller ones do not count as car


class FrameError(CarsegError):
    """A crop cannot be made; the message says which can."""


def aspect_ratio(text: str) -> float:
    """Width by height of ``4:3``, ``2.35:1`` and the like; 0 for ``free``.

    Raises:
        FrameError: anything else, or a side more than ``MOST_ASPECT`` times the other.
    """
    if text in ASPECTS:
        return ASPECTS[text]
    found = _RATIO.fullmatch(text.strip())
    width, height = map(float, found.groups()) if found else (0.0, 0.0)
    if min(width, height) <= 0 or max(width, height) > MOST_ASPECT * min(width, height):
        raise FrameError(
            f"'{text[:20]}' is no shape of a frame: give width:height, such as 4:3, with no side "
            f"more than {MOST_ASPECT:g} times the other, or free."
        )
    return width / height


@dataclass(frozen=True)
class Frame:
    """How to crop.

    Attributes:
        margin: around the car, in per cent of the longer side of its box.
        aspect: as ``aspect_ratio`` takes it.
    """

    margin: int = 8
    aspect: str = "free"


@dataclass(frozen=True)
class Window:
    """A part of a picture in whole pixels; it may extend beyond the picture.

    Attributes:
        top, left: the first row and column.  bottom, right: the first ones beyond it.
    """

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> Size:
        """(height, width) in pixels."""
        return self.bottom - self.top, self.right - self.left


def car_window(alpha: np.ndarray, frame: Frame) -> Window:
    """The part of a picture to show; the whole picture if there is no car.

    Args:
        alpha: of the car, float (H, W) in 0..1.
    """
    height, width = alpha.shape
    found = car_box(alpha)
    if found is None:
        return Window(0, 0, height, width)
    top, left, bottom, right = found
    margin = round(frame.margin / 100 * max(bottom - top, right - left))
    rows = max(0, top - margin), min(height, bottom + margin)
    columns = max(0, left - margin), min(width, right + margin)
    aspect = aspect_ratio(frame.aspect)
    if aspect:
        tall, wide = rows[1] - rows[0], columns[1] - columns[0]
        rows = _grown(rows, max(tall, round(wide / aspect)), (top, bottom), height)
        columns = _grown(columns, max(wide, round(tall * aspect)), (left, right), width)
    return Window(rows[0], columns[0], rows[1], columns[1])


def car_box(alpha: np.ndarray) -> tuple[int, int, int, int] | None:
    """Top, left, bottom and right of the car, as ``carseg.imaging.regions.box``; without specks.

    Args:
        alpha: of the car, float (H, W) in 0..1.
    """
    return box(_without_specks(alpha >= 0.5))


def _without_specks(mask: np.ndarray) -> np.ndarray:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    keep = areas >= _LEAST * areas[1:].max(initial=0)
    keep[0] = False
    return keep[labels]


def _grown(span: tuple[int, int], length: int, car: tuple[int, int], side: int) -> tuple[int, int]:
    """``span`` made as long as ``length``: around the car, within the picture if it fits there.

    Args:
        car: its first pixel and the first one beyond it.  side: pixels of the picture.
    """
    if length <= span[1] - span[0]:
        return span
    if length <= side:
        first = round((car[0] + car[1] - length) / 2)
        # The margins stay, and the picture is not left.
        first = min(max(first, span[1] - length, 0), span[0], side - length)
        return first, first + length
    beyond = length - side
    at_start, at_end = car[0] <= 0, car[1] >= side
    before = beyond // 2 if at_start == at_end else 0 if at_start else beyond
    return -before, side + beyond - before


def cropped(array: np.ndarray, window: Window, *, replicate: bool = True) -> np.ndarray:
    """The part of a picture or alpha, (H, W) or (H, W, C); not a copy where none is needed.

    Args:
        replicate: what lies beyond the picture repeats its border; else it is 0.
    """
    height, width = array.shape[:2]
    inside = array[
        max(window.top, 0) : min(window.bottom, height),
        max(window.left, 0) : min(window.right, width),
    ]
    beyond = (
        max(-window.top, 0),
        max(window.bottom - height, 0),
        max(-window.left, 0),
        max(window.right - width, 0),
    )
    if not any(beyond):
        return inside
    kind = cv2.BORDER_REPLICATE if replicate else cv2.BORDER_CONSTANT
    return cv2.copyMakeBorder(inside, *beyond, kind, value=0)


def sized(array: np.ndarray, size: Size) -> np.ndarray:
    """A crop at another size: uint8 or float32, (H, W) or (H, W, C); not a copy for its own size.

    Shrinking takes means of areas, enlarging is bilinear.
    """
    height, width = size
    if array.shape[:2] == (height, width):
        return array
    smaller = height <= array.shape[0] and width <= array.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return cv2.resize(array, (width, height), interpolation=how)
