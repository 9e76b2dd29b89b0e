"""Tiny checkpoints."""

from pathlib import Path

import torch

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
