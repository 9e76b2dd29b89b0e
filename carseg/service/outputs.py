"""Saves predictions as files at the picture's own size, with the app's default look."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from carseg.compositing.edges import Edges
from carseg.compositing.views import Look
from carseg.core.atomic import write_atomically
from carseg.imaging import codec
from carseg.inference.prediction import Prediction
from carseg.service.rendered import Rendered

GREY_KIND = "grey"
KINDS = {
    "mask": "0 and 255",
    "overlay": "the car tinted",
    "outline": "a line around the car",
    "cutout": "the car alone",
    "probability": "as colours",
    GREY_KIND: "probability as 0 to 255",
}
"""The kinds of files with their meaning: views of ``carseg.compositing.views``, and grey."""


def save_results(
    folder: Path,
    stem: str,
    rgb: np.ndarray,
    prediction: Prediction,
    kinds: Sequence[str],
    *,
    threshold: float,
) -> tuple[dict[str, str], float]:
    """Write ``<stem>.<model>.<kind>.png`` for every kind; outlines follow the photo.

    Args:
        rgb: uint8 (H, W, 3), the picture that was predicted.
        kinds: keys of ``KINDS``.

    Returns:
        kind to path, and the car's share of the picture (0..1).
    """
    folder.mkdir(parents=True, exist_ok=True)
    result, written = Rendered(rgb, prediction, Look(Edges(threshold))), {}
    for kind in kinds:
        path = folder / f"{stem}.{prediction.model}.{kind}.png"
        if kind == GREY_KIND:
            made = np.rint(result.probability * 255).astype(np.uint8)
        else:
            made = result.view(kind)
        write_atomically(path, codec.encode(made, "png"))
        written[kind] = str(path)
    return written, result.share
