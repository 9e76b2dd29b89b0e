"""Backgrounds for a cut-out, and composing the two. Sizes are (height, width) in pixels."""

import cv2
import numpy as np

from carseg.imaging.grid import Size
from carseg.imaging.tiles import row_blocks

Colour = tuple[int, int, int]
"""Red, green and blue, 0..255, in sRGB."""


def solid(size: Size, colour: Colour) -> np.ndarray:
    """One colour: uint8 (H, W, 3)."""
    return np.broadcast_to(np.array(colour, np.uint8), (*size, 3)).copy()


def gradient(size: Size, top: Colour, bottom: Colour) -> np.ndarray:
    """From one colour at the top row to another at the bottom row: uint8 (H, W, 3).

    Rounding is dithered by a fixed pattern, so that a gentle gradient shows no bands.
    """
    height, width = size
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    ends = np.array(top, np.float32), np.array(bottom, np.float32)
    rows = ends[0] * (1 - share) + ends[1] * share
    noise = np.random.default_rng(0).random((64, 64, 1), np.float32)
    tiled = np.tile(noise, (-(-height // 64), -(-width // 64), 1))[:height, :width]
    # floor(x + noise) does not change whole numbers, so the colours at both ends are exact.
    return np.clip(np.floor(rows + tiled * np.float32(0.999)), 0, 255).astype(np.uint8)


def blurred(rgb: np.ndarray, radius: float, alpha: np.ndarray | None = None) -> np.ndarray:
    """The picture out of focus, uint8 (H, W, 3): Gaussian, ``radius`` is its sigma in pixels.

    With the car's ``alpha`` (float (H, W) in 0..1) the blur leaves out the car's colours: otherwise
    they would glow around the sharp car.
    """
    if radius <= 0:
        return rgb.copy()
    # A wide blur has no fine detail, so on a small copy it looks the same and costs little.
    factor = max(1, int(radius / 4))
    height, width = rgb.shape[:2]
    small = (max(1, width // factor), max(1, height // factor))
    photo = cv2.resize(rgb, small, interpolation=cv2.INTER_AREA).astype(np.float32)
    sigma = radius / factor
    if alpha is None:
        soft = _gaussian(photo, sigma)
    else:
        weight = 1 - cv2.resize(alpha.astype(np.float32), small, interpolation=cv2.INTER_AREA)
        # A small pixel that holds a little of the car already carries its colour.
        soft = _filled_blur(photo, np.clip(weight * 20 - 19, 0, 1), sigma)
    soft = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(np.rint(soft), 0, 255).astype(np.uint8)


def _gaussian(x: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(x, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)


def _filled_blur(photo: np.ndarray, weight: np.ndarray, sigma: float) -> np.ndarray:
    """The weighted mean of the surroundings; the deeper inside the car, the wider they are."""
    total, mass = _gaussian(photo * weight[..., None], sigma), _gaussian(weight, sigma)
    reach = sigma
    while mass.min() < 0.02 and reach < max(weight.shape):
        reach *= 3
        faint = np.float32(0.02)
        total = total + faint * _gaussian(photo * weight[..., None], reach)
        mass = mass + faint * _gaussian(weight, reach)
    # A picture that is all car has no background, so its own blur is shown.
    empty = np.float32(1e-4)
    return (total + empty * _gaussian(photo, sigma)) / (mass + empty)[..., None]


def fitted(picture: np.ndarray, size: Size) -> np.ndarray:
    """Another picture, uint8, scaled to cover ``size`` and cropped around its centre."""
    height, width = size
    scale = max(height / picture.shape[0], width / picture.shape[1])
    # Crop first, on whole pixels: otherwise a panorama would be enlarged before it is cropped.
    rows = min(picture.shape[0], max(1, round(height / scale)))
    columns = min(picture.shape[1], max(1, round(width / scale)))
    top, left = (picture.shape[0] - rows) // 2, (picture.shape[1] - columns) // 2
    part = np.ascontiguousarray(picture[top : top + rows, left : left + columns])
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(part, (width, height), interpolation=method)


def checkerboard(
    size: Size, square: int | None = None, light: int = 255, dark: int = 204
) -> np.ndarray:
    """The pattern that stands for "transparent": uint8 (H, W, 3).

    Args:
        square: side in pixels; None makes about 40 of them along the longer side.
        light, dark: the two greys, 0..255.
    """
    height, width = size
    square = square or max(1, max(size) // 40)
    odd = (np.arange(height)[:, None] // square + np.arange(width)[None] // square) % 2
    grey = np.where(odd == 1, np.uint8(dark), np.uint8(light))
    return np.repeat(grey[..., None], 3, axis=2)


def compose(foreground: np.ndarray, alpha: np.ndarray, background: np.ndarray) -> np.ndarray:
    """alpha foreground + (1 - alpha) background: uint8 (H, W, 3), in sRGB as browsers do it.

    Raises:
        ValueError: the three have different sizes.
    """
    if not foreground.shape[:2] == alpha.shape == background.shape[:2]:
        raise ValueError(
            f"Foreground {foreground.shape[:2]}, alpha {alpha.shape} and background "
            f"{background.shape[:2]} must be of one size."
        )
    result = np.empty((*foreground.shape[:2], 3), np.uint8)
    for rows in row_blocks(alpha.shape):
        share = alpha[rows].astype(np.float32)[..., None]
        back = background[rows].astype(np.float32)
        result[rows] = np.rint(back + share * (foreground[rows].astype(np.float32) - back))
    return result


def cutout(foreground: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """The car alone: uint8 (H, W, 4), straight (not premultiplied) alpha as PNG and WebP want it.

    Colours under alpha 0 become black, so the file contains nothing of the old background.
    """
    if foreground.shape[:2] != alpha.shape:
        raise ValueError(
            f"Foreground {foreground.shape[:2]} and alpha {alpha.shape} must be of one size."
        )
    result = np.empty((*alpha.shape, 4), np.uint8)
    for rows in row_blocks(alpha.shape):
        level = np.rint(np.clip(alpha[rows], 0, 1) * 255).astype(np.uint8)
        part = cv2.cvtColor(foreground[rows], cv2.COLOR_RGB2RGBA)
        cv2.insertChannel(level, part, 3)
        whole = part.view(np.uint32)[..., 0]  # a pixel's four bytes at once
        np.multiply(whole, level > 0, out=result.view(np.uint32)[rows, :, 0])
    return result
