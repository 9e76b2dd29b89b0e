"""Pretraining or augmentation: the effects of differences between recipes, averaged over seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from carseg.analysis.boards import Board
from carseg.analysis.recipes import runs_of
from carseg.stats import (
    INTERACTION,
    Interval,
    SeedSpread,
    contrast,
    effect_exceeds,
    holm,
    mean_interval,
    seed_spread,
    sign_flip,
)


@dataclass(frozen=True)
class RecipeEffect:
    """A weighted sum of recipes' mean scores on the same pictures.

    Attributes:
        difference: The weighted sum, in Dice.
        interval: Its 95 % interval, clusters resampled; None below five.
        p: Two-sided, sign flips of whole clusters, not adjusted.
        n: Pictures.
        clusters: Cars or scenes.
        spreads: The spread of the mean score over seeds, one per recipe.
    """

    difference: float
    interval: Interval | None
    p: float
    n: int
    clusters: int
    spreads: tuple[SeedSpread, ...]

    @property
    def exceeds(self) -> bool:
        """Whether it exceeds the picture interval and the seed spread (``effect_exceeds``)."""
        return effect_exceeds(self.difference, self.interval, *self.spreads)


def recipe_effect(
    here: Board, recipes: Sequence[str], weights: Sequence[float]
) -> RecipeEffect | None:
    """The effect of recipes with weights that add up to 0; None if a recipe has no score.

    Each recipe's scores are averaged over its seeds, picture by picture. Only pictures count that
    have scores of all seeds of all recipes.
    """
    models = [runs_of(recipe, here.models) for recipe in recipes]
    if not all(models):
        return None
    rows = here.together([name for names in models for name in names])
    if rows.empty:
        return None
    values = contrast([rows[names].mean(axis=1).to_numpy() for names in models], weights)
    labels = here.clusters(rows.index)
    return RecipeEffect(
        difference=float(values.mean()),
        interval=mean_interval(values, clusters=labels),
        p=sign_flip(values, clusters=labels),
        n=len(values),
        clusters=len(set(labels)),
        spreads=tuple(seed_spread(rows[names].mean().to_numpy()) for names in models),
    )


@dataclass(frozen=True)
class Family:
    """Four recipes: with and without an encoder from ImageNet, with studio and with street views.

    Attributes:
        title: For people.
        corners: Names of the scratch and pretrained recipes with studio views, then of the same
            two with street views.
    """

    title: str
    corners: tuple[str, str, str, str]


PRETRAINING, AUGMENTATION = "start", "augmentation"

SQUARE_EFFECTS: Mapping[str, tuple[tuple[int, ...], tuple[float, ...], str]] = {
    "Pretraining, studio views": ((1, 0), (1, -1), PRETRAINING),
    "Pretraining, street views": ((3, 2), (1, -1), PRETRAINING),
    "Street views, nothing pretrained": ((2, 0), (1, -1), AUGMENTATION),
    "Street views, pretrained": ((3, 1), (1, -1), AUGMENTATION),
    "Interaction": ((0, 1, 2, 3), INTERACTION, ""),
}
"""Each question with its corners, their weights, and the one thing in which the corners should
differ."""


@dataclass(frozen=True)
class Cell:
    """Mean Dice of one corner, its 95 % interval, pictures, and how many seeds were averaged."""

    dice: float
    interval: Interval | None
    n: int
    seeds: int


@dataclass(frozen=True)
class Square:
    """The four corners of a family on one set, and the effects between them.

    Attributes:
        cells: By corner; None for a corner without scores.
        effects: By the names of ``SQUARE_EFFECTS``; None if a corner is missing.
        adjusted: Holm-adjusted p-values of the effects that are not None.
    """

    family: Family
    cells: tuple[Cell | None, ...]
    effects: dict[str, RecipeEffect | None]
    adjusted: dict[str, float]

    @property
    def missing(self) -> list[str]:
        """Names of the corners without a score."""
        pairs = zip(self.family.corners, self.cells, strict=True)
        return [name for name, cell in pairs if cell is None]


def square(here: Board, family: Family) -> Square:
    """The square of a family on one set; some of its corners may be missing."""
    effects = {
        name: recipe_effect(here, [family.corners[i] for i in corners], weights)
        for name, (corners, weights, _) in SQUARE_EFFECTS.items()
    }
    found = {name: one.p for name, one in effects.items() if one}
    adjusted = dict(zip(found, holm(list(found.values())), strict=True))
    return Square(
        family, tuple(recipe_cell(here, name) for name in family.corners), effects, adjusted
    )


def recipe_cell(here: Board, recipe: str) -> Cell | None:
    """The mean of a recipe over its runs, with its interval; None without scores."""
    names = runs_of(recipe, here.models)
    rows = here.together(names) if names else None
    if rows is None or rows.empty:
        return None
    values = rows.mean(axis=1).to_numpy()
    interval = mean_interval(values, clusters=here.clusters(rows.index))
    return Cell(float(values.mean()), interval, len(values), len(names))
