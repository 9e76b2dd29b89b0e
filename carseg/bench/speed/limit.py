"""What the machine can do at most: a large matrix product, and a network's share of that."""

import math
from functools import cache

import torch

from carseg.bench.speed.clock import Clock
from carseg.imaging.grid import PUBLISHED_GRID, Size, padding_to
from carseg.models.checkpoint import Config

SIDE = 2048
"""Of the square matrices: large enough that the product is nothing but arithmetic."""
TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@cache
def limit(precision: str, device: str, threads: int, clock: Clock) -> float:
    """Operations a second of a matrix product; NaN for a precision that PyTorch cannot multiply.

    Args:
        threads: of PyTorch now; part of the key.
    """
    if precision not in TYPES:
        return math.nan
    assert threads == torch.get_num_threads()
    a, b = (torch.randn(SIDE, SIDE, device=device).to(TYPES[precision]) for _ in range(2))
    with torch.inference_mode():
        return 2 * SIDE**3 / clock.timed(lambda: a @ b).least


def operations(config: Config, size: Size) -> float:
    """Multiplications and additions of a pass on a picture of ``size``; NaN if they are unknown.

    The config states them for the published grid; they grow with the padded grid's pixels.
    """
    left, right, top, bottom = padding_to(config.grid(size), config.multiple)
    height, width = config.grid(size)
    pixels = (height + top + bottom) * (width + left + right)
    return 2 * config.multiply_adds * pixels / math.prod(PUBLISHED_GRID) or math.nan
