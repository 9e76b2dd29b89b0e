"""The work of the dials command: a picture file that shows each severity of the dials."""

from dataclasses import dataclass
from pathlib import Path

from carseg.core.atomic import write_atomically
from carseg.data.pairs import DataError, Pair, find_backgrounds
from carseg.data.samples import one_of_each, samples
from carseg.dials.dial import single_dials
from carseg.dials.sheet import dial_sheet
from carseg.evaluation.stress_pictures import library, read_on_grid
from carseg.imaging import codec
from carseg.imaging.car_choice import CarChoice


@dataclass(frozen=True)
class SheetOptions:
    """What to draw, and the file to write.

    Attributes:
        out: the file; its suffix is the format, png, webp or jpeg.
        dials: names in ``DIALS``; empty: every effect alone, and all together.
        picture, mask: a car and its true mask, both or neither. Without them: the first sample.
        car: the labels of the mask that are the car; None: the mask itself says it.
        backgrounds: a folder of pictures without a car, which dials may borrow.
        seed: of the dials.
    """

    out: Path
    dials: tuple[str, ...] = ()
    picture: Path | None = None
    mask: Path | None = None
    car: CarChoice | None = None
    backgrounds: Path | None = None
    seed: int = 0


def write_sheet(options: SheetOptions) -> None:
    """The chosen dials on a picture, as a file.

    Raises:
        DataError: picture or mask is given alone, their sizes differ, there is no sample, or the
            file's folder cannot be made.
        PictureError: a file is not a picture, or the format of ``out`` cannot be written.
        ValueError: there is no dial of that name.
    """
    folder = options.out.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)  # before the work, which takes seconds
    except OSError as error:
        raise DataError(
            f"'{folder}' cannot be the folder of '{options.out.name}' ({error.strerror}): give "
            "another place with --out."
        ) from error
    pair = _pair(options.picture, options.mask, options.car)
    backgrounds = [] if options.backgrounds is None else find_backgrounds(options.backgrounds)
    sheet = dial_sheet(
        {pair.id: read_on_grid(pair)},
        options.dials or single_dials(),
        seed=options.seed,
        materials=library([], backgrounds)(pair),
    )
    data = codec.encode(sheet, options.out.suffix.lstrip("."), quality=70)
    write_atomically(options.out, data)


def _pair(picture: Path | None, mask: Path | None, car: CarChoice | None) -> Pair:
    """The given picture, or the first sample."""
    if (picture is None) != (mask is None):
        raise DataError("Give --picture and --mask together: a dial must know where the car is.")
    if picture is not None:
        return Pair(picture.stem, picture, mask, picture.stem, car=car)
    found = next((one for one in one_of_each(samples()).values() if one.mask), None)
    if found is None:
        raise DataError("There is no sample picture here: give one with --picture and --mask.")
    return Pair(found.name, found.path, found.mask, found.name)
