"""Weather: fog, rain, snow."""

import cv2
import numpy as np

from carseg.dials.effect import make_effect, on_picture, strength
from carseg.dials.filters import (
    clouds,
    line_points,
    mix,
    resized,
    spread_kernel,
    working_size,
)
from carseg.imaging.grid import Size
from carseg.imaging.linear import to_linear, to_srgb

# Optical depth between the camera and the ground at the picture's lower edge. The car is two to
# five times as far: at severity 5 a fifth to half of its light arrives. With half as much fog
# again, a white car would vanish.
FOG = (0.0, 0.04, 0.09, 0.15, 0.23, 0.33)
_FARTHEST = 5.0
_PATCHES = 0.3  # how much the fog's density differs from its mean from place to place

# The number of streaks, their opacity, the haze, and the stops by which the sky is duller: heavy
# rain hides distant things.
DROPS = (0, 200, 450, 750, 1100, 1500)
DROP_OPACITY = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8)
RAIN_HAZE = (0.0, 0.05, 0.1, 0.17, 0.25, 0.35)
RAIN_STOPS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8)
_DROP_COLOUR = 205.0  # a drop shows the sky, turned upside down
_DROP_LENGTH = (0.03, 0.11)  # shares of the short side

# The number of flakes, from far to near; near ones are large and few. The sky is dull.
FLAKES = (0, 160, 360, 640, 1000, 1500)
SNOW_STOPS = (0.0, 0.12, 0.25, 0.4, 0.55, 0.7)
SNOW_HAZE = (0.0, 0.03, 0.07, 0.13, 0.2, 0.3)
# For each layer: its share of the flakes, their radius and their path, as shares of the short side.
_LAYERS = ((0.7, 0.0035, 0.008), (0.25, 0.007, 0.018), (0.05, 0.015, 0.04))
_SNOW_COLOUR = 245.0


def fog(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """Koschmieder's law (1924), I = J t + A (1 - t) with t = exp(-optical depth), in linear light.

    Depth is that of a plane below a horizon, by height in the picture. The truth is not used: if
    the whole car were as near as its wheels, the fog would reveal where the car is.
    """
    horizon, air = draw.uniform(0.3, 0.42), draw.uniform(0.5, 0.68)
    tint = np.array([draw.uniform(0.95, 1), 1, draw.uniform(1, 1.06)])
    patches = 1 + _PATCHES * clouds(draw, rgb.shape[:2])
    depth = strength(FOG, severity) * _distance(rgb.shape[0], horizon)[:, None] * patches
    clear = np.exp(-depth)[..., None]
    light = to_linear(rgb)
    return to_srgb(light * clear + (air * tint).astype(np.float32) * (1 - clear))


def rain(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """Streaks along one wind, with haze, under a dull sky."""
    size = rgb.shape[:2]
    streaks = _streaks(working_size(size), round(strength(DROPS, severity)), draw)
    dull = _dull(rgb, strength(RAIN_STOPS, severity))
    hazy = mix(dull, _veil(dull), strength(RAIN_HAZE, severity))
    opacity = strength(DROP_OPACITY, severity) * np.clip(resized(streaks, size), 0, 1)
    return mix(hazy, np.full_like(rgb, _DROP_COLOUR), opacity)


def snow(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """Flakes of three distances, drawn out along one wind, with haze, under a dull sky."""
    size = rgb.shape[:2]
    dull = _dull(rgb, strength(SNOW_STOPS, severity))
    result = mix(dull, _veil(dull), strength(SNOW_HAZE, severity))
    degrees = draw.uniform(40, 140)
    for share, radius, path in _LAYERS:
        most = round(share * FLAKES[-1])
        count = round(share * strength(FLAKES, severity))
        flakes = _flakes(working_size(size), most, count, radius, draw)
        line = spread_kernel(line_points(path * min(working_size(size)), degrees))
        opacity = cv2.filter2D(flakes, -1, line, borderType=cv2.BORDER_REFLECT)
        opacity = np.clip(resized(opacity, size), 0, 1)
        result = mix(result, np.full_like(rgb, _SNOW_COLOUR), opacity)
    return result


def _distance(height: int, horizon: float) -> np.ndarray:
    """The distance of each row, in units of the lowest row's: float32 (H,), up to ``_FARTHEST``."""
    rows = (np.arange(height, dtype=np.float32) + 0.5) / height
    below = np.maximum(rows - horizon, 0) / (1 - horizon)
    return 1 / (below * (1 - 1 / _FARTHEST) + 1 / _FARTHEST)


def _dull(rgb: np.ndarray, stops: float) -> np.ndarray:
    return to_srgb(to_linear(rgb) * np.float32(2**-stops))


def _veil(rgb: np.ndarray) -> np.ndarray:
    """The picture's mean colour: what a haze of drops scatters."""
    return np.broadcast_to(rgb.mean((0, 1)), rgb.shape)


def _streaks(size: Size, count: int, draw: np.random.Generator) -> np.ndarray:
    """The opacity of the first ``count`` streaks: float32 (H, W) in 0..1."""
    height, width = size
    places = draw.uniform(-0.1, 1.1, (DROPS[-1], 2)) * (width, height)
    wind = np.radians(90 + draw.uniform(-25, 25) + draw.uniform(-3, 3, DROPS[-1]))
    length = draw.uniform(*_DROP_LENGTH, DROPS[-1]) * min(size)
    level = draw.uniform(70, 255, DROPS[-1])
    ends = places + np.stack([np.cos(wind), np.sin(wind)], -1) * length[:, None]
    layer = np.zeros(size, np.uint8)
    for start, end, bright in zip(
        _sixteenths(places)[:count], _sixteenths(ends), level, strict=False
    ):
        cv2.line(layer, start.tolist(), end.tolist(), bright, 1, cv2.LINE_AA, 4)
    return layer.astype(np.float32) / 255


def _flakes(
    size: Size, most: int, count: int, radius: float, draw: np.random.Generator
) -> np.ndarray:
    """The first ``count`` of ``most`` discs: float32 (H, W) in 0..1."""
    height, width = size
    places = _sixteenths(draw.uniform(-0.05, 1.05, (most, 2)) * (width, height))
    radii = _sixteenths(draw.uniform(0.6, 1.4, most) * radius * min(size))
    layer = np.zeros(size, np.uint8)
    for place, reach in zip(places[:count].tolist(), radii.tolist(), strict=False):
        cv2.circle(layer, place, reach, 255, -1, cv2.LINE_AA, 4)
    return layer.astype(np.float32) / 255


def _sixteenths(x: np.ndarray) -> np.ndarray:
    """Pixels in OpenCV's fixed point, with four bits behind the point."""
    return np.rint(x * 16).astype(int)


WEATHER_EFFECTS = (
    make_effect(
        "weather.fog",
        "Fog",
        "Light is scattered on its way, more towards the horizon: optical depth up to 0.33 at the "
        "lower edge.",
        on_picture(fog),
    ),
    make_effect(
        "weather.rain",
        "Rain",
        "Up to 1,500 streaks, with haze, and up to 0.8 stops less light.",
        on_picture(rain),
    ),
    make_effect(
        "weather.snow",
        "Snow",
        "Up to 1,500 flakes of three sizes, with haze, and up to 0.7 stops less light.",
        on_picture(snow),
    ),
)
