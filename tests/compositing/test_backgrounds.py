"""Backgrounds and composing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carseg.compositing.backgrounds import (
    blurred,
    checkerboard,
    compose,
    cutout,
    fitted,
    gradient,
    solid,
)

SIZES = st.tuples(st.integers(1, 70), st.integers(1, 70))


@settings(max_examples=40, deadline=None)
@given(size=SIZES, other=SIZES, radius=st.sampled_from([0, 0.5, 3, 40]))
def test_every_background_has_the_size_asked_for(size, other, radius):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (*other, 3), np.uint8)
    full = rng.integers(0, 256, (*size, 3), np.uint8)
    for made in (
        solid(size, (1, 2, 3)),
        gradient(size, (0, 0, 0), (255, 200, 9)),
        checkerboard(size),
        fitted(picture, size),
        blurred(full, radius),
        blurred(full, radius, rng.random(size, np.float32)),
        blurred(full, radius, np.ones(size, np.float32)),
    ):
        assert made.shape == (*size, 3)
        assert made.dtype == np.uint8


def test_gradient_runs_from_top_to_bottom_without_bands():
    made = gradient((300, 50), (0, 100, 200), (10, 100, 100))
    assert (made[0] == (0, 100, 200)).all()
    assert (made[-1] == (10, 100, 100)).all()
    rows = made.mean(1)
    assert np.abs(rows[:, 0] - np.linspace(0, 10, 300)).max() < 0.6
    assert (made[..., 1] == 100).all()


def test_checkerboard_alternates():
    made = checkerboard((4, 6), 2, light=9, dark=1)[..., 0]
    np.testing.assert_array_equal(made[::2, ::2], [[9, 1, 9], [1, 9, 1]])


def test_fitted_crops_around_the_centre_and_keeps_the_aspect():
    wide = np.zeros((10, 60, 3), np.uint8)
    wide[:, 25:35] = 200
    assert (fitted(wide, (20, 20)) == 200).mean() > 0.9
    assert fitted(wide, (10, 60)) is not None
    np.testing.assert_array_equal(fitted(wide, (10, 60)), wide)


def test_blur_leaves_the_car_out():
    rgb = solid((120, 160), (0, 0, 255))
    alpha = np.zeros((120, 160), np.float32)
    alpha[40:80, 50:110] = 1
    rgb[40:80, 50:110] = (255, 0, 0)
    with_ghost, without = blurred(rgb, 12), blurred(rgb, 12, alpha)
    assert with_ghost[60, 80, 0] > 150
    assert without[..., 0].max() < 20
    assert without[..., 2].min() > 235


def test_compose_is_the_matting_equation():
    rng = np.random.default_rng(0)
    car, back = (rng.integers(0, 256, (300, 7, 3), np.uint8) for _ in range(2))
    alpha = rng.random((300, 7), np.float32)
    expected = alpha[..., None] * car.astype(float) + (1 - alpha[..., None]) * back
    assert np.abs(compose(car, alpha, back) - expected).max() <= 0.501
    np.testing.assert_array_equal(compose(car, np.ones((300, 7)), back), car)
    np.testing.assert_array_equal(compose(car, np.zeros((300, 7)), back), back)
    with pytest.raises(ValueError, match="one size"):
        compose(car, alpha, back[:-1])


def test_cutout_carries_nothing_of_the_background():
    rgb = solid((3, 4), (7, 8, 9))
    alpha = np.zeros((3, 4), np.float32)
    alpha[1, 1:3] = 1, 0.5
    made = cutout(rgb, alpha)
    assert made.dtype == np.uint8
    assert made[1, 1].tolist() == [7, 8, 9, 255]
    assert made[1, 2, 3] == 128
    assert (made[alpha == 0] == 0).all()
    with pytest.raises(ValueError, match="one size"):
        cutout(rgb, alpha[:2])
