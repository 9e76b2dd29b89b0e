"""Reads true masks of every coding: which pixels are car, which are not, and which are unknown.

This is the only place that decides it. ``CODINGS`` is the table: the first row that knows a mask
reads it. A mask that no row knows is refused with a sentence and its labels, so that a person can
say which of them is the car.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from carseg.core.gate import PIXELS
from carseg.imaging.car_choice import ALL, OPAQUE, TRANSPARENT, VOC_VOID, CarChoice, Label
from carseg.imaging.grid import Size, coverage, resize_mask
from carseg.imaging.mask_classes import classes_of, flat_labels
from carseg.imaging.mask_values import Values, grey_step, halved, is_deep, values_of
from carseg.imaging.untrusted import File, PictureError, open_picture, upright

VERSION = 3
"""Of the table: scores that were made with another one are made anew."""
ALL_ROUND = 0.98
"""A label that has this share of the picture's border is all round it."""
WHITE = 240
"""Paper is at least as bright in every channel."""
SMALL_LABEL = 32
"""Numbers below this are labels, not shades of grey."""
_THIN = 0.04
"""A band of void is at most this share of the diagonal wide, on either side of its middle."""

_SIGN = b"car"
_OWN = bytes(3) + _SIGN + bytes(3 * 253) + b"\xff" * 3
"""The palette of a mask that we wrote: 0 is black, 255 white; the colour of 1 is our sign."""
_OWN_WITH_VOID = bytes(3) + b"\xff" * 3 + _SIGN + bytes(3 * 252) + bytes(VOC_VOID)
"""The same with void: 1 is white, 255 the pale void of Pascal VOC, 2 our sign."""


@dataclass(frozen=True)
class TrueMask:
    """A true mask.

    Attributes:
        car: bool (H, W).
        void: bool (H, W), pixels of which nothing is known, never car; None if there are none.
        note: what a person should know about how it was read, a sentence or ''.
        doubt: where the note says something that one may not expect, the labels to choose from.
    """

    car: np.ndarray
    void: np.ndarray | None = None
    note: str = ""
    doubt: tuple[Label, ...] = ()

    @property
    def values(self) -> np.ndarray:
        """Grey, uint8 (H, W), which ``read_mask`` reads as this mask.

        It is 0 and 255; with void it is 0, 1 and 255.
        """
        car = self.car.astype(np.uint8)
        return car * 255 if self.void is None else np.where(self.void, np.uint8(255), car)

    def encoded(self) -> bytes:
        """``values`` as a PNG, with a palette by which ``read_mask`` knows it again.

        So the same mask comes back even if the car is all along the border.
        """
        file, image = io.BytesIO(), Image.fromarray(self.values)
        image.putpalette(_OWN if self.void is None else _OWN_WITH_VOID)
        image.save(file, "PNG", compress_level=3)
        return file.getvalue()

    def at(self, size: Size) -> "TrueMask":
        """The same on another grid.

        A cell is car, or not, if what is known of it is more than half of it. Else it is void.
        """
        if self.void is None:
            return replace(self, car=resize_mask(self.car, size))
        if self.car.shape == tuple(size):
            return self
        unknown = coverage(self.void, size)
        share = coverage(self.car, size)
        half = np.float32(0.5)
        car = np.where(unknown > 0, share > half, resize_mask(self.car, size))
        void = ~car & (unknown > 0) & (share + unknown >= half)
        return replace(self, car=car, void=void if void.any() else None)


class UnsureMaskError(PictureError):
    """It is not sure which part of a mask is the car.

    Attributes:
        labels: what the mask holds; a person can choose among them.
    """

    def __init__(self, text: str, labels: Sequence[Label]) -> None:
        super().__init__(text)
        self.labels = tuple(labels)

    def __reduce__(self) -> tuple[type, tuple[str, tuple[Label, ...]]]:
        return type(self), (str(self), self.labels)

    def named(self, name: str) -> "UnsureMaskError":
        """The same, about the file ``name``."""
        return UnsureMaskError(f"'{name}': {self}", self.labels)


class VoidMaskError(UnsureMaskError):
    """A mask is void everywhere: among others it is left out."""


class _Reading(NamedTuple):
    """Positions of the labels that are car and that are void, and a note."""

    car: Sequence[int]
    void: Sequence[int] = ()
    note: str = ""


