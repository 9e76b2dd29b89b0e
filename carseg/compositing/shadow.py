"""Makes a cut-out car stand in another background: a shadow under it, and the new light on it.

Both are made to look right; they are not physics, because the ground and the lamps are unknown. The
light of a background is guessed from its pixels unless it is known.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from carseg.imaging.linear import to_linear, to_srgb

# Lengths are shares of the car's width.
_CONTACT = 0.012  # where tyres touch: sharp and dark
_AMBIENT = 0.05  # around the car: wide and faint
_GRAZING = 0.35  # the ground is seen flat: shadows spread less up and down than sideways
_DRIFT = 0.06  # how far the wide shadow moves away from a hard light
_SIDE = 720  # pixels of the copy on which shadows are made: soft shadows need no more
_LEAST = 0.25  # of the largest piece: smaller ones cast no shadow
_DEPTH = (0.9, 0.6)  # light that contact and ambient take at their darkest

GAINS = 0.4, 1.6
"""Each channel of the car is brightened or darkened within these factors."""
_TRUST = 0.5
"""How strongly a guessed change of light is applied, as an exponent: 0 not at all, 1 fully."""
SURROUNDINGS = 0.35
"""Mean reflectance of things in photographs, for guessing a photo's light."""


@dataclass(frozen=True)
class Light:
    """The light of a background.

    Attributes:
        colour: linear RGB that a matt grey of albedo 0.5 has in it.
        lean: the side that the light comes from, -1 (left) to 1 (right).
        softness: 0 for one hard lamp, 1 for light from all sides.
    """

    colour: tuple[float, float, float]
    lean: float = 0.0
    softness: float = 1.0


