"""A bar of one picture's pixels as HTML: car found, car lost, background taken."""

from html import escape

from carseg.measures.overlap import Counts
from carseg.ui.shared.charts import FOUND, LOST, TAKEN
from carseg.ui.shared.legend import squares

FILLS = {
    "car found": FOUND,
    "car lost": f"repeating-linear-gradient(45deg,{LOST} 0 4px,#ffffffb0 4px 7px)",
    "background taken": f"repeating-linear-gradient(90deg,{TAKEN} 0 5px,#ffffffb0 5px 7px)",
}
"""Name to CSS background: told apart by pattern as well as by colour."""


def bar(counts: Counts, title: str) -> str:
    """The bar of one model; its length is all that is car in truth or in the mask."""
    numbers = dict(zip(FILLS, (counts.tp, counts.fn, counts.fp), strict=True))
    whole = max(1, sum(numbers.values()))
    said = ", ".join(f"{name} {100 * number / whole:.1f} %" for name, number in numbers.items())
    parts = "".join(
        f'<div style="width:{100 * number / whole:.2f}%;background:{FILLS[name]}"></div>'
        for name, number in numbers.items()
    )
    return (
        f'<div role="img" aria-label="{escape(title)}: {said}" style="display:flex;height:12px;'
        f'border-radius:4px;overflow:hidden">{parts}</div>'
    )


def legend() -> str:
    """What the parts of a bar are."""
    return squares((fill, name) for name, fill in FILLS.items())