def read_mask(source: File, car: CarChoice | None = None) -> TrueMask:
    """The true mask in a file or a Pillow image.

    Args:
        car: the labels that are the car; None: ``CODINGS`` decide.

    Raises:
        UnsureMaskError: it is not sure which part is the car, and ``car`` does not say it.
        PictureError: as ``carseg.imaging.codec.decode``.
    """
    with open_picture(source) as image, PIXELS.enter(image.width * image.height):
        step = grey_step(image)
        deep = is_deep(image)
        decoded = upright(image)
        if car is None and (own := _own(decoded)) is not None:
            return own
        values = values_of(decoded, step)
        if deep and image.mode in {"RGB", "RGBA"} and len(values.labels) == 1:
            raise UnsureMaskError(
                "Colours of 16 bits are read with 8, and nothing is left of this mask: save it "
                "with 8 bits.",
                (),
            )
        return _chosen(values, car) if car else _decided(values)


def _own(image: Image.Image) -> TrueMask | None:
    """The mask in a file that ``TrueMask.encoded`` made; None for any other."""
    palette = bytes(image.getpalette("RGB") or b"") if image.mode == "P" else b""
    if palette == _OWN:
        return TrueMask(np.asarray(image) == 255)
    if palette != _OWN_WITH_VOID:
        return None
    labels = np.asarray(image)
    void = labels == 255
    note = f"255 is void ({void.mean():.1%} of the mask) and is left out of scores."
    return TrueMask(labels == 1, void, note)


def _decided(values: Values) -> TrueMask:
    """The mask by the table. Raises UnsureMaskError."""
    if values.clear is not None:
        return _with_clear(values, values.clear)
    if values.exact and len(values.labels) > 2:
        known = _by_table(values, CODINGS_OF_FEW)
        if known is not None:
            return known
        values = classes_of(values)
    found = _by_table(values, CODINGS)
    if found is None:
        raise UnsureMaskError(_several(values), _offered(values))
    return found


def _by_table(values: Values, table: "Sequence[Coding]") -> TrueMask | None:
    for coding in table:
        reading = coding(values)
        if isinstance(reading, TrueMask):
            return reading
        if reading is not None:
            return _mask(values, reading)
    return None


def _mask(values: Values, reading: _Reading) -> TrueMask:
    void = values.pixels(*reading.void) if reading.void else None
    notes = [reading.note] if reading.note else []
    if void is not None:
        names = " and ".join(values.labels[i].name for i in reading.void)
        notes.append(f"{names} is void ({void.mean():.1%} of the mask) and is left out of scores.")
    doubt = tuple(_offered(values)) if reading.note else ()
    return TrueMask(values.pixels(*reading.car), void, " ".join(notes), doubt)


# The table. Each row takes the labels of a mask and returns their meaning, or None.


def all_void(values: Values) -> _Reading | None:
    """Nothing but void: nothing can be scored, unless a person says that it is the car."""
    if values.labels and len(values.void) == len(values.labels):
        raise VoidMaskError(
            "This mask is void everywhere, so nothing can be measured on it: if a value is the "
            "car after all, say which.",
            values.labels,
        )
    return None


def one_value(values: Values) -> _Reading | None:
    """All black, or 0: no car. All white, or 1: all car. Any other single value is not sure."""
    rest = _rest(values)
    if len(rest) != 1 or values.leftover > 0 or values.faint:
        return None
    label, void = values.labels[rest[0]], tuple(values.void)
    colour = label.colour or (0, 0, 0)
    low, high = min(colour), max(colour)
    if values.shades is not None:  # a black JPEG is not all 0
        low, high = int(values.shades.min()), int(values.shades.max())
        low, high = (255 if low >= 250 else low), (0 if high <= 4 else high)
    if high == 0:
        return _Reading((), void)
    white = low == 255 or (values.exact and label.number in {1, values.white})
    return _Reading(rest, void) if white else None


def two_values(values: Values) -> _Reading | None:
    """The darker of two is the background; the brighter one is, if it is all round the border."""
    rest = _rest(values)
    if len(rest) != 2 or values.leftover > 0.002 or _label_beside_void(values, *rest):
        return None
    dark, bright = rest
    around = _on_border(values, bright)
    if around >= 0.5:
        return _bright_border(values, dark, bright, around)
    on_paper = around > 1 - ALL_ROUND and _is_paper(values, dark, bright)
    return None if on_paper else _Reading((bright,), tuple(values.void))


def _bright_border(values: Values, dark: int, bright: int, around: float) -> _Reading | None:
    """Two values, and the brighter one has most of the border: an inverted mask, or a large car."""
    name, void = values.labels[bright].name, tuple(values.void)
    if around < ALL_ROUND:
        note = f"{name} has {around:.0%} of the border; being brighter, it was taken as the car."
        return _Reading((bright,), void, note) if _is_ground(values.labels[dark]) else None
    note = f"{name} is all along the border, so it was taken as the background."
    return _Reading((dark,), void, note) if _in_one_piece(values.pixels(dark)) else None


