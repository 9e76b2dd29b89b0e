"""Pictures and masks decoded and resized once, so that no epoch waits for JPEG."""

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from carseg import images
from carseg.data.pairs import DataError, Pair
from carseg.grid import Size, resize_mask, resize_picture

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cached:
    """A data set on one grid, memory-mapped.

    Attributes:
        ids: picture ids in the order of the arrays.
        pictures: uint8 (N, H, W, 3).  masks: bool (N, H, W).
    """

    ids: list[str]
    pictures: np.ndarray
    masks: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


def cached(pairs: Sequence[Pair], size: Size, root: Path, *, strict: bool = False) -> Cached:
    """Open the cache of these pairs at ``size`` (height, width), made first where it is missing.

    Args:
        root: the folder of caches; the key is made of ids, file sizes and grid.
        strict: a broken file is an error, not a warning.

    Raises:
        DataError: no file could be read, or (strict) one could not.
    """
    folder = Path(root) / _key(pairs, size)
    if not (folder / "ids.json").is_file():
        _build(pairs, size, folder, strict)
    return Cached(
        json.loads((folder / "ids.json").read_text()),
        np.load(folder / "pictures.npy", mmap_mode="r"),
        np.load(folder / "masks.npy", mmap_mode="r"),
    )


def load_pair(pair: Pair, size: Size) -> tuple[np.ndarray, np.ndarray]:
    """One pair on the grid: RGB uint8 (H, W, 3) and bool (H, W)."""
    picture = resize_picture(images.decode(pair.picture), size)
    return picture, resize_mask(images.decode_mask(pair.mask), size)


def _key(pairs: Sequence[Pair], size: Size) -> str:
    lines = [f"{p.id} {p.picture.stat().st_size} {p.mask.stat().st_size}" for p in pairs]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
    return f"{size[0]}x{size[1]}-{digest}"


def _load_or_name(job: tuple[Pair, Size]) -> tuple[np.ndarray, np.ndarray] | str:
    pair, size = job
    try:
        return load_pair(pair, size)
    except (OSError, ValueError) as error:
        return f"{pair.id}: {error}"


def _build(pairs: Sequence[Pair], size: Size, folder: Path, strict: bool) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        _fill(pairs, size, draft, strict)
        # The rename is what publishes the cache: a killed build leaves nothing half made.
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fill(pairs: Sequence[Pair], size: Size, draft: Path, strict: bool) -> None:
    shape = (len(pairs), *size)
    pictures = np.lib.format.open_memmap(draft / "all.npy", "w+", np.uint8, (*shape, 3))
    masks = np.zeros(shape, bool)
    kept: list[str] = []
    with ProcessPoolExecutor() as pool:
        loaded = pool.map(_load_or_name, ((p, size) for p in pairs), chunksize=16)
        for pair, item in zip(pairs, tqdm(loaded, "decode", len(pairs)), strict=True):
            if isinstance(item, str):
                if strict:
                    raise DataError(f"Broken file, {item}")
                logger.warning("Skipped %s", item)
                continue
            pictures[len(kept)], masks[len(kept)] = item
            kept.append(pair.id)
    if not kept:
        raise DataError("None of the pictures could be read.")
    np.save(draft / "pictures.npy", pictures[: len(kept)])
    np.save(draft / "masks.npy", masks[: len(kept)])
    (draft / "all.npy").unlink()
    (draft / "ids.json").write_text(json.dumps(kept))
