"""Made photos: the same for a seed, none like another, readable, of every size."""

import hashlib
import io
from itertools import islice

import numpy as np
from PIL import Image

from carseg.bench.soak import pictures

SMALL = ((60, 40), (40, 60))


def some(seed: int, number: int = 4) -> list[bytes]:
    return list(islice(pictures.made_photos(seed, SMALL), number))


def test_a_seed_gives_the_same_photos_and_another_seed_others():
    assert some(3) == some(3)
    assert not set(some(3)) & set(some(4))


def test_photos_are_alike_but_never_the_same():
    found = some(1, 60)
    opened = [Image.open(io.BytesIO(data)) for data in found]
    assert len({hashlib.sha256(data).digest() for data in found}) == 60
    assert {image.size for image in opened} == set(SMALL)
    assert all(image.format == "JPEG" for image in opened)
    round_ = next(i for i in range(1, 60) if np.array_equal(opened[0], opened[i]))
    assert round_ % 2 == 0, "a round has each sample at each size"
    assert opened[0].info["comment"] == b"carseg 1 0"
