"""What an exported file says about itself, as JSON in the metadata of its format."""

import hashlib
import json
from typing import Any

from carseg.core.installed import versions
from carseg.models.checkpoint import Config

KEY = "carseg"
"""Of the metadata."""
_LIBRARIES = ("torch", "onnx", "onnxruntime", "openvino", "nncf")


def network_sha256(config: Config) -> str:
    """A hash of what makes the network: its weights and how it is built."""
    facts = [config.sha256, config.architecture, config.arguments, config.classes]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def facts_of(config: Config, precision: str) -> dict[str, Any]:
    """What the file needs to be used without its checkpoint."""
    return {
        "format": "carseg export 1",
        "model": config.name,
        "title": config.title,
        "network_sha256": network_sha256(config),
        "weights_sha256": config.sha256,
        "precision": precision,
        "input": "RGB, float32 (N, 3, H, W), (value / 255 - mean) / std",
        "output": "logits, float32 (N, classes, H, W)",
        "multiple": config.multiple,
        "area": config.area,
        "mean": list(config.mean),
        "std": list(config.std),
        "classes": config.classes,
        "car": config.car or 0,
        "threshold": config.threshold,
        "versions": versions(_LIBRARIES),
    }


def fits(facts: Any, config: Config) -> bool:
    """Whether a file with these facts was made of this checkpoint's network."""
    return isinstance(facts, dict) and facts.get("network_sha256") == network_sha256(config)


def read_facts(text: str | None) -> dict[str, Any]:
    """The facts in a file's metadata; {} if it has none."""
    try:
        found = json.loads(text or "")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
