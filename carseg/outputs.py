"""Predictions to files: masks, overlays, cut-outs and probabilities at the picture's own size."""

from pathlib import Path

import numpy as np

from carseg import images, matte, render
from carseg.predict import Prediction

KINDS = ("mask", "overlay", "cutout", "probability")


def picture_of(
    kind: str, rgb: np.ndarray, prediction: Prediction, probability: np.ndarray, threshold: float
) -> np.ndarray:
    """One result at full size; a cut-out's edges follow the photo, a mask is the plain threshold.

    Args:
        kind: one of KINDS.
        rgb: uint8 (H, W, 3), the picture that was predicted.
        probability: ``prediction.at()``, made once for all kinds.

    Returns:
        uint8: mask (H, W) of 0 and 255, probability (H, W) of 0 to 255, overlay (H, W, 3), cut-out
        (H, W, 4).
    """
    if kind == "probability":
        return np.rint(probability * 255).astype(np.uint8)
    if kind == "cutout":
        alpha = matte.alpha(probability, rgb, matte.Edges(), threshold, prediction.cell())
        return render.cutout(matte.foreground(rgb, alpha), alpha)
    mask = probability >= threshold
    return render.mask_picture(mask) if kind == "mask" else render.overlay(rgb, mask)


def save_results(
    folder: Path,
    stem: str,
    rgb: np.ndarray,
    prediction: Prediction,
    kinds: list[str],
    threshold: float,
) -> tuple[dict[str, str], float]:
    """Write ``<stem>.<model>.<kind>.png`` for every kind.

    Returns:
        kind to path, and the car's share of the picture (0..1).
    """
    folder.mkdir(parents=True, exist_ok=True)
    probability = prediction.at()
    written = {}
    for kind in kinds:
        path = folder / f"{stem}.{prediction.model}.{kind}.png"
        made = picture_of(kind, rgb, prediction, probability, threshold)
        path.write_bytes(images.encode(made, "png"))
        written[kind] = str(path)
    return written, float((probability >= threshold).mean())
