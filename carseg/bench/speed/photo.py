"""The photo that is timed: a sample at any size, with a camera's noise."""

from functools import lru_cache

import cv2
import numpy as np

from carseg.core.errors import CarsegError
from carseg.data.samples import samples
from carseg.imaging import codec
from carseg.imaging.grid import Size

NAME = "street/sedan-sunny"
NOISE = 3.0
"""Grey levels: without it a file of 12 megapixels would be far smaller than a telephone's."""


class PhotoError(CarsegError):
    """There is no sample picture to measure with."""


@lru_cache(maxsize=4)
def photo(size: Size) -> bytes:
    """A JPEG of (height, width), the same each time. Raises PhotoError without sample pictures."""
    found = samples()
    if not found:
        raise PhotoError("There are no sample pictures here: set CARSEG_SAMPLES to their folder.")
    sample = found.get(NAME) or next(iter(found.values()))
    rgb = cv2.resize(codec.decode(sample.path), size[::-1], interpolation=cv2.INTER_CUBIC)
    noise = np.random.default_rng(0).normal(0, NOISE, size).astype(np.float32)
    noisy = np.clip(rgb + noise[..., None], 0, 255).astype(np.uint8)
    return codec.encode(noisy, "jpeg")
