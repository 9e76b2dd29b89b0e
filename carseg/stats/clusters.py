"""Clusters: scores added up by car or scene, and by stratum."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np


class Totals(NamedTuple):
    """Sums and numbers of the values of each cluster: float64 (strata, clusters) each."""

    sums: np.ndarray
    sizes: np.ndarray

    @property
    def mean(self) -> float:
        """The mean of all values; with several strata the mean of their means."""
        return float((self.sums.sum(1) / self.sizes.sum(1)).mean())

    @property
    def clusters(self) -> int:
        """The number of clusters in the stratum that has the fewest."""
        return int(np.count_nonzero(self.sizes, axis=1).min())

    def resampled(self, sums: np.ndarray, sizes: np.ndarray) -> np.ndarray:
        """``mean`` of other sums and numbers (strata, ...). An empty stratum keeps its own mean."""
        own = (self.sums.sum(1) / self.sizes.sum(1)).reshape(-1, *[1] * (sums.ndim - 1))
        means: np.ndarray = np.where(sizes > 0, sums / np.maximum(sizes, 1), own).mean(0)
        return means

    def left_out(self) -> np.ndarray:
        """The mean without each cluster in turn, (clusters,): the jackknife."""
        total, number = self.sums.sum(1, keepdims=True), self.sizes.sum(1, keepdims=True)
        return self.resampled(total - self.sums, number - self.sizes)


def checked(
    values: Sequence[float] | np.ndarray, clusters: Sequence[Hashable] | None = None
) -> np.ndarray:
    """``values`` as float64 (n,). If there are labels, each value must have one.

    Raises:
        ValueError: values that are not finite or not 1-D, labels of another number.
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise ValueError("Scores must be a plain list of finite numbers.")
    if clusters is not None and len(clusters) != numbers.size:
        raise ValueError(f"There are {numbers.size} values but {len(clusters)} cluster labels.")
    return numbers


def numbered(labels: Sequence[Hashable]) -> np.ndarray:
    """Labels as numbers from 0 in the order in which they first come, (n,)."""
    seen: dict[Hashable, int] = {}
    return np.array([seen.setdefault(label, len(seen)) for label in labels], dtype=np.intp)


def totals(
    values: np.ndarray,
    clusters: Sequence[Hashable] | None = None,
    strata: np.ndarray | None = None,
) -> Totals:
    """Values (n,) added up by cluster and, where given, by stratum (n numbers from 0, none empty).

    Sorting makes the result, and so the random draws, independent of the order of the pictures.
    Without ``clusters`` each picture is a cluster of its own.
    """
    codes = np.arange(values.size) if clusters is None else numbered(clusters)
    strata = np.zeros(values.size, np.intp) if strata is None else strata
    shape = (int(strata.max(initial=0)) + 1, int(codes.max(initial=-1)) + 1)
    order = np.argsort(values, kind="stable")
    cells = (strata * shape[1] + codes)[order]
    sums = np.bincount(cells, values[order], shape[0] * shape[1]).reshape(shape)
    sizes = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    order = np.lexsort((*sums, *sizes))
    return Totals(np.ascontiguousarray(sums[:, order]), np.ascontiguousarray(sizes[:, order]))
