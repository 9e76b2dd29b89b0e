"""Shadow and light of a cut-out in another place, against hand-made cars and closed formulas."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from carseg.compositing.shadow import (
    Light,
    darkened,
    ground_line,
    ground_shadow,
    light_of,
    relit,
    stand,
)

GREY = (0.5, 0.5, 0.5)


def car(size: tuple[int, int] = (120, 180)) -> np.ndarray:
    """A body on two wheels: nothing but air between them."""
    alpha = np.zeros(size, np.float32)
    alpha[40:70, 30:150] = 1
    alpha[70:85, 40:60] = 1
    alpha[70:80, 120:140] = 1
    return alpha


def test_the_ground_runs_from_wheel_to_wheel():
    left, rows = ground_line(car() > 0)
    assert (left, len(rows)) == (30, 120)
    assert rows[40 - 30] == rows[59 - 30] == 84
    assert rows[139 - 30] == 79
    # Straight in between, as a board laid under both wheels.
    assert rows[99 - 30] == pytest.approx(84 - 5 * (99 - 59) / (139 - 59))


def test_the_ground_is_the_lower_hull():
    rng = np.random.default_rng(0)
    alpha = np.zeros((90, 110), np.float32)
    for _ in range(12):
        y, x = rng.integers(10, 70), rng.integers(10, 90)
        alpha[y : y + 12, x : x + 14] = 1
    left, rows = ground_line(alpha >= 0.5)
    pixels = np.argwhere(alpha >= 0.5)[:, ::-1]
    for a, b, c in ConvexHull(pixels).equations:
        inside = a * np.arange(left, left + len(rows)) + b * rows + c
        assert (inside < 1e-3).all()
    bottoms = [np.flatnonzero(alpha[:, x])[-1] if alpha[:, x].any() else -1 for x in range(110)]
    assert (rows >= np.array(bottoms)[left : left + len(rows)] - 1e-3).all()


def test_a_shadow_lies_under_the_car_and_never_on_it():
    alpha = car()
    shadow = ground_shadow(alpha)
    assert shadow.dtype == np.float32
    assert shadow.shape == alpha.shape
    assert shadow.min() >= 0
    assert shadow.max() <= 1
    assert not shadow[alpha == 1].any()
    under, above, far = shadow[74:80, 70:110].mean(), shadow[:30].max(), shadow[115:].max()
    assert under > 0.25
    assert above < 0.02
    assert far < 0.02


def test_the_ground_behind_a_soft_edge_is_as_dark_as_beside_it():
    soft = car()
    soft[85, 40:60] = 0.49  # under a tyre; not yet car
    np.testing.assert_array_equal(ground_shadow(soft)[85], ground_shadow(car())[85])
    assert ground_shadow(soft)[85, 50] > 0.5


def test_each_car_stands_on_its_own_and_stray_pieces_do_not():
    both = np.hstack([car(), np.roll(car(), 20, axis=0)])
    apart = np.hstack([ground_shadow(car()), ground_shadow(np.roll(car(), 20, axis=0))])
    assert np.abs(ground_shadow(both) - apart).max() < 0.1
    stray = car()
    stray[100:110, 5:15] = 1
    np.testing.assert_array_equal(ground_shadow(stray)[stray < 1], ground_shadow(car())[stray < 1])


def test_no_car_no_shadow():
    assert not ground_shadow(np.zeros((40, 60), np.float32)).any()


def test_hard_light_from_the_right_throws_the_shadow_to_the_left():
    alpha = car()
    right, left = (ground_shadow(alpha, Light(GREY, lean, 0.0)) for lean in (1.0, -1.0))
    assert right[75:100, :40].sum() > left[75:100, :40].sum()
    assert right[75:100, 140:].sum() < left[75:100, 140:].sum()
    # Soft light has no direction.
    soft = [ground_shadow(alpha, Light(GREY, lean, 1.0)) for lean in (1.0, -1.0)]
    np.testing.assert_array_equal(*soft)


@pytest.mark.parametrize("size", [(240, 360), (480, 720)])
def test_the_shadow_looks_alike_at_any_size(size):
    factor = size[0] // 120
    large = ground_shadow(np.kron(car(), np.ones((factor, factor), np.float32)))
    small = large.reshape(120, factor, 180, factor).mean((1, 3))
    assert np.abs(small - ground_shadow(car())).mean() < 0.01


def test_darkened_by_hand():
    place = np.full((2, 2, 3), 200, np.uint8)
    shadow = np.array([[0, 0.5], [1, 0]], np.float32)
    done = darkened(place, shadow)
    assert (done[0, 0] == 200).all()
    assert (done[1, 0] == 0).all()
    light = ((200 / 255 + 0.055) / 1.055) ** 2.4  # IEC 61966-2-1
    assert (done[0, 1] == round(255 * (1.055 * (light / 2) ** (1 / 2.4) - 0.055))).all()


def test_the_same_light_changes_nothing():
    colours = np.random.default_rng(0).integers(0, 230, (5, 7, 3)).astype(np.uint8)
    assert np.abs(relit(colours, Light(GREY), Light(GREY)).astype(int) - colours).max() <= 1


def test_a_warm_place_makes_the_car_warmer_within_limits():
    colours = np.full((3, 3, 3), 120, np.uint8)
    warm = relit(colours, Light(GREY), Light((0.6, 0.5, 0.3)))
    assert warm[0, 0, 0] > 120 > warm[0, 0, 2]
    night = relit(colours, Light(GREY), Light((0, 0, 0)))
    assert night.min() > 60  # never black
    sun = relit(np.full((1, 1, 3), 250, np.uint8), Light((0.1,) * 3), Light((1.0,) * 3))
    assert sun.max() <= 255
    assert sun.min() >= 250


def test_the_light_of_a_photo_leaves_the_car_out():
    rgb = np.full((120, 180, 3), 128, np.uint8)
    alpha = car()
    rgb[alpha > 0] = (255, 0, 0)
    red, _, blue = light_of(rgb, alpha).colour
    assert red == pytest.approx(blue, rel=0.1)
    assert light_of(rgb).colour[0] > 1.5 * light_of(rgb).colour[2]


def test_a_car_that_stands_somewhere():
    alpha = car()
    rgb = np.full((120, 180, 3), 128, np.uint8)
    place = np.full((120, 180, 3), (140, 120, 90), np.uint8)
    colours, ground = stand(rgb, alpha, rgb, place)
    assert colours.shape == ground.shape == rgb.shape
    assert ground[76, 90].sum() < place[76, 90].sum()
    np.testing.assert_array_equal(ground[5], place[5])
    assert int(colours[0, 0, 0]) > int(colours[0, 0, 2])
