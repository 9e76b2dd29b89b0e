"""Made scenes to put behind a car."""

import json
from pathlib import Path

import numpy as np
from PIL import Image

FACTS = {
    "horizon": 0.45,
    "ground": [0.63, 0.89],
    "light_azimuth": 53.1,
    "light_from": [0.48, 0.64, 0.6],
    "light_softness": 0.25,
    "light_colour": [0.6, 0.5, 0.4],
}


def write_scene(folder: Path, name: str, facts: object = FACTS) -> Path:
    """A sky over a ground as ``<name>.jpg`` with its JSON; without for None."""
    folder.mkdir(parents=True, exist_ok=True)
    rgb = np.zeros((80, 120, 3), np.uint8) + np.uint8(90)
    rgb[:36] = (150, 190, 240)
    Image.fromarray(rgb).save(folder / f"{name}.jpg", quality=95)
    if facts is not None:
        text = facts if isinstance(facts, str) else json.dumps(facts)
        (folder / f"{name}.json").write_text(text)
    return folder / f"{name}.jpg"
