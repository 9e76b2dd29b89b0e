"""What goes wrong, in sentences that follow the numbers. Markdown, names escaped by the caller."""

from carseg.analysis.boards import Place
from carseg.analysis.error_profile import LOST_WHEEL, Link, Measure, Profile
from carseg.measures.faults import STRAY, WHEEL_ZONE
from carseg.measures.overlap import BOUNDARY
from carseg.ui.shared import sentences
from carseg.ui.shared.sentences import percent

MOSTLY = 2 / 3
"""From this share on, one kind names what is wrong."""


BANDS = (
    f"The **edge band** is as wide as that of Boundary IoU, {100 * BOUNDARY:g} % of the picture's "
    "diagonal, on both sides of the true edge. What is wrong there is a matter of where exactly "
    "the line runs; what is wrong beyond it is a region: a shadow, another car, a missing roof. "
    "Each picture counts the same, whatever its size."
)
WHEELS = (
    f"**Lost wheel**: at least {100 * LOST_WHEEL:g} % of the true pixels in the lowest "
    f"{100 * WHEEL_ZONE:g} % of the car's box are missed beyond the edge band. Nobody has marked "
    "wheels: seen from the side, one takes up about a tenth of that zone, so this says that half "
    "of one is gone, or as much of a sill. **Stray pieces** touch no true car and cover at least "
    f"{100 * STRAY:g} % of the picture."
)


def about(title: str, found: Profile, place: Place) -> str:
    """The errors of one model in a sentence."""
    seen = sentences.evidence(found.n, found.clusters, place)
    if not found.wrong:
        return f"**{title}** {sentences.where(place)}: not one wrong pixel on {seen}."
    edge, taken = found.share("edge_fp", "edge_fn"), found.share("edge_fp", "inner_fp")
    return (
        f"**{title}** {sentences.where(place)}, {seen}: wrong pixels come to "
        f"{percent(found.wrong)} of the car's. "
        f"{_mostly(edge, 'at the edge', 'in regions beyond it')}, "
        f"{_mostly(taken, 'background taken for car', 'car that is lost').lower()}. A stray piece "
        f"in {sentences.counted(found.strayed, 'picture')}, a lost wheel in {found.wheel:,}."
    )


def _mostly(share: float, first: str, second: str) -> str:
    """'Mostly at the edge (94 %)', or both with their shares."""
    if share >= MOSTLY:
        return f"Mostly {first} ({percent(share, 0)})"
    if share <= 1 - MOSTLY:
        return f"Mostly {second} ({percent(1 - share, 0)})"
    return f"Partly {first} ({percent(share, 0)}), partly {second} ({percent(1 - share, 0)})"


def linked(measure: Measure, found: Link | None, place: Place) -> str:
    """How a measure goes with Dice, whatever it is."""
    if found is None:
        return "Fewer than five pictures have this figure, or all have the same: nothing to say."
    rank = f"Spearman's rank correlation {found.rank:.2f}"
    seen = sentences.evidence(found.n, found.clusters, place)
    if found.interval is None:
        return f"{rank}; {seen} are too few for an interval."
    rank += f" [{found.interval.low:.2f}, {found.interval.high:.2f}], {seen}"
    if not found.clear:
        return f"No connection with Dice is seen: {rank}."
    return (
        f"{measure.more}, the {'higher' if found.rank > 0 else 'lower'} the Dice, "
        f"{_strength(found.rank)}: {rank}."
    )


def _strength(rank: float) -> str:
    """Words for a rank correlation, -1..1."""
    size = abs(rank)
    return "weakly" if size < 0.3 else "moderately" if size < 0.6 else "strongly"
