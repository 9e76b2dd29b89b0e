"""Single cars: the right number, each pixel in one of them, whatever the size."""

import cv2
import numpy as np
import pytest
from scipy import ndimage

from carseg.data.samples import samples
from carseg.imaging.masks import read_mask
from carseg.inference.prediction import Prediction
from carseg.objects.cars import Cars, cars_in, cars_of, single_cars

SEVERAL = {"street/suv-overcast": 2, "street/van-wet": 2}
"""Samples with cars that touch."""
HARD = {"street/sedan-garage", "street/van-forest"}
"""A car before another whose outline has no neck, and one car behind a tree."""
SAMPLES = [n for n, s in samples().items() if s.mask and n not in {*SEVERAL, *HARD}]


def outline(name: str, width: int = 300) -> np.ndarray:
    """A sample's mask, cropped to the car and this many pixels wide."""
    mask = read_mask(samples()[name].mask).car
    (rows, columns), *_ = ndimage.find_objects(mask.astype(int))
    crop = mask[rows, columns].astype(np.uint8)
    height = round(width * crop.shape[0] / crop.shape[1])
    return cv2.resize(crop, (width, height), interpolation=cv2.INTER_AREA) > 0


def placed(size: tuple[int, int], *cars: tuple[np.ndarray, int, int]) -> np.ndarray:
    """Outlines on an empty picture, each with its top left corner."""
    picture = np.zeros(size, bool)
    for car, top, left in cars:
        height, width = car.shape
        picture[top : top + height, left : left + width] |= car
    return picture


def disc(size: tuple[int, int], row: float, column: float, radius: float) -> np.ndarray:
    rows, columns = np.ogrid[: size[0], : size[1]]
    return (rows - row) ** 2 + (columns - column) ** 2 <= radius**2


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("width", [37, 150, 411])
def test_one_car_never_becomes_two(name, width):
    car = outline(name, width)
    height = car.shape[0]
    found = cars_of(placed((height + 51, width + 67), (car, 21, 30)))
    assert len(found.found) == 1
    top, left = found.found[0].box.top * (height + 51), found.found[0].box.left * (width + 67)
    assert (round(top), round(left)) == (21, 30)


@pytest.mark.parametrize(("name", "expected"), SEVERAL.items())
def test_rendered_cars_that_touch_are_counted(name, expected):
    assert len(cars_of(read_mask(samples()[name].mask).car).found) == expected


