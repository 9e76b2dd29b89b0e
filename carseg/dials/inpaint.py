"""Where the car is, and the picture without it."""

import cv2
import numpy as np

from carseg.dials.effect import LabelledPicture
from carseg.dials.filters import mix, resized
from carseg.imaging.regions import box

# Filling knows nothing of detail, and is slow on large pictures: a small copy is enough.
_FILL_SHORT_SIDE = 80
_FILL_SMOOTH = 1.5  # pixels of that copy: no row is to be told from the next
# The car's own edge and the darkest of its contact shadow go with it; share of the short side.
_MARGIN = 0.015

PixelBox = tuple[float, float, float, float]
"""Top, left, bottom, right in pixels."""

# Without a car, effects that need one act where a car usually stands; shares of the sides.
_USUAL_BOX = (0.3, 0.2, 0.8, 0.8)


def car_pixel_box(truth: np.ndarray) -> PixelBox:
    """The smallest box around the car; where there is none, the middle of the picture."""
    height, width = truth.shape
    top, left, bottom, right = _USUAL_BOX
    return box(truth) or (top * height, left * width, bottom * height, right * width)


def without_car(sample: LabelledPicture) -> np.ndarray:
    """The picture with its car filled in from around it, uint8 (H, W, 3).

    The fill is smooth and goes from left to right, as walls, floors and horizons do; the shadow on
    the ground stays. A picture that is all car becomes its own mean colour.
    """
    if not sample.truth.any():
        return sample.rgb
    size = sample.truth.shape
    near = 2 * max(1, round(_MARGIN * min(size))) + 1
    hidden = cv2.dilate(sample.truth.view(np.uint8), np.ones((near, near), np.uint8))
    scale = min(1.0, _FILL_SHORT_SIDE / min(size))
    small = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    hole = resized(hidden.astype(np.float32), small) > 0
    if hole.all():
        return np.full_like(sample.rgb, sample.rgb.mean((0, 1)).round())
    photo = resized(np.ascontiguousarray(sample.rgb), small).astype(np.float32)
    filled = cv2.resize(_filled(photo, hole), size[::-1], interpolation=cv2.INTER_LINEAR)
    share = cv2.blur(hidden.astype(np.float32), (near, near), borderType=cv2.BORDER_REPLICATE)
    return mix(sample.rgb, filled, share * hidden)


def _filled(photo: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """The hole bridged row by row, where a row is all hole column by column, and smoothed."""
    across = _bridged(photo, hole)
    full = np.broadcast_to(hole.all(1, keepdims=True), hole.shape)
    down = _bridged(across.transpose(1, 0, 2), full.T).transpose(1, 0, 2)
    soft = cv2.GaussianBlur(down, (0, 0), _FILL_SMOOTH, borderType=cv2.BORDER_REPLICATE)
    return np.where(hole[..., None], soft, photo)


def _bridged(photo: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Each row's hole, linear between the pixels at its sides; rows that are all hole stay."""
    result, columns = photo.copy(), np.arange(photo.shape[1])
    for row in np.flatnonzero(hole.any(1) & ~hole.all(1)):
        gap = hole[row]
        for channel in range(3):
            known = photo[row, ~gap, channel]
            result[row, gap, channel] = np.interp(columns[gap], columns[~gap], known)
    return result
