"""Boxes against every pixel of small masks. Pieces and holes are tested with the edges."""

import numpy as np
import pytest

from carseg.imaging.regions import Box, box


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (17, 4)])
def test_a_box_holds_every_pixel_and_no_empty_border(size):
    rng = np.random.default_rng(0)
    for _ in range(30):
        mask = rng.random(size) < 0.15
        places = np.argwhere(mask)
        if not len(places):
            assert box(mask) is None
            continue
        expected = (*places.min(0), *(places.max(0) + 1))
        assert box(mask) == tuple(int(v) for v in expected)


def test_pixels_of_a_part():
    rows, columns = Box(0.25, 0.5, 0.5, 1.0).pixels((8, 10))
    assert (rows, columns) == (slice(2, 4), slice(5, 10))
    assert Box(1.0, 0.0, 1.0, 0.0).pixels((8, 10)) == (slice(7, 8), slice(0, 1))