@pytest.mark.parametrize("name", SAMPLES[::3])
@pytest.mark.parametrize("width", [101, 303])
def test_two_cars_nose_to_nose_are_two(name, width):
    car = outline(name, width)
    height = car.shape[0]
    picture = placed(
        (height + 20, 2 * width + 30), (car, 10, 10), (car[:, ::-1], 10, 10 + width - 1)
    )
    assert ndimage.label(picture, np.ones((3, 3)))[1] == 1, "they touch"
    cars = cars_of(picture)
    assert len(cars.found) == 2
    labels, border = cars.labels(picture), 10 + width
    left, right = labels[:, 10 : 10 + width // 2].max(), labels[:, border + width // 2 :].max()
    assert {left, right} == {1, 2}
    assert np.count_nonzero(labels[:, :border] == right) < 0.02 * picture.sum()
    assert np.count_nonzero(labels[:, border:] == left) < 0.02 * picture.sum()


@pytest.mark.parametrize(("apart", "expected"), [(70, 1), (150, 2), (210, 2)])
def test_discs_part_where_the_neck_is_narrow(apart, expected):
    """Half the neck of two discs of radius 100 is sqrt(100^2 - (apart / 2)^2): 94, 66 and none."""
    size = (260, 460)
    picture = disc(size, 130, 120, 100) | disc(size, 130, 120 + apart, 100)
    assert len(cars_of(picture).found) == expected


def test_the_largest_comes_first_and_specks_are_none():
    size = (300, 500)
    small, large = disc(size, 150, 80, 30), disc(size, 150, 300, 90)
    speck = disc(size, 20, 20, 2)
    cars = cars_of(small | large | speck)
    assert [car.number for car in cars.found] == [1, 2]
    first, second = cars.found
    assert first.area == pytest.approx(large.mean())
    assert second.area == pytest.approx(small.mean())
    assert not cars.labels(speck).any()


def test_every_pixel_belongs_to_the_car_that_it_is_nearest_to():
    size = (120, 200)
    left, right = disc(size, 60, 50, 20), disc(size, 60, 150, 19)
    cars = cars_of(left | right)
    to_left, to_right = (ndimage.distance_transform_edt(~one) for one in (left, right))
    clear = np.abs(to_left - to_right) > 2  # the mask of 5 x 5 is off by a twentieth
    expected = np.where(to_left < to_right, 1, 2)
    assert np.array_equal(cars.labels(np.ones(size, bool))[clear], expected[clear])


def test_the_cars_of_a_large_picture_are_those_of_a_small_one():
    size = (90, 130)
    picture = disc(size, 45, 30, 20) | disc(size, 45, 95, 25)
    cars = cars_of(picture)
    large = cv2.resize(picture.astype(np.uint8), (1301, 903), interpolation=cv2.INTER_NEAREST) > 0
    labels = cars.labels(large)
    assert labels.shape == (903, 1301)
    assert (labels > 0).sum() == large.sum()
    assert (labels == 1).mean() == pytest.approx(cars.found[0].area, rel=0.02)


def test_kept_cars_keep_their_soft_edge_and_the_others_are_gone():
    size = (100, 220)
    alpha = np.clip(1.2 - np.hypot(*np.ogrid[-50:50, -50:170]) / 30, 0, 1).astype(np.float32)
    other = np.clip(1.2 - np.hypot(*np.ogrid[-50:50, -160:60]) / 30, 0, 1).astype(np.float32)
    cars = cars_of((alpha + other) >= 0.5)
    numbers = cars.labels(alpha >= 0.5)
    number = int(numbers.max())
    assert np.array_equal(cars.kept(alpha + other, [number]), alpha)
    assert not cars.kept(alpha + other, []).any()
    assert np.array_equal(cars.kept(alpha + other, {1, 2}), alpha + other)
    assert alpha.shape == size


def test_scores_and_the_border():
    probability = np.zeros((80, 120), np.float32)
    probability[20:60, 0:40] = 0.8
    probability[20:60, 70:100] = 0.6
    cars = single_cars(Prediction("m", "", probability.astype(np.float16), (80, 120), 0.5))
    assert [round(car.score, 2) for car in cars.found] == [0.8, 0.6]
    assert [car.cut_off for car in cars.found] == [True, False]
    assert len(single_cars(Prediction("m", "", probability, (80, 120), 0.5), 0.7).found) == 1


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (2, 3), (5, 1)])
@pytest.mark.parametrize("value", [False, True])
def test_the_smallest_pictures(size, value):
    cars = cars_of(np.full(size, value))
    assert isinstance(cars, Cars)
    assert len(cars.found) == value
    assert cars.labels(np.full(size, value)).max() == value


def test_a_car_seen_through_its_windows_is_one():
    size = (200, 300)
    picture = disc(size, 100, 150, 80)
    for column in (100, 150, 200):
        picture &= ~disc(size, 100, column, 18)
    cars = cars_of(picture)
    assert len(cars.found) == 1
    assert not cars.labels(picture)[100, 150]


def test_a_car_is_named_by_its_thickest_place():
    size = (100, 200)
    picture = disc(size, 50, 40, 20) | disc(size, 50, 140, 30)
    first, second = cars_of(picture).found
    assert first.heart == pytest.approx((0.505, 0.7025), abs=0.02)
    assert second.heart == pytest.approx((0.505, 0.2025), abs=0.03)
    cars = cars_in(picture.astype(np.float32))
    assert cars.around([first.heart]) == {1}
    assert cars.around([(0, 0), (0.5, 9.0)]) == {1, 2}
    assert cars.around([]) == set()


def test_the_cars_of_a_large_soft_mask():
    soft = np.zeros((1500, 3000), np.float32)
    soft[500:900, 300:1200] = 0.9
    soft[500:700, 2000:2500] = 0.6
    soft[0:300, 2000:2500] = 0.4
    first, second = cars_in(soft).found
    assert first.area == pytest.approx(0.08, rel=0.01)
    assert second.area == pytest.approx(100_000 / 4_500_000, rel=0.03)
