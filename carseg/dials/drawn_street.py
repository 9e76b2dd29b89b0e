"""A drawn street: a sky, a ground with a horizon, boxes as buildings, trees, a kerb."""

import cv2
import numpy as np

from carseg.dials.canvas import Canvas
from carseg.dials.filters import clouds, resized, to_uint8, working_size
from carseg.dials.seeded import one_of
from carseg.imaging.grid import Size

# sRGB. Above and at the horizon: clear, overcast, evening, haze.
SKIES = (
    ((70, 120, 190), (190, 210, 230)),
    ((150, 155, 165), (205, 208, 210)),
    ((80, 85, 125), (235, 185, 140)),
    ((170, 185, 200), (225, 225, 220)),
)
# Asphalt, wet asphalt, paving, sand, grass.
_GROUNDS = ((95, 95, 98), (62, 64, 70), (150, 142, 132), (170, 150, 120), (85, 110, 60))
# Concrete, brick, plaster, stone, glass.
WALLS = ((150, 148, 145), (140, 80, 65), (205, 190, 160), (120, 115, 110), (80, 100, 120))


def drawn_street(draw: np.random.Generator, size: Size) -> np.ndarray:
    """A random street without a car, uint8 (H, W, 3)."""
    height, width = working = working_size(size)
    horizon = draw.uniform(0.3, 0.55) * height
    canvas = Canvas(_sky_and_ground(draw, working, horizon))
    for _ in range(draw.integers(2, 8)):
        _building(canvas, draw, horizon)
    for _ in range(draw.integers(0, 4)):
        place = np.array([draw.uniform(0, width), horizon - draw.uniform(0.02, 0.1) * height])
        axes = draw.uniform(0.06, 0.14, 2) * height
        canvas.box(place[0] - 2, place[1], place[0] + 2, horizon + 0.03 * height, (70, 55, 45))
        canvas.foliage(place, tuple(axes), draw)
    _kerb(canvas, draw, horizon)
    # A drawing is smoother than any photograph.
    gritty = canvas.rgb + 4 * draw.standard_normal((*working, 1), np.float32)
    return resized(to_uint8(gritty), size)


def _sky_and_ground(draw: np.random.Generator, size: Size, horizon: float) -> np.ndarray:
    height = size[0]
    rows = np.arange(height, dtype=np.float32)[:, None, None] + 0.5
    high, low = (np.array(colour, np.float32) for colour in one_of(SKIES, draw))
    up = np.clip(rows / horizon, 0, 1)
    sky = high + (low - high) * up + 18 * clouds(draw, size, 2)[..., None]
    ground = np.array(one_of(_GROUNDS, draw), np.float32) + draw.uniform(-12, 12, 3)
    near = np.clip((rows - horizon) / (height - horizon), 0, 1)
    ground = ground * (1.12 - 0.22 * near) + _texture(draw, size, near)
    return to_uint8(np.where(rows < horizon, sky, ground))


def _texture(draw: np.random.Generator, size: Size, near: np.ndarray) -> np.ndarray:
    """Patches that are long and flat, as seen along the ground, and grit that is coarser nearby."""
    height, width = size
    patches = clouds(draw, (height, max(1, width // 4)), 6, 5)
    patches = cv2.resize(patches, (width, height), interpolation=cv2.INTER_LINEAR)
    fine = draw.standard_normal(size, np.float32)
    coarse = cv2.GaussianBlur(fine, (0, 0), 1.2) * 3
    grit = fine + (coarse - fine) * near[..., 0]
    return (22 * patches + draw.uniform(2, 9) * grit)[..., None]


def _building(canvas: Canvas, draw: np.random.Generator, horizon: float) -> None:
    height, width = canvas.cover.shape
    left, wide = draw.uniform(-0.1, 0.95) * width, draw.uniform(0.1, 0.35) * width
    bottom = horizon + draw.uniform(0.0, 0.06) * height
    top = bottom - draw.uniform(0.12, 0.6) * height
    wall = np.array(one_of(WALLS, draw)) * draw.uniform(0.7, 1.15)
    side = left + wide * draw.uniform(0.7, 1.0)
    canvas.box(left, top, side, bottom, wall)
    canvas.box(side, top, left + wide, bottom, 0.7 * wall)
    pane = np.array([60, 70, 85]) if draw.random() < 0.7 else np.array([225, 215, 170])
    rows, columns = draw.integers(2, 6), draw.integers(2, 6)
    step_y, step_x = (bottom - top) / (rows + 0.5), (side - left) / (columns + 0.5)
    for row in range(rows):
        for column in range(columns):
            x, y = left + (column + 0.5) * step_x, top + (row + 0.4) * step_y
            tone = draw.uniform(0.8, 1.2)
            canvas.box(x, y, x + 0.55 * step_x, y + 0.6 * step_y, pane * tone)


def _kerb(canvas: Canvas, draw: np.random.Generator, horizon: float) -> None:
    """A pale line along the ground, towards the horizon on one side."""
    height, width = canvas.cover.shape
    start, end = (horizon + draw.uniform(0.05, 0.6, 2) * (height - horizon)).tolist()
    thick = draw.uniform(0.008, 0.03) * height
    corners = [(0, start), (width, end), (width, end + thick), (0, start + thick)]
    canvas.polygon(np.array(corners), np.full(3, draw.uniform(150, 215)))
