"""Which dials are meant where none is named, and all of them in words."""

from collections.abc import Iterable, Sequence

from carseg.dials.dial import CONTROLS, DIALS, EFFECTS, FAMILIES, Dial


def default_dials() -> list[str]:
    """The families and all of them together; single effects and controls are asked for."""
    return [name for name in DIALS if name not in EFFECTS]


def single_dials() -> list[str]:
    """Every effect alone, family by family, then all together: what a sheet shows unless told."""
    return [*(name for name in EFFECTS if name not in CONTROLS), "combined"]


def named(names: Iterable[str]) -> list[Dial]:
    """The dials of these names, each once.

    Raises:
        ValueError: there is no dial of that name.
    """
    names = list(dict.fromkeys(names))
    if missing := [name for name in names if name not in DIALS]:
        raise ValueError(f"There is no dial '{missing[0]}'. Known are: {', '.join(DIALS)}.")
    return [DIALS[name] for name in names]


def described(names: Sequence[str]) -> str:
    """The dials in words: name, title and summary, and below a family's its effects."""
    lines = []
    for dial in named(names):
        lines.append(f"{dial.name}: {dial.title}. {dial.summary}")
        lines += _effects(dial) if dial.name in FAMILIES else []
    return "\n".join(lines)


def _effects(dial: Dial) -> list[str]:
    width = max(map(len, dial.effects))
    return [f"    {name:{width}}  at 5: {EFFECTS[name].summary}" for name in dial.effects]
