"""Tiny checkpoints."""

import json
from pathlib import Path
from typing import Any

import torch

from carseg.inference.predictor import fingerprint
from carseg.models import build
from carseg.models.checkpoint import stated_config
from carseg.models.weights import save_checkpoint

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
    save_checkpoint(network, root / name, facts)


def write_baseline(root: Path, name: str) -> None:
    """The folder of a rule that makes masks: a config, no weights."""
    state_network(root / name, title=f"Tiny {name}", architecture="none", scores_only=True)


def state_network(folder: Path, **changes: Any) -> str:
    """Write a config without weights into a checkpoint's folder; returns its fingerprint."""
    folder.mkdir(parents=True, exist_ok=True)
    facts = FACTS | {"name": folder.name, "sha256": "c" * 64, "bytes": 0} | changes
    (folder / "config.json").write_text(json.dumps(facts))
    return fingerprint(stated_config(folder))
