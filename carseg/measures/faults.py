"""Measures per picture: where a mask is wrong, and how difficult the picture is.

All take bool (H, W) masks of one size; the band is as wide as that of Boundary IoU.
"""

from dataclasses import dataclass, fields

import cv2
import numpy as np

from carseg.measures.overlap import boundary, boundary_width, counts, surface_dice

BLOWN = 250
"""From this value on, in all three channels, a pixel holds no detail any more."""
WHEEL_ZONE = 0.3
"""Wheels stand in the lowest part of a car: this share of the height of its box."""
STRAY = 0.0005
"""A piece counts as stray from this share of the picture on; smaller ones are specks."""
CONTRAST_RADIUS = 7
"""Pixels within which the colours on both sides of the edge are averaged."""


@dataclass(frozen=True)
class Anatomy:
    """The errors of one picture in pixels, and its difficulty.

    Attributes:
        surface_dice: share of both outlines within two pixels of the other.
        edge_fp, edge_fn: false pixels within the band on either side of the true edge.
        inner_fp, inner_fn: those beyond it: regions, not edges.
        stray_pieces, stray_pixels: predicted pieces that touch no true car, specks left out.
        wheel_zone, wheel_fn: true pixels in the lowest 30 % of the car's box, and how many of them
            beyond the band are lost. Wheels are not annotated; a large share means that one is
            lost.
        edge_contrast: distance of colour (CIELAB, CIE76) between car and surroundings along the
            true edge, its mean; NaN without a car.
        blown: share of the car that is blown out (at least 250 in all channels); NaN likewise.
    """

    surface_dice: float
    edge_fp: int
    edge_fn: int
    inner_fp: int
    inner_fn: int
    stray_pieces: int
    stray_pixels: int
    wheel_zone: int
    wheel_fn: int
    edge_contrast: float
    blown: float


ANATOMY_COLUMNS = tuple(field.name for field in fields(Anatomy))


def anatomy(pred: np.ndarray, truth: np.ndarray, rgb: np.ndarray) -> Anatomy:
    """The anatomy of one picture, uint8 RGB (H, W, 3) of the masks' size.

    Raises:
        ValueError: as ``carseg.measures.overlap.counts``.
    """
    total = counts(pred, truth)
    band = edge_band(truth)
    near = counts(pred & band, truth & band)
    pieces, pixels = stray(pred, truth)
    zone = wheel_zone(truth)
    return Anatomy(
        surface_dice=surface_dice(pred, truth),
        edge_fp=near.fp,
        edge_fn=near.fn,
        inner_fp=total.fp - near.fp,
        inner_fn=total.fn - near.fn,
        stray_pieces=pieces,
        stray_pixels=pixels,
        wheel_zone=int(zone.sum()),
        wheel_fn=int((zone & ~pred & ~band).sum()),
        edge_contrast=edge_contrast(truth, rgb),
        blown=float((rgb[truth] >= BLOWN).all(-1).mean()) if truth.any() else float("nan"),
    )


def edge_band(truth: np.ndarray) -> np.ndarray:
    """The pixels within the boundary's width of the true edge, on both sides.

    The border of the picture is not an edge.
    """
    width = boundary_width(truth.shape)
    return np.asarray(_rim(truth, width) | _rim(~truth, width))


def _rim(mask: np.ndarray, width: int) -> np.ndarray:
    """As ``overlap.boundary``, but the mask continues unchanged beyond the picture's border."""
    wide = cv2.copyMakeBorder(
        mask.view(np.uint8), width, width, width, width, cv2.BORDER_REPLICATE
    ).astype(bool)
    return boundary(wide, width)[width:-width, width:-width]


def stray(pred: np.ndarray, truth: np.ndarray) -> tuple[int, int]:
    """Number and pixels of 8-connected predicted pieces that touch no true pixel."""
    number, labels, stats, _ = cv2.connectedComponentsWithStats(pred.view(np.uint8))
    touching = np.bincount(labels[truth], minlength=number) > 0
    areas = stats[:, cv2.CC_STAT_AREA]
    lone = ~touching & (areas >= STRAY * pred.size)
    lone[0] = False  # the background
    return int(lone.sum()), int(areas[lone].sum())


def wheel_zone(truth: np.ndarray) -> np.ndarray:
    """The true pixels in the lowest part of the car's box."""
    rows = np.flatnonzero(truth.any(1))
    zone = np.zeros_like(truth)
    if rows.size:
        top = rows[-1] + 1 - max(1, round(WHEEL_ZONE * (rows[-1] + 1 - rows[0])))
        zone[top:] = truth[top:]
    return zone


def edge_contrast(truth: np.ndarray, rgb: np.ndarray) -> float:
    """Mean CIE76 distance between the colours just inside and just outside of the true edge.

    For each pixel of the inner rim, three pixels wide, the local mean colours of car and of
    surroundings within seven pixels are compared, so that a thin seam of mixed pixels does not
    decide.
    """
    rim = _rim(truth, 3)
    if not rim.any() or truth.all():
        return float("nan")
    lab = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    inside, outside = _local_mean(lab, truth), _local_mean(lab, ~truth)
    distance = np.linalg.norm(inside - outside, axis=-1)
    return float(np.nanmean(distance[rim]))


def _local_mean(lab: np.ndarray, mask: np.ndarray, reach: int = CONTRAST_RADIUS) -> np.ndarray:
    """The mean over pixels of ``mask`` within ``reach``, (H, W, 3); NaN if there are none."""
    size = (2 * reach + 1, 2 * reach + 1)
    weight = cv2.boxFilter(mask.astype(np.float32), -1, size, normalize=False)
    total = cv2.boxFilter(lab * mask[..., None], -1, size, normalize=False)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(weight[..., None] > 0.5, total / weight[..., None], np.nan)
