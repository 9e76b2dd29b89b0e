"""The values that a mask file holds, before anyone decides which of them is the car."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image

from carseg.imaging.car_choice import VOC_VOID, Colour, Label, colour_name
from carseg.imaging.colour import split_alpha, to_grey
from carseg.imaging.untrusted import PictureError

MOST_LABELS = 64
"""More distinct values than this are shades, not labels."""
LOSSY = {"JPEG": 1, "MPO": 1, "AVIF": 1, "HEIF": 1, "WEBP": 8}
"""Formats whose values may be only about those that were saved: with more than so many, they are
shades. A WebP may also be exact."""
_NEAR = 40
"""Values that differ by at most this in every channel are shades of one, if there are many."""
_FLAT = 10
"""Shades within this of each other are flat."""
_LEAST_FLAT = 9
_GREYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
_SQUARE = np.ones((3, 3), np.uint8)
_LOOKED_AT = 4_000_000
"""Pixels that are looked at to find the colours of a large picture."""


@dataclass(frozen=True)
class Values:
    """The labels of a mask, and which of them each pixel has.

    Attributes:
        index: uint8 (H, W), a position in ``labels``.
        labels: at most ``MOST_LABELS``, dark ones first.
        void: positions of labels that mean "unknown", whatever the rest is.
        white: the number that means white or "the highest", 255 in files of 8 bits.
        exact: the labels are the file's own values; else they are the middles of shades.
        clear: bool (H, W), transparent pixels, where alpha lies on both sides of half, else None.
        faint: alpha varies, but on one side of half.
        shades: grey, uint8 (H, W), where there are more shades than labels and none is flat.
        leftover: the share of pixels that are neither a label nor between two of them.
    """

    index: np.ndarray
    labels: tuple[Label, ...]
    void: frozenset[int] = frozenset()
    white: int = 255
    exact: bool = True
    clear: np.ndarray | None = None
    faint: bool = False
    shades: np.ndarray | None = None
    leftover: float = 0.0

    def pixels(self, *positions: int) -> np.ndarray:
        """The pixels of these labels, bool (H, W)."""
        chosen = np.zeros(len(self.labels), bool)
        chosen[list(positions)] = True
        return np.asarray(chosen[self.index])

    @property
    def counts(self) -> np.ndarray:
        """How many opaque pixels each label has, (labels,)."""
        seen = self.index if self.clear is None else self.index[~self.clear]
        return np.bincount(seen.ravel(), minlength=len(self.labels))

    def flat(self) -> np.ndarray:
        """How many opaque pixels of each label have only that label around them, (labels,)."""
        same = cv2.erode(self.index, _SQUARE) == cv2.dilate(self.index, _SQUARE)
        if self.clear is not None:
            same &= cv2.dilate(self.clear.view(np.uint8), _SQUARE) == 0
        return np.bincount(self.index[same], minlength=len(self.labels))


def values_of(image: Image.Image, step: int = 1) -> Values:
    """The values of a decoded picture of any mode; colour profiles are left out, a mask is data.

    Args:
        step: what a grey value counts in the file (``grey_step``).
    """
    alpha = None if image.format == "GIF" else split_alpha(image)[1]
    clear = None if alpha is None else np.asarray(alpha) <= 127
    if clear is not None and (clear.all() or not clear.any()):
        clear = None
    plane, colours = _plane(image)
    found = _few(plane, colours, step, clear)
    if found is not None and len(found.labels) > LOSSY.get(image.format or "", MOST_LABELS):
        found = None
    if found is None:
        deep = colours is None
        found = _deep_shades(image, plane) if deep else _shades(_rgb(image), clear)
    spread = 0 if alpha is None else int(np.ptp(np.asarray(alpha)))
    return replace(found, clear=clear, faint=clear is None and spread >= 32)


def grey_step(image: Image.Image) -> int:
    """How many levels one label is apart: greys of 2 and 4 bits are spread over 8 when decoded.

    Call it before the pixels are loaded.
    """
    modes = _stored_as(image)
    return 85 if "L;2" in modes else 17 if "L;4" in modes else 1


def is_deep(image: Image.Image) -> bool:
    """Whether the file has 16 bits per channel. Call it before the pixels are loaded."""
    return ";16" in _stored_as(image)


def _stored_as(image: Image.Image) -> str:
    """Pillow's words for how the pixels are packed."""
    tiles = getattr(image, "tile", None)
    return str(tiles[0][3]) if tiles else ""


