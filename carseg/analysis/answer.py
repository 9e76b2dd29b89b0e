"""Two recipes in the studio, along a dial and on the street: what the Juncture page tells."""

from collections.abc import Mapping
from dataclasses import dataclass

from carseg.analysis.boards import STREET, STUDIO, Benchmark, Board
from carseg.analysis.effects import Cell, RecipeEffect, recipe_cell, recipe_effect
from carseg.analysis.junctures import WITHOUT, RecipeCurve
from carseg.analysis.recipes import ONE_THING, differences_of, isolates, recipe_name
from carseg.analysis.stress import Pairing
from carseg.models.checkpoint import Config


@dataclass(frozen=True)
class Sides:
    """Both recipes on one set of pictures: A, B, and A less B, over all their runs."""

    a: Cell
    b: Cell
    effect: RecipeEffect


@dataclass(frozen=True)
class Answer:
    """What is known about two recipes.

    Attributes:
        pairing: along the dial, each averaged over its runs.
        runs: how many of A and of B stand behind the dial.
        cause: the label of the one thing in which they differ, such as 'start'; '' if there are
            several, or if it is not recorded.
        turned: B is the one with it.
        studio, street: None if they were not both measured there.
    """

    pairing: Pairing
    runs: tuple[int, int]
    cause: str
    turned: bool
    studio: Sides | None
    street: Sides | None


def answer(
    pairing: Pairing,
    a: RecipeCurve,
    b: RecipeCurve,
    known: Mapping[str, Config],
    boards: Mapping[Benchmark, Board],
) -> Answer:
    """The answer about curves a and b, whose ``pairing`` is given.

    Args:
        known: configs by model.
        boards: the scores on ``STUDIO`` and ``STREET``.
    """
    cause, turned = _cause(a.model, b.model, known)
    names = recipe_name(a.model), recipe_name(b.model)
    studio, street = (_sides(boards[at], *names) for at in (STUDIO, STREET))
    return Answer(pairing, (len(a.runs), len(b.runs)), cause, turned, studio, street)


def _cause(a: str, b: str, known: Mapping[str, Config]) -> tuple[str, bool]:
    if a not in known or b not in known:
        return "", False
    differing = differences_of(known[a], known[b])
    shown = isolates(differing)
    cause = next((label for label, words in ONE_THING.items() if words == shown), "")
    return cause, bool(cause) and differing[cause][0] == WITHOUT.get(cause)


def _sides(here: Board, a: str, b: str) -> Sides | None:
    cells = recipe_cell(here, a), recipe_cell(here, b)
    effect = recipe_effect(here, (a, b), (1, -1)) if a != b else None
    if cells[0] is None or cells[1] is None or effect is None:
        return None
    return Sides(cells[0], cells[1], effect)
