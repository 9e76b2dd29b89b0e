"""A mask's box, its connected pieces, its holes, and the soft edges that go with them."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from carseg.imaging.grid import Size


@dataclass(frozen=True)
class Box:
    """A part of a picture in shares of its height and width, 0..1."""

    top: float
    left: float
    bottom: float
    right: float

    @property
    def height(self) -> float:
        """``bottom - top``."""
        return self.bottom - self.top

    def pixels(self, size: Size) -> tuple[slice, slice]:
        """Rows and columns of the box in a picture of ``size``, at least one pixel each."""
        height, width = size
        return _span(self.top, self.bottom, height), _span(self.left, self.right, width)


def _span(low: float, high: float, side: int) -> slice:
    first = min(int(low * side), side - 1)
    return slice(first, max(math.ceil(high * side), first + 1))


def box(mask: np.ndarray) -> tuple[int, int, int, int] | None:
    """The smallest box around a mask, bool (H, W): top, left, bottom, right in pixels.

    Bottom and right are the first row and column beyond it. None for an empty mask.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return None
    return int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1


def clean_mask(
    mask: np.ndarray, largest_piece: bool = False, fill_holes: bool = False
) -> np.ndarray:
    """A mask without its smaller pieces, or without holes; bool (H, W), always a new array.

    Pixels that touch at a corner belong to one piece; a hole does not leak out through such a
    corner. A hole is background that does not reach the picture's border.
    """
    result = np.array(mask, dtype=bool)
    if largest_piece and result.any():
        count, labels, stats, _ = cv2.connectedComponentsWithStats(
            result.view(np.uint8), connectivity=8
        )
        if count > 2:
            result = labels == 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    if fill_holes and result.any():
        count, labels = cv2.connectedComponents((~result).view(np.uint8), connectivity=4)
        open_ = np.zeros(count, bool)
        for border in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
            open_[border] = True
        # Label 0 is the mask itself; every other label that never touches the border is a hole.
        open_[0] = False
        result = ~open_[labels]
    return result


def settle(soft: np.ndarray, cleaned: np.ndarray) -> np.ndarray:
    """A soft mask after ``clean_mask``: removed pieces and filled holes lose their soft edges too.

    Args:
        soft: float32 (H, W) in 0..1.
        cleaned: ``clean_mask(soft >= 0.5, ...)``.
    """
    hard = soft >= 0.5
    result = soft.copy()
    gone, filled = hard & ~cleaned, cleaned & ~hard
    if gone.any():
        # A soft pixel belongs to the nearest piece.
        result[~cleaned & (_distance_to(gone) <= _distance_to(cleaned))] = 0
    if filled.any():
        result[cleaned & (_distance_to(filled) <= _distance_to(~cleaned))] = 1
    return result


def _distance_to(mask: np.ndarray) -> np.ndarray:
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    return cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, 3)
