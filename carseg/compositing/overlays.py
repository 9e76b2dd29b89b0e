"""Pictures of masks and probabilities: pure functions on arrays, no networks, no files.

Masks are bool (H, W), pictures are uint8 RGB (H, W, 3), probabilities are floats (H, W) in 0..1.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from carseg.compositing.backgrounds import Colour

# Okabe and Ito 2008, "Color universal design", except the green: on a grey photo their
# transparent green looks grey to people without green cones.
COLOURS: dict[str, Colour] = {
    "a_only": (230, 159, 0),  # orange
    "b_only": (0, 114, 178),  # blue
    "both": (120, 220, 120),  # light green, which nobody sees as grey
    "tp": (120, 220, 120),  # light green: right
    "fp": (213, 94, 0),  # vermilion: called car, but is not
    "fn": (86, 180, 233),  # sky blue: is car, but was missed
    "car": (230, 159, 0),
}

# Cividis (Nunez et al. 2018): even steps of lightness, the same for colour-blind readers.
_CIVIDIS = cv2.applyColorMap(np.arange(256, dtype=np.uint8)[:, None], cv2.COLORMAP_CIVIDIS)
_CIVIDIS = np.ascontiguousarray(_CIVIDIS[:, 0, ::-1])


@dataclass(frozen=True)
class Shares:
    """How far two masks differ.

    Attributes:
        a_only, b_only, both, different: fractions of all pixels, 0..1; different is the sum of
            the first two.
        dice: 2 both / (a + b); 1 where both masks are empty.
    """

    a_only: float
    b_only: float
    both: float
    different: float
    dice: float


def mask_picture(mask: np.ndarray) -> np.ndarray:
    """A mask as a grey picture: uint8 (H, W), 255 on the car, 0 elsewhere."""
    return np.where(mask.astype(bool), np.uint8(255), np.uint8(0))


def probability_map(probability: np.ndarray) -> np.ndarray:
    """Probabilities as colours, dark blue (0) to yellow (1): uint8 RGB.

    The scale is fixed: the same colour is the same probability in every picture.
    """
    p = np.nan_to_num(np.clip(probability.astype(np.float32), 0, 1))
    return _CIVIDIS[np.rint(p * 255).astype(np.uint8)]


def overlay(
    rgb: np.ndarray, mask: np.ndarray, colour: Colour = COLOURS["car"], opacity: float = 0.5
) -> np.ndarray:
    """The photo with the car tinted: uint8 RGB.

    Half of the tint is the flat colour, half is the colour times the car's own lightness, so that
    shading and lines stay visible up to an opacity of 1.
    """
    _same_size(rgb, mask)
    strength = min(max(opacity, 0.0), 1.0)
    lightness = np.arange(256, dtype=np.float32)[:, None] / 255
    tints = np.rint(np.array(colour, np.float32) * (0.4 + 0.6 * lightness)).astype(np.uint8)
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    tint = cv2.LUT(cv2.merge([grey] * 3), tints[:, None])
    tinted = cv2.addWeighted(rgb, 1 - strength, tint, strength, 0)
    return cv2.copyTo(tinted, mask.astype(np.uint8), rgb.copy())


def outline(
    rgb: np.ndarray, mask: np.ndarray, colour: Colour = COLOURS["car"], width: float = 3.0
) -> np.ndarray:
    """The photo with the car's outline: uint8 RGB, a line of ``width`` pixels along the border.

    The line is anti-aliased and has a halo, dark around light colours and light around dark ones,
    so that it shows on any photo. The picture's own border is no outline.
    """
    _same_size(rgb, mask)
    inside = mask.astype(bool)
    if width <= 0 or inside.all() or not inside.any():
        return rgb.copy()
    distance = _distance_to_border(inside)
    half, halo = width / 2, max(1.5, width / 3)
    light = np.dot(colour, [0.299, 0.587, 0.114]) > 110
    contrast = (0, 0, 0) if light else (255, 255, 255)
    rows, columns = np.nonzero(distance < half + halo + 1)
    near = distance[rows, columns]
    pixels = rgb[rows, columns].astype(np.float32)
    for reach, paint, strength in ((half + halo, contrast, 0.8), (half, colour, 1.0)):
        share = (strength * np.clip(reach + 0.5 - near, 0, 1))[:, None].astype(np.float32)
        pixels += share * (np.array(paint, np.float32) - pixels)
    result = rgb.copy()
    result[rows, columns] = np.rint(pixels)
    return result


def disagreement(a: np.ndarray, b: np.ndarray, rgb: np.ndarray | None = None) -> np.ndarray:
    """Where two masks differ: orange A only, blue B only, green both; uint8 RGB.

    On a grey copy of the photo, or on dark grey without one.
    """
    _check(a, b, rgb)
    return _painted([(a & ~b, "a_only"), (b & ~a, "b_only"), (a & b, "both")], a.shape, rgb)


def disagreement_shares(a: np.ndarray, b: np.ndarray) -> Shares:
    """How far two masks of one size differ; see ``Shares``."""
    _same_size(a, b)
    a, b = a.astype(bool), b.astype(bool)
    pixels = max(a.size, 1)
    both = int(np.count_nonzero(a & b))
    a_only, b_only = int(np.count_nonzero(a)) - both, int(np.count_nonzero(b)) - both
    total = 2 * both + a_only + b_only
    return Shares(
        a_only=a_only / pixels,
        b_only=b_only / pixels,
        both=both / pixels,
        different=(a_only + b_only) / pixels,
        dice=2 * both / total if total else 1.0,
    )


def errors(pred: np.ndarray, truth: np.ndarray, rgb: np.ndarray | None = None) -> np.ndarray:
    """A mask against the truth: green right, vermilion too much, sky blue missed; uint8 RGB."""
    _check(pred, truth, rgb)
    layers = [(pred & ~truth, "fp"), (truth & ~pred, "fn"), (pred & truth, "tp")]
    return _painted(layers, pred.shape, rgb)


def _painted(
    layers: list[tuple[np.ndarray, str]], shape: tuple[int, ...], rgb: np.ndarray | None
) -> np.ndarray:
    """Colours over grey: agreement is transparent, disagreement is nearly opaque."""
    if rgb is None:
        result: np.ndarray = np.full((*shape, 3), 40, np.uint8)
        opacity = {}
    else:
        result = cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        opacity = {"both": 0.6, "tp": 0.6}
    default = 1.0 if rgb is None else 0.85
    for mask, name in layers:
        base = result[mask].astype(np.float32)
        strength = np.float32(opacity.get(name, default))
        result[mask] = np.rint(base + strength * (np.array(COLOURS[name], np.float32) - base))
    return result


def _distance_to_border(inside: np.ndarray) -> np.ndarray:
    """Pixels from each pixel's centre to the line between inside and outside: float32.

    The steps of the pixels are smoothed, because a thick line would repeat them.
    """
    mask = inside.view(np.uint8)
    signed: np.ndarray = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    signed -= cv2.distanceTransform(1 - mask, cv2.DIST_L2, 5)
    # The nearest pixel of the other side is half a pixel beyond the border.
    signed -= np.where(inside, np.float32(0.5), np.float32(-0.5))
    return np.abs(cv2.GaussianBlur(signed, (0, 0), 1.0, borderType=cv2.BORDER_REPLICATE))


def _check(a: np.ndarray, b: np.ndarray, rgb: np.ndarray | None) -> None:
    for name, mask in (("first", a), ("second", b)):
        if mask.dtype != bool:
            raise ValueError(f"The {name} mask is {mask.dtype}: masks are boolean here.")
    _same_size(a, b)
    if rgb is not None:
        _same_size(rgb, a)


def _same_size(a: np.ndarray, b: np.ndarray) -> None:
    if a.shape[:2] != b.shape[:2]:
        raise ValueError(f"Sizes differ: {a.shape[:2]} and {b.shape[:2]} (height, width).")
