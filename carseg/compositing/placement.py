"""Which part of a place is seen behind a car, so that the car stands on the ground there.

The car stays where it is in its photo, at its size; the place is cropped and scaled behind it.
Rows and columns are shares of a picture's height and width, 0 at the top left edge.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from carseg.compositing.backgrounds import fitted
from carseg.compositing.shadow import Light
from carseg.imaging.grid import Size
from carseg.imaging.regions import Box, box, clean_mask

EYE = 1.05
"""Camera's height over the car's: photos are taken at eye level, so the horizon passes just above
the roof, at any distance. It is 0.90 to 1.14 on the rendered samples, whose cameras are known."""


@dataclass(frozen=True)
class GroundAndLight:
    """What is known of a picture into which a car can be put.

    Attributes:
        horizon: its row, 0 or more: a camera at car height has it in the picture.
        far, near: the highest and the lowest row at which wheels may touch the ground.
        light: how the light falls there.
    """

    horizon: float
    far: float
    near: float
    light: Light


def box_of(alpha: np.ndarray) -> Box | None:
    """Where the largest piece of a car is, whole pixels; None without a car.

    Args:
        alpha: of the car, float (H, W) in 0..1.
    """
    found = box(clean_mask(alpha >= 0.5, largest_piece=True))
    if found is None:
        return None
    height, width = alpha.shape
    top, left, bottom, right = found
    return Box(top / height, left / width, bottom / height, right / width)


def scene_window(ground: GroundAndLight, picture: Size, photo: Size, car: Box) -> Box:
    """The part of a place's picture that is seen in the photo's frame.

    The car's lowest row stands on a row of the place from ``far`` to ``near``, its middle in the
    place's middle as far as there is picture, and the horizon ``EYE`` car heights above its lowest
    row. That leaves a choice of windows, of which the largest is taken. A car so small that it
    would stand beyond ``far`` is put there, and the horizon is higher above it.
    """
    bottom, gap = car.bottom, EYE * car.height
    below = 1 - bottom
    aspect = (photo[1] / photo[0]) / (picture[1] / picture[0])
    tallest = min(1.0, 1 / aspect)
    # Each is the row nearest to the camera at which the window still fits into the scene.
    rows = [ground.near, ground.horizon + gap * tallest]
    rows.append((gap + ground.horizon * below) / (gap + below))
    if gap < bottom:
        rows.append(ground.horizon * bottom / (bottom - gap))
    feet = max(ground.far, min(rows))
    height = min(tallest, (feet - ground.horizon) / gap, feet / bottom)
    height = min(height, (1 - feet) / max(below, 1e-9))
    width = min(1.0, height * aspect)
    left = float(np.clip(0.5 - (car.left + car.right) / 2 * width, 0, 1 - width))
    top = float(np.clip(feet - bottom * height, 0, 1 - height))
    return Box(top, left, min(1.0, top + height), min(1.0, left + width))


def background_behind(picture: np.ndarray, ground: GroundAndLight, alpha: np.ndarray) -> np.ndarray:
    """The picture of a place as it is seen behind a car, uint8 (H, W, 3); without one its middle.

    Args:
        scene: the picture, uint8 of any size.
        alpha: of the car, float (H, W) in 0..1.
    """
    car = box_of(alpha)
    if car is None:
        return fitted(picture, alpha.shape)
    seen = scene_window(ground, picture.shape[:2], alpha.shape, car)
    height, width = picture.shape[:2]
    corners = (seen.left * width, seen.top * height, seen.right * width, seen.bottom * height)
    image = Image.fromarray(picture)
    return np.asarray(image.resize(alpha.shape[::-1], Image.Resampling.BICUBIC, corners))
