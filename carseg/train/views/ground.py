"""The effects of a pasted car on the ground that it stands on: shadows and its mirror image.

A network that never saw them labelled as background takes them for car. They are made by rule of
thumb, as in ``carseg.compositing.shadow``: variety counts here, not physics.
"""

import cv2
import numpy as np
import torch
from torch import Tensor

from carseg.compositing.shadow import Light, ground_shadow
from carseg.train.views.geometry import uniform

_GAMMA = 1 / 2.2
"""Light that is taken away, as a factor of sRGB values."""


def on_ground(background: Tensor, picture: Tensor, share: Tensor) -> Tensor:
    """``background`` with what a car does to it: always a contact shadow, at times more.

    Half of the cars cast a shadow, a quarter are mirrored by the floor.

    Args:
        background: (3, H, W) in 0..1, to lie behind the car.
        picture: (3, H, W) in 0..1, whose car is pasted.
        share: how much of each pixel is car, (1, H, W) in 0..1.
    """
    alpha = share[0].numpy()
    feet = np.flatnonzero((alpha > 0.5).any(1))
    if not feet.size:
        return background
    done, bottom = background.numpy(), int(feet[-1]) + 1
    if uniform(0, 1) < 0.25:
        done = _mirrored(done, picture.numpy(), alpha, bottom)
    taken = uniform(0.4, 1) * ground_shadow(alpha, Light((0.5,) * 3, uniform(-1, 1), uniform(0, 1)))
    if uniform(0, 1) < 0.5:
        taken = np.maximum(taken, _cast(alpha, bottom))
    return torch.from_numpy(done * (1 - taken[None]) ** _GAMMA).float()


def _cast(alpha: np.ndarray, bottom: int) -> np.ndarray:
    """A shadow that lies on the ground: the outline sheared and flattened, (H, W) in 0..1.

    It falls behind the car or towards the camera, to the left or to the right.
    """
    flat, lean = uniform(-0.35, 0.5), uniform(-1.2, 1.2)
    move = np.array([[1, -lean, lean * bottom], [0, flat, bottom * (1 - flat)]], np.float32)
    fallen = cv2.warpAffine(alpha, move, alpha.shape[::-1])
    blur = uniform(0.3, 0.02 * max(alpha.shape))
    return uniform(0.3, 0.85) * cv2.GaussianBlur(fallen, (0, 0), blur)


def _mirrored(
    background: np.ndarray, picture: np.ndarray, alpha: np.ndarray, bottom: int
) -> np.ndarray:
    """The background (3, H, W) whose floor shows the car upside down, fainter with the distance."""
    squeeze = uniform(0.6, 1)
    move = np.array([[1, 0, 0], [0, -squeeze, bottom * (1 + squeeze)]], np.float32)
    size = alpha.shape[::-1]
    both = np.concatenate([picture * alpha, alpha[None]]).transpose(1, 2, 0)
    below = cv2.warpAffine(np.ascontiguousarray(both), move, size)
    below = cv2.GaussianBlur(below, (0, 0), uniform(0.3, 2)).transpose(2, 0, 1)
    depth = np.arange(len(alpha))[None, :, None] - bottom
    fade = uniform(0.1, 0.5) * np.exp(-np.clip(depth, 0, None) / (uniform(0.1, 0.5) * len(alpha)))
    car, cover = below[:3] * fade, below[3:] * fade
    return (background * (1 - cover) + car).astype(np.float32)
