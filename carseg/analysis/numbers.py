"""Numbers in words, the same in documents, cards, commands and pages.

A mean Dice has three digits: the intervals of means are about a thousandth wide or wider. A
difference has as many as its interval justifies, three or more.
"""

import math
from collections.abc import Iterable

from carseg.stats import Interval

DIGITS = 3
"""Digits of a mean Dice after the point."""

FINEST = 6
"""The largest number of digits after the point."""


def dice(value: float) -> str:
    """A mean Dice: '0.989'."""
    return f"{value:.{DIGITS}f}"


def mean(value: float, interval: Interval | None) -> str:
    """A mean Dice with its interval: '0.990 [0.989, 0.991]'; alone where there is none."""
    if interval is None:
        return dice(value)
    return f"{dice(value)} [{dice(interval.low)}, {dice(interval.high)}]"


def decimals(numbers: Iterable[float], width: float) -> int:
    """Digits after the point: as many as ``width`` justifies, at least three, and no number reads
    as 0."""
    start = min(DIGITS + 1, max(DIGITS, math.ceil(-math.log10(width)))) if width > 0 else DIGITS
    numbers = [number for number in numbers if abs(number) >= 10**-FINEST]
    fits = (k for k in range(start, FINEST) if all(round(number, k) for number in numbers))
    return next(fits, FINEST)


def amount(value: float, interval: Interval | None, signed: bool = False) -> str:
    """A difference: '0.121 [0.088, 0.152]', with as many digits as the interval justifies.

    Where the interval holds 0 the difference may well read as 0.
    """
    ends = [interval.low, interval.high] if interval else []
    telling = [] if interval and not interval.excludes(0) else [value, *ends]
    digits = decimals(telling, interval.width if interval else abs(value))
    # Adding 0 makes 0 of -0.
    first, *rest = (round(number, digits) + 0.0 for number in (value, *ends))
    shown = f"{first:{'+' if signed else ''}.{digits}f}"
    return f"{shown} [{rest[0]:.{digits}f}, {rest[1]:.{digits}f}]" if rest else shown


def percent(share: float, digits: int = 1) -> str:
    """'4.5 %' of 0.045."""
    return f"{100 * share:.{digits}f} %"


def level(severity: float) -> str:
    """A severity with one digit, '1.4'; with two where one would read as 0."""
    return f"{severity:.1f}" if severity == 0 or severity >= 0.05 else f"{severity:.2f}"
