"""A small copy of a data set that can travel: pictures and masks as WebP, masks without loss."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from carseg.core.atomic import write_atomically
from carseg.data.pairs import LAYOUTS, Pair
from carseg.data.truths import true_mask
from carseg.imaging import codec
from carseg.imaging.grid import grid_for, resize_picture
from carseg.imaging.masks import read_mask

QUALITY = 85
"""WebP's quality of a packed picture."""


def pack(
    pairs: Sequence[Pair],
    out: Path,
    layout: str,
    area: int,
    progress: Callable[[int], Any] = lambda _: None,
) -> int:
    """Write pairs at about ``area`` pixels each, in their true aspect; returns the bytes written.

    The copy has the same layout and ids, so the published splits fit it. What was annotated goes
    along in ``parts/``. A picture that is smaller than ``area`` keeps its size.

    Args:
        layout: ``carvana`` or ``pairs``, as in ``find_pairs``.
        progress: called with the number of pictures that are done now.

    Raises:
        PictureError: a file cannot be read.
    """
    pictures, masks = (Path(out) / name for name in LAYOUTS[layout])
    parts = Path(out) / "parts"
    ending = "_mask" if layout == "carvana" else ""

    def one(pair: Pair) -> int:
        files = _files(pair, area)
        places = {
            "picture": pictures / f"{pair.id}.webp",
            "mask": masks / f"{pair.id}{ending}.webp",
            "annotated": parts / f"{pair.id}.webp",
        }
        for kind, data in files.items():
            write_atomically(places[kind], data)
        progress(1)
        return sum(map(len, files.values()))

    with ThreadPoolExecutor() as pool:
        return sum(pool.map(one, pairs))


def _files(pair: Pair, area: int) -> dict[str, bytes]:
    """The bytes of a pair's small files."""
    rgb = codec.decode(pair.picture)
    height, width = rgb.shape[:2]
    whole = height, round(height * (pair.aspect or width / height))
    size = grid_for(whole, area) if area < whole[0] * whole[1] else whole
    files = {"picture": codec.encode(resize_picture(rgb, size), "webp", quality=QUALITY)}
    if pair.mask is not None:
        true = true_mask(pair, (height, width)).at(size)
        files["mask"] = codec.encode(true.values, "webp")
    if pair.annotated is not None:
        drawn = read_mask(pair.annotated, pair.car).at(size)
        files["annotated"] = codec.encode(drawn.car, "webp")
    return files
