"""Which results may be compared: those of networks that ran in the same way.

A network's scores depend a little on the library and the precision that it ran in. So a comparison
takes one way for all models of a set: the one in which most of them were measured. A graph that was
brought has ways of its own, and is compared in its first one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import TypeVar

from carseg.analysis.boards import BASELINE
from carseg.inference.engines.engine import ENGINES
from carseg.models.checkpoint import Shelf
from carseg.results.json_csv import ShippedResult

Result = TypeVar("Result", bound=ShippedResult)


def brought_models(known: Shelf) -> frozenset[str]:
    """The names of the graphs that were brought."""
    return frozenset(name for name, config in known.known.items() if config.kind == "brought")


def same_way(
    results: Iterable[Result], brought: Collection[str] = ()
) -> tuple[list[Result], list[Result]]:
    """The results that may be compared, at most one of a model for each set; and the others.

    Baselines run nothing, so they may be compared with all.
    """
    groups: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        groups[result.what].append(result)
    kept: list[Result] = []
    apart: list[Result] = []
    for group in groups.values():
        usual = _usual(group, brought)
        own = _own(group, brought)
        for result in group:
            rule = result.model.startswith(BASELINE)
            fits = _way(result) == (own if result.model in brought else {}).get(result.model, usual)
            (kept if rule or fits else apart).append(result)
    return kept, apart


def _way(result: ShippedResult) -> tuple[str, str]:
    return result.engine, result.dtype


def _rank(way: tuple[str, str]) -> tuple[int, str]:
    """The order of ways: the usual engine first."""
    names = list(ENGINES)
    return (names.index(way[0]) if way[0] in names else len(names)), way[1]


def _usual(group: Iterable[ShippedResult], brought: Collection[str]) -> tuple[str, str]:
    ours = [r for r in group if r.model not in brought and not r.model.startswith(BASELINE)]
    count = Counter(map(_way, ours))
    return min(count, key=lambda way: (-count[way], _rank(way)), default=("", ""))


def _own(group: Iterable[ShippedResult], brought: Collection[str]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for result in group:
        if result.model in brought:
            known = found.get(result.model, _way(result))
            found[result.model] = min(known, _way(result), key=_rank)
    return found
