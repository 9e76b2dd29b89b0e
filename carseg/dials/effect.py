"""The parts of a dial: a labelled picture, the materials that it may borrow, and one effect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

SEVEREST = 5.0


@dataclass(frozen=True)
class LabelledPicture:
    """A picture with its truth: uint8 (H, W, 3) in sRGB, and bool (H, W), True on the car.

    ``void`` is bool (H, W), True where the truth is unknown, or None.

    Raises:
        ValueError: another type or shape, or two sizes.
    """

    rgb: np.ndarray
    truth: np.ndarray
    void: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.rgb.dtype != np.uint8 or self.rgb.ndim != 3 or self.rgb.shape[2] != 3:
            raise ValueError(
                f"A picture here is uint8 (H, W, 3), this one is {self.rgb.dtype} "
                f"{self.rgb.shape}: decode it with carseg.imaging.codec.decode."
            )
        if self.truth.dtype != bool or self.truth.shape != self.rgb.shape[:2]:
            raise ValueError(
                f"The truth of a {self.rgb.shape[:2]} picture is bool of that size, this one is "
                f"{self.truth.dtype} {self.truth.shape}: resize it and compare it with 0."
            )
        if not self.truth.size:
            raise ValueError(
                "The picture has no pixels: give one with at least one row and column."
            )


@dataclass(frozen=True)
class Materials:
    """Pictures that effects may borrow; they are read when they are needed.

    Attributes:
        backgrounds: pictures without cars, uint8 RGB of any size. If empty, a street is drawn.
        cars: other studio cars, never the changed one. If empty, that one is used, mirrored.
    """

    backgrounds: Sequence[Callable[[], np.ndarray]] = ()
    cars: Sequence[Callable[[], LabelledPicture]] = ()


NO_MATERIALS = Materials()

Change = Callable[[LabelledPicture, float, np.random.Generator, Materials], LabelledPicture]
"""(sample, severity 0..5, random generator, materials) to the changed sample of the same size."""


@dataclass(frozen=True)
class Effect:
    """One change that grows with severity.

    Attributes:
        name: ``family.effect``, such as ``light.exposure``.
        title, summary: for people; the summary says what happens, in which units.
        geometric: whether the truth moves with the picture. Clutter hides or adds car pixels but
            moves none.
        apply: the change. Random draws do not depend on the severity, so the same fog or the same
            passer-by grows. Raises ValueError for a severity outside 0..5.
    """

    name: str
    title: str
    summary: str
    geometric: bool
    apply: Change


def make_effect(
    name: str, title: str, summary: str, change: Change, *, geometric: bool = False
) -> Effect:
    """An effect that checks the severity and does not change the sample at severity 0."""
    return Effect(name, title, summary, geometric, partial(_checked, change))


def on_picture(
    change: Callable[[np.ndarray, float, np.random.Generator], np.ndarray],
) -> Change:
    """A change of the picture alone: (uint8 RGB, severity, random generator) to uint8 RGB."""
    return partial(_on_picture, change)


def strength(table: Sequence[float], severity: float) -> float:
    """The strength at a severity, linear between the six entries for 0, 1, ... 5."""
    return float(np.interp(severity, np.arange(len(table)), table))


def check_severity(severity: float) -> None:
    """Refuse a severity that is not on the dial.

    Raises:
        ValueError: the severity is not a number from 0 to 5.
    """
    if not 0 <= severity <= SEVEREST:
        raise ValueError(f"A severity is a number from 0 to 5, not {severity}.")


def _checked(
    change: Change,
    sample: LabelledPicture,
    severity: float,
    draw: np.random.Generator,
    materials: Materials,
) -> LabelledPicture:
    check_severity(severity)
    return sample if severity == 0 else change(sample, severity, draw, materials)


def _on_picture(
    change: Callable[[np.ndarray, float, np.random.Generator], np.ndarray],
    sample: LabelledPicture,
    severity: float,
    draw: np.random.Generator,
    _: Materials,
) -> LabelledPicture:
    return replace(sample, rgb=change(sample.rgb, severity, draw))
