"""Which part of a scene is shown behind a car, so that the car stands on its ground.

The car keeps its place and size in its photo; the scene is cropped and scaled behind it.
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
"""The camera's height divided by the car's. Photos are taken at eye level, so the horizon passes
just above the roof, at any distance. On the rendered samples, whose cameras are known, it is 0.90
to 1.14."""


@dataclass(frozen=True)
class GroundAndLight:
    """The ground and the light of a background, which make it a scene.

    Attributes:
        horizon: the horizon's row, 0 or more: a camera at car height has it in the picture.
        far, near: the highest and the lowest row at which wheels may touch the ground.
        light: the light of the scene.
    """

    horizon: float
    far: float
    near: float
    light: Light


def box_of(alpha: np.ndarray) -> Box | None:
    """The box of the largest piece of a car, of whole pixels; None without a car.

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
    """The part of a scene's picture that is shown in the photo's frame.

    The car's lowest row stands on a row of the scene between ``far`` and ``near``. The horizon is
    ``EYE`` car heights above that row. The car is in the middle of the scene, as far as the picture
    allows. Of the windows that fulfil this, the largest is taken. A car so small that it would
    stand beyond ``far`` is put on ``far``, and the horizon is higher above it.
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
    """A scene's picture as it is shown behind a car, uint8 (H, W, 3); without a car, its middle.

    Args:
        picture: of the scene, uint8 of any size.
        ground: of the scene.
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
