"""A place behind a car, against rows read off the finished picture and a search over windows."""

import itertools

import numpy as np
import pytest

from carseg.compositing.placement import (
    EYE,
    GroundAndLight,
    background_behind,
    box_of,
    scene_window,
)
from carseg.compositing.shadow import Light
from carseg.imaging.regions import Box

LIGHT = Light((0.5, 0.5, 0.5))
ROAD = GroundAndLight(0.45, 0.63, 0.89, LIGHT)


def car(size: tuple[int, int], rows: tuple[float, float], columns: tuple[float, float]):
    """A box as a car, float32 (H, W); rows and columns in shares."""
    alpha = np.zeros(size, np.float32)
    (top, low), (left, right) = (
        [round(part * length) for part in pair]
        for pair, length in zip((rows, columns), size, strict=True)
    )
    alpha[top:low, left:right] = 1
    return alpha


def ramps(size: tuple[int, int]) -> np.ndarray:
    """A picture that tells its own rows in red and its columns in green, as shares of 250."""
    height, width = size
    rows = np.broadcast_to((np.arange(height)[:, None] + 0.5) / height, size)
    columns = np.broadcast_to((np.arange(width) + 0.5) / width, size)
    return np.rint(250 * np.dstack([rows, columns, rows])).astype(np.uint8)


def read_off(picture: np.ndarray) -> tuple[np.poly1d, np.poly1d]:
    """Row and column of the place at a row and column of the picture, all in shares."""
    height, width = picture.shape[:2]
    rows = np.polyfit((np.arange(height) + 0.5) / height, picture[..., 0].mean(1) / 250, 1)
    columns = np.polyfit((np.arange(width) + 0.5) / width, picture[..., 1].mean(0) / 250, 1)
    return np.poly1d(rows), np.poly1d(columns)


@pytest.mark.parametrize("size", [(200, 300), (301, 199), (97, 143), (120, 420), (150, 150)])
@pytest.mark.parametrize("scene", [(160, 240), (233, 171)])
@pytest.mark.parametrize("rows", [(0.4, 0.78), (0.05, 0.97), (0.6, 1.0), (0.3, 0.5)])
def test_the_car_stands_on_the_ground_under_the_horizon(size, scene, rows):
    alpha = car(size, rows, (0.2, 0.7))
    low, tall = np.flatnonzero(alpha.any(1))[[-1, 0]] + (1, 0)
    picture = background_behind(ramps(scene), ROAD, alpha)
    assert picture.shape == (*size, 3)
    assert picture.dtype == np.uint8
    there, across = read_off(picture)
    ground = there(low / size[0])
    assert ROAD.far - 0.006 <= ground <= ROAD.near + 0.006
    # Above the ground, in heights of the car, as the camera stood.
    horizon = (ROAD.horizon - there(0)) / (there(1) - there(0))
    eye = (low / size[0] - horizon) / ((low - tall) / size[0])
    assert eye > EYE - 0.05
    if ground > ROAD.far + 0.006:
        assert eye == pytest.approx(EYE, abs=0.05)
    # Nothing is stretched.
    shown = (across(1) - across(0)) * scene[1] / size[1], (there(1) - there(0)) * scene[0] / size[0]
    assert shown[0] == pytest.approx(shown[1], rel=0.03)


def errors_of(ground: GroundAndLight, photo_aspect: float, box: Box) -> tuple[float, float]:
    """By search: how near to ``EYE`` the camera can be, and the tallest window where it is."""
    feet, height = np.meshgrid(
        np.linspace(ground.far, ground.near, 300),
        np.linspace(0.02, min(1.0, 1 / photo_aspect), 900),
    )
    top = feet - box.bottom * height
    fits = (top >= 0) & (top <= 1 - height)
    error = np.abs((feet - ground.horizon) / height / box.height - EYE)[fits]
    return error.min(), height[fits][error <= error.min() + 0.02].max()


