"""Small things that many tests need: tiny checkpoints, made pictures."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from carseg.models import build
from carseg.models.checkpoint import save

WIDTHS = [4, 8, 16]
FACTS = {
    "title": "Tiny",
    "summary": "An untrained network for tests.",
    "architecture": "unet",
    "arguments": {"widths": WIDTHS},
    "area": 48 * 72,
    "mean": (0.5, 0.5, 0.5),
    "std": (0.25, 0.25, 0.25),
    "threshold": 0.4,
    "data": "nothing",
    "limits": ("It was never trained.",),
}


def write_tiny(root: Path, name: str, seed: int) -> None:
    """An untrained three-level U-Net of a few thousand weights as a checkpoint folder."""
    torch.manual_seed(seed)
    network = build("unet", widths=WIDTHS)
    facts = FACTS | {"title": f"Tiny {name}", "order": seed}
    save(network, root / name, facts)


@pytest.fixture
def tiny_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A weights folder with ``tiny-a`` and ``tiny-b``; the app and library look there."""
    root = tmp_path / "weights"
    write_tiny(root, "tiny-a", 1)
    write_tiny(root, "tiny-b", 2)
    monkeypatch.setenv("CARSEG_WEIGHTS", str(root))
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / "home"))
    return root


@pytest.fixture
def picture() -> np.ndarray:
    """A made photo, uint8 (97, 143, 3): a dark blob on a bright gradient, odd sides."""
    y, x = np.mgrid[:97, :143]
    rgb = np.stack([120 + x, 200 - y, 90 + x // 2], -1).clip(0, 255).astype(np.uint8)
    rgb[((y - 55) / 25) ** 2 + ((x - 70) / 45) ** 2 < 1] = (30, 40, 50)
    return rgb


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


@pytest.fixture
def carvana(tmp_path) -> Path:
    return write_carvana(tmp_path / "carvana")
