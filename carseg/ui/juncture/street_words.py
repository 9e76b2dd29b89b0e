"""What the order of the models on a dial says about their order on the street, with due care."""

from math import factorial

from carseg.analysis.boards import ALPHA
from carseg.stats import RankAgreement
from carseg.ui.shared.sentences import chance, counted

CARE = (
    "These models are not drawn by chance: some share an architecture, most share their training "
    "pictures. Read it as a description of them, not as a law."
)


def agreement(found: RankAgreement | None, dial: str) -> str:
    """Kendall's tau with its p-value and n, and what that supports."""
    if found is None:
        return (
            "It takes two models that were measured on this dial and on street-photo, and that "
            "differ on both. There are none yet."
        )
    kind = "exact " if found.exact else "approximate, for scores are tied, "
    return (
        f"Between the order of {counted(found.n, 'model')} on the {dial} dial and their order on "
        f"street-photo Kendall's tau is **{found.tau:+.2f}** ({kind}{chance(found.p)}, "
        f"n = {found.n}). {_reading(found)}"
    )


def _reading(found: RankAgreement) -> str:
    if found.exact and (least := 2 / factorial(found.n)) > ALPHA:
        return (
            f"With {found.n} models even the very same order has p = {least:.2f}: so few cannot "
            "show that a dial predicts the street, whatever tau is."
        )
    if found.p > ALPHA:
        return "Chance alone may do that: the dial is not shown to predict the street."
    if found.tau > 0:
        return "Models that do better on the dial do better on the street, more than by chance."
    return "Models that do better on the dial do worse on the street, more than by chance."
