"""Keep and erase strokes against a slow, independent rasterisation."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw

from carseg.compositing import edges
from carseg.compositing.edges import Edges
from carseg.compositing.retouch import SOFT, cover, retouched, stroke


def distances(points: list[tuple[float, float]], size: tuple[int, int]) -> np.ndarray:
    """Pixels to a line of points, sampled densely: a slow loop without any formula for segments."""
    height, width = size
    ends = np.array(points, float) * (width, height)
    samples = [ends[:1]]
    for a, b in pairwise(ends):
        steps = max(2, int(np.hypot(*(b - a)) * 50))
        samples.append(a + (b - a) * np.linspace(0, 1, steps)[:, None])
    dots = np.concatenate(samples)
    result = np.empty(size)
    for y in range(height):
        for x in range(width):
            result[y, x] = np.hypot(dots[:, 0] - x - 0.5, dots[:, 1] - y - 0.5).min()
    return result


def whole(one, size: tuple[int, int], width: float = 0.0) -> np.ndarray:
    rows, columns, share = cover(one, size, width)
    result = np.zeros(size, np.float32)
    result[rows, columns] = share
    return result


LINES = {
    "dot": [(0.4, 0.6)],
    "segment": [(0.2, 0.3), (0.8, 0.5)],
    "bent": [(0.1, 0.9), (0.5, 0.1), (0.9, 0.9), (0.2, 0.4)],
    "leaves the picture": [(0.5, 0.5), (1.3, 0.2)],
    "twice the same point": [(0.3, 0.3), (0.3, 0.3), (0.6, 0.3)],
}


@pytest.mark.parametrize("size", [(31, 47), (48, 32)])
@pytest.mark.parametrize("name", LINES)
def test_a_stroke_covers_what_is_near_its_line(name: str, size: tuple[int, int]):
    radius = 0.12
    pixels = radius * max(size)
    found = whole(stroke(True, radius, LINES[name]), size, 4.0)
    expected = np.clip((pixels - distances(LINES[name], size)) / 4.0 + 0.5, 0, 1)
    assert np.abs(found - expected).max() < 0.01


def test_the_border_is_as_wide_as_asked_and_never_wider_than_the_stroke():
    line = [(0.2, 0.5), (0.8, 0.5)]
    for width, expected in ((0.0, 1.0), (6.0, 6.0), (99.0, 20.0)):
        column = whole(stroke(True, 0.1, line), (100, 100), width)[:, 50]
        assert np.abs(np.diff(column)).max() == pytest.approx(1 / expected, abs=3e-3)
    wide = whole(stroke(True, 0.01, line), (4000, 20))[:, 10]
    assert np.abs(np.diff(wide)).max() == pytest.approx(1 / (SOFT * 4000), abs=1e-3)


def test_the_same_stroke_at_two_sizes_marks_the_same_part():
    one = stroke(True, 0.07, LINES["bent"])
    small, large = whole(one, (120, 180)) >= 0.5, whole(one, (960, 1440)) >= 0.5
    shrunk = np.asarray(Image.fromarray(large).convert("L").resize((180, 120), Image.BOX)) > 127
    assert (small != shrunk).mean() < 0.004


def test_like_a_round_pen_of_pillow():
    image = Image.new("L", (400, 300))
    draw = ImageDraw.Draw(image)
    draw.line([(80, 150), (320, 150)], 255, 41)
    for x in (80, 320):
        draw.ellipse((x - 20.5, 129.5, x + 20.5, 170.5), 255)
    one = stroke(True, 20.5 / 400, [(80 / 400, 0.5), (320 / 400, 0.5)])
    assert ((whole(one, (300, 400)) >= 0.5) != (np.asarray(image) > 127)).mean() < 0.002


def test_strokes_apply_one_after_the_other_and_leave_the_rest_alone():
    rng = np.random.default_rng(0)
    alpha = rng.random((60, 80), np.float32)
    before = alpha.copy()
    keep = stroke(True, 0.2, [(0.5, 0.5)])
    erase = stroke(False, 0.1, [(0.5, 0.5)])
    near = distances([(0.5, 0.5)], (60, 80))
    result = retouched(alpha, (keep, erase))
    assert (result[near < 7] == 0).all()
    assert (result[(near > 9) & (near < 15)] == 1).all()
    assert (result[near > 17] == alpha[near > 17]).all()
    assert (retouched(alpha, (erase, keep))[near < 15] == 1).all()
    assert (alpha == before).all(), "what is given is not changed"
    assert retouched(alpha, ()) is alpha


def test_strokes_come_after_pieces_holes_and_feathering():
    probability = np.zeros((80, 120), np.float32)
    probability[20:60, 20:70] = 1
    rgb = np.full((80, 120, 3), 127, np.uint8)
    look = Edges(refine=False, feather=3, cars=((0.5, 0.5),), fill_holes=True)
    strokes = stroke(True, 0.06, [(0.85, 0.5)]), stroke(False, 0.06, [(0.4, 0.5)])
    plain = edges.alpha(probability, rgb, look)
    drawn = edges.alpha(probability, rgb, replace(look, strokes=strokes))
    assert (drawn[40, 102], drawn[40, 48]) == (1, 0), "the piece beside stays, the hole too"
    far = (distances([(0.85, 0.5)], (80, 120)) > 11) & (distances([(0.4, 0.5)], (80, 120)) > 11)
    assert (drawn[far] == plain[far]).all()
    steepest = np.abs(np.diff(drawn[40, 95:115])).max()
    assert steepest == pytest.approx(1 / 6, abs=1e-3), "as soft as the feathered outline"


def test_points_are_kept_to_a_fifth_of_a_pixel_of_a_large_photo():
    points = np.random.default_rng(1).uniform(-0.5, 1.5, (200, 2))
    assert np.abs(stroke(True, 0.1, points).points - points).max() * 6000 < 0.2


@pytest.mark.parametrize(
    ("radius", "points"),
    [
        (0.1, []),
        (0.1, [(0.5,)]),
        (0.1, [(0.5, float("nan"))]),
        (0.1, [(1.6, 0.5)]),
        (0.0, [(0.5, 0.5)]),
        (0.6, [(0.5, 0.5)]),
        (float("nan"), [(0.5, 0.5)]),
    ],
)
def test_impossible_strokes_are_refused(radius: float, points: list):
    with pytest.raises(ValueError, match=r"stroke|range"):
        stroke(True, radius, points)
