"""Train, validation and test cars. A car's 16 pictures are never in two of them."""

import hashlib
from collections.abc import Iterable
from importlib.resources import files
from typing import Protocol

from carseg.data.pairs import DataError, Pair

SPLITS = ("train", "val", "test")


class NotInSplitError(DataError):
    """No picture of a folder belongs to the split that was asked for."""


def split_groups(groups: Iterable[str]) -> dict[str, list[str]]:
    """80/10/10 by group, in the order of the ids' SHA-256: it depends on no seed and no library."""
    ordered = sorted(set(groups), key=lambda g: (hashlib.sha256(g.encode()).hexdigest(), g))
    held = round(len(ordered) / 10)
    cut = len(ordered) - 2 * held
    parts = ordered[:cut], ordered[cut : cut + held], ordered[cut + held :]
    return {name: sorted(part) for name, part in zip(SPLITS, parts, strict=True)}


def published_groups(dataset: str, split: str) -> list[str]:
    """The published ids of one split, from ``carseg/data/splits/<dataset>-<split>.txt``.

    Raises:
        DataError: none of the data set's published splits.
    """
    lists = {name: files("carseg.data") / "splits" / f"{dataset}-{name}.txt" for name in SPLITS}
    known = {name: path for name, path in lists.items() if path.is_file()}
    if split not in known:
        raise DataError(
            f"There is no split '{split}' of {dataset}. Known are: {', '.join([*known, 'all'])}."
        )
    return known[split].read_text().split()


def select(pairs: list[Pair], dataset: str, split: str) -> list[Pair]:
    """The pairs of one published split; ``all`` keeps every pair.

    Raises:
        NotInSplitError: no pair belongs to it.
        DataError: no such split.
    """
    if split == "all":
        return pairs
    wanted = set(published_groups(dataset, split))
    chosen = [pair for pair in pairs if pair.group in wanted]
    if not chosen:
        raise NotInSplitError(
            f"None of the {len(pairs)} pictures belongs to the split '{split}' of {dataset}: give "
            f"the folder with the pictures of carseg/data/splits/{dataset}-{split}.txt."
        )
    return chosen


class Identified(Protocol):
    """Anything with a picture's id: a pair, its score."""

    @property
    def id(self) -> str:
        """The picture's id."""


def split_hash(pairs: Iterable[Identified]) -> str:
    """SHA-256 of the ordered picture ids: two sets are equal exactly if their hashes are equal."""
    return hashlib.sha256("\n".join(sorted(p.id for p in pairs)).encode()).hexdigest()
