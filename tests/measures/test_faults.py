import numpy as np
import pytest
from scipy import ndimage

from carseg.measures.faults import anatomy, edge_band, edge_contrast, stray, wheel_zone
from carseg.measures.overlap import boundary_width, counts


def box(size=(60, 90), rows=(20, 40), columns=(25, 65)):
    mask = np.zeros(size, bool)
    mask[rows[0] : rows[1], columns[0] : columns[1]] = True
    return mask


def paint(truth, car, around):
    rgb = np.empty((*truth.shape, 3), np.uint8)
    rgb[:] = around
    rgb[truth] = car
    return rgb


@pytest.mark.parametrize("size", [(60, 90), (61, 37), (7, 9)])
def test_the_band_is_what_lies_within_its_width_of_the_edge(size):
    rng = np.random.default_rng(0)
    truth = ndimage.gaussian_filter(rng.normal(size=size), 4) > 0
    width = boundary_width(size)
    square = np.ones((3, 3))
    grown = ndimage.binary_dilation(truth, square, width)
    shrunk = ndimage.binary_erosion(truth, square, width, border_value=1)
    np.testing.assert_array_equal(edge_band(truth), grown & ~shrunk)


def test_errors_are_parted_without_loss():
    truth = box()
    pred = box(rows=(21, 41), columns=(25, 60))
    pred[50:56, 5:15] = True
    found, total = anatomy(pred, truth, paint(truth, 200, 50)), counts(pred, truth)
    assert found.edge_fp + found.inner_fp == total.fp
    assert found.edge_fn + found.inner_fn == total.fn
    assert found.inner_fp == 60  # the far piece
    assert (found.stray_pieces, found.stray_pixels) == (1, 60)
    width = boundary_width(truth.shape)
    assert found.inner_fn == (5 - width) * (20 - 2 * width)


def test_a_piece_that_touches_the_car_or_is_a_speck_is_not_stray():
    truth, pred = box(), box()
    pred[5, 5] = True
    pred[30, 65:80] = True
    assert stray(pred, truth) == (0, 0)
    labels, _ = ndimage.label(pred, np.ones((3, 3)))
    assert labels.max() == 2


def test_a_lost_wheel_shows_in_its_zone():
    truth = box()
    assert wheel_zone(truth).sum() == 6 * 40
    assert not wheel_zone(truth)[:34].any()
    pred = truth.copy()
    pred[34:, 30:45] = False
    found = anatomy(pred, truth, paint(truth, 200, 50))
    assert found.wheel_zone == 240
    assert found.wheel_fn == 15 * (6 - boundary_width(truth.shape))


@pytest.mark.parametrize(
    ("car", "around", "distance"),
    [
        ((255, 255, 255), (0, 0, 0), 100.0),  # white and black are 100 apart in L*
        ((119, 119, 119), (119, 119, 119), 0.0),
        ((255, 0, 0), (0, 255, 0), 170.6),  # sRGB's red and green in CIE76
    ],
)
def test_contrast_is_the_distance_of_colours_at_the_edge(car, around, distance):
    truth = box()
    assert edge_contrast(truth, paint(truth, car, around)) == pytest.approx(distance, abs=0.3)


def test_only_the_edge_decides_on_contrast():
    truth = box((120, 180), (40, 80), (50, 130))
    rgb = paint(truth, 200, 190)
    rgb[:15] = 0
    rgb[59:61, 85:95] = 0
    plain = edge_contrast(truth, paint(truth, 200, 190))
    assert edge_contrast(truth, rgb) == pytest.approx(plain, abs=0.05)


def test_blown_highlights_are_a_share_of_the_car():
    truth = box()
    rgb = paint(truth, 200, 255)
    rgb[20:30, 25:65] = (255, 250, 252)
    assert anatomy(truth, truth, rgb).blown == 0.5


def test_without_a_car_there_is_nothing_to_compare():
    empty = np.zeros((20, 30), bool)
    found = anatomy(box((20, 30), (2, 12), (3, 13)), empty, paint(empty, 0, 9))
    assert found.stray_pixels == 100
    assert np.isnan([found.edge_contrast, found.blown]).all()
    assert found.inner_fp == 100
