"""A made car, and dials turned on it."""

from functools import partial

import cv2
import numpy as np

from carseg.dials import DIALS, LabelledPicture, Materials

CAR = (200, 30, 40)


def made(size=(160, 240), seed=0, box=(0.3, 0.35, 0.75, 0.8), colour=CAR) -> LabelledPicture:
    """A round car with a window and wheels before a wall with letters, on a floor.

    ``box``: left, top, right and bottom of the car as shares of the sides; None: no car.
    """
    rng = np.random.default_rng(seed)
    height, width = size
    y, x = np.mgrid[:height, :width]
    wall = np.where((y < 0.5 * height)[..., None], (215, 218, 222), (165, 160, 158))
    grid = max(1, height // 12), max(1, width // 12), 1
    coarse = rng.normal(0, 12, grid).astype(np.float32)
    rgb = wall + cv2.resize(coarse, (width, height)).reshape(*size, 1)
    rgb = rgb + rng.normal(0, 2, (*size, 3)) + rng.uniform(-25, 10)
    letters = (y > 0.15 * height) & (y < 0.3 * height) & (x // max(1, width // 20) % 3 == 0)
    rgb[letters] -= 110
    truth = np.zeros(size, bool)
    if box is not None:
        left, top, right, bottom = np.array(box) * (width, height, width, height)
        across = (x + 0.5 - (left + right) / 2) / ((right - left) / 2)
        down = (y + 0.5 - (top + bottom) / 2) / ((bottom - top) / 2)
        truth = across**4 + down**4 < 1
        rgb[truth] = colour
        rgb[(np.abs(across) < 0.6) & (down > -0.7) & (down < -0.2)] = (60, 70, 80)
    return LabelledPicture(np.clip(rgb, 0, 255).astype(np.uint8), truth)


def photograph(seed: int, size=(90, 130)) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0, 255, (6, 9, 3)).astype(np.float32)
    return np.clip(cv2.resize(coarse, size[::-1]), 0, 255).astype(np.uint8)


MATERIALS = Materials(
    [partial(photograph, seed) for seed in range(5)],
    [partial(made, (120, 180), 10 + k, (0.2, 0.3, 0.8, 0.75), (40, 60, 200)) for k in range(3)],
)


def apply(
    name: str, sample: LabelledPicture, severity: float, picture="a", *, seed=0, materials=MATERIALS
):
    return DIALS[name].apply(sample, severity, picture, seed, materials)
