"""Draws the shapes of annotation files: polygons, boxes, ellipses and run lengths become masks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from carseg.data.file_names import DataError
from carseg.imaging.grid import Size

MOST_WORK = 2_000_000
"""The limit for what drawing one picture's shapes costs, about microseconds on one core."""
_RING, _CROSSING, _PIXEL = 250, 0.45, 0.003
"""The cost of a ring, of each row that an edge crosses, and of each pixel of the ring's box."""


class AnnotationError(DataError):
    """An annotation file cannot be used; the text is one clear sentence for its owner."""


@dataclass(frozen=True, eq=False)  # arrays are not compared
class Shape:
    """One shape of a picture; it is equal to itself alone.

    Attributes:
        label: its name.
        rings: the corners (x, y) of polygons in pixels, float (N, 2) each; a pixel belongs to the
            shape if its middle is in one of them.
        runs: lengths of runs that alternate between outside and inside, or None.
        by_columns: the runs go down the columns (COCO), not along the rows.
        box: (top, left, height, width) that the runs fill, or None for the whole picture.
        void: nothing is known of what is inside (COCO's crowds).
    """

    label: str
    rings: tuple[np.ndarray, ...] = ()
    runs: tuple[int, ...] | None = None
    by_columns: bool = True
    box: tuple[int, int, int, int] | None = None
    void: bool = False


def drawn(shapes: Sequence[Shape], size: Size) -> np.ndarray:
    """What the shapes cover together, bool (H, W).

    Raises:
        AnnotationError: they cost too much, or do not fit into a picture of ``size``.
    """
    if sum(_cost(shape, size) for shape in shapes) > MOST_WORK:
        raise AnnotationError("These polygons have too many corners: simplify them.")
    covered = np.zeros(size, bool)
    for shape in shapes:
        for ring in shape.rings:
            _fill(covered, ring)
        if shape.runs is not None:
            _unroll(covered, shape)
    return covered


def _cost(shape: Shape, size: Size) -> float:
    """About how many microseconds it takes to draw a shape."""
    cost = _PIXEL * shape.box[2] * shape.box[3] if shape.box else 0.0
    for ring in shape.rings:
        held = np.clip(ring, 0, size[::-1])
        rows = np.abs(np.diff(held[:, 1], append=held[:1, 1])).sum() + len(ring)
        box = np.ptp(held, 0).prod() if len(held) else 0
        cost += _RING + _CROSSING * rows + _PIXEL * box
    return float(cost)


def _fill(covered: np.ndarray, ring: np.ndarray) -> None:
    """Adds the pixels whose middles are in a polygon, by the even-odd rule."""
    height, width = covered.shape
    (x0, y0), (x1, y1) = ring.T, np.roll(ring, -1, 0).T
    # An edge crosses the middles of these rows; each row counts its upper end but not its lower.
    first = np.clip(np.ceil(np.minimum(y0, y1) - 0.5), 0, height).astype(int)
    last = np.clip(np.ceil(np.maximum(y0, y1) - 0.5), 0, height).astype(int)
    number = last - first
    if not number.any():
        return
    edge = np.repeat(np.arange(len(ring)), number)
    start = np.cumsum(number) - number
    rows = np.arange(number.sum()) - start[edge] + first[edge]
    steep = (x1 - x0)[edge] / (y1 - y0)[edge]
    at = x0[edge] + (rows + 0.5 - y0[edge]) * steep
    columns = np.clip(np.ceil(at - 0.5), 0, width).astype(int)
    top, bottom = int(rows.min()), int(rows.max()) + 1
    left, right = int(columns.min()), int(columns.max()) + 1
    flips = np.zeros((bottom - top, right - left), np.uint8)
    np.bitwise_xor.at(flips, (rows - top, columns - left), 1)
    inside = np.bitwise_xor.accumulate(flips, 1)[:, :-1].astype(bool)
    covered[top:bottom, left : left + inside.shape[1]] |= inside


def _unroll(covered: np.ndarray, shape: Shape) -> None:
    """Adds a mask that is given as run lengths."""
    top, left, height, width = shape.box or (0, 0, *covered.shape)
    numbers = shape.runs or ()
    if not numbers or min(numbers) < 0 or sum(numbers) != height * width:
        raise AnnotationError(f"The run lengths of a '{shape.label}' do not fill its picture.")
    runs = np.array(numbers, np.int64)
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    inside = flat.reshape(width, height).T if shape.by_columns else flat.reshape(height, width)
    here = covered[max(top, 0) : top + height, max(left, 0) : left + width]
    here |= inside[max(-top, 0) :, max(-left, 0) :][: here.shape[0], : here.shape[1]]


def corners(numbers: Sequence[Any]) -> np.ndarray:
    """Pairs or a flat list of numbers as (N, 2).

    Raises:
        ValueError, TypeError: anything else.
    """
    found = np.array(numbers, np.float64).reshape(-1, 2)
    if not np.isfinite(found).all() or np.abs(found).max(initial=0) > 1e6:
        raise ValueError("not the corners of a polygon")
    return found


def rectangle(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """The corners of a box."""
    return corners([left, top, right, top, right, bottom, left, bottom])


def ellipse(x: float, y: float, across: float, down: float, degrees: float = 0) -> np.ndarray:
    """An ellipse around (x, y) with these radii as a polygon of 180 corners."""
    turn, angle = np.radians(degrees), np.linspace(0, 2 * np.pi, 180, endpoint=False)
    u, v = across * np.cos(angle), down * np.sin(angle)
    return corners(
        np.column_stack(
            [x + u * np.cos(turn) - v * np.sin(turn), y + u * np.sin(turn) + v * np.cos(turn)]
        ).tolist()
    )


def turned(ring: np.ndarray, degrees: float) -> np.ndarray:
    """A ring, turned clockwise around the middle of its box, as it is seen."""
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = (ring.min(0) + ring.max(0)) / 2
    return corners((ring - middle) @ turn + middle) if degrees else ring


def coco_runs(text: str) -> tuple[int, ...]:
    """COCO's compressed run lengths as numbers.

    Each is written in pieces of five bits from 48 on, the lowest first; the sixth bit says that
    more follow. From the third on it is the difference to the last but one (``maskApi.c``).
    """
    runs: list[int] = []
    at = 0
    while at < len(text):
        value = shift = 0
        more = True
        while more:
            piece = ord(text[at]) - 48
            if not 0 <= piece < 64:
                raise ValueError("not COCO's run lengths")
            if shift > 60:
                raise ValueError("not COCO's run lengths")
            value |= (piece & 31) << shift
            more, at, shift = bool(piece & 32), at + 1, shift + 5
            if not more and piece & 16:
                value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
    return tuple(runs)


def coco_text(runs: Iterable[int]) -> str:
    """Run lengths as COCO's compressed text: what ``coco_runs`` reads."""
    known: list[int] = []
    letters: list[str] = []
    for run in map(int, runs):
        value, more = run - (known[-2] if len(known) > 2 else 0), True
        known.append(run)
        while more:
            piece, value = value & 31, value >> 5
            more = value != (-1 if piece & 16 else 0)
            letters.append(chr(48 + (piece | (32 if more else 0))))
    return "".join(letters)


def coco_mask(mask: np.ndarray) -> dict[str, Any]:
    """Bool (H, W) as COCO's ``segmentation``: ``size`` (height, width) and compressed ``counts``.

    The runs go down the columns, background first.
    """
    ends = np.flatnonzero(np.diff(mask.ravel("F"), prepend=False))
    runs = np.diff(ends, prepend=0, append=mask.size)
    return {"size": list(mask.shape), "counts": coco_text(runs.tolist())}