def label_with_void(values: Values) -> _Reading | None:
    """0, one label, and 255 (or the highest number) around it: the highest is void."""
    if not values.exact or len(values.labels) != 3 or values.void:
        return None
    low, label, high = sorted(range(3), key=lambda at: _number(values.labels[at]))
    first, middle, last = (values.labels[at].number for at in (low, label, high))
    if not _is_ground(values.labels[low]) or last not in {values.white, 255}:
        return None
    if middle == 1:
        return _Reading((label,), (high,))
    if not values.flat()[label]:
        return None
    small = first == 0 and middle is not None and middle < SMALL_LABEL
    if small or _is_band(values, high, (low, label)):
        return _Reading((label,), (high,))
    grey = middle is not None
    return _Reading((high,), (label,)) if grey and _is_band(values, label, (low, high)) else None


def soft_edges(values: Values) -> TrueMask | None:
    """Grey that is nearly all black or white: two values, which meet at half."""
    if values.shades is None or values.faint:
        return None
    grey = values.shades
    ends = float(((grey <= 25) | (grey >= 230)).mean())
    full = int(grey.min()) <= 25 and int(grey.max()) >= 230
    if not full or ends < 0.6:
        return None
    halves = halved(grey)
    reading = two_values(halves)
    return None if reading is None else _mask(halves, reading)


Coding = Callable[[Values], _Reading | TrueMask | None]
CODINGS_OF_FEW: tuple[Coding, ...] = (all_void, label_with_void)
"""Codings of exact values, before shades are taken for edges."""
CODINGS: tuple[Coding, ...] = (all_void, one_value, two_values, soft_edges)
"""The table of codings."""


def _rest(values: Values) -> list[int]:
    """The labels that are not void, dark ones first."""
    return [at for at in range(len(values.labels)) if at not in values.void]


def _number(label: Label) -> float:
    """For the order: colours come between 0 and 255."""
    return 127.5 if label.number is None else label.number


def _is_ground(label: Label) -> bool:
    """Black, or 0: nearly always the background."""
    return label.number == 0 or (label.colour is not None and max(label.colour) <= 16)


def _is_paper(values: Values, dark: int, bright: int) -> bool:
    """A colour on white is a drawing on paper rather than a white car on a colour."""
    low, high = values.labels[dark].colour, values.labels[bright].colour
    white = high is not None and min(high) >= WHITE
    return white and low is not None and max(low) - min(low) > 40 and max(low) >= 128


def _label_beside_void(values: Values, dark: int, bright: int) -> bool:
    """A small label and 255: the label of a picture full of car with void, or a mask of two?"""
    low, high = values.labels[dark].number, values.labels[bright].number
    small = low is not None and 0 < low < SMALL_LABEL
    return values.exact and small and high in {values.white, 255}


def _on_border(values: Values, at: int) -> float:
    """The label's share of the border, void left out."""
    index = values.index
    ring = np.concatenate([index[0], index[-1], index[:, 0], index[:, -1]])
    known = ring[~np.isin(ring, list(values.void))] if values.void else ring
    return float((known == at).mean()) if known.size else 0.0