def _plane(image: Image.Image) -> tuple[np.ndarray, np.ndarray | None]:
    """Integers that tell values apart, (H, W); and the colour of each, or None for numbers.

    Colours are (256, 3) for a palette, and empty where the integer itself is the colour.
    """
    if image.mode in {"P", "PA"}:
        rgb = np.zeros((256, 3), np.uint8)
        entries = np.frombuffer(bytes(image.getpalette("RGB") or b""), np.uint8).reshape(-1, 3)
        rgb[: len(entries)] = entries[:256]
        labels, one_colour = np.asarray(image.getchannel(0)), (entries == entries[:1]).all()
        # A palette that does not know all labels says nothing of them.
        unknown = int(labels.max()) >= len(entries)
        return labels, _GREYS if one_colour or unknown else rgb
    if image.mode in {"1", "L", "LA", "La"}:
        grey = image.convert("L") if image.mode in {"1", "La"} else image.getchannel(0)
        return np.asarray(grey), _GREYS
    if image.mode == "F" or image.mode.startswith("I"):
        return np.asarray(image), None
    rgb = _rgb(image).astype(np.uint32)
    return rgb[..., 0] << 16 | rgb[..., 1] << 8 | rgb[..., 2], np.zeros((0, 3), np.uint8)


def _rgb(image: Image.Image) -> np.ndarray:
    """The colours as they are stored, uint8 (H, W, 3)."""
    plain = {"La": "LA", "RGBa": "RGBA"}.get(image.mode)
    return np.asarray((image.convert(plain) if plain else image).convert("RGB"))


