"""The named sets that results are reported on, and the pictures of a folder that belong to them."""

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from carseg.data.audit import with_clusters
from carseg.data.pairs import DataError, Pair, find_backgrounds, find_pairs, find_pictures
from carseg.data.samples import samples
from carseg.data.splits import NotInSplitError, select
from carseg.imaging.car_choice import CarChoice


@dataclass(frozen=True)
class NamedSet:
    """A set that results are reported on.

    Attributes:
        layout: one of ``carseg.data.pairs.LAYOUTS``, or ``backgrounds`` (a folder of pictures
            without a car), or ``samples``.
        domain: one of ``carseg.results.DOMAINS``.
        split, dataset: the published split, and the data set that it belongs to.
        match, without: patterns that the picture ids must and must not match.
        size: the grid on which masks are compared.
        audited: a person has looked at every picture, so cars and places that occur twice are one
            group.
        held_out: only the published backgrounds, which no training uses.
        certain: only pictures whose masks contain no estimate.
    """

    layout: str
    domain: str
    split: str = "all"
    match: str = "*"
    without: str = ""
    size: str = "native"
    dataset: str = "carvana"
    audited: bool = False
    held_out: bool = False
    certain: bool = False


SETS: dict[str, NamedSet] = {
    "carvana-test": NamedSet("carvana", "studio", split="test", size="160x240"),
    # For choices during development: never trained on, never reported as a result.
    "carvana-val": NamedSet("carvana", "studio", split="val", size="160x240"),
    "carparts-val": NamedSet("pairs", "street", split="val", dataset="carparts", certain=True),
    # The last tenth of each drive: frames of one drive are alike, so no frame between is held out.
    "traffic-val": NamedSet("pairs", "street", split="val", dataset="traffic"),
    # intelecai/car-segmentation: the 96 photographs from real streets are the headline, the other
    # 77 come from the web, many on plain ground.
    "street-photo": NamedSet("pairs", "street", match="IMG_2020*", audited=True),
    "street-web": NamedSet("pairs", "street", without="IMG_2020*", audited=True),
    # Backgrounds that no training used: every pixel that is called car is a mistake.
    "car-free": NamedSet("backgrounds", "street", held_out=True),
    # Our own sample pictures. They are rendered, so they say nothing about photographs. They are
    # two sets: a mean over both would depend on how many views of one car the turntable has.
    "rendered-studio": NamedSet("samples", "rendered", match="studio/*"),
    "rendered-street": NamedSet("samples", "rendered", match="street/*"),
}


def find(
    root: Path | None,
    chosen: NamedSet,
    *,
    strict: bool = False,
    car: CarChoice | None = None,
) -> list[Pair]:
    """The pairs of a set in the folder ``root``; the shipped samples need none.

    Args:
        car: the labels of the masks that are the car; None: the masks themselves say it.

    Raises:
        UnsureMaskError: as ``carseg.data.pairs.find_pairs``.
        DataError: the folder is missing or has none of the set's pictures.
    """
    if chosen.layout == "samples":
        pairs = [Pair(s.name, s.path, s.mask, s.car) for s in samples().values() if s.mask]
        return members(pairs, chosen)
    if root is None:
        raise DataError("Give the data set's folder with --data.")
    if chosen.layout != "backgrounds":
        found = find_pairs(root, chosen.layout, strict=strict, car=car)
    elif chosen.held_out:
        found = find_backgrounds(root, held_out=True)
    else:
        found = find_pictures(root)
    pairs = members(found, chosen)
    return with_clusters(pairs) if chosen.audited else pairs


def members(pairs: list[Pair], chosen: NamedSet) -> list[Pair]:
    """The pairs of a folder that belong to the set.

    Raises:
        DataError: no pair belongs to the set.
    """
    try:
        pairs = select(pairs, chosen.dataset, chosen.split)
    except NotInSplitError as error:
        raise DataError(f"{error} To score pictures of your own, give --split all.") from error
    kept = [
        pair
        for pair in pairs
        if fnmatch(pair.id, chosen.match)
        and not (chosen.without and fnmatch(pair.id, chosen.without))
    ]
    if chosen.certain and kept and not (kept := [p for p in kept if p.annotated is None]):
        raise DataError(
            "All masks of this set's pictures were completed by estimation (parts/ says so): put "
            "masks without guesses into a folder clean/ beside it."
        )
    if not kept:
        raise DataError("The folder has no picture that belongs to this set.")
    return kept
