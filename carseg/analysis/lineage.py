"""What a checkpoint started from and learned from, decided by its presets, never by words."""

from collections.abc import Mapping
from typing import Any

from carseg.analysis.recipes import legs
from carseg.models import ARCHITECTURES
from carseg.models.checkpoint import Config


def starts_pretrained(config: Config) -> bool | None:
    """Whether the encoder of a checkpoint's first run started from pretrained weights.

    None where the run is not recorded.
    """
    first = legs(config)[0]
    if "encoder" not in first:
        return None
    known = ARCHITECTURES.get(config.architecture)
    # A network without such an encoder starts at random, whatever the preset says.
    return known is not None and known.encoder is not None and first["encoder"] != "random"


def knows_one_studio(config: Config) -> bool | None:
    """Whether all that a checkpoint has learned from are pictures as they come from the studio.

    None where one of its runs is not recorded and the others knew nothing else.
    """
    each = [_one_studio(preset) for preset in legs(config)]
    return False if False in each else None if None in each else True


def _one_studio(preset: Mapping[str, Any]) -> bool | None:
    if streams := preset.get("streams"):
        return all(
            stream.get("dataset") == "carvana" and stream.get("augmentation") == "studio"
            for stream in streams
        )
    # Presets from before there were streams all learned from the studio.
    return True if preset.get("augmentation") else None