def _few(
    plane: np.ndarray, colours: np.ndarray | None, step: int, clear: np.ndarray | None
) -> Values | None:
    """The exact values of opaque pixels, if they are few."""
    if plane.dtype.kind == "f":
        # Not a number is not known: it becomes the label below all others, as -1 is.
        known = plane[np.isfinite(plane)]
        lowest, highest = float(known.min(initial=0)), float(known.max(initial=0))
        plane = np.nan_to_num(plane, nan=min(-1.0, lowest - 1), posinf=highest + 1, neginf=lowest)
    distinct = _distinct(plane if clear is None else plane[~clear])
    if distinct is None:
        return None
    counts = distinct[1]
    index = np.minimum(np.searchsorted(distinct[0], plane), len(counts) - 1).astype(np.uint8)
    white = 255 if colours is not None else _white(plane)
    labels = [
        _label(value, count / plane.size, colours, step, white)
        for value, count in zip(distinct[0].tolist(), counts.tolist(), strict=True)
    ]
    if colours is not None and len(colours):
        labels, index = _merged(labels, index)
    order = sorted(range(len(labels)), key=lambda i: (brightness(labels[i]), labels[i].name))
    place = np.empty(len(labels), np.uint8)
    place[order] = np.arange(len(labels))
    ordered = tuple(labels[i] for i in order)
    zero = any(label.number == 0 for label in ordered)
    void = frozenset(at for at, label in enumerate(ordered) if _is_void(label, zero))
    return Values(place[index], ordered, void, white // step)


def _distinct(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The values, ascending, and their counts; None if they are more than ``MOST_LABELS``."""
    if plane.dtype == np.uint8:
        counts = np.bincount(plane.ravel(), minlength=256)
        values = np.flatnonzero(counts)
        return (values, counts[values]) if len(values) <= MOST_LABELS else None
    rest = plane.ravel()
    found: dict[float, int] = {}
    while rest.size:
        if len(found) == MOST_LABELS:
            return None
        value, left = rest[0], rest[rest != rest[0]]
        found[value.item()] = rest.size - left.size
        rest = left
    values = np.array(sorted(found), plane.dtype)
    return values, np.array([found[value] for value in values.tolist()])


def _white(plane: np.ndarray) -> int:
    """The number that means white: wide files leave it to the reader."""
    highest = float(plane.max())
    if plane.dtype.kind == "f":
        return 1 if highest <= 1 else 255 if highest <= 255 else 65535
    if plane.dtype == np.uint8 or highest <= 255:
        return 255
    return 65535 if highest <= 65535 else 2**31 - 1 if highest < 2**31 else 2**32 - 1


def _label(value: float, share: float, colours: np.ndarray | None, step: int, white: int) -> Label:
    if colours is None:
        name = f"{value:g}" if isinstance(value, float) else str(value)
        level = round(255 * min(max(value / white, 0), 1))
        return Label(name, share, (level, level, level), math.floor(value))
    value = int(value)
    if not len(colours):
        colour = (value >> 16, value >> 8 & 255, value & 255)
        grey = colour[0] if colour[0] == colour[1] == colour[2] else None
        name = str(grey) if grey is not None else colour_name(colour)
        return Label(name, share, colour, grey, coloured=True)
    red, green, blue = colours[value].tolist()
    return Label(str(value // step), share, (red, green, blue), value // step)


def _merged(labels: list[Label], index: np.ndarray) -> tuple[list[Label], np.ndarray]:
    """Indices of one colour are one label, unless the palette has only that colour."""
    if len({label.colour for label in labels}) in (1, len(labels)):
        return labels, index
    first: dict[Colour | None, int] = {}
    kept: list[Label] = []
    place = np.empty(len(labels), np.uint8)
    for at, label in enumerate(labels):
        if label.colour in first:
            here = first[label.colour]
            together = (kept[here].share or 0) + (label.share or 0)
            kept[here] = replace(kept[here], share=together)
        else:
            here = first[label.colour] = len(kept)
            kept.append(label)
        place[at] = here
    return kept, place[index]


def _is_void(label: Label, zero: bool) -> bool:
    """Pascal VOC's pale void, or a number below 0 where 0 is a label."""
    return label.colour == VOC_VOID or (zero and label.number is not None and label.number < 0)


def brightness(label: Label) -> float:
    """The label's luma, 0..255; equal ones in the order of their numbers."""
    red, green, blue = label.colour or (0, 0, 0)
    fine = (label.number or 0) * 1e-6
    return 0.299 * red + 0.587 * green + 0.114 * blue + fine


def halved(grey: np.ndarray) -> Values:
    """Shades, uint8 (H, W), as two labels that meet at half: 0 and 255."""
    bright = grey > 127
    share = float(bright.mean())
    labels = Label("0", 1 - share, (0, 0, 0), 0), Label("255", share, (255, 255, 255), 255)
    return Values(bright.astype(np.uint8), labels, exact=False)


def _deep_shades(image: Image.Image, plane: np.ndarray) -> Values:
    if not np.isfinite(plane).all():
        raise PictureError(
            "This mask has shades and also values that are no numbers (NaN or infinite): save it "
            "with two values."
        )
    grey = np.asarray(to_grey(image, labels=True))
    if float(plane.max()) < _white(plane) / 4:
        # Hundreds of small numbers are names of things, not shades of a car.
        return Values(np.zeros(grey.shape, np.uint8), (), exact=False, leftover=1.0)
    return _shades(np.repeat(grey[..., None], 3, 2))


def _shades(rgb: np.ndarray, clear: np.ndarray | None = None) -> Values:
    """The flat colours of a picture with many, and what is nearest to each; uint8 (H, W, 3)."""
    grey = np.ascontiguousarray(rgb[..., 0]) if _is_grey(rgb) else None
    plain = np.ascontiguousarray(rgb) if grey is None else grey
    unlike = cv2.dilate(plain, _SQUARE) - cv2.erode(plain, _SQUARE)
    unlike = unlike if unlike.ndim == 2 else unlike.max(-1)
    if clear is not None:
        unlike[cv2.dilate(clear.view(np.uint8), _SQUARE) > 0] = 255
    step = max(1, unlike.size // _LOOKED_AT)
    middles = _middles(rgb[::step], unlike[::step] <= _FLAT)
    levels = grey if grey is not None else np.asarray(Image.fromarray(plain).convert("L"))
    if not middles:
        return Values(np.zeros(levels.shape, np.uint8), (), exact=False, shades=levels)
    if grey is None:
        index, far, alone = _nearest_colours(plain, middles)
    else:
        index, far, alone, _ = (part[grey] for part in _compare(_GREYS, middles))
    flat = alone & (unlike == 0)
    lost = flat | far if len(middles) != 2 else flat | (far & ~_near_edges(index))
    if clear is not None:
        lost &= ~clear
    shares = np.bincount(index.ravel(), minlength=len(middles)) / index.size
    labels = tuple(
        Label(_shade_name(colour), float(share), colour, _grey_of(colour))
        for colour, share in zip(middles, shares, strict=True)
    )
    only = levels if len(middles) == 1 else None
    return Values(index, labels, exact=False, shades=only, leftover=float(lost.mean()))


def _near_edges(index: np.ndarray) -> np.ndarray:
    """Pixels where the colours of two labels run into each other: a block of JPEG's colours."""
    block = np.ones((17, 17), np.uint8)
    return np.asarray(cv2.dilate(index, block) != cv2.erode(index, block))


def _is_grey(rgb: np.ndarray) -> bool:
    return bool((rgb[..., 0] == rgb[..., 1]).all() and (rgb[..., 1] == rgb[..., 2]).all())


def _middles(rgb: np.ndarray, flat: np.ndarray) -> list[Colour]:
    """The colours that many flat pixels have, dark ones first."""
    some = rgb[flat].astype(np.int32)
    bins = some[:, 0] >> 4 << 8 | some[:, 1] >> 4 << 4 | some[:, 2] >> 4
    counts = np.bincount(bins, minlength=4096)
    sums = np.stack([np.bincount(bins, some[:, c], minlength=4096) for c in range(3)])
    least = max(_LEAST_FLAT, flat.size // 20_000)
    found: list[tuple[float, ...]] = []
    for at in np.argsort(counts)[::-1]:
        if counts[at] < least or len(found) == MOST_LABELS:
            break
        here = tuple(float(value) for value in sums[:, at] / counts[at])
        if all(max(abs(a - b) for a, b in zip(here, one, strict=True)) > _NEAR for one in found):
            found.append(here)
    colours = [(round(r), round(g), round(b)) for r, g, b in found]
    return sorted(colours, key=lambda c: brightness(Label("", 0, c)))


def _nearest_colours(
    rgb: np.ndarray, middles: list[Colour]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The first three parts of ``_compare`` for a whole picture, (H, W) each.

    A table of 32 levels per channel tells them, and where it is not fine enough to tell which
    colour is the nearest, the pixels themselves do.
    """
    steps = np.arange(32, dtype=np.float32) * 8 + 3.5
    coarse = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 3)
    index, far, alone, margin = _compare(coarse, middles)
    bins = (rgb[..., 0] >> 3).astype(np.uint16) << 10
    bins |= (rgb[..., 1] >> 3).astype(np.uint16) << 5
    bins |= rgb[..., 2] >> 3
    found = index[bins]
    close = (margin < 15)[bins]
    found[close] = _compare(rgb[close], middles)[0]
    return found, far[bins], alone[bins]


def _compare(
    pixels: np.ndarray, middles: list[Colour]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What colours (N, 3) are among the middles of labels; each part is (N,).

    Returns:
        the position of the nearest; whether none explains it, because it is near none and not on
        the way between the two that there are; whether it would be a label of its own, if it was
        flat; and by how much the nearest is nearer than the second.
    """
    some, centres = pixels.astype(np.float32), np.array(middles, np.float32)
    away = np.stack([np.sqrt(((some - centre) ** 2).sum(-1)) for centre in centres])
    index = away.argmin(0).astype(np.uint8)
    near = np.sort(away, 0)
    margin = near[1] - near[0] if len(middles) > 1 else np.full(len(some), np.inf, np.float32)
    off = np.abs(some - centres[index]).max(-1)
    if len(middles) != 2:
        return index, off > _NEAR, off > 12, margin
    way = centres[1] - centres[0]
    along = np.clip(((some - centres[0]) @ way) / float(way @ way), 0, 1)
    aside = np.abs(some - centres[0] - along[..., None] * way).max(-1)
    return index, aside > 48, off > 12, margin


def _grey_of(colour: Colour) -> int | None:
    return round(sum(colour) / 3) if max(colour) - min(colour) <= 12 else None


def _shade_name(colour: Colour) -> str:
    grey = _grey_of(colour)
    return colour_name(colour) if grey is None else str(grey)
