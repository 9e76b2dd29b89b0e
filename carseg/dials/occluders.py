"""Things in front of the car: poles, people, bushes. They take their pixels from the truth."""

from itertools import pairwise

import numpy as np

from carseg.dials.canvas import Canvas
from carseg.dials.effect import LabelledPicture, Materials, strength
from carseg.dials.inpaint import car_pixel_box
from carseg.dials.seeded import one_of

# The size of each of four occluders, as a share of its full size: they appear one by one and grow.
# At severity 1 a thin one hides a few per cent of the car, at 5 all four hide a third to a half.
GROWTH = (
    (0.0, 0.45, 0.6, 0.75, 0.88, 1.0),
    (0.0, 0.0, 0.5, 0.7, 0.85, 1.0),
    (0.0, 0.0, 0.0, 0.55, 0.8, 1.0),
    (0.0, 0.0, 0.0, 0.0, 0.55, 0.9),
)
# Full sizes, in units of the square root of the box's area: so they hide about the same share of a
# car seen from the front and from the side.
_POLE_WIDTH, _PERSON_HEIGHT, _BUSH_RADIUS = 0.11, 0.95, 0.2

# sRGB. Galvanised steel, dark green, wood, concrete.
POLES = ((130, 133, 136), (45, 70, 55), (115, 85, 60), (165, 160, 150))
SKINS = ((240, 205, 180), (205, 150, 115), (140, 95, 70), (85, 58, 45))
CLOTHES = (
    (35, 40, 60),
    (25, 25, 28),
    (150, 40, 40),
    (200, 195, 185),
    (60, 90, 130),
    (95, 100, 60),
    (190, 150, 60),
    (110, 110, 115),
)
HAIR = ((30, 25, 22), (85, 60, 40), (170, 140, 95), (120, 120, 120))


def occluders(
    sample: LabelledPicture, severity: float, draw: np.random.Generator, _: Materials
) -> LabelledPicture:
    """Up to four things before the car, side by side."""
    top, left, bottom, right = car_pixel_box(sample.truth)
    unit = np.sqrt((right - left) * (bottom - top))
    canvas = Canvas(np.array(sample.rgb, order="C"))
    order = draw.permutation(len(GROWTH))
    # Each one has its own random generator, so it does not depend on which others are there.
    for place, table, own in zip(order, GROWTH, draw.spawn(len(GROWTH)), strict=True):
        x = left + (right - left) * (place + own.uniform(0.15, 0.85)) / len(GROWTH)
        foot = np.array([x, bottom + own.uniform(0.0, 0.12) * unit])
        kind, growth = one_of((_pole, _person, _bush), own), strength(table, severity)
        if growth:
            kind(canvas, foot, growth * unit, own)
    seen = canvas.cover < 128
    void = None if sample.void is None else sample.void & seen
    return LabelledPicture(canvas.rgb, sample.truth & seen, void)


def _pole(canvas: Canvas, foot: np.ndarray, unit: float, draw: np.random.Generator) -> None:
    """From the upper border down, round: lighter towards one side."""
    colour = np.array(one_of(POLES, draw))
    width, lean = _POLE_WIDTH * unit * draw.uniform(0.6, 1.3), draw.uniform(-0.03, 0.03)
    edges = np.linspace(-0.5, 0.5, 6) * width
    middle = draw.uniform(0.3, 0.7)
    for index, (start, end) in enumerate(pairwise(edges)):
        tone = 1.15 - 0.9 * abs((index + 0.5) / 5 - middle)
        high = foot[0] + lean * foot[1]
        corners = [(high + start, -1), (high + end, -1), (foot[0] + end, foot[1])]
        canvas.polygon(np.array([*corners, (foot[0] + start, foot[1])]), colour * tone)


def _person(canvas: Canvas, foot: np.ndarray, unit: float, draw: np.random.Generator) -> None:
    """Legs, trunk, arms and head of someone who stands or walks."""
    tall = _PERSON_HEIGHT * unit * draw.uniform(0.9, 1.1)
    stride, broad = draw.uniform(0.02, 0.11), draw.uniform(0.9, 1.2)
    trousers, coat = (np.array(one_of(CLOTHES, draw)) for _ in range(2))
    skin, hair = np.array(one_of(SKINS, draw)), np.array(one_of(HAIR, draw))

    def at(x: float, y: float) -> np.ndarray:
        return foot + np.array([x * broad, -y]) * tall

    for side, tone in ((-1, 0.85), (1, 1.0)):
        knee, heel = at(side * 0.5 * (stride + 0.045), 0.27), at(side * (stride + 0.02), 0.01)
        _limb(canvas, (at(side * 0.045, 0.5), knee, heel), 0.048 * tall, trousers * tone)
        canvas.ellipse(heel, (0.05 * tall, 0.022 * tall), 0, np.array([35, 32, 30]))
        hand = at(side * (0.12 + 0.5 * stride), 0.45)
        _limb(canvas, (at(side * 0.1, 0.8), at(side * 0.135, 0.62), hand), 0.03 * tall, 0.85 * coat)
        canvas.ellipse(hand, (0.02 * tall, 0.025 * tall), 0, skin)
    trunk = [(-0.115, 0.82), (0.115, 0.82), (0.1, 0.62), (0.1, 0.46), (-0.1, 0.46), (-0.1, 0.62)]
    canvas.polygon(np.array([at(*p) for p in trunk]), coat)
    canvas.ellipse(at(0, 0.82), (0.115 * broad * tall, 0.035 * tall), 0, coat)
    canvas.ellipse(at(0, 0.925), (0.052 * tall, 0.075 * tall), 0, hair)
    canvas.ellipse(at(0, 0.91), (0.044 * tall, 0.06 * tall), 0, skin)


def _limb(canvas: Canvas, joints: tuple[np.ndarray, ...], half: float, colour: np.ndarray) -> None:
    for start, end in pairwise(joints):
        along = end - start
        aside = half * np.array([-along[1], along[0]]) / max(np.hypot(*along), 1e-6)
        canvas.polygon(np.array([start + aside, end + aside, end - aside, start - aside]), colour)
        canvas.ellipse(end, (half, half), 0, colour)


def _bush(canvas: Canvas, foot: np.ndarray, unit: float, draw: np.random.Generator) -> None:
    """Leaves around a point above the ground; the car shows through gaps between them."""
    across, up = _BUSH_RADIUS * unit * draw.uniform(0.85, 1.3, 2)
    canvas.foliage(foot - (0, 0.8 * up), (across, up), draw)
