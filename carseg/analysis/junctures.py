"""Questions to stress results: which models are comparable, how a pair differs, what was seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, compress

import numpy as np
import pandas as pd

from carseg.analysis.recipes import (
    ONE_THING,
    differences_of,
    isolates,
    presets_of,
    recipe_name,
)
from carseg.analysis.stress import Measured, Pairing, versus
from carseg.dials import effects_seen
from carseg.models.checkpoint import Config
from carseg.results.stress import StressSet
from carseg.stats.bands import Curve, curve
from carseg.stats.juncture import DELTA

CAUSES = {"Pretraining": "start", "Architecture": "network", "Augmentation": "augmentation"}
"""Each cause that a pair can show, with the one label (``recipes.ONE_THING``) that must differ."""

WITHOUT = {"start": "nothing", "augmentation": "studio"}
"""The value of a label that means "without". In a pair, the recipe with it comes first."""

EXPOSURES = ("all", "seen", "unseen", "mixed")
"""Groups of pictures: the pair's training has seen their effects, or not, or some of them."""

ROWS = ["dial", "model", "less", "severity", "dice", "low", "high", "n", "clusters"]


def effects_seen_by(config: Config) -> frozenset[str] | None:
    """The names of the effects that a checkpoint's training has seen, in any of its runs.

    None if the training views of a run are not recorded or unknown to this version.
    """
    presets = presets_of(config)
    if not all(preset.get("streams") for preset in presets):
        return None
    streams = [stream for preset in presets for stream in preset["streams"]]
    try:
        return effects_seen(sorted({stream["augmentation"] for stream in streams}))
    except ValueError:
        return None


def comparable(sets: Iterable[StressSet], dial: str) -> tuple[list[StressSet], list[str]]:
    """The results along a dial with equal settings, and the models of the other results.

    If there are several settings, those with the most models count; if equal, the latest.
    """
    here = [scores for scores in sets if scores.dial == dial]
    ways: dict[tuple, list[StressSet]] = {}
    for scores in here:
        ways.setdefault(scores.settings, []).append(scores)
    chosen = max(ways.values(), key=lambda way: (len(way), max(s.date for s in way)), default=[])
    return chosen, [scores.model for scores in here if scores not in chosen]


def default_stress_pair(
    models: Sequence[str], known: Mapping[str, Config]
) -> tuple[str, str] | None:
    """The pair that the page opens with; None below two models.

    It is the first pair of networks whose recipes differ in the pretrained start alone, the
    pretrained one first. Without such a pair it is the first two models.
    """
    networks = [name for name in models if name in known and known[name].kind == "network"]
    for a, b in combinations(networks, 2):
        if isolates(differences_of(known[a], known[b])) == ONE_THING["start"]:
            return (b, a) if known[a].pretrained == WITHOUT["start"] else (a, b)
    return (models[0], models[1]) if len(models) > 1 else None


def exposure_of(effect: str, met: frozenset[str]) -> str:
    """One of ``EXPOSURES``: whether all, none or some of a picture's effects are in ``met``.

    ``effect`` holds the names of the effects, joined by ``+``.
    """
    known = [name in met for name in effect.split("+")]
    return "seen" if all(known) else "mixed" if any(known) else "unseen"


@dataclass(frozen=True)
class RecipeCurve:
    """A recipe along one dial, over all its training runs: Dice is averaged picture by picture.

    Attributes:
        model: the first run, whose config states the recipe.
        runs: the results of each run, which have equal settings.
        pictures, groups, effects: of each picture: its id, its car, what the dial does to it.
        dice: 0..1, float64 (severities, pictures).
    """

    model: str
    runs: tuple[StressSet, ...]
    pictures: tuple[str, ...]
    groups: tuple[str, ...]
    effects: tuple[str, ...]
    dice: np.ndarray

    @property
    def dial(self) -> str:
        """The name of the dial."""
        return self.runs[0].dial

    @property
    def severities(self) -> tuple[float, ...]:
        """The severities, rising from 0."""
        return self.runs[0].severities

    @property
    def settings(self) -> tuple:
        """What must be equal if two recipes are compared."""
        return self.runs[0].settings

    def part(self, keep: Sequence[bool]) -> "RecipeCurve | None":
        """The pictures to keep; None if there are none."""
        if not any(keep):
            return None
        return replace(
            self,
            pictures=tuple(compress(self.pictures, keep)),
            groups=tuple(compress(self.groups, keep)),
            effects=tuple(compress(self.effects, keep)),
            dice=self.dice[:, np.array(keep)],
        )


def recipe_curves(sets: Iterable[StressSet]) -> list[RecipeCurve]:
    """The recipes of results with equal settings, in the order of their first runs."""
    by_recipe: dict[str, list[StressSet]] = {}
    for scores in sets:
        by_recipe.setdefault(recipe_name(scores.model), []).append(scores)
    return [_averaged(runs) for runs in by_recipe.values()]


