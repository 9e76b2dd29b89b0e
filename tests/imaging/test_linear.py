"""Linear light against the formula of the standard, written out for single values."""

import numpy as np
import pytest

from carseg.imaging.linear import to_linear, to_srgb


@pytest.mark.parametrize("value", [0, 1, 10, 11, 128, 200, 255])
def test_to_linear_is_the_standards_formula(value):
    share = value / 255
    expected = share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
    assert float(to_linear(np.uint8([value]))[0]) == pytest.approx(expected, rel=1e-6)


def test_there_and_back_is_exact():
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert to_linear(levels).dtype == np.float32
    np.testing.assert_array_equal(to_srgb(to_linear(levels)), levels)


def test_half_the_light_and_what_is_out_of_range():
    # 0.5 ** (1 / 2.4) * 1.055 - 0.055 is 0.7354.
    shown = to_srgb(np.array([-1.0, 0.0, 0.5, 1.0, 3.0]))
    np.testing.assert_array_equal(shown, [0, 0, 188, 255, 255])
