"""Made configurations of checkpoints."""

from carseg.models.checkpoint import Config


def config(name: str = "a", **changes) -> Config:
    preset = {
        "streams": [{"dataset": "carvana", "augmentation": "studio", "repeat": 1}],
        **{"frozen": [], "loss": "bce+dice", "learning_rate": 0.001, "weight_decay": 0.0001},
        "phases": [{"size": [160, 240], "pictures": 800, "batch": 8}],
    }
    facts = {
        **{"title": name, "summary": "", "architecture": "unet", "area": 38400, "bytes": 0},
        **{"mean": (0, 0, 0), "std": (1, 1, 1), "sha256": "a", "pictures_seen": 800},
        **{"preset": preset | changes.pop("preset", {}), "trained": {"seed": 0}},
    }
    return Config(name=name, **(facts | changes))
