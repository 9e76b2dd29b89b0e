"""Camera: out of focus, shaken, noisy, compressed, of low resolution."""

import io

import cv2
import numpy as np
from PIL import Image

from carseg.dials.effect import make_effect, on_picture, strength
from carseg.dials.filters import (
    disc_points,
    grain,
    line_points,
    resized,
    spread_kernel,
    to_uint8,
    working_size,
)
from carseg.imaging.linear import to_linear, to_srgb

# The radius of the disc that a point becomes, as a share of the short side. A lens focused two
# metres behind the car is near severity 1; from 4 on wheels and windows run into each other.
DEFOCUS = (0.0, 0.005, 0.01, 0.017, 0.026, 0.038)

# The length of the line that a point becomes, as a share of the short side: from a hand that
# shakes to a car that drives past at 50 km/h during a thirtieth of a second.
MOTION = (0.0, 0.014, 0.03, 0.052, 0.08, 0.11)

# The spread of noise on the scale 0..1, per working pixel. 0.05 is a telephone in the evening.
NOISE = (0.0, 0.03, 0.06, 0.1, 0.15, 0.21)
# The noise of each colour as a share of the noise of luminance: demosaicking smooths colour noise.
_OF_COLOUR = 0.5

# JPEG quality (100 is the best). Messengers use 60 to 80; below 5 even hues are lost.
JPEG = (100.0, 34.0, 19.0, 12.0, 8.0, 5.0)

# The side of a sensor's pixel, as a share of the short side: 1/120 is a thumbnail, 1/26 a car that
# a surveillance camera sees across a square.
RESOLUTION = (0.0, 1 / 120, 1 / 80, 1 / 54, 1 / 37, 1 / 26)


def defocus(rgb: np.ndarray, severity: float, _: np.random.Generator) -> np.ndarray:
    """Each point becomes a disc, in linear light."""
    radius = strength(DEFOCUS, severity) * min(rgb.shape[:2])
    return _blurred(rgb, disc_points(radius))


def motion(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """Each point becomes a line, in linear light. All directions occur, level ones more often."""
    degrees = draw.uniform(-90, 90) * draw.uniform(0, 1)
    length = strength(MOTION, severity) * min(rgb.shape[:2])
    return _blurred(rgb, line_points(length, degrees))


def noise(rgb: np.ndarray, severity: float, draw: np.random.Generator) -> np.ndarray:
    """Gaussian noise of luminance and of colour, as in pictures from a telephone."""
    size = rgb.shape[:2]
    layers = grain(draw, size, 1) + _OF_COLOUR * grain(draw, size, 3)
    return to_uint8(rgb + np.float32(255 * strength(NOISE, severity)) * layers)


def jpeg(rgb: np.ndarray, severity: float, _: np.random.Generator) -> np.ndarray:
    """Encoded and decoded on the working grid: there this is exactly JPEG with 4:2:0 colours.

    For pictures of other sizes the error of the coding is scaled and added. So blocks keep their
    share of the picture, and detail finer than the working grid stays as it is.
    """
    small = resized(np.ascontiguousarray(rgb), working_size(rgb.shape[:2]))
    buffer = io.BytesIO()
    quality = round(strength(JPEG, severity))
    Image.fromarray(small).save(buffer, "JPEG", quality=quality, subsampling="4:2:0")
    done = np.asarray(Image.open(buffer)).astype(np.float32) - small
    return to_uint8(rgb + resized(done, rgb.shape[:2]))


def resolution(rgb: np.ndarray, severity: float, _: np.random.Generator) -> np.ndarray:
    """Averaged over a coarse grid and enlarged. A picture that is as coarse does not change."""
    size = rgb.shape[:2]
    cell = strength(RESOLUTION, severity) * min(size)
    if cell <= 1:
        return rgb
    coarse = tuple(max(1, round(side / cell)) for side in size)
    small = cv2.resize(rgb, coarse[::-1], interpolation=cv2.INTER_AREA)
    return cv2.resize(small, size[::-1], interpolation=cv2.INTER_LINEAR)


def _blurred(rgb: np.ndarray, points: np.ndarray) -> np.ndarray:
    kernel = spread_kernel(points)
    light = to_linear(rgb)
    return to_srgb(cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REFLECT))


CAMERA_EFFECTS = (
    make_effect(
        "camera.defocus",
        "Out of focus",
        "Points become discs with a radius of up to 3.8 % of the short side.",
        on_picture(defocus),
    ),
    make_effect(
        "camera.motion",
        "Motion blur",
        "Points become lines with a length of up to 11 % of the short side.",
        on_picture(motion),
    ),
    make_effect(
        "camera.noise",
        "Noise",
        "Gaussian noise with a spread of up to 21 % of white, on a grid of about 320x480.",
        on_picture(noise),
    ),
    make_effect(
        "camera.jpeg",
        "JPEG",
        "Compressed down to quality 5 of 100, on a grid of about 320x480.",
        on_picture(jpeg),
    ),
    make_effect(
        "camera.resolution",
        "Low resolution",
        "Reduced to as little as 26 pixels along the short side and enlarged again.",
        on_picture(resolution),
    ),
)
