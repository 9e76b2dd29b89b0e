"""Framing: the car smaller, larger, off the middle, cut off by the border, or turned.

Only these effects move the truth: it follows the picture's map and is then thresholded at half.
"""

import numpy as np

from carseg.dials.effect import LabelledPicture, Materials, make_effect, strength
from carseg.dials.inpaint import car_pixel_box
from carseg.dials.seeded import one_of
from carseg.dials.warp import move, placing, spans_picture, squeeze

# Factors. Studio cars take 40 to 80 % of the width, a car across a street 15 %: severity 5 is about
# a third. The other way, the photographer is too near: at 1.8 side views are cut at both ends.
SMALLER = (1.0, 0.85, 0.7, 0.56, 0.44, 0.34)
LARGER = (1.0, 1.1, 1.22, 1.38, 1.58, 1.8)

# Shares of the sides. A studio car has margins of 10 to 30 %: the first steps leave it whole, the
# last ones push a part of it out.
SHIFT = (0.0, 0.06, 0.13, 0.2, 0.28, 0.36)

# First the share of the margin before the car's box that is gone, then the share of the box that is
# cut off. Severity 1 is a tight frame; at 5 one still sees that the rest is a car.
_MARGIN = (0.0, 0.5, 1.0, 1.0, 1.0, 1.0)
CROP = (0.0, 0.0, 0.04, 0.15, 0.3, 0.45)

# Degrees. Hand-held photographs are off by one to five; 28 is a steep street and a tilted hand.
ROTATION = (0.0, 3.0, 7.0, 13.0, 20.0, 28.0)


def scale(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, _: Materials
) -> LabelledPicture:
    """Smaller, with the surroundings stretched; or larger around the middle of its box.

    The surroundings are stretched because mirroring would tile the picture if the car is a third of
    its size. A car that spans the picture always becomes larger.
    """
    if draw.random() < 0.5 and not spans_picture(sample.truth):
        return squeeze(sample, strength(SMALLER, severity))
    top, left, bottom, right = car_pixel_box(sample.truth)
    middle = (left + right) / 2, (top + bottom) / 2
    return move(sample, placing(middle, middle, strength(LARGER, severity)))


def shift(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, _: Materials
) -> LabelledPicture:
    """Along any direction, by whole pixels: nothing is resampled, and the truth moves exactly."""
    angle, share = draw.uniform(0, 2 * np.pi), strength(SHIFT, severity)
    height, width = sample.truth.shape
    by = round(share * width * np.cos(angle)), round(share * height * np.sin(angle))
    return move(sample, placing((0, 0), by, 1.0))


def crop(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, _: Materials
) -> LabelledPicture:
    """The largest window of the picture's aspect ratio that cuts the car's box at one side.

    Nothing from beyond the old border comes into view; the rest of the car is enlarged.
    """
    side = one_of(("left", "right", "top", "bottom"), draw)
    height, width = sample.truth.shape
    top, left, bottom, right = car_pixel_box(sample.truth)
    along, across = (width, (top + bottom) / 2), (height, (left + right) / 2)
    length, middle = along if side in ("left", "right") else across
    start, end = (left, right) if side in ("left", "right") else (top, bottom)
    before = start if side in ("left", "top") else length - end
    cut = strength(_MARGIN, severity) * before + strength(CROP, severity) * (end - start)
    keep = 1 - cut / length
    other = height if side in ("left", "right") else width
    begin = float(np.clip(middle - keep * other / 2, 0, (1 - keep) * other))
    first = cut if side in ("left", "top") else 0.0
    corner = (first, begin) if side in ("left", "right") else (begin, first)
    return move(sample, placing(corner, (0, 0), 1 / keep))


def rotation(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, _: Materials
) -> LabelledPicture:
    """Around the picture's middle, to either side."""
    height, width = sample.truth.shape
    degrees = one_of((-1, 1), draw) * strength(ROTATION, severity)
    middle = width / 2, height / 2
    return move(sample, placing(middle, middle, 1.0, degrees))


FRAMING_EFFECTS = (
    make_effect(
        "framing.scale",
        "Scale",
        "The car becomes smaller, down to 0.34 of its size, or larger, up to 1.8 times.",
        scale,
        geometric=True,
    ),
    make_effect(
        "framing.shift",
        "Shift",
        "The picture moves by up to 36 % of its sides in any direction.",
        shift,
        geometric=True,
    ),
    make_effect(
        "framing.crop",
        "Crop at the border",
        "The border cuts off up to 45 % of the car's length or height.",
        crop,
        geometric=True,
    ),
    make_effect(
        "framing.rotation",
        "Rotation",
        "The picture turns by up to 28 degrees.",
        rotation,
        geometric=True,
    ),
)
