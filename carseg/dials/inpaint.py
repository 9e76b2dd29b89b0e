"""The box of the car, and the picture without the car."""

import cv2
import numpy as np

from carseg.dials.effect import LabelledPicture
from carseg.dials.filters import mix, resized
from carseg.imaging.regions import box

# The fill has no detail and is slow on large pictures, so it is computed on a small copy.
_FILL_SHORT_SIDE = 80
_FILL_SMOOTH = 1.5  # in pixels of that copy; hides the seams between rows
# A margin around the car that is filled too: its edge and the darkest part of its contact shadow.
# As a share of the short side.
_MARGIN = 0.015

PixelBox = tuple[float, float, float, float]
"""Top, left, bottom, right in pixels."""

# In a picture without a car, effects that need one act here. Shares of the sides.
_USUAL_BOX = (0.3, 0.2, 0.8, 0.8)


def car_pixel_box(truth: np.ndarray) -> PixelBox:
    """The smallest box around the car; without a car, the middle of the picture."""
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
    """The hole filled row by row (column by column if a whole row is missing), and smoothed."""
    across = _bridged(photo, hole)
    full = np.broadcast_to(hole.all(1, keepdims=True), hole.shape)
    down = _bridged(across.transpose(1, 0, 2), full.T).transpose(1, 0, 2)
    soft = cv2.GaussianBlur(down, (0, 0), _FILL_SMOOTH, borderType=cv2.BORDER_REPLICATE)
    return np.where(hole[..., None], soft, photo)


def _bridged(photo: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Fills each row linearly between the pixels beside the hole; rows without pixels stay."""
    result, columns = photo.copy(), np.arange(photo.shape[1])
    for row in np.flatnonzero(hole.any(1) & ~hole.all(1)):
        gap = hole[row]
        for channel in range(3):
            known = photo[row, ~gap, channel]
            result[row, gap, channel] = np.interp(columns[gap], columns[~gap], known)
    return result
