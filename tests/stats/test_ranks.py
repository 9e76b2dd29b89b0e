"""Kendall's tau against pairs counted one by one and all orders written out."""

from itertools import combinations, permutations

import numpy as np
import pytest

from carseg.stats import kendall


def tau_b(x: list[float], y: list[float]) -> float:
    """The definition, pair by pair."""
    signs = [
        (np.sign(x[i] - x[j]), np.sign(y[i] - y[j])) for i, j in combinations(range(len(x)), 2)
    ]
    score = sum(a * b for a, b in signs)
    return score / np.sqrt(sum(a != 0 for a, _ in signs) * sum(b != 0 for _, b in signs))


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_exact_p_counts_all_orders(n: int) -> None:
    rng = np.random.default_rng(n)
    x, y = rng.normal(0, 1, n).tolist(), rng.normal(0, 1, n).tolist()
    found = kendall(x, y)
    assert found.tau == pytest.approx(tau_b(x, y))
    reached = [abs(tau_b(x, list(order))) >= abs(found.tau) - 1e-9 for order in permutations(y)]
    assert found.p == pytest.approx(np.mean(reached))
    assert (found.n, found.exact) == (n, True)


def test_the_same_order_of_six_models() -> None:
    found = kendall([1, 2, 3, 4, 5, 6], [0.1, 0.2, 0.4, 0.5, 0.8, 0.9])
    assert (found.tau, found.p) == pytest.approx((1, 2 / 720))
    assert kendall([1, 2, 3], [3, 2, 1]).tau == -1


def test_ties_and_many_models_are_approximate() -> None:
    x, y = [1.0, 2, 2, 3, 5, 4, 7], [2.0, 1, 3, 3, 3, 5, 6]
    found = kendall(x, y)
    assert found.tau == pytest.approx(tau_b(x, y))
    assert 0 < found.p < 1
    assert not found.exact
    assert not kendall(range(51), range(51)).exact


def test_the_order_of_models_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(0, 1, (2, 12))
    order = rng.permutation(12)
    assert kendall(x[order], y[order]) == kendall(x, y)


def test_no_order_gives_none_and_bad_input_a_sentence() -> None:
    assert kendall([], []) is None
    assert kendall([1.0], [2.0]) is None
    assert kendall([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None
    with pytest.raises(ValueError, match="3 and 2 scores"):
        kendall([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match="finite"):
        kendall([1, np.nan], [1, 2])
