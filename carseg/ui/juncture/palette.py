"""One colour for one model, in the curves and in the outlines."""

from collections.abc import Iterable, Mapping

from carseg.ui.shared.charts import MARKS

Mark = tuple[str, str, str]
"""Colour, symbol and dash."""

MOST = len(MARKS)
"""So many models are told apart."""


def palette(models: Iterable[str], given: Mapping[str, Mark] | None = None) -> dict[str, Mark]:
    """A mark of its own for each of at most ``MOST`` models; ``given`` ones are kept."""
    models = list(models)
    found = {name: given[name] for name in models if given and name in given}
    free = [mark for mark in MARKS if mark not in found.values()]
    rest = [name for name in models if name not in found]
    return found | {name: (free or MARKS)[i % len(free or MARKS)] for i, name in enumerate(rest)}