def ground_shadow(alpha: np.ndarray, light: Light | None = None) -> np.ndarray:
    """How much light the car takes from the ground, float32 (H, W) in 0..1; 0 where the car is.

    The ground touches the car along the lower hull of its outline (from tyre to tyre); between hull
    and outline lies the dark gap under the car.

    Args:
        alpha: of the car, float (H, W) in 0..1.
        light: of the background; None: soft light from above.
    """
    light = light or Light((0.5, 0.5, 0.5))
    scale = min(1.0, _SIDE / max(alpha.shape))
    # A side of a very thin picture would be rounded to 0.
    size = [max(1, round(side * scale)) for side in alpha.shape[::-1]]
    small = cv2.resize(alpha.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    soft = cv2.resize(_under(small, light), alpha.shape[::-1], interpolation=cv2.INTER_LINEAR)
    # Behind a half transparent edge of the car, the ground lies in the full shadow.
    return np.where(alpha < 1, soft, 0).astype(np.float32)


def _under(alpha: np.ndarray, light: Light) -> np.ndarray:
    """The shadow as if cars were transparent, float32 (H, W) in 0..1; each car has its own."""
    shadow = np.zeros(alpha.shape, np.float32)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((alpha >= 0.5).view(np.uint8))
    areas = stats[1:, cv2.CC_STAT_AREA]
    # Stray pieces are no cars.
    for piece in np.flatnonzero(areas >= _LEAST * areas.max(initial=0)) + 1:
        np.maximum(shadow, _under_one(labels == piece, light), out=shadow)
    return shadow


def _under_one(car: np.ndarray, light: Light) -> np.ndarray:
    """The shadow of one piece, bool (H, W) with a car in it."""
    ground = ground_line(car)
    if ground is None:
        return np.zeros_like(car)
    left, rows = ground
    span = len(rows)
    columns = slice(left, left + span)
    top = np.argmax(car[:, columns], axis=0)
    index = np.arange(car.shape[0])[:, None]
    # Between the car and the hull the ground is dark, and so is a little of the ground below.
    reach = rows + max(1.0, _CONTACT * span)
    inside = np.zeros(car.shape, np.float32)
    inside[:, columns] = (index <= reach[None]) & (index >= ((top + rows) / 2)[None])
    drift = -light.lean * (1 - light.softness) * _DRIFT * span
    near = _spread(inside, _CONTACT * span)
    wide = _spread(_shifted(inside, drift), _AMBIENT * span)
    return np.maximum(_DEPTH[0] * near, _DEPTH[1] * wide)


def ground_line(car: np.ndarray) -> tuple[int, np.ndarray] | None:
    """The row on which the car stands, for each column of its width; None without a car.

    Args:
        car: bool (H, W).

    Returns:
        the first column, and the lower hull of the outline, float64 (columns,), rows from the top.
    """
    columns = np.flatnonzero(car.any(0))
    if not columns.size:
        return None
    left, right = int(columns[0]), int(columns[-1])
    bottom = car.shape[0] - 1 - np.argmax(car[::-1, columns], axis=0)
    points = np.column_stack([columns, bottom]).astype(np.float32)
    hull = cv2.convexHull(points)[:, 0]
    x, low = np.arange(left, right + 1), np.full(right - left + 1, -np.inf)
    for (x0, y0), (x1, y1) in zip(hull, np.roll(hull, -1, axis=0), strict=True):
        between = (x >= min(x0, x1)) & (x <= max(x0, x1))
        share = (x[between] - x0) / (x1 - x0) if x1 != x0 else 1.0
        # The hull has an upper and a lower side: rows grow downwards, so the larger one is lower.
        low[between] = np.maximum(low[between], y0 + share * (y1 - y0))
    return left, low


def _spread(x: np.ndarray, sigma: float) -> np.ndarray:
    sigma = max(sigma, 0.5)
    return cv2.GaussianBlur(
        x, (0, 0), sigmaX=sigma, sigmaY=max(sigma * _GRAZING, 0.5), borderType=cv2.BORDER_REPLICATE
    )


def _shifted(x: np.ndarray, by: float) -> np.ndarray:
    move = np.array([[1, 0, by], [0, 1, 0]], np.float32)
    return cv2.warpAffine(x, move, x.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


def darkened(background: np.ndarray, shadow: np.ndarray) -> np.ndarray:
    """The background with a shadow on it, uint8 (H, W, 3): linear light times 1 - shadow."""
    result = background.copy()
    step = 256  # rows at a time: a 24-megapixel picture in float would take gigabytes
    for top in range(0, len(shadow), step):
        rows = slice(top, top + step)
        if shadow[rows].any():
            result[rows] = to_srgb(to_linear(background[rows]) * (1 - shadow[rows])[..., None])
    return result


def light_of(rgb: np.ndarray, alpha: np.ndarray | None = None) -> Light:
    """A guess of the light of a photo, uint8 (H, W, 3), from the mean of its surroundings.

    Args:
        alpha: of a car in it. Its own colour says nothing about the light, so it is left out.
    """
    linear = to_linear(cv2.resize(rgb, (64, 64), interpolation=cv2.INTER_AREA))
    weight = np.ones((64, 64), np.float32)
    if alpha is not None:
        weight -= cv2.resize(alpha.astype(np.float32), (64, 64), interpolation=cv2.INTER_AREA)
        weight = np.clip(weight, 0.001, 1)
    mean = (linear * weight[..., None]).sum((0, 1)) / weight.sum()
    red, green, blue = (float(c) for c in mean * 0.5 / SURROUNDINGS)
    return Light((red, green, blue))


def relit(foreground: np.ndarray, old: Light, new: Light) -> np.ndarray:
    """The car's colours, uint8 (H, W, 3), in the light of another background.

    Each channel of linear light is multiplied by (new / old) ** ``_TRUST``, within ``GAINS``.
    """
    ratio = np.array(new.colour, np.float32) / np.maximum(np.array(old.colour, np.float32), 1e-3)
    gain = np.clip(ratio**_TRUST, *GAINS)
    level = to_linear(np.arange(256))[:, None] * gain
    # Colours that get too bright approach white softly instead of being clipped.
    level = np.where(level > 0.8, 0.8 + 0.2 * (1 - np.exp(-(level - 0.8) / 0.2)), level)
    table = to_srgb(level)
    return np.stack([table[:, c][foreground[..., c]] for c in range(3)], -1)


def stand(
    foreground: np.ndarray,
    alpha: np.ndarray,
    rgb: np.ndarray,
    background: np.ndarray,
    light: Light | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Fits car and background to each other: ``relit`` colours, and the background with a shadow.

    Args:
        foreground: the car's colours, uint8 (H, W, 3).  alpha: of the car, float (H, W).
        rgb: the photo that it was cut out of.  background: of the same size.
        light: of the background if it is known; None: it is guessed.
    """
    place = light or light_of(background)
    shadow = ground_shadow(alpha, place)
    return relit(foreground, light_of(rgb, alpha), place), darkened(background, shadow)
