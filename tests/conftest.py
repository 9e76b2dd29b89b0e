"""Small things that many tests need: tiny checkpoints, made pictures."""

from pathlib import Path

import numpy as np
import pytest

from tests.factories.checkpoints import write_tiny
from tests.factories.pictures import write_carvana


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


@pytest.fixture
def carvana(tmp_path) -> Path:
    return write_carvana(tmp_path / "carvana")
