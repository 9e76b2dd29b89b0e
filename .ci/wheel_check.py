"""Run where only the wheel is installed: the mask is right, the cut-out too, every page opens."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

import carseg
from carseg.core.settings import ROOT

PAGES = ("compare", "batch", "dice_table", "juncture", "models", "learn", "present")


def overlap(mask: np.ndarray, truth: np.ndarray) -> float:
    """The Dice coefficient of two bool masks of one size."""
    return 2 * (mask & truth).sum() / (mask.sum() + truth.sum())


def main(photo: str, truth: str) -> None:
    """Check everything; the first thing that is wrong stops."""
    assert Path(carseg.__file__).is_relative_to(sys.prefix), carseg.__file__
    true = np.asarray(Image.open(truth).convert("L")) > 127
    mask = np.asarray(Image.open(Path(photo).with_suffix(".street-best.mask.png"))) > 127
    assert overlap(mask, true) > 0.9, overlap(mask, true)

    cutout = carseg.remove_background(photo)
    assert cutout.mode == "RGBA"
    assert cutout.size == Image.open(photo).size
    assert overlap(np.asarray(cutout)[..., 3] > 127, true) > 0.9

    for page in PAGES:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception, (page, app.exception)
        assert not app.error, (page, [error.value for error in app.error])


if __name__ == "__main__":
    main(*sys.argv[1:])
