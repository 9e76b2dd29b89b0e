"""Made data sets in the layouts that are read."""

from pathlib import Path

import numpy as np
from PIL import Image


def write_carvana(root: Path, cars: int = 3, angles: int = 2, size=(24, 36)) -> Path:
    """A made data set in Kaggle's layout: bright discs on noise, masks as GIF."""
    (root / "train").mkdir(parents=True)
    (root / "train_masks").mkdir()
    rng = np.random.default_rng(0)
    y, x = np.mgrid[: size[0], : size[1]]
    for car in range(cars):
        for angle in range(1, angles + 1):
            mask = ((y - 12) / 7) ** 2 + ((x - 14 - 2 * angle) / 9) ** 2 < 1
            rgb = rng.integers(0, 120, (*size, 3), dtype=np.uint8)
            rgb[mask] += 100
            stem = f"{car:012x}_{angle:02d}"
            Image.fromarray(rgb).save(root / "train" / f"{stem}.jpg", quality=95)
            gif = Image.fromarray(mask.astype(np.uint8) * 255)
            gif.save(root / "train_masks" / f"{stem}_mask.gif")
    return root


def write_pairs(root: Path, ids: list[str], size: tuple[int, int] = (30, 45)) -> Path:
    """``images`` and ``masks`` of these names, every picture another grey."""
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(ids):
        Image.fromarray(np.full((*size, 3), 40 + number, np.uint8)).save(
            root / "images" / f"{name}.png"
        )
        mask = np.zeros(size, np.uint8)
        mask[5:20, 5:20] = 255
        Image.fromarray(mask).save(root / "masks" / f"{name}.png")
    return root
