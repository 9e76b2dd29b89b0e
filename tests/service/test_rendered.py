"""What is said of a result at the picture's own size."""

import numpy as np
import pytest

from carseg.compositing.views import Look
from carseg.inference.prediction import Prediction
from carseg.service.rendered import Rendered


def test_each_car_is_told_in_pixels_of_the_picture():
    probability = np.zeros((60, 90), np.float16)
    probability[10:50, 10:50] = 0.75
    probability[20:40, 60:90] = 1
    said = Prediction("m", "", probability, (600, 900), 0.5)
    rgb = np.random.default_rng(0).integers(0, 256, (600, 900, 3), np.uint8)
    first, second = Rendered(rgb, said, Look()).each_car
    assert first["share"] == pytest.approx(1600 / 5400, rel=0.02)
    assert second["share"] == pytest.approx(600 / 5400, rel=0.03)
    assert first["score"] == pytest.approx(0.75, abs=0.01)
    np.testing.assert_allclose(first["box"], [100, 100, 500, 500], atol=5)
    np.testing.assert_allclose(second["box"], [200, 600, 400, 900], atol=5)


def test_no_car_is_an_empty_list():
    said = Prediction("m", "", np.zeros((6, 9), np.float16), (7, 11), 0.5)
    assert Rendered(np.zeros((7, 11, 3), np.uint8), said, Look()).each_car == []
