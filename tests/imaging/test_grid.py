import cv2
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
    np.testing.assert_array_equal(resize_mask(mask, (4, 6)), blocks > 0.5)  # of 9 pixels: no ties


def disc(size, centre, radius):
    y, x = np.mgrid[: size[0], : size[1]]
    return (y - centre[0]) ** 2 + (x - centre[1]) ** 2 < radius**2


def dice(a, b):
    return 2 * np.sum(a & b) / (a.sum() + b.sum())


@pytest.mark.parametrize("size", [(160, 240), (120, 181), (37, 512)])
def test_coverage_is_exact_where_cells_cut_pixels(size):
    mask = disc((512, 512), (250, 260), 140)
    share = coverage(mask, size)
    cells = 512 * 512 / (size[0] * size[1])
    assert share.sum() * cells == pytest.approx(mask.sum(), rel=1e-5)
    np.testing.assert_allclose(share, area_by_hand(mask, size), atol=1e-5)
    opencv = cv2.resize(mask.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
    assert dice(resize_mask(mask, size), opencv >= 0.5) > 0.999


def area_by_hand(mask, size):
    """Each cell as the difference of integrals at its corners, bilinear between pixels."""
    total = np.pad(mask.astype(float).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    edges = [np.arange(n + 1) * side / n for n, side in zip(size, mask.shape, strict=True)]
    rows = np.array([np.interp(edges[0], range(len(total)), column) for column in total.T]).T
    corners = np.array([np.interp(edges[1], range(total.shape[1]), row) for row in rows])
    scale = size[0] * size[1] / mask.size
    return (corners[1:, 1:] - corners[:-1, 1:] - corners[1:, :-1] + corners[:-1, :-1]) * scale


@pytest.mark.parametrize(("before", "after"), [((512, 512), (256, 256)), ((60, 60), (60, 90))])
def test_cells_that_are_half_car_do_not_change_the_area(before, after):
    scale = before[0] * before[1] / (after[0] * after[1])
    for column in range(20, 28):  # an upright edge at every place, on cells and between them
        mask = np.zeros(before, bool)
        mask[:, :column] = True
        assert resize_mask(mask, after).sum() * scale == pytest.approx(mask.sum(), rel=1e-6)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_a_full_mask_stays_full_and_an_empty_one_empty(height, width, rows, columns):
    full = np.ones((height, width), bool)
    np.testing.assert_allclose(coverage(full, (rows, columns)), 1, atol=1e-5)
    assert resize_mask(full, (rows, columns)).all()
    assert not resize_mask(~full, (rows, columns)).any()


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