CARS = itertools.product([0.08, 0.3, 0.62, 0.9], [0.35, 0.8, 1.0], [0.45, 1.0, 2.2])


@pytest.mark.parametrize(("tall", "bottom", "aspect"), CARS)
@pytest.mark.parametrize(
    "ground", [ROAD, GroundAndLight(0.15, 0.4, 0.7, LIGHT), GroundAndLight(0.52, 0.7, 0.98, LIGHT)]
)
def test_no_other_window_fits_better(tall, bottom, aspect, ground):
    box = Box(max(bottom - tall, 0.0), 0.3, bottom, 0.7)
    found = scene_window(ground, (1000, 1000), (1000, round(1000 * aspect)), box)
    assert found.left >= 0
    assert found.top >= 0
    assert max(found.right, found.bottom) <= 1
    feet = found.top + bottom * found.height
    assert ground.far - 1e-9 <= feet <= ground.near + 1e-9
    error = abs((feet - ground.horizon) / found.height / box.height - EYE)
    least, height = errors_of(ground, aspect, box)
    assert error <= least + 1e-6
    assert found.height >= height - 0.03


def test_by_hand():
    # A car of 0.4 whose wheels are at 0.8: the horizon is 0.42 above them, at 0.38. A window
    # whose lower edge is the scene's has ground g and height h with g + 0.2 h = 1 and
    # g - 0.45 = 0.42 h: so h = 0.55 / 0.62.
    found = scene_window(ROAD, (1000, 1500), (600, 900), Box(0.4, 0.3, 0.8, 0.7))
    assert (found.height, found.right - found.left) == pytest.approx((0.55 / 0.62, 0.55 / 0.62))
    assert found.top == pytest.approx(1 - 0.55 / 0.62)
    assert found.left == pytest.approx(0.5 - 0.5 * 0.55 / 0.62)


@pytest.mark.parametrize(("columns", "middle"), [((0.3, 0.5), 0.5), ((0.6, 0.7), 0.5)])
def test_the_car_stands_in_the_middle_of_the_place(columns, middle):
    picture = background_behind(ramps((160, 400)), ROAD, car((200, 240), (0.4, 0.8), columns))
    _, across = read_off(picture)
    assert across(sum(columns) / 2) == pytest.approx(middle, abs=0.01)


def test_where_there_is_no_more_picture_the_car_stands_aside():
    alpha = car((200, 300), (0.4, 0.8), (0.0, 0.1))
    _, across = read_off(background_behind(ramps((160, 240)), ROAD, alpha))
    assert across(1.0) == pytest.approx(1.0, abs=0.01)


def test_stray_pieces_do_not_move_the_place():
    alpha = car((100, 150), (0.3, 0.7), (0.2, 0.8))
    alone = background_behind(ramps((160, 240)), ROAD, alpha)
    alpha[95:98, 3:6] = 1
    np.testing.assert_array_equal(background_behind(ramps((160, 240)), ROAD, alpha), alone)


def test_the_box_of_a_car():
    alpha = car((50, 80), (0.2, 0.6), (0.25, 0.5))
    box = box_of(alpha)
    assert (box.top, box.left, box.bottom, box.right) == pytest.approx((0.2, 0.25, 0.6, 0.5))


@pytest.mark.parametrize("level", [0.0, 0.4])
def test_without_a_car_the_middle_of_the_place_is_seen(level):
    alpha = np.full((100, 100), level, np.float32)
    assert box_of(alpha) is None
    there, across = read_off(background_behind(ramps((160, 240)), ROAD, alpha))
    assert (there(0.5), across(0.5)) == pytest.approx((0.5, 0.5), abs=0.01)


def test_a_car_that_is_the_whole_photo():
    alpha = np.ones((90, 60), np.float32)
    assert background_behind(ramps((160, 240)), ROAD, alpha).shape == (90, 60, 3)


def test_one_pixel():
    assert background_behind(ramps((3, 5)), ROAD, np.ones((1, 1), np.float32)).shape == (1, 1, 3)
