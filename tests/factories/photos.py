"""Photos that nobody has seen yet: samples with noise, so that nothing of them is in a memory."""

from pathlib import Path

import numpy as np
from PIL import Image

from carseg.core.settings import samples_dir

LARGE = (6000, 4000)
"""Width and height of a photo of 24 megapixels."""


def noisy(stem: str, size: tuple[int, int], file: Path, seed: int = 0) -> Path:
    """A street sample at another size, with noise of a small camera, as a JPEG."""
    sample = Image.open(samples_dir() / "street" / f"{stem}.jpg").convert("RGB")
    pixels = np.asarray(sample.resize(size, Image.Resampling.BICUBIC)).astype(np.int16)
    noise = np.random.default_rng(seed).integers(-6, 7, pixels.shape, dtype=np.int16)
    Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8)).save(file, quality=92)
    return file


def large_photo(folder: Path) -> Path:
    """A photo of 24 megapixels."""
    return noisy("sedan-sunny", LARGE, folder / "large.jpg")


def fresh_photos(folder: Path, number: int) -> list[Path]:
    """So many photos of usual size, each of another sample or with other noise."""
    stems = ("hatchback-dusk", "sedan-garage", "sedan-sunny", "suv-desert", "van-forest")
    return [
        noisy(stems[i % len(stems)], (1400, 933), folder / f"photo-{i + 1:02d}.jpg", i)
        for i in range(number)
    ]
