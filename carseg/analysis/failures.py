"""Where models fail: their worst pictures, those on which two differ most, and their errors."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from carseg.analysis.boards import Benchmark, measured_at
from carseg.data.audit import Audit, audit
from carseg.measures.overlap import Counts

TOOK_BACKGROUND = "took background for car"
LOST_CAR = "lost car"
BOTH_ERRORS = "took background and lost car"
NO_ERROR = "not one pixel wrong"
ONE_SIDED = 2 / 3
"""If one kind makes up this share of the wrong pixels, it alone names the error."""

REFINED = "-refined"
"""The ending of a set's name if masks were refined along edges. The pictures are the same."""

FLAGS = {
    "other_cars": ("", "other cars, of no consequence", "other car, not labelled"),
    "label_fault": ("", "small label fault", "label fault"),
}
"""The words for the audit's grades 0, 1 and 2."""


@dataclass(frozen=True)
class Case:
    """One picture of a set, and the results of models on it.

    Attributes:
        picture, group: its id and its car or scene.
        counts: by model; the one or two chosen models come first.
        finding: the audit's finding; None if the picture was not audited.
    """

    picture: str
    group: str
    counts: dict[str, Counts]
    finding: Audit | None = None

    @property
    def flagged(self) -> bool:
        """Whether the audit calls its truth doubtful."""
        return bool(self.finding and self.finding.flagged)

    @property
    def flags(self) -> list[str]:
        """The audit's finding, in words of ``FLAGS``."""
        if self.finding is None:
            return []
        words = (names[getattr(self.finding, kind)] for kind, names in FLAGS.items())
        return [word for word in words if word]

    @property
    def best(self) -> tuple[str, float]:
        """The model with the highest Dice on this picture, and its Dice."""
        name = max(self.counts, key=lambda model: self.counts[model].dice)
        return name, self.counts[name].dice


def worst(pictures: pd.DataFrame, benchmark: Benchmark, model: str, number: int) -> list[Case]:
    """The pictures with a model's lowest Dice, worst first; at equal Dice in the order of ids.

    Args:
        pictures: ``per_picture``.
        benchmark: the set and grid.
        model: its name.
        number: how many pictures at most.
    """
    rows = measured_at(pictures, benchmark)
    own = rows[rows["model"] == model].sort_values(["dice", "picture"], kind="stable")
    return _cases(rows, own["picture"].head(number), [model])


def widest(pictures: pd.DataFrame, benchmark: Benchmark, a: str, b: str, number: int) -> list[Case]:
    """The pictures with the largest difference in Dice between a and b, in either direction.

    Only pictures with scores of both count. ``pictures``, ``benchmark`` and ``number`` are as in
    ``worst``.
    """
    rows = measured_at(pictures, benchmark)
    dice = rows.pivot(index="picture", columns="model", values="dice")
    if not {a, b} <= set(dice.columns):
        return []
    apart = (dice[a] - dice[b]).abs().dropna().rename("apart").reset_index()
    apart = apart.sort_values(["apart", "picture"], ascending=[False, True], kind="stable")
    return _cases(rows, apart["picture"].head(number), [a, b])


def _cases(rows: pd.DataFrame, ids: Iterable[str], first: Sequence[str]) -> list[Case]:
    """Cases of these pictures in their order, the counts of the models ``first`` in front."""
    by_picture = dict(iter(rows.groupby("picture", sort=False)))
    return [_case(str(name), by_picture[name], first) for name in ids]


def _case(name: str, rows: pd.DataFrame, first: Sequence[str]) -> Case:
    found = {r.model: Counts(*map(int, (r.tp, r.fp, r.fn, r.tn))) for r in rows.itertuples()}
    order = [*first, *(model for model in found if model not in first)]
    latest = rows.sort_values("date", kind="stable").iloc[-1]
    return Case(
        name,
        str(latest["group"]),
        {model: found[model] for model in order},
        finding(name, str(latest["set"])),
    )


def finding(picture: str, name: str) -> Audit | None:
    """The audit's finding on a picture of the set ``name``, or None."""
    found = audit().get(picture)
    return found if found and name.removesuffix(REFINED) == found.set else None


def error(counts: Counts) -> str:
    """What went wrong: ``TOOK_BACKGROUND``, ``LOST_CAR``, ``BOTH_ERRORS`` or ``NO_ERROR``."""
    wrong = counts.fp + counts.fn
    if not wrong:
        return NO_ERROR
    if counts.fp >= ONE_SIDED * wrong:
        return TOOK_BACKGROUND
    return LOST_CAR if counts.fn >= ONE_SIDED * wrong else BOTH_ERRORS


def without_flagged(pictures: pd.DataFrame) -> pd.DataFrame:
    """The rows of ``per_picture`` without the pictures that the audit flagged."""
    return pictures[~_flagged(pictures)]


def flagged(pictures: pd.DataFrame) -> list[Audit]:
    """The findings on the flagged pictures of a ``per_picture`` frame, by set and picture."""
    rows = pictures.loc[_flagged(pictures), ["set", "picture"]].drop_duplicates()
    found = {audit()[picture] for picture in rows["picture"]}
    return sorted(found, key=lambda one: (one.set, one.picture))


def _flagged(pictures: pd.DataFrame) -> pd.Series:
    pairs = pictures[["picture", "set"]].drop_duplicates().itertuples(index=False, name=None)
    doubtful = {pair for pair in pairs if (found := finding(*pair)) and found.flagged}
    keys = zip(pictures["picture"], pictures["set"], strict=True)
    return pd.Series([key in doubtful for key in keys], pictures.index, dtype=bool)
