"""Made photos for measurements: the samples at several sizes, each file with bytes of its own."""

import io
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import cycle

import numpy as np
from PIL import Image

from carseg.data.samples import samples

SIZES = (
    (640, 427),
    (1024, 683),
    (933, 1400),
    (1600, 1067),
    (2400, 1600),
    (4000, 3000),
)
"""Widths and heights, from a picture of a web page to a telephone's photo of 12 megapixels."""
NOISE = 6
"""Grey levels of noise, as of a small camera."""


def made_photos(seed: int, sizes: Sequence[tuple[int, int]] = SIZES) -> Iterator[bytes]:
    """JPEG files without end, the same for the same seed.

    No two files are alike, so that nothing of one is in a memory: the pixels repeat after a round
    through all samples and sizes, and each file carries its number in a comment.
    """
    paths = sorted(str(sample.path) for sample in samples().values())
    rng = np.random.default_rng(seed)
    order = [(path, size) for path in paths for size in sizes]
    rng.shuffle(order)
    for number, (path, (width, height)) in enumerate(cycle(order)):
        plain = _jpeg(path, int(width), int(height), seed)
        yield _commented(plain, f"carseg {seed} {number}".encode())


@lru_cache(maxsize=256)
def _jpeg(path: str, width: int, height: int, seed: int) -> bytes:
    with Image.open(path) as sample:
        pixels = np.asarray(sample.convert("RGB").resize((width, height)), np.int16)
    rng = np.random.default_rng([seed, width, height])
    noise = rng.integers(-NOISE, NOISE + 1, pixels.shape, dtype=np.int16)
    file = io.BytesIO()
    Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8)).save(file, "jpeg", quality=90)
    return file.getvalue()


def _commented(jpeg: bytes, words: bytes) -> bytes:
    """The file with a comment after its first marker (segment COM of ITU-T T.81)."""
    return jpeg[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + jpeg[2:]
