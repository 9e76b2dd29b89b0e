"""Edges: from a network's coarse probabilities to a soft outline that follows the photo.

The map of a 160x240 network does not say where the outline runs inside a cell; the photo does. The
refinement goes from the network's resolution up to the photo's. At each step a guided filter (He,
Sun and Tang 2010, "Guided image filtering"; on a subsampled picture as in He and Sun 2015, arXiv
1505.00996) pulls the outline onto the photo's edges. Only a band around the outline is computed at
full size, in tiles: so time and memory grow with the outline's length, not with the picture.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from carseg.compositing.retouch import Stroke, retouched
from carseg.imaging.grid import PUBLISHED_GRID
from carseg.imaging.regions import clean_mask, settle
from carseg.imaging.tiles import Tile, on_all_cores, row_blocks, tiles
from carseg.objects.cars import Spot, cars_in

# Chosen by Boundary IoU: true masks of 40 street and web photos through a 160x240 grid, and a real
# network's maps of Carvana validation cars.
# A wider window or full trust follows the photo further, reflections and shadows included.
BASE_CELL = 4.0  # at the first step a cell of the network's grid measures 4 to 8 pixels
RADIUS = 0.5  # of the first window, in cells: as far as the upsampled map is uncertain
_TRUST = 0.7  # share of the filter against the map itself: limits how far the outline may move
EPSILON = 1e-3  # colour variance (of 0..1) below which a window counts as flat
SMOOTHING = 0.6  # in cells: rounds off the corners that bilinear upsampling leaves
_BAND = 1.5  # in cells on each side of the outline; what is further away is 0 or 1
FINE_RADIUS = 2  # pixels, of every later step
FIRST_CONTRAST = 2.5  # the smoothed map's ramp is about two cells wide: back to less than one
CONTRAST = 2.0  # a step up doubles the width of the soft edge in pixels: this takes it back
USUAL_GRID = PUBLISHED_GRID[0] * PUBLISHED_GRID[1]  # cells of the smallest models' maps
_TILE = 128


@dataclass(frozen=True)
class Edges:
    """How probabilities become a cut-out.

    Attributes:
        threshold: the probability at the outline, 0..1; None takes the model's own.
        refine: let the outline follow the photo.
        feather: pixels over which the edge fades on each side of the outline.
        cars: places in shares of the picture (``carseg.objects.cars.Car.heart``): the cars there
            alone are kept; () keeps all. None: all, but the main one alone in a cut-out and before
            a new background.
        fill_holes: make the car solid.
        strokes: what a hand keeps or erases, after all else.
    """

    threshold: float | None = None
    refine: bool = True
    feather: float = 0.0
    cars: tuple[Spot, ...] | None = None
    fill_holes: bool = False
    strokes: tuple[Stroke, ...] = ()


def alpha(
    probability: np.ndarray,
    rgb: np.ndarray,
    edges: Edges | None = None,
    threshold: float = 0.5,
    cell: float | None = None,
) -> np.ndarray:
    """How much of each pixel is car: float32 (H, W) in 0..1; the hard mask is ``alpha >= 0.5``.

    Away from the outline it is exactly 0 or 1. Without refinement the hard mask is exactly
    ``probability >= threshold``. Cars are removed and holes filled before the feathering. Strokes
    come last; their borders are as soft as the feathering.

    Args:
        probability: float (H, W) in 0..1, upsampled to the size of the photo.
        rgb: the photo, uint8 (H, W, 3).
        threshold: the probability at the outline where ``edges`` names none.
        cell: pixels of the photo per cell of the network's grid (photo height / grid height);
            None guesses it, see ``cell_of``.

    Raises:
        ValueError: the two have different sizes.
    """
    edges = edges or Edges()
    if probability.shape != rgb.shape[:2]:
        raise ValueError(
            f"The probabilities are {probability.shape} and the photo is {rgb.shape[:2]}: "
            "upsample them to the photo's size first."
        )
    p = _centred(probability, threshold if edges.threshold is None else edges.threshold)
    if edges.refine:
        result = _refined(p, rgb, cell_of(p) if cell is None else max(float(cell), 1.0))
    else:
        result = _steeper(p, 2.0)
    if edges.cars:
        cars = cars_in(result)
        result = cars.kept(result, cars.around(edges.cars))
    if edges.fill_holes:
        result = settle(result, clean_mask(result >= 0.5, fill_holes=True))
    if edges.feather > 0:
        result = feathered(result, edges.feather)
    return retouched(result, edges.strokes, 2 * edges.feather)


def cell_of(probability: np.ndarray) -> float:
    """A guess at the pixels per cell of the grid a map was upsampled from; at least 1.

    It is the grid of the smallest models, unless the map's edge is sharper. Bilinear upsampling
    turns a hard edge between two cells into a ramp one cell wide. So the area of the soft band,
    divided by the outline's length, is the cell's width, or more if the network itself was unsure.
    """
    height, width = probability.shape
    usual = math.sqrt(height * width / USUAL_GRID)
    inside = (probability >= 0.5).view(np.uint8)
    crossings = np.count_nonzero(inside[:, 1:] != inside[:, :-1])
    crossings += np.count_nonzero(inside[1:] != inside[:-1])
    # A line at a random angle crosses 4 / pi times as many pixel borders as it is long.
    length = max(crossings * math.pi / 4, 1.0)
    soft = np.count_nonzero((probability > 0.1) & (probability < 0.9))
    return max(1.0, min(usual, soft / length / 0.8))


def feathered(soft: np.ndarray, pixels: float) -> np.ndarray:
    """An edge that fades over about ``pixels`` on each side; exactly 0 or 1 further away.

    Three box filters in a row are near a Gaussian, cost the same at any width, and end.
    """
    width = 2 * max(1, round(2 * pixels / 3 / 2)) + 1
    result = soft
    for _ in range(3):
        result = cv2.blur(result, (width, width), borderType=cv2.BORDER_REPLICATE)
    # Running sums leave rounding errors in flat areas.
    result[result < 1e-4] = 0
    result[result > 1 - 1e-4] = 1
    return result


def _centred(probability: np.ndarray, threshold: float) -> np.ndarray:
    """Maps 0, the threshold and 1 to 0, 0.5 and 1, linearly in between: a new float32 array."""
    if not 0 <= threshold <= 1:
        raise ValueError(f"The threshold is {threshold}: it must lie between 0 and 1.")
    result = np.empty(probability.shape, np.float32)
    for rows in row_blocks(result.shape):
        p = result[rows]
        np.fmax(probability[rows], np.float32(0), out=p, casting="same_kind")  # NaN becomes 0
        np.fmin(p, np.float32(1), out=p)
        if threshold != 0.5:
            p[:] = _moved(p, threshold)
    return result


def _moved(p: np.ndarray, threshold: float) -> np.ndarray:
    low, high = max(threshold, 1e-6), max(1 - threshold, 1e-6)
    inside = p >= np.float32(threshold)
    below = np.minimum(p * np.float32(0.5 / low), np.float32(0.49999997))
    above = 0.5 + np.maximum(p - np.float32(threshold), 0) * np.float32(0.5 / high)
    return np.clip(np.where(inside, above, below), 0, 1).astype(np.float32)


def _steeper(soft: np.ndarray, factor: float) -> np.ndarray:
    """The soft edge in 1/factor of its width, around the same outline."""
    return np.clip((soft - np.float32(0.5)) * np.float32(factor) + np.float32(0.5), 0, 1)


def _refined(p: np.ndarray, rgb: np.ndarray, cell: float) -> np.ndarray:
    """The outline on the photo's edges, from the network's resolution up to the photo's."""
    if p.min() >= 0.5 or p.max() < 0.5:
        return (p >= 0.5).astype(np.float32)
    photos = [rgb]
    while cell / 2 ** len(photos) >= BASE_CELL and min(photos[-1].shape[:2]) >= 32:
        height, width = photos[-1].shape[:2]
        smaller = ((width + 1) // 2, (height + 1) // 2)
        photos.append(cv2.resize(photos[-1], smaller, interpolation=cv2.INTER_AREA))
    soft = _first_step(_resized(p, photos[-1]), photos[-1], cell / 2 ** (len(photos) - 1))
    for photo in photos[-2::-1]:
        soft = _next_step(_resized(soft, photo), photo)
    return soft


def _resized(soft: np.ndarray, photo: np.ndarray) -> np.ndarray:
    height, width = photo.shape[:2]
    if soft.shape == (height, width):
        return soft
    method = cv2.INTER_AREA if height < soft.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(soft, (width, height), interpolation=method)


def _first_step(p: np.ndarray, photo: np.ndarray, cell: float) -> np.ndarray:
    """The map on the coarsest photo: smoothed, guided, and hard away from the outline."""
    if cell > 1.5:
        p = cv2.GaussianBlur(p, (0, 0), SMOOTHING * cell, borderType=cv2.BORDER_REPLICATE)
    inside = (p >= 0.5).astype(np.uint8)
    distance = _distance(inside) + _distance(1 - inside)
    result = inside.astype(np.float32)

    def mixed(guided: np.ndarray, before: np.ndarray) -> np.ndarray:
        both = np.float32(_TRUST) * guided + np.float32(1 - _TRUST) * before
        return _steeper(both, FIRST_CONTRAST)

    radius = max(1, round(RADIUS * cell))
    _guide(distance <= _BAND * cell, p, photo, radius, mixed, into=result)
    return result


def _distance(mask: np.ndarray) -> np.ndarray:
    """Pixels to the nearest zero; 0 outside the mask."""
    return cv2.distanceTransform(mask, cv2.DIST_L2, 3)


def _next_step(soft: np.ndarray, photo: np.ndarray) -> np.ndarray:
    """One step finer: guided within a few pixels of the soft edge, hard elsewhere."""
    result = soft.copy()

    def sharper(guided: np.ndarray, _: np.ndarray) -> np.ndarray:
        return _steeper(guided, CONTRAST)

    _guide(near_edge(soft, FINE_RADIUS), soft, photo, FINE_RADIUS, sharper, into=result)
    return result


def near_edge(soft: np.ndarray, pixels: int) -> np.ndarray:
    """Bool (H, W): at most ``pixels`` in x and y away from a value between 0 and 1."""
    between = np.empty(soft.shape, np.uint8)
    for rows in row_blocks(soft.shape):
        between[rows] = (soft[rows] > 0) & (soft[rows] < 1)
    return cv2.dilate(between, np.ones((2 * pixels + 1,) * 2, np.uint8)).view(bool)


def _guide(
    band: np.ndarray,
    p: np.ndarray,
    photo: np.ndarray,
    radius: int,
    finish: Callable[[np.ndarray, np.ndarray], np.ndarray],
    *,
    into: np.ndarray,
) -> None:
    """Write where ``band`` is what ``finish`` makes of the guided filter of ``p``.

    ``finish`` gets a tile of the filter's result and the same tile of ``p``.
    """

    def do(tile: Tile) -> None:
        inner, outer, crop = tile
        guided = guided_filter(p[outer], photo[outer], radius, EPSILON)[crop]
        np.copyto(into[inner], finish(guided, p[inner]), where=band[inner])

    on_all_cores(do, tiles(band, _TILE, 2 * radius))


def guided_filter(p: np.ndarray, rgb: np.ndarray, radius: int, epsilon: float) -> np.ndarray:
    """``p`` as the best linear function of the colours in each window (He, Sun, Tang 2010).

    In every window of 2 radius + 1 pixels, p is fitted by a . colour + b with ``epsilon`` times the
    square of a as a penalty (equations 19 to 21); a pixel takes the mean of its windows' fits. A
    window reaches ``radius`` pixels and so does the mean: the filter reaches 2 radius in all.

    Args:
        p: float32 (H, W).
        rgb: the guide, uint8 (H, W, 3).
        epsilon: colour variance, of colours in 0..1, below which a window counts as flat.

    Returns:
        float32 (H, W); may leave 0..1 by a little.
    """
    # OpenCV takes the colours as they are, in 0..255.
    return cv2.ximgproc.guidedFilter(rgb, p, radius, epsilon * 255**2)