def _in_one_piece(mask: np.ndarray) -> bool:
    """Most of it is one piece, as a car is; gaps between parts and specks are not."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    areas = stats[1:, cv2.CC_STAT_AREA]
    return bool(len(areas)) and int(areas.max()) >= 0.7 * int(areas.sum())


def _is_band(values: Values, band: int, sides: tuple[int, int]) -> bool:
    """A label is a thin band that keeps two others apart."""
    a, b = (values.pixels(side) for side in sides)
    around = cv2.dilate(a.view(np.uint8), np.ones((3, 3), np.uint8)) > 0
    touching, edge = around & b, around & ~a
    reach = cv2.distanceTransform(values.pixels(band).view(np.uint8), cv2.DIST_L2, 3).max()
    thin = float(reach) <= max(3.0, _THIN * float(np.hypot(*a.shape)))
    return thin and int(touching.sum()) <= 0.02 * int(edge.sum())


def _with_clear(values: Values, clear: np.ndarray) -> TrueMask:
    """A mask with transparent pixels: a cut-out, or labels with transparent parts."""
    kind = _like_labels(values)
    rest = _rest(kind) if kind is not None else []
    if kind is None or len(rest) < 2:
        # A stencil, a hole in one colour that reaches all round the border, is not sure.
        if kind is None or not rest or float((~_ring(clear)).mean()) < ALL_ROUND:
            void = values.pixels(*values.void) & ~clear if values.void else None
            car = ~clear if void is None else ~clear & ~void
            return _noted_stencil(TrueMask(car, void), clear, flat=kind is not None)
    elif len(rest) == 2 and float(clear.mean()) < 0.001:
        found = two_values(kind)
        if found is not None:
            mask = _mask(kind, found)
            return replace(
                mask, car=mask.car & ~clear, void=clear if mask.void is None else clear | mask.void
            )
    offered = _offered(values)
    share = float(clear.mean())
    raise UnsureMaskError(
        f"This mask has transparent pixels and also {_listed(offered)}: say which is the car.",
        [Label(OPAQUE, 1 - share), Label(TRANSPARENT, share), *offered],
    )


def _noted_stencil(mask: TrueMask, clear: np.ndarray, *, flat: bool) -> TrueMask:
    """The same mask; one of a single colour that has most of the border may be a stencil."""
    around = float((~_ring(clear)).mean())
    if not flat or around < 0.5:
        return mask
    share = float(clear.mean())
    labels = Label(OPAQUE, 1 - share), Label(TRANSPARENT, share)
    note = f"What is opaque has {around:.0%} of the border; it was taken as the car."
    return replace(mask, note=note, doubt=labels)


def _like_labels(values: Values) -> Values | None:
    """The opaque part if it consists of few flat labels; None if it is a picture."""
    if not values.exact:
        return values if len(values.labels) == 2 and values.leftover < 0.002 else None
    if len(values.labels) < 3:
        return values
    known = [*flat_labels(values), *values.void]
    covered = int(values.counts[known].sum()) / int(values.counts.sum())
    return classes_of(values) if len(known) > 1 and covered > 0.8 else None


def _ring(mask: np.ndarray) -> np.ndarray:
    return np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])


def _chosen(values: Values, car: CarChoice) -> TrueMask:
    """The mask in which a person said what is the car. A mask without that label has no car."""
    if car.says(OPAQUE) or car.says(TRANSPARENT):
        return _by_alpha(values, car)
    picked = _picked(values, car)
    if not picked and values.exact and len(values.labels) > 2:
        values = classes_of(values)
        picked = _picked(values, car)
    if not values.labels:
        return _halved(values, car)
    void = [at for at in range(len(values.labels)) if at not in picked and _unknown(values, at)]
    mask = _mask(values, _Reading(picked, void))
    if values.clear is None:
        return mask
    unknown = None if mask.void is None else mask.void & ~values.clear
    return replace(mask, car=mask.car & ~values.clear, void=unknown)


def _by_alpha(values: Values, car: CarChoice) -> TrueMask:
    if values.clear is None:
        raise PictureError("This mask has no transparent pixels: say which label is the car.")
    return TrueMask(~values.clear if car.says(OPAQUE) else values.clear)


def _picked(values: Values, car: CarChoice) -> list[int]:
    """The positions of the chosen labels."""
    if car.says(ALL):
        known = [at for at in _rest(values) if not _unknown(values, at)]
        return known if values.clear is not None else known[1:]
    found = [at for at, label in enumerate(values.labels) if car.picks(label)]
    if found or values.exact:
        return found
    return [at for at, one in enumerate(values.labels) if one.colour and car.near(one.colour)]


def _unknown(values: Values, at: int) -> bool:
    """Whether a label is void: 255 is, if there are two other numbers."""
    numbers = [label.number for label in values.labels]
    numbered = values.exact and len(numbers) > 2 and None not in numbers
    return at in values.void or (numbered and numbers[at] in {values.white, 255})


def _halved(values: Values, car: CarChoice) -> TrueMask:
    """A mask of shades without a flat label: white means what is above half, black the rest."""
    if values.shades is not None and (car.near((255, 255, 255), 127) or car.says(ALL)):
        return TrueMask(values.shades > 127)
    if values.shades is not None and car.near((0, 0, 0), 127):
        return TrueMask(values.shades <= 127)
    raise UnsureMaskError(_several(values), ())


def _offered(values: Values) -> list[Label]:
    """The labels to choose from, the largest first; void is none."""
    return sorted(
        (values.labels[at] for at in _rest(values)), key=lambda label: -(label.share or 0)
    )


def _listed(labels: Sequence[Label], most: int = 6) -> str:
    shown = ", ".join(label.words for label in labels[:most])
    return shown + (f" and {len(labels) - most} more" if len(labels) > most else "")


def _several(values: Values) -> str:
    """One sentence on a mask that no row of the table knows."""
    offered = _offered(values)
    if values.faint:
        return "The alpha of this mask is on one side of half: save the mask without alpha."
    if not offered or (values.leftover > 0.05 and not values.exact):
        return (
            "This looks like a photograph or a drawing of many shades, not like a mask: give a "
            "mask of two values."
        )
    if len(offered) == 1:
        return (
            f"This mask has one value, {offered[0].words}, and it is not sure whether that is the "
            "car: say which value is."
        )
    return f"This mask has {len(offered)} values, {_listed(offered)}: say which of them is the car."
