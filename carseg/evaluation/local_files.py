"""The pictures behind shipped scores, if the data set is on this machine.

Only files inside the one configured folder are read, wherever links in it point to. Ids are looked
up in a listing; they never become part of a path.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from carseg.analysis.failures import REFINED
from carseg.data.annotations import SUFFIXES
from carseg.data.pairs import LAYOUTS, DataError, Pair, find_pairs
from carseg.data.sets import SETS
from carseg.evaluation.loaded_pairs import read
from carseg.imaging import codec
from carseg.imaging.grid import resize_picture
from carseg.imaging.masks import TrueMask

DEPTH = 2
"""Data sets are in the folder itself or at most this many levels below it."""
_MOST_BYTES = codec.MOST_MB * 2**20
"""The limit for one file, as for an upload."""


def within(root: Path, path: Path) -> Path | None:
    """The real path of ``path``; None if a link leads out of ``root`` or in circles."""
    with suppress(OSError, RuntimeError):
        real = path.resolve()
        if real.is_relative_to(root.resolve()):
            return real
    return None


def folders(root: Path, layout: str) -> list[Path]:
    """The folders of a layout in ``root`` and up to ``DEPTH`` levels below it, by name."""
    found: list[Path] = []
    level = [root]
    for _ in range(DEPTH + 1):
        here = [folder for folder in level if _has(root, folder, LAYOUTS[layout])]
        found += here
        level = [child for folder in level if folder not in here for child in _below(root, folder)]
    return found


def _has(root: Path, folder: Path, names: tuple[str, ...]) -> bool:
    return all((real := within(root, folder / name)) and real.is_dir() for name in names)


def _below(root: Path, folder: Path) -> Iterator[Path]:
    # A folder that may not be opened is skipped.
    with suppress(OSError):
        for child in sorted(folder.iterdir()):
            if not child.name.startswith(".") and child.is_dir() and within(root, child):
                yield child


def local_pairs(root: Path | None, name: str, ids: Collection[str]) -> dict[str, Pair]:
    """The pairs of a measured set that ``root`` holds, by id; only those of ``ids``.

    If several folders contain some of the ids, the one with the most counts. It must contain half
    of them: a few equal file names do not prove that it is the same data set.

    Args:
        name: a set of ``carseg.data.sets.SETS``. The layout of any other set is unknown.
        ids: the picture ids of the scores.
    """
    chosen = SETS.get(name.removesuffix(REFINED))
    if root is None or chosen is None or chosen.layout not in LAYOUTS:
        return {}
    wanted = set(ids)
    best: dict[str, Pair] = {}
    for folder in folders(root, chosen.layout):
        with suppress(DataError, OSError):
            pairs = find_pairs(folder, chosen.layout)
            held = {pair.id: pair for pair in pairs if pair.id in wanted}
            best = max(best, held, key=len)
    return best if 2 * len(best) >= len(wanted) else {}


def checked_pair(root: Path, pair: Pair) -> Pair:
    """The pair with its real paths, checked.

    Raises:
        PictureError: a file is gone, leads out of ``root``, or is larger than ``_MOST_BYTES``.
    """
    picture = _opened(root, pair.picture)
    return replace(pair, picture=picture, mask=pair.mask and _opened(root, pair.mask))


def _opened(root: Path, file: Path) -> Path:
    real = within(root, file)
    if real is None or not real.is_file():
        raise codec.PictureError(
            f"'{file.name}' is gone or lies outside of the data folder: look there again."
        )
    if real.stat().st_size > _MOST_BYTES:
        raise codec.PictureError(
            f"'{file.name}' is over {_MOST_BYTES // 2**20} MB: make it smaller to see it here."
        )
    return real


def thumbnail(root: Path, pair: Pair, longest: int = 480) -> np.ndarray:
    """The picture for display in its own aspect, uint8 (h, w, 3), no side above ``longest``.

    Raises:
        PictureError: as ``checked_pair`` and ``codec.decode``.
    """
    rgb = codec.decode_proxy(checked_pair(root, pair).picture, longest)
    height, width = rgb.shape[:2]
    if pair.aspect is None or abs(width / height / pair.aspect - 1) < 0.02:
        return rgb
    return resize_picture(rgb, (round(width / pair.aspect), width))


def files(root: Path, pair: Pair) -> tuple[bytes, bytes]:
    """Picture and true mask as files: those of the data set, or PNG if the copy is squashed.

    Raises:
        PictureError: as ``checked_pair`` and ``codec.decode``.
        DataError: picture and mask differ in size.
    """
    real = checked_pair(root, pair)
    sample = read(real)
    drawn = real.mask is not None and real.mask.suffix.lower() in SUFFIXES
    if real.mask is not None and not drawn and sample.truth.shape == sample.stored.shape:
        return real.picture.read_bytes(), real.mask.read_bytes()
    true = TrueMask(sample.stored, sample.void).at(sample.truth.shape)
    return codec.encode(sample.rgb), true.encoded()
