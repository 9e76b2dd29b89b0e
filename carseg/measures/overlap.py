"""How well a mask fits the truth: pixel counts per picture, and the scores derived from them.

Two empty masks agree fully (1). If exactly one mask is empty, nothing agrees (0). Every ratio here
follows this rule for its set of pixels: the car's (Dice, IoU, precision, recall) or the
background's (specificity).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from carseg.imaging.regions import box

BOUNDARY = 0.02
"""The width of the rim that Boundary IoU compares, as a share of the picture's diagonal."""


def _share(part: int, whole: int, missed: int) -> float:
    """``part / whole``. If ``whole`` is 0: 1 if nothing was missed, else 0."""
    return part / whole if whole else float(missed == 0)


@dataclass(frozen=True)
class Counts:
    """Pixels of one picture, or of several added up: car is positive, background negative.

    ``a + b`` pools two pictures; ``sum(many, Counts())`` pools many. All scores lie in 0..1.

    Raises:
        ValueError: when a count is negative.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    def __post_init__(self) -> None:
        if min(self.tp, self.fp, self.fn, self.tn) < 0:
            raise ValueError(f"Pixel counts cannot be negative: {self}.")

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn
        )

    @property
    def total(self) -> int:
        """All pixels."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def dice(self) -> float:
        """2 tp / (2 tp + fp + fn), also called F1 (Dice 1945)."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn, 0)

    @property
    def iou(self) -> float:
        """tp / (tp + fp + fn): the car's intersection over union (Jaccard)."""
        return _share(self.tp, self.tp + self.fp + self.fn, 0)

    @property
    def background_iou(self) -> float:
        """tn / (tn + fp + fn)."""
        return _share(self.tn, self.tn + self.fp + self.fn, 0)

    @property
    def mean_iou(self) -> float:
        """The mean of the car's and the background's IoU."""
        return (self.iou + self.background_iou) / 2

    @property
    def precision(self) -> float:
        """tp / (tp + fp): the share of the predicted car that is car."""
        return _share(self.tp, self.tp + self.fp, self.fn)

    @property
    def recall(self) -> float:
        """tp / (tp + fn): the share of the car that was found."""
        return _share(self.tp, self.tp + self.fn, self.fp)

    @property
    def specificity(self) -> float:
        """tn / (tn + fp): the share of the background that was left alone."""
        return _share(self.tn, self.tn + self.fp, self.fn)

    @property
    def accuracy(self) -> float:
        """(tp + tn) / all pixels: flattering where the car is small."""
        return _share(self.tp + self.tn, self.total, 0)


@dataclass(frozen=True)
class PictureScore:
    """One picture's result on one grid.

    Attributes:
        id: the picture's name in its data set.
        group: what it shares with others (one car, one scene); empty where it stands alone.
        boundary_iou: in 0..1, or None where it was not measured.
        details: further measures by name, where they were asked for.
    """

    id: str
    group: str
    counts: Counts
    boundary_iou: float | None
    details: Mapping[str, float] | None = None


def _check(pred: np.ndarray, truth: np.ndarray) -> None:
    """Both masks are bool (H, W) of one size, or a ValueError says what to do."""
    for name, mask in (("prediction", pred), ("truth", truth)):
        if mask.dtype != np.bool_ or mask.ndim != 2 or mask.size == 0:
            raise ValueError(
                f"The {name} is {mask.dtype} of shape {mask.shape}, not a bool (H, W) mask: "
                "threshold it first."
            )
    if pred.shape != truth.shape:
        (height, width), (true_height, true_width) = pred.shape, truth.shape
        raise ValueError(
            f"The prediction has {width}x{height} pixels and the truth {true_width}x{true_height}: "
            "bring both to one size first."
        )


def settled(pred: np.ndarray, truth: np.ndarray, void: np.ndarray | None) -> np.ndarray:
    """The truth, where void agrees with the prediction: so no mistake is found there."""
    return truth if void is None else np.where(void, pred, truth)


def counts(pred: np.ndarray, truth: np.ndarray, void: np.ndarray | None = None) -> Counts:
    """Pixel counts of two bool (H, W) masks of one size.

    Args:
        void: bool (H, W), pixels that are not counted at all.

    Raises:
        ValueError: masks that are not bool, not 2-D, without pixels, or of different sizes.
    """
    _check(pred, truth)
    if void is not None:
        _check(pred, void)
        known = ~void
        pred, truth = pred[known], truth[known]
    both = int(np.count_nonzero(pred & truth))
    fp = int(np.count_nonzero(pred)) - both
    fn = int(np.count_nonzero(truth)) - both
    return Counts(both, fp, fn, pred.size - both - fp - fn)


def boundary_width(size: tuple[int, int], fraction: float = BOUNDARY) -> int:
    """``fraction`` of the diagonal of (height, width) in whole pixels, at least 1."""
    return max(1, round(fraction * math.hypot(*size)))


def boundary(mask: np.ndarray, width: int) -> np.ndarray:
    """The inner rim: pixels of bool (H, W) ``mask`` at most ``width`` from outside, as bool (H, W).

    Distance is Chebyshev's, as by ``width`` erosions with a 3x3 square. What lies beyond the
    picture's edge is outside (the 1 px of zero padding of the authors' code).
    """
    rim, found = np.zeros_like(mask), box(mask)
    if found is None:
        return rim
    # Only the car's box is eroded: a car fills a third of a picture.
    top, left, bottom, right = found
    inside = np.s_[top:bottom, left:right]
    car = np.ascontiguousarray(mask[inside]).view(np.uint8)
    # One pass along each axis with the whole width equals ``width`` erosions of 3x3.
    padded = cv2.copyMakeBorder(car, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    for shape in ((1, 2 * width + 1), (2 * width + 1, 1)):
        padded = cv2.erode(padded, np.ones(shape, np.uint8))
    rim[inside] = car > padded[1:-1, 1:-1]
    return rim


def boundary_iou(
    pred: np.ndarray,
    truth: np.ndarray,
    fraction: float = BOUNDARY,
    *,
    void: np.ndarray | None = None,
) -> float:
    """IoU of the inner rims of two bool (H, W) masks, in 0..1 (Cheng et al. 2021, 2103.16562).

    The rim is ``fraction`` of the picture's diagonal wide. Two empty masks give 1. Pixels of
    ``void`` are not counted, and an edge of the truth that lies in it is where the prediction says.

    Raises:
        ValueError: as ``counts``, or a fraction that is not above 0.
    """
    _check(pred, truth)
    if not fraction > 0:
        raise ValueError(f"The boundary's width is {fraction} of the diagonal: take more than 0.")
    width = boundary_width(pred.shape, fraction)
    truth = settled(pred, truth, void)
    return counts(boundary(pred, width), boundary(truth, width), void).iou


def surface_dice(pred: np.ndarray, truth: np.ndarray, tolerance: float = 2.0) -> float:
    """The share of both outlines that lies within ``tolerance`` pixels of the other, in 0..1.

    Nikolov et al. 2018 (arXiv 1809.04430), counted in outline pixels (car pixels with a neighbour
    that is none, or at the picture's edge). Two empty masks give 1, exactly one empty 0.

    Raises:
        ValueError: as ``counts``.
    """
    _check(pred, truth)
    outlines = [boundary(mask, 1) for mask in (pred, truth)]
    sizes = [int(outline.sum()) for outline in outlines]
    if not all(sizes):
        return float(sizes[0] == sizes[1])
    close = 0
    for own, other in (outlines, outlines[::-1]):
        away = cv2.distanceTransform((~other).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
        close += int(np.count_nonzero(away[own] <= tolerance))
    return close / sum(sizes)
