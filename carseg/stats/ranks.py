"""Do two scores put the models in the same order? Kendall's tau."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from carseg.stats.clusters import checked

_EXACT_UP_TO = 50
"""Up to this many models without ties the p-value is exact."""


@dataclass(frozen=True)
class RankAgreement:
    """How far two scores of the same models agree on their order.

    Attributes:
        tau: Kendall's tau-b, -1 (reversed) to 1 (the same order).
        p: Two-sided p-value of no association, 0..1.
        n: Models.
        exact: Whether ``p`` counts all n! orders; else it is the normal approximation, which is
            rough for few models.
    """

    tau: float
    p: float
    n: int
    exact: bool


def kendall(
    x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray
) -> RankAgreement | None:
    """Kendall's tau-b of two scores (n,) of the same models (Kendall 1945).

    tau-b = (agreeing - disagreeing pairs) / sqrt(pairs not tied in x * pairs not tied in y). The
    p-value is exact without ties and up to 50 models: the share of all n! orders whose tau is at
    least as far from 0. The smallest one that n models allow is 2 / n!.

    Returns:
        None below two models, or if one score is the same for all: then there is no order.

    Raises:
        ValueError: lists of unequal length, values that are not finite or not 1-D.
    """
    first, second = checked(x), checked(y)
    if first.size != second.size:
        raise ValueError(
            f"There are {first.size} and {second.size} scores: give one of each per model."
        )
    kinds = min(np.unique(first).size, np.unique(second).size)
    if kinds < 2:
        return None
    exact = kinds == first.size and first.size <= _EXACT_UP_TO
    from scipy.stats import kendalltau  # slow to import

    result = kendalltau(first, second, method="exact" if exact else "asymptotic")
    return RankAgreement(float(result.statistic), float(result.pvalue), first.size, exact)
