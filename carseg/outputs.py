"""Predictions to files: masks, overlays, cut-outs and probabilities at the picture's own size."""

from pathlib import Path

import numpy as np

from carseg import images, matte, render
from carseg.predict import Prediction

KINDS = ("mask", "overlay", "cutout", "probability")


def picture_of(
    kind: str, rgb: np.ndarray, prediction: Prediction, edges: matte.Edges | None = None
) -> np.ndarray:
    """One result at full size.

    Args:
        kind: one of KINDS.
        rgb: uint8 (H, W, 3), the picture that was predicted.
        edges: how edges are made; the default refines cut-outs and leaves masks as they are.

    Returns:
        uint8: mask (H, W) of 0 and 255, probability (H, W) of 0 to 255, overlay (H, W, 3), cut-out
        (H, W, 4).
    """
    probability = prediction.at()
    threshold = prediction.threshold
    if edges is not None and edges.threshold is not None:
        threshold = edges.threshold
    if kind == "probability":
        return np.rint(probability * 255).astype(np.uint8)
    if kind == "cutout":
        alpha = matte.alpha(probability, rgb, edges, prediction.threshold, prediction.cell())
        return render.cutout(matte.foreground(rgb, alpha), alpha)
    mask = probability >= threshold
    return render.mask_picture(mask) if kind == "mask" else render.overlay(rgb, mask)


def save_results(
    folder: Path,
    stem: str,
    rgb: np.ndarray,
    prediction: Prediction,
    kinds: list[str],
    edges: matte.Edges,
) -> dict[str, str]:
    """Write ``<stem>.<model>.<kind>.png`` for every kind; returns kind to path."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for kind in kinds:
        path = folder / f"{stem}.{prediction.model}.{kind}.png"
        path.write_bytes(images.encode(picture_of(kind, rgb, prediction, edges), "png"))
        written[kind] = str(path)
    return written
