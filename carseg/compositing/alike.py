"""Several photos of one car, framed alike: one aspect ratio, one scale, one ground line.

The car is in the middle of its frame. The frame may extend beyond the photo, but not beyond a side
that the car touches, so a car that the photo cuts off stays cut off there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carseg.compositing.framing import Window, aspect_ratio, car_box
from carseg.imaging.grid import Size

SCALES = {
    "photo": "as photographed, for one camera at one place: a turntable",
    "height": "cars are equally high, for photos from different places",
    "width": "cars are equally wide",
}
"""What is alike between photos of one car."""


@dataclass(frozen=True)
class Alike:
    """How photos of one car are framed.

    Attributes:
        aspect: ``4:3`` or another ratio of width to height; ``free``: as the cars need it.
        margin: around the car, in per cent of the longer side of the largest box of the car.
        scale: a key of ``SCALES``.
    """

    aspect: str = "free"
    margin: float = 8
    scale: str = "photo"


@dataclass(frozen=True)
class Seen:
    """What a photo shows: its size, and the car's box (top, left, bottom, right) or None.

    Bottom and right are the first row and column beyond the car.
    """

    size: Size
    box: tuple[int, int, int, int] | None

    @classmethod
    def of(cls, alpha: np.ndarray) -> "Seen":
        """The car of an alpha, float (H, W) in 0..1; specks do not count."""
        height, width = alpha.shape
        return cls((height, width), car_box(alpha))

    @property
    def cut(self) -> tuple[str, ...]:
        """The sides at which the photo cuts the car off."""
        if self.box is None:
            return ()
        (top, left, bottom, right), (height, width) = self.box, self.size
        touched = {
            "top": top <= 0,
            "left": left <= 0,
            "bottom": bottom >= height,
            "right": right >= width,
        }
        return tuple(side for side, there in touched.items() if there)


@dataclass(frozen=True)
class Place:
    """A part of a photo, and the size (height, width) at which it is shown."""

    window: Window
    size: Size


@dataclass(frozen=True)
class _Plan:
    """The frame of all photos of a car, in units of each photo: see ``_unit``."""

    wide: float
    tall: float
    ground: float  # the car's lowest row, from the top


def placed_alike(photos: Sequence[Seen], how: Alike) -> list[Place | None]:
    """Where each photo of one car is cropped; None for a photo without a car.

    The widest and the highest view fit with their margins. The lowest rows of all cars are on one
    line, which is such that the highest car is in the middle. A car that its photo cuts off does
    not decide the scale, unless all are; its own frame grows where it is larger than the others.

    All places have one size, that of the largest window: no photo loses pixels.

    Raises:
        FrameError: the aspect ratio is none.
    """
    cars = [photo for photo in photos if photo.box is not None]
    if not cars:
        return [None for _ in photos]
    plan = _plan([photo for photo in cars if not photo.cut] or cars, how)
    windows = [None if photo.box is None else _window(photo, plan, how) for photo in photos]
    largest = max((window.size for window in windows if window), key=lambda size: size[1])
    return [None if window is None else Place(window, largest) for window in windows]


def _unit(photo: Seen, scale: str) -> float:
    """The length in a photo's pixels that is alike in all photos of a car."""
    height, width = _car_size(photo)
    return {"photo": max(photo.size), "height": height, "width": width}[scale]


def _car_size(photo: Seen) -> Size:
    assert photo.box is not None
    top, left, bottom, right = photo.box
    return bottom - top, right - left


def _plan(cars: Sequence[Seen], how: Alike) -> _Plan:
    sizes = [(*_car_size(car), _unit(car, how.scale)) for car in cars]
    highest = max(height / unit for height, _, unit in sizes)
    widest = max(width / unit for _, width, unit in sizes)
    margins = 2 * how.margin / 100 * max(highest, widest)
    wide, tall = widest + margins, highest + margins
    if aspect := aspect_ratio(how.aspect):
        wide, tall = max(wide, tall * aspect), max(tall, wide / aspect)
    return _Plan(wide, tall, (tall + highest) / 2)


def _window(photo: Seen, plan: _Plan, how: Alike) -> Window:
    assert photo.box is not None
    (top, left, bottom, right), (height, width) = photo.box, photo.size
    unit = _unit(photo, how.scale)
    if photo.cut:
        if {"left", "right"} <= set(photo.cut):
            unit = min(unit, width / plan.wide)
        if {"top", "bottom"} <= set(photo.cut):
            unit = min(unit, height / plan.tall)
        unit = max(unit, (bottom - top) / plan.ground, (right - left) / plan.wide)
    tall, wide = max(1, round(plan.tall * unit)), max(1, round(plan.wide * unit))
    first_row = _held(bottom - round(plan.ground * unit), tall, (top, bottom), height)
    first_column = _held((left + right - wide) // 2, wide, (left, right), width)
    return Window(first_row, first_column, first_row + tall, first_column + wide)


def _held(first: int, length: int, car: tuple[int, int], side: int) -> int:
    """The first pixel of a frame that ends where the photo cuts the car off.

    Args:
        first: where it would begin.  car: its first pixel and the first one beyond it.
    """
    at_start, at_end = car[0] <= 0, car[1] >= side
    if at_start and at_end:
        return (side - length) // 2
    if at_start:
        return 0
    return side - length if at_end else first
