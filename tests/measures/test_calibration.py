"""The calibration error, against a sum that is done by hand and one over plain loops."""

import numpy as np
import pytest

from carseg.measures.calibration import BINS, calibration_error, gaps


def test_a_network_that_is_as_sure_as_it_is_right_has_no_error():
    probability = np.full((10, 10), 0.7)
    truth = np.zeros((10, 10), bool)
    truth[:7] = True
    assert calibration_error(gaps(probability, truth), 100) == pytest.approx(0)


def test_an_error_by_hand():
    # 4 pixels at 0.9, of which 3 are car; 6 at 0.2, of which none is.
    probability = np.array([[0.9] * 4 + [0.2] * 6])
    truth = np.array([[True] * 3 + [False] * 7])
    found = gaps(probability, truth)
    assert found[9] == pytest.approx(0.6)
    assert found[2] == pytest.approx(1.2)
    assert calibration_error(found, 10) == pytest.approx(0.18)


def test_too_sure_in_one_picture_and_too_unsure_in_another_cancel():
    half = np.full((2, 2), 0.5)
    total = gaps(half, np.ones((2, 2), bool)) + gaps(half, np.zeros((2, 2), bool))
    assert calibration_error(total, 8) == pytest.approx(0)


@pytest.mark.parametrize("size", [(1, 1), (7, 13), (33, 2)])
@pytest.mark.parametrize("kind", [np.float16, np.float32])
def test_the_error_of_noise_is_that_of_plain_loops(size, kind):
    random = np.random.default_rng(3)
    probability, truth = random.random(size).astype(kind), random.random(size) > 0.6
    bins = [[] for _ in range(BINS)]
    for p, y in zip(probability.ravel().tolist(), truth.ravel().tolist(), strict=True):
        bins[min(int(p * BINS), BINS - 1)].append((p, y))
    expected = (
        sum(
            len(rows)
            * abs(sum(p for p, _ in rows) / len(rows) - sum(y for _, y in rows) / len(rows))
            for rows in bins
            if rows
        )
        / truth.size
    )
    assert calibration_error(gaps(probability, truth), truth.size) == pytest.approx(expected)


def test_nothing_has_no_calibration():
    with pytest.raises(ValueError, match="differ"):
        gaps(np.zeros((2, 3)), np.zeros((3, 2), bool))
    with pytest.raises(ValueError, match="no pixel"):
        calibration_error(np.zeros(BINS), 0)
