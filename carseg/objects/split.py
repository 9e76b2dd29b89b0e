"""Touching cars part where the outline says so, and one car never becomes two.

A car is about equally thick all along: the distance to its outline has one top, or several with no
deep dip between them. Where two cars touch, their outline is pinched, and the distance dips. So a
piece of a mask is divided where the dip falls below a share of the lower one of the two tops. The
distance is compared by its logarithm, so the share is the same for a far car as for a near one.
"""

import math

import cv2
import numpy as np
from scipy import ndimage
from skimage.morphology import local_maxima, reconstruction
from skimage.segmentation import watershed

NECK = 0.7
"""A piece is divided where its thickness falls below this share of the lower top's."""
LEAST_PART = 0.15
"""A part with less of its piece's largest part than this, in pixels, belongs to its neighbour."""
_STEPS = 200
"""Steps of the logarithm per factor e: tops that differ by less are one."""


def split_touching(piece: np.ndarray) -> np.ndarray:
    """The cars of one connected piece: int32 (H, W), 0 outside, numbered from 1.

    Args:
        piece: bool (H, W).
    """
    solid = ndimage.binary_fill_holes(piece)
    thick = _thickness(solid)
    tops = _tops(thick, solid)
    if tops.max() < 2:
        return piece.astype(np.int32)
    parts = watershed(-thick, tops, mask=solid)
    return np.where(piece, _without_crumbs(parts), 0).astype(np.int32)


def _thickness(solid: np.ndarray) -> np.ndarray:
    """Pixels to the nearest place outside, or to the picture's border, a little smoothed."""
    distance = cv2.distanceTransform(np.pad(solid, 1).view(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    smooth = cv2.GaussianBlur(distance, (0, 0), 1)
    return np.where(solid, smooth, 0)


def _tops(thick: np.ndarray, solid: np.ndarray) -> np.ndarray:
    """Numbers the tops between which the thickness dips far enough: int32 (H, W).

    These are the h-maxima of its logarithm (Soille 2003, "Morphological Image Analysis", 6.3.4):
    the regional maxima of its reconstruction from itself less h.
    """
    height = np.round(_STEPS * np.log(np.maximum(thick, 1)))
    dip = round(-_STEPS * math.log(NECK))
    flooded = reconstruction(height - dip, height, footprint=np.ones((3, 3)))
    tops = local_maxima(flooded.astype(np.int32), connectivity=2) & solid
    return cv2.connectedComponents(tops.astype(np.uint8), connectivity=8)[1]


def _without_crumbs(parts: np.ndarray) -> np.ndarray:
    """Small parts join the neighbour with the longest border in common, the smallest first."""
    while True:
        areas = np.bincount(parts.ravel())
        areas[0] = 0
        there = np.flatnonzero(areas)
        smallest = there[areas[there].argmin()]
        if len(there) < 2 or areas[smallest] >= LEAST_PART * areas.max():
            return parts
        crumb = parts == smallest
        around = cv2.dilate(crumb.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool) & ~crumb
        borders = np.bincount(parts[around])
        borders[0] = 0
        parts = np.where(crumb, borders.argmax(), parts)
