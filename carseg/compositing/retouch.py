"""Keep and erase strokes: a hand's corrections of a car's alpha, at any size of the picture.

A stroke is a line of points with round ends. Its border is soft. It is stored in shares of the
picture, so the same stroke is drawn on the display and on the full photo.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from carseg.imaging.grid import Size

SOFT = 0.001
"""Width of a stroke's soft border as a share of the picture's longer side."""
MOST_STROKES = 300
MOST_POINTS = 12_000
"""Limits for one result, so that drawing and storing it stay cheap."""
OUTSIDE = 0.5
"""How far points may lie outside of the picture, in shares of its sides: a stroke may leave it."""
_STEPS = 65_535 / (1 + 2 * OUTSIDE)


@dataclass(frozen=True)
class Stroke:
    """One stroke.

    Attributes:
        keep: True makes car, False makes background.
        radius: half its width, as a share of the picture's longer side.
        path: its points as little-endian uint16 pairs (x, y), which stand for ``-OUTSIDE`` to
            ``1 + OUTSIDE``. Bytes, because strokes are part of keys, which are hashed often.
    """

    keep: bool
    radius: float
    path: bytes

    @property
    def points(self) -> np.ndarray:
        """(x, y) in shares of the picture's width and height: float64 (N, 2)."""
        return np.frombuffer(self.path, "<u2").reshape(-1, 2) / _STEPS - OUTSIDE


def stroke(keep: bool, radius: float, points: Sequence[Sequence[float]]) -> Stroke:
    """A stroke through ``points``, (x, y) in shares of the picture's sides.

    Raises:
        ValueError: no point, a point too far outside of the picture, or a radius outside of
            (0, 0.5].
    """
    array = np.asarray(points, np.float64)
    if array.ndim != 2 or array.shape[1] != 2 or not len(array):
        raise ValueError("A stroke needs points of two numbers.")
    # NaN is in no range.
    if not (np.abs(array - 0.5) <= 0.5 + OUTSIDE).all() or not 0 < radius <= 0.5:
        raise ValueError("A point or the radius is out of range.")
    steps = np.rint((array + OUTSIDE) * _STEPS)
    return Stroke(bool(keep), float(radius), steps.astype("<u2").tobytes())


def cover(one: Stroke, size: Size, width: float = 0.0) -> tuple[slice, slice, np.ndarray]:
    """How much of each pixel a stroke covers.

    It is 0.5 at the distance ``radius`` from the line, and falls from 1 to 0 within ``width``.

    Args:
        size: (height, width) of the picture.
        width: of the soft border in pixels; at least ``SOFT`` of the longer side and one pixel, at
            most the stroke's own width.

    Returns:
        rows and columns that the stroke may touch, and float32 of that shape in 0..1.
    """
    longest = max(size)
    radius = max(one.radius * longest, 0.5)
    width = min(max(width, SOFT * longest, 1.0), 2 * radius)
    points = one.points * (size[1], size[0])
    reach = radius + width / 2
    rows, columns = _window(points, reach, size)
    distance = np.full((rows.stop - rows.start, columns.stop - columns.start), np.inf, np.float32)
    ends = pairwise(points) if len(points) > 1 else [(points[0], points[0])]
    for a, b in ends:
        inner = _window(np.stack([a, b]), reach, size)
        part = distance[
            inner[0].start - rows.start : inner[0].stop - rows.start,
            inner[1].start - columns.start : inner[1].stop - columns.start,
        ]
        np.minimum(part, _distance(a, b, *inner), out=part)
    return rows, columns, np.clip((radius - distance) / np.float32(width) + 0.5, 0, 1)


def _window(points: np.ndarray, reach: float, size: Size) -> tuple[slice, slice]:
    """Rows and columns of the pixels within ``reach`` of the points' box."""
    low = np.maximum(np.floor(points.min(0) - reach), 0).astype(int)
    high = np.minimum(np.ceil(points.max(0) + reach), (size[1], size[0])).astype(int)
    high = np.maximum(high, low)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _distance(a: np.ndarray, b: np.ndarray, rows: slice, columns: slice) -> np.ndarray:
    """Pixels from each pixel's centre to the line from ``a`` to ``b``, float32."""
    x = np.arange(columns.start, columns.stop, dtype=np.float32)[None] + np.float32(0.5 - a[0])
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + np.float32(0.5 - a[1])
    dx, dy = (np.float32(v) for v in b - a)
    length = dx * dx + dy * dy
    if not length:
        return np.hypot(x, y)
    along = np.clip((x * dx + y * dy) / length, 0, 1)
    return np.hypot(x - along * dx, y - along * dy)


def retouched(alpha: np.ndarray, strokes: Sequence[Stroke], width: float = 0.0) -> np.ndarray:
    """Alpha after the strokes, one after the other: float32 (H, W), a new array if there are any.

    A keep stroke makes 1, an erase stroke 0; in its soft border the two are mixed.

    Args:
        alpha: of the car, float32 (H, W) in 0..1.
        width: of the soft borders in pixels, see ``cover``.
    """
    if not strokes:
        return alpha
    result = alpha.astype(np.float32, copy=True)
    for one in strokes:
        rows, columns, share = cover(one, alpha.shape, width)
        part = result[rows, columns]
        part += share * (np.float32(one.keep) - part)
    return result
