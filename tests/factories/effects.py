"""Made scores of the square of start and augmentation."""

from carseg.analysis import boards
from carseg.analysis.boards import STREET
from carseg.analysis.effects import Family
from carseg.analysis.frames import per_picture
from tests.factories.scores import dice_set

CORNERS = Family("made", ("a", "b", "c", "d"))


LEVELS = {"a": 0.5, "b": 0.6, "c": 0.7, "d": 0.9}


def board(levels: dict[str, float], spread: dict[str, float] | None = None) -> boards.Board:
    """Ten pictures, each of a scene of its own; ``spread`` lifts every second one."""
    lift = spread or {}
    return boards.board(
        per_picture(
            dice_set(
                name,
                STREET,
                {f"s{i}_1": round(level + 0.005 * i + lift.get(name, 0) * (i % 2), 3)
                 for i in range(10)},
            )
            for name, level in levels.items()
        ),
        STREET,
    )  # fmt: skip
