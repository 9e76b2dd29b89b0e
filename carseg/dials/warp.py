"""Moves pictures and truths by the same affine map. Pixel (0, 0) covers 0..1 on both axes."""

import cv2
import numpy as np

from carseg.dials.effect import LabelledPicture
from carseg.dials.filters import to_uint8
from carseg.dials.inpaint import car_pixel_box, without_car
from carseg.imaging.grid import Size

# The margin that shrinks with the car, as a share of the short side: its shadow on the ground.
_NEAR = 0.05

Point = tuple[float, float]
"""x and y in pixels."""


def placing(anchor: Point, target: Point, zoom: float, degrees: float = 0.0) -> np.ndarray:
    """The map (2, 3) that turns clockwise, scales and takes ``anchor`` to ``target``."""
    cos, sin = zoom * np.cos(np.radians(degrees)), zoom * np.sin(np.radians(degrees))
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, np.array(target) - turn @ np.array(anchor)])


def warp(x: np.ndarray, matrix: np.ndarray, size: Size, border: int) -> np.ndarray:
    """Resample float32 (H, W) or (H, W, C) bilinearly; smoothed first where it shrinks.

    Args:
        matrix: from pixels of ``x`` to pixels of the result, (2, 3).
        size: of the result.
        border: what lies beyond ``x``: cv2.BORDER_CONSTANT (zeros) or cv2.BORDER_REFLECT.
    """
    x = _smoothed(x, float(np.sqrt(abs(np.linalg.det(matrix[:, :2])))), border)
    # OpenCV counts from the centre of the first pixel.
    centred = matrix.copy()
    centred[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    return cv2.warpAffine(x, centred, size[::-1], flags=cv2.INTER_LINEAR, borderMode=border)


def move_truth(truth: np.ndarray, matrix: np.ndarray, size: Size) -> np.ndarray:
    """A truth after ``warp``: car where at least half of a pixel is car; none beyond the border."""
    return warp(truth.astype(np.float32), matrix, size, cv2.BORDER_CONSTANT) >= 0.5


def squeeze(sample: LabelledPicture, zoom: float) -> LabelledPicture:
    """Scales the car and its close surroundings by ``zoom`` (below 1); the rest is stretched.

    All margins are stretched by one factor per axis. So a car that touches a border still touches
    it, and nothing from beyond the picture is needed. Within its box the car is scaled equally in
    both directions; this only works if the car does not span the picture (``spans_picture``).
    """
    size = sample.truth.shape
    top, left, bottom, right = car_pixel_box(sample.truth)
    near = _NEAR * min(size)
    columns = _squeezed(size[1], max(left - near, 0), min(right + near, size[1]), zoom)
    rows = _squeezed(size[0], max(top - near, 0), min(bottom + near, size[0]), zoom)
    across = np.ascontiguousarray(np.broadcast_to(columns, size))
    down = np.ascontiguousarray(np.broadcast_to(rows[:, None], size))

    def squeezed(x: np.ndarray) -> np.ndarray:
        smooth = _smoothed(x.astype(np.float32), zoom, cv2.BORDER_REPLICATE)
        return cv2.remap(smooth, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)

    void = None if sample.void is None else squeezed(sample.void) >= 0.5
    return _labelled(squeezed(sample.rgb), squeezed(sample.truth) >= 0.5, void)


def spans_picture(truth: np.ndarray) -> bool:
    """Whether the car is nearly as wide or as high as the picture, so that it cannot shrink."""
    top, left, bottom, right = car_pixel_box(truth)
    return right - left > 0.97 * truth.shape[1] or bottom - top > 0.97 * truth.shape[0]


def _squeezed(length: int, start: float, end: float, zoom: float) -> np.ndarray:
    """The source of each pixel along one axis: float32 (length,), counted from the first centre."""
    inside = end - start
    stretch = (length - zoom * inside) / max(length - inside, 1e-6)
    first = start * stretch
    pixels = np.arange(length) + 0.5
    known = np.interp(pixels, (0, first, first + zoom * inside, length), (0, start, end, length))
    return (known - 0.5).astype(np.float32)


def _smoothed(x: np.ndarray, zoom: float, border: int) -> np.ndarray:
    """Blurred so that a spot of one pixel covers one pixel of the smaller picture."""
    if zoom >= 1:
        return x
    return cv2.GaussianBlur(x, (0, 0), 0.5 * np.sqrt(zoom**-2 - 1), borderType=border)


def move(sample: LabelledPicture, matrix: np.ndarray) -> LabelledPicture:
    """The sample after an affine map of itself, of the same size.

    Beyond the old border the surroundings continue, mirrored and without the car: a mirrored car
    would be missing in the truth. A car that the old border cut off stays cut off there.
    """
    size = sample.truth.shape
    plate = without_car(sample).astype(np.float32)
    around = warp(plate, matrix, size, cv2.BORDER_REFLECT)
    car = warp(sample.rgb.astype(np.float32) - plate, matrix, size, cv2.BORDER_CONSTANT)
    void = None if sample.void is None else move_truth(sample.void, matrix, size)
    return _labelled(around + car, move_truth(sample.truth, matrix, size), void)


def _labelled(rgb: np.ndarray, car: np.ndarray, void: np.ndarray | None) -> LabelledPicture:
    return LabelledPicture(to_uint8(rgb), car, None if void is None else void & ~car)
