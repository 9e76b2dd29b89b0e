import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from carseg.imaging.grid import coverage, grid_for, padding_to, resize_mask, resize_picture


def test_carvana_lands_on_the_published_grid():
    assert grid_for((1280, 1918), 160 * 240) == (160, 240)
    assert grid_for((512, 767), 160 * 240) == (160, 240)


@given(st.integers(40, 9000), st.integers(40, 9000))
def test_a_grid_keeps_area_and_aspect(height, width):
    grid = grid_for((height, width), 38_400)
    if min(grid) > 16:
        assert grid[0] * grid[1] == pytest.approx(38_400, rel=0.06)
        assert grid[1] / grid[0] == pytest.approx(width / height, rel=0.06)
    assert min(grid) >= 16


@given(st.integers(1, 400), st.integers(1, 400), st.integers(1, 64))
def test_padding_reaches_the_multiple_and_is_centred(height, width, multiple):
    left, right, top, bottom = padding_to((height, width), multiple)
    assert (height + top + bottom) % multiple == (width + left + right) % multiple == 0
    assert 0 <= right - left <= 1
    assert 0 <= bottom - top <= 1
    assert left + right < multiple
    assert top + bottom < multiple


def test_coverage_is_the_area_average():
    mask = np.random.default_rng(0).random((12, 18)) > 0.6
    blocks = mask.reshape(4, 3, 6, 3).mean((1, 3))
    np.testing.assert_allclose(coverage(mask, (4, 6)), blocks, atol=1e-6)
    np.testing.assert_array_equal(resize_mask(mask, (4, 6)), blocks >= 0.5)


def test_half_a_cell_is_car():
    mask = np.array([[True, False], [True, False]])
    assert resize_mask(mask, (1, 1)).item() is True


def test_same_size_is_the_same_array():
    rgb = np.zeros((5, 7, 3), np.uint8)
    mask = np.zeros((5, 7), bool)
    assert resize_picture(rgb, (5, 7)) is rgb
    assert resize_mask(mask, (5, 7)) is mask


def test_shrinking_a_picture_does_not_alias():
    stripes = np.zeros((60, 90, 3), np.uint8)
    stripes[:, ::2] = 255
    small = resize_picture(stripes, (20, 30))
    assert small.std() < 25
    assert small.mean() == pytest.approx(127, abs=3)
