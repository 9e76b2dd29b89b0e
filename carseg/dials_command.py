"""The dials command's work: every dial in words, and a sheet of what each severity looks like."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from carseg import images
from carseg.data.pairs import DataError, Pair, find_backgrounds
from carseg.dials import DIALS, EFFECTS, Dial
from carseg.dials.dial import CONTROLS, FAMILIES
from carseg.dials.sheet import dial_sheet
from carseg.samples import samples
from carseg.stress_pictures import library, read_on_grid


def single_dials() -> list[str]:
    """Every effect alone, family by family, then all together: what a sheet shows unless told."""
    return [*(name for name in EFFECTS if name not in CONTROLS), "combined"]


def described(names: Sequence[str]) -> str:
    """The dials in words: name, title and summary, and below a family's its effects."""
    lines = []
    for dial in (DIALS[name] for name in names):
        lines.append(f"{dial.name}: {dial.title}. {dial.summary}")
        lines += _effects(dial) if dial.name in FAMILIES else []
    return "\n".join(lines)


def _effects(dial: Dial) -> list[str]:
    width = max(map(len, dial.effects))
    return [f"    {name:{width}}  at 5: {EFFECTS[name].summary}" for name in dial.effects]


def write_sheet(arguments: Namespace) -> None:
    """The chosen dials on a picture, as the picture file ``arguments.out``.

    Raises:
        DataError: a picture without its mask or the reverse, of two sizes, or none at all.
        PictureError: a file that is no picture, or a format that pictures are not written in.
    """
    pair = _pair(arguments.picture, arguments.mask)
    scenes = [] if arguments.backgrounds is None else find_backgrounds(arguments.backgrounds)
    sheet = dial_sheet(
        {pair.id: read_on_grid(pair)},
        arguments.dial or single_dials(),
        seed=arguments.seed,
        materials=library([], scenes)(pair),
    )
    data = images.encode(sheet, arguments.out.suffix.lstrip("."), quality=70)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(data)


def _pair(picture: Path | None, mask: Path | None) -> Pair:
    """The given picture, or the first sample."""
    if (picture is None) != (mask is None):
        raise DataError("Give --picture and --mask together: a dial must know where the car is.")
    if picture is not None:
        return Pair(picture.stem, picture, mask, picture.stem)
    found = next((one for one in samples().values() if one.mask is not None), None)
    if found is None:
        raise DataError("There is no sample picture here: give one with --picture and --mask.")
    return Pair(found.name, found.path, found.mask, found.name)
