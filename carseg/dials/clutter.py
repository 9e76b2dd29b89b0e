"""Clutter: things in front of the car, and a second car beside or behind it."""

from dataclasses import replace

import cv2
import numpy as np

from carseg.dials.effect import SEVEREST, LabelledPicture, Materials, make_effect, strength
from carseg.dials.filters import mix
from carseg.dials.inpaint import PixelBox, car_pixel_box
from carseg.dials.occluders import occluders
from carseg.dials.seeded import lazily, one_of
from carseg.dials.warp import placing, warp
from carseg.imaging.linear import to_linear, to_srgb

# How far the second car has come out from behind the first, as a share of its own width. And how
# much higher in the picture it stands because it is farther away, as a share of the height of the
# first car's box.
OUT = (0.0, 0.12, 0.27, 0.43, 0.6, 0.78)
UP = (0.0, 0.04, 0.08, 0.12, 0.16, 0.2)
# Its height as a share of the first car's when it is fully visible: it is a little farther away.
_HEIGHT = 0.95

# Without another car, the same car appears in another colour: linear red, green and blue are taken
# from these channels, times this factor.
_COATS = (((2, 0, 1), 0.6), ((1, 2, 0), 1.5), ((2, 1, 0), 0.4), ((1, 0, 2), 1.8))


def second(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, materials: Materials
) -> LabelledPicture:
    """Another car comes out from behind the first, mirrored or not. Its pixels are car, too.

    A picture without a car does not change.
    """
    other, coat = lazily(materials.cars, draw), one_of(_COATS, draw)
    mirrored, side = draw.random() < 0.5, one_of((-1, 1), draw)
    if other is None:
        other, mirrored = _recoloured(sample, *coat), True
    if mirrored:
        other = LabelledPicture(
            *(np.ascontiguousarray(x[:, ::-1]) for x in (other.rgb, other.truth))
        )
    there = sample.truth.any() and other.truth.any()
    return _behind(sample, other, severity, side) if there else sample


def _behind(
    sample: LabelledPicture, other: LabelledPicture, severity: float, side: int
) -> LabelledPicture:
    size = sample.truth.shape
    place = _place(car_pixel_box(sample.truth), car_pixel_box(other.truth), severity, side)
    rgb = warp(other.rgb.astype(np.float32), place, size, cv2.BORDER_REFLECT)
    share = warp(other.truth.astype(np.float32), place, size, cv2.BORDER_CONSTANT)
    share[sample.truth] = 0
    both = sample.truth | (share >= 0.5)
    return replace(sample, rgb=mix(sample.rgb, rgb, share), truth=both, void=_rest(sample, both))


def _rest(sample: LabelledPicture, car: np.ndarray) -> np.ndarray | None:
    """What stays unknown where the second car came in."""
    return None if sample.void is None else sample.void & ~car


def _place(first: PixelBox, second: PixelBox, severity: float, side: int) -> np.ndarray:
    """The map from the other picture. At severity 0 the second car is fully behind the first."""
    top, left, bottom, right = first
    its_top, its_left, its_bottom, its_right = second
    width, height = right - left, bottom - top
    full = _HEIGHT * height / (its_bottom - its_top)
    hidden = min(full, _HEIGHT * width / (its_right - its_left))
    zoom = hidden + (full - hidden) * severity / SEVEREST
    out = strength(OUT, severity) * zoom * (its_right - its_left)
    x, its_x = (right + out, its_right) if side > 0 else (left - out, its_left)
    return placing((its_x, its_bottom), (x, bottom - strength(UP, severity) * height), zoom)


def _recoloured(sample: LabelledPicture, channels: tuple[int, ...], gain: float) -> LabelledPicture:
    light = to_linear(sample.rgb)[..., list(channels)] * np.float32(gain)
    return replace(sample, rgb=to_srgb(light))


CLUTTER_EFFECTS = (
    make_effect(
        "clutter.occluders",
        "Things in front",
        "Poles, people and bushes hide up to about half of the car; what they hide is not car.",
        occluders,
    ),
    make_effect(
        "clutter.second",
        "A second car",
        "Another car comes out from behind the first, by up to 78 % of its width; it is car, too.",
        second,
    ),
)