def _averaged(runs: Sequence[StressSet]) -> RecipeCurve:
    first, *rest = sorted(runs, key=lambda run: run.model)
    dice = np.mean([run.dice for run in (first, *rest)], axis=0) if rest else first.dice
    groups, effects = tuple(first.groups), tuple(first.effects)
    return RecipeCurve(first.model, (first, *rest), first.pictures, groups, effects, dice)


def exposed_part(scores: RecipeCurve, kind: str, met: frozenset[str]) -> RecipeCurve | None:
    """The pictures of one of ``EXPOSURES``; None if there are none."""
    if kind == "all":
        return scores
    fits = {effect: exposure_of(effect, met) == kind for effect in set(scores.effects)}
    return scores.part([fits[effect] for effect in scores.effects])


def run_by_run(a: RecipeCurve, b: RecipeCurve, delta: float = DELTA) -> list[Pairing]:
    """Each run of A against the run of B with the same seed, in the order of seeds."""
    first, second = (recipe_name(one.model) for one in (a, b))
    by_seed = {run.model.removeprefix(second): run for run in b.runs}
    twins = ((run, by_seed.get(run.model.removeprefix(first))) for run in a.runs)
    return [versus(run, twin, delta) for run, twin in twins if twin]


@dataclass(frozen=True)
class Gain:
    """The gain from one cause along a dial.

    Attributes:
        cause: a name of ``CAUSES``.
        exposure: which pictures; one of ``EXPOSURES``.
        pairing: A has it, B does not. Of two architectures, A is the first one in the list.
        runs: how many training runs of A and of B are averaged.
    """

    cause: str
    exposure: str
    pairing: Pairing
    runs: tuple[int, int]


def gains(
    curves: Sequence[RecipeCurve], known: Mapping[str, Config], delta: float = DELTA
) -> list[Gain]:
    """The gain from each of ``CAUSES``, for all pairs of ``curves`` that differ in it alone.

    Each gain is computed on all pictures, and on the pictures whose effects were seen in the
    training of A or B, on those whose effects were not, and on those with some of each. If all
    pictures are of one kind, they are not repeated. Pairs with different seeds are left out.

    Args:
        curves: with equal settings, along one dial.
        known: the configs of the first runs; a recipe without one is in no pair.
    """
    named = [scores for scores in curves if scores.model in known]
    return [
        Gain(cause, kind, pairing, runs)
        for cause, label in CAUSES.items()
        for a, b in combinations(named, 2)
        if _only(label, differences_of(known[a.model], known[b.model]))
        for first, second in [_ordered(label, a, b, known)]
        for runs in [(len(first.runs), len(second.runs))]
        for kind, pairing in _by_exposure(first, second, known, delta)
    ]


def _only(label: str, differing: Mapping[str, tuple[str, str]]) -> bool:
    return "seed" not in differing and isolates(differing) == ONE_THING[label]


def _ordered(
    label: str, a: RecipeCurve, b: RecipeCurve, known: Mapping[str, Config]
) -> tuple[RecipeCurve, RecipeCurve]:
    first, _ = differences_of(known[a.model], known[b.model])[label]
    return (b, a) if first == WITHOUT.get(label) else (a, b)


def _by_exposure(
    a: RecipeCurve, b: RecipeCurve, known: Mapping[str, Config], delta: float
) -> list[tuple[str, Pairing]]:
    first, second = (effects_seen_by(known[scores.model]) for scores in (a, b))
    if first is None or second is None:
        return [("all", versus(a, b, delta))]
    met = first | second
    kinds = [kind for kind in EXPOSURES if kind in {exposure_of(e, met) for e in a.effects}]
    shown = ["all", *kinds] if len(kinds) > 1 else kinds
    parts = ((kind, exposed_part(a, kind, met), exposed_part(b, kind, met)) for kind in shown)
    return [(kind, versus(of_a, of_b, delta)) for kind, of_a, of_b in parts if of_a and of_b]


def curve_table(sets: Iterable[Measured], pairing: Pairing | None = None) -> pd.DataFrame:
    """The curves as rows: mean Dice of each model, and the difference of the pair.

    Returns:
        dial, model, less (for a difference: the other model), severity, dice (a mean, or the
        difference of two), low and high (the simultaneous 95 % band), n (pictures), clusters
        (cars).
    """
    rows = []
    for scores in sets:
        shape = len(scores.pictures), len(set(scores.groups))
        found = curve(scores.dice, scores.groups)
        rows += _rows((scores.dial, scores.model, ""), scores.severities, found, shape)
    if pairing is not None:
        one = pairing.along
        names = pairing.dial, pairing.a, pairing.b
        rows += _rows(names, one.severities, one.difference, (one.n, one.clusters))
    return pd.DataFrame(rows, columns=ROWS)


def _rows(
    names: tuple[str, str, str], severities: Sequence[float], line: Curve, shape: tuple[int, int]
) -> list[tuple]:
    nothing = (None,) * len(severities)
    ends = zip(severities, line.mean, line.low or nothing, line.high or nothing, strict=True)
    return [(*names, *values, *shape) for values in ends]
