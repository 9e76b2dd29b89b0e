"""Numbers read alike wherever they stand."""

import pandas as pd
import pytest

from carseg.analysis import numbers
from carseg.analysis.frames import interval_of, leading
from carseg.stats import Interval


def test_a_mean_dice_has_three_digits():
    assert numbers.dice(0.98949) == "0.989"
    assert numbers.mean(0.98949, Interval(0.9883, 0.9906)) == "0.989 [0.988, 0.991]"
    assert numbers.mean(0.5, None) == "0.500"


def test_percent():
    assert [numbers.percent(0.0129), numbers.percent(0.16, 0)] == ["1.3 %", "16 %"]


@pytest.mark.parametrize(
    ("value", "ends", "text"),
    [
        (0.2161, (0.19, 0.2434), "0.216 [0.190, 0.243]"),
        (0.00039, (-0.0001, 0.00084), "0.0004 [-0.0001, 0.0008]"),
        (0.025, (0.0012, 0.052), "0.025 [0.001, 0.052]"),  # not 0.00
        (0.1, (0.1, 0.1), "0.100 [0.100, 0.100]"),
        (0.0, (0.0, 0.0), "0.000 [0.000, 0.000]"),
        (0.3, None, "0.300"),
        (-0.00003, (-0.0129, 0.0117), "0.000 [-0.013, 0.012]"),
    ],
)
def test_digits_follow_the_width_of_the_interval(value, ends, text):
    assert numbers.amount(value, Interval(*ends) if ends else None) == text


@pytest.mark.parametrize(
    ("severity", "text"), [(0.0, "0.0"), (0.02, "0.02"), (0.06, "0.1"), (1.44, "1.4"), (5, "5.0")]
)
def test_levels(severity, text):
    assert numbers.level(severity) == text


def rows(*means: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(means, columns=["dice", "low", "high"])


def test_what_the_interval_of_the_best_holds_is_not_told_from_it():
    nan = float("nan")
    table = rows((0.90, 0.88, 0.92), (0.95, 0.93, 0.96), (0.94, 0.92, 0.95), (0.929, 0.9, 0.95))
    assert list(leading(table)) == [1, 2]
    assert list(leading(rows((0.9, nan, nan), (0.8, nan, nan)))) == [0]
    assert list(leading(rows((nan, nan, nan)))) == []
    assert list(leading(rows((1.0, 1.0, 1.0), (1.0, 1.0, 1.0)))) == [0, 1]


def test_an_empty_interval_is_none():
    found = [interval_of(row) for row in rows((0.5, 0.4, 0.6), (1, 1, 1)).itertuples()]
    assert found == [Interval(0.4, 0.6), None]
