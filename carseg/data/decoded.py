"""Pictures and masks are decoded and resized once, so that no epoch waits for JPEG."""

import hashlib
import json
import logging
import multiprocessing
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from carseg.data.pairs import DataError, Pair
from carseg.data.private_folder import draft_folder
from carseg.data.truths import true_mask
from carseg.imaging import codec
from carseg.imaging.grid import Size, coverage, grid_for, resize_picture
from carseg.imaging.masks import UnsureMaskError, read_mask

_logger = logging.getLogger(__name__)

CAR, ESTIMATED = 0, 1
"""Planes of a truth: the share of a cell that is car, and the share that is not known: an estimate,
which no person annotated, or void. 255 is the whole cell."""
INDEX, PICTURES, TRUTHS = "index.json", "pictures.raw", "truths.raw"
FORMAT = "shares-2"
"""The format of stored truths. It is part of the key, so older caches are not used."""


@dataclass(frozen=True)
class Cached:
    """A memory-mapped data set: pictures of about the same area, each in its own aspect ratio.

    Item i: RGB uint8 (H, W, 3) and truth uint8 (H, W, 2), the planes CAR and ESTIMATED.

    Attributes:
        ids: picture ids in the order of the items.
        sizes: (N, 2) height and width.  starts: (N,) first pixel of each in the flat arrays.
        pictures: uint8 (pixels, 3).  truths: uint8 (pixels, 2).
    """

    ids: list[str]
    sizes: np.ndarray
    starts: np.ndarray
    pictures: np.ndarray
    truths: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, item: int) -> tuple[np.ndarray, np.ndarray]:
        height, width = self.sizes[item]
        place = slice(self.starts[item], self.starts[item] + height * width)
        picture = self.pictures[place].reshape(height, width, 3)
        return picture, self.truths[place].reshape(height, width, 2)


def cached(pairs: Sequence[Pair], area: int, root: Path, *, strict: bool = False) -> Cached:
    """Open the cache of these pairs at ``area`` pixels each; a missing cache is built first.

    Args:
        root: the folder of caches; the key is made of ids, file sizes and area.
        strict: a broken file is an error, not a warning.

    Raises:
        DataError: no file could be read, or (strict) one could not.
    """
    return kept(Path(root) / _key(pairs, area), lambda draft: _fill(pairs, area, draft, strict))


def kept(folder: Path, fill: Callable[[Path], None]) -> Cached:
    """Open the cache in this folder; if it is missing, ``fill`` makes it in a folder of its own."""
    if not (folder / INDEX).is_file():
        _build(folder, fill)
    index = json.loads((folder / INDEX).read_text())
    sizes = np.array(index["sizes"], int)
    starts = np.concatenate([[0], np.cumsum(sizes.prod(1))[:-1]])
    pictures = np.memmap(folder / PICTURES, np.uint8, "r").reshape(-1, 3)
    truths = np.memmap(folder / TRUTHS, np.uint8, "r").reshape(-1, 2)
    return Cached(index["ids"], sizes, starts, pictures, truths)


class Writer:
    """Writes the files of a cache into a folder, item by item; the index comes last."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ids: list[str] = []
        self.sizes: list[Size] = []

    def __enter__(self) -> "Writer":
        self._pictures = (self.folder / PICTURES).open("wb")
        self._truths = (self.folder / TRUTHS).open("wb")
        return self

    def add(self, name: str, rgb: np.ndarray, truth: np.ndarray) -> None:
        """One more item: uint8 (H, W, 3) and (H, W, 2)."""
        self._pictures.write(rgb.tobytes())
        self._truths.write(truth.tobytes())
        self.ids.append(name)
        self.sizes.append(truth.shape[:2])

    def __exit__(self, *_: object) -> None:
        self._pictures.close()
        self._truths.close()
        index = json.dumps({"ids": self.ids, "sizes": self.sizes})
        (self.folder / INDEX).write_text(index)


def load_pair(pair: Pair, area: int) -> tuple[np.ndarray, np.ndarray]:
    """One pair on the grid of about ``area`` pixels: RGB (H, W, 3) and truth (H, W, 2), uint8."""
    picture = codec.decode(pair.picture)
    height, width = picture.shape[:2]
    size = grid_for((height, round(height * (pair.aspect or width / height))), area)
    truth = np.zeros((*size, 2), np.uint8)
    if pair.mask is not None:
        true = true_mask(pair, (height, width))
        truth[..., CAR] = _shares(true.car, size)
        if pair.annotated is not None:
            drawn = read_mask(pair.annotated, pair.car).car
            truth[..., ESTIMATED] = _shares(true.car & ~drawn, size)
        if true.void is not None:
            truth[..., ESTIMATED] += _shares(true.void, size)
    return resize_picture(picture, size), truth


def _shares(mask: np.ndarray, size: Size) -> np.ndarray:
    return np.round(255 * coverage(mask, size)).astype(np.uint8)


def _key(pairs: Sequence[Pair], area: int) -> str:
    lines = [" ".join([p.id, *(str(f.stat().st_size) for f in p.files)]) for p in pairs]
    lines += [FORMAT, *sorted({str(p.car) for p in pairs if p.car is not None})]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return f"{area}-{digest}"


def _load_or_name(
    job: tuple[Pair, int],
) -> tuple[np.ndarray, np.ndarray] | str | UnsureMaskError:
    pair, area = job
    try:
        return load_pair(pair, area)
    except UnsureMaskError as error:
        return error
    except (OSError, ValueError) as error:
        return f"{pair.id}: {error}"


def _build(folder: Path, fill: Callable[[Path], None]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = draft_folder(folder.parent)
    try:
        fill(draft)
        # The rename publishes the cache, so a build that is killed leaves no half-built cache.
        draft.replace(folder)
    except OSError:
        # Another run has built the same cache meanwhile, with the same pictures.
        if not (folder / INDEX).is_file():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _end_with_parent() -> None:
    """A process of a pool waits for work for ever, also when there is nobody to give it any."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _fill(pairs: Sequence[Pair], area: int, draft: Path, strict: bool) -> None:
    shown = 0
    with ProcessPoolExecutor(initializer=_end_with_parent) as pool, Writer(draft) as writer:
        loaded = pool.map(_load_or_name, ((p, area) for p in pairs), chunksize=16)
        for pair, item in zip(pairs, tqdm(loaded, "decode", len(pairs)), strict=True):
            if isinstance(item, UnsureMaskError):
                raise item
            if isinstance(item, str):
                if strict:
                    raise DataError(f"Broken file, {item}")
                _logger.warning("Skipped %s", item)
                continue
            writer.add(pair.id, *item)
            shown += pair.mask is None or bool(item[1].any())
    if not writer.ids:
        raise DataError("None of the pictures could be read.")
    if not shown:
        raise DataError(
            f"None of the {len(writer.ids)} masks shows a car: if it has a label of its own in "
            "them, give it with --car."
        )
