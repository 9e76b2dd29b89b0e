"""Draws with smooth edges on a picture, and on a map of the pixels that were drawn over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

_BITS = 4  # OpenCV's fixed point: sixteenths of a pixel


PaintColour = Sequence[float] | np.ndarray
"""Red, green and blue, 0..255."""


@dataclass
class Canvas:
    """A picture that is drawn on.

    Attributes:
        rgb: uint8 (H, W, 3), changed in place.
        cover: uint8 (H, W), how much of each pixel was drawn over, 0..255.
    """

    rgb: np.ndarray
    cover: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.cover = np.zeros(self.rgb.shape[:2], np.uint8)

    def polygon(self, points: np.ndarray, colour: PaintColour) -> None:
        """Fill a polygon of ``points`` (N, 2), x and y in pixels; ``colour`` is sRGB 0..255."""
        corners = [np.rint(np.asarray(points) * 2**_BITS).astype(np.int32)]
        cv2.fillPoly(self.rgb, corners, _plain(colour), cv2.LINE_AA, _BITS)
        cv2.fillPoly(self.cover, corners, 255, cv2.LINE_AA, _BITS)

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        colour: PaintColour,
    ) -> None:
        """Fill an upright rectangle."""
        corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        self.polygon(corners, colour)

    def ellipse(
        self,
        centre: np.ndarray,
        axes: tuple[float, float],
        degrees: float,
        colour: PaintColour,
    ) -> None:
        """Fill an ellipse; ``axes`` are half its width and height before it is turned."""
        angle = np.linspace(0, 2 * np.pi, 20, endpoint=False)
        turn = np.radians(degrees)
        x, y = axes[0] * np.cos(angle), axes[1] * np.sin(angle)
        across = x * np.cos(turn) - y * np.sin(turn)
        down = x * np.sin(turn) + y * np.cos(turn)
        self.polygon(np.asarray(centre) + np.stack([across, down], -1), colour)

    def foliage(
        self, centre: np.ndarray, axes: tuple[float, float], draw: np.random.Generator
    ) -> None:
        """Some hundred leaves within an ellipse, dark ones behind light ones."""
        green = draw.uniform(80, 130) * np.array(
            [draw.uniform(0.6, 0.95), 1, draw.uniform(0.4, 0.6)]
        )
        count, leaf = 170, 0.13 * float(np.sqrt(axes[0] * axes[1]))
        angle, reach = draw.uniform(0, 2 * np.pi, count), np.sqrt(draw.random(count))
        places = np.stack([axes[0] * np.cos(angle), axes[1] * np.sin(angle)], -1) * reach[:, None]
        sizes, turns = draw.uniform(0.6, 1.5, count) * leaf, draw.uniform(0, 180, count)
        light = np.linspace(0.45, 1.25, count) * draw.uniform(0.85, 1.15, count)
        for place, size, turn, bright in zip(places, sizes, turns, light, strict=True):
            self.ellipse(centre + place, (size, 0.6 * size), turn, green * bright)


def _plain(colour: PaintColour) -> tuple[float, ...]:
    return tuple(float(c) for c in np.clip(colour, 0, 255))
