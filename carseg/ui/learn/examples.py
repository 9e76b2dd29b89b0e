"""The picture of the chapters: the one chosen in Compare, a sample, or a drawn car."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import streamlit as st

from carseg.data.samples import one_of_each, sample_titles, samples
from carseg.imaging import codec
from carseg.imaging.grid import Size, resize_mask
from carseg.service.workshop import Photo, photo_of
from carseg.ui.shared import add_pictures, state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.tray import tray, truth_of

LONGEST = 720
"""Pixels of the longer side that chapters work on: enough to see, quick to measure."""
COMPARE, _DRAWN = "compare", "drawn"


@dataclass(frozen=True)
class Example:
    """A picture and its true mask.

    Attributes:
        photo: the input of the networks.  title: for people.
        rgb: uint8 (h, w, 3), no side above ``LONGEST``.
        truth: bool (h, w), or None if it is unknown.
    """

    photo: Photo
    title: str
    rgb: np.ndarray
    truth: np.ndarray | None

    @property
    def size(self) -> Size:
        """(height, width) of ``rgb``."""
        return self.rgb.shape[:2]


def choose_example() -> Example:
    """Draw the chooser; the picture chosen in Compare comes first, if there is one."""
    own = tray().current()
    titles = {COMPARE: f"From Compare: {add_pictures.short(own.name, 40)}"} if own else {}
    titles |= sample_titles(samples())
    titles[_DRAWN] = "A drawn car"
    name = st.selectbox(
        "Picture",
        list(titles),
        format_func=worded(titles),
        key="learn-picture",
        help="A picture of your own that you choose in Compare appears here too.",
        **LINKED,
    )
    return example(name)


def example(name: str) -> Example:
    """The picture with this name in the chooser; the drawn car for an unknown name."""
    own, sample = tray().current(), samples().get(name)
    if name == COMPARE and own is not None:
        truth, _ = truth_of(own)
        return _example(own, plain(own.name), truth.mask if truth else None)
    if sample is not None:
        mask = codec.decode_mask(sample.mask) if sample.mask else None
        return _example(photo_of(sample), sample.title, mask)
    return _example(_drawn_photo(), "Drawn car", drawn_car()[1])


def example_with_truth(chosen: Example) -> tuple[Example, np.ndarray]:
    """``chosen`` and its true mask, or the first sample whose true mask is known."""
    if chosen.truth is not None:
        return chosen, chosen.truth
    name = next((s.name for s in one_of_each(samples()).values() if s.mask is not None), _DRAWN)
    other = example(name)
    return other, other.truth if other.truth is not None else np.zeros(other.size, bool)


def _example(photo: Photo, title: str, truth: np.ndarray | None) -> Example:
    rgb = codec.proxy(state.workshop().decoded(photo).proxy, LONGEST)
    return Example(photo, title, rgb, None if truth is None else resize_mask(truth, rgb.shape[:2]))


@lru_cache(maxsize=1)
def _drawn_photo() -> Photo:
    data = codec.encode(drawn_car()[0])
    return Photo(codec.digest(data), "Drawn car", "sample", "", data)


def drawn_car(size: Size = (320, 480)) -> tuple[np.ndarray, np.ndarray]:
    """A car drawn by numpy from the side: picture uint8 (H, W, 3) and its mask, bool (H, W)."""
    height, width = size
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    body = (np.abs(x - 0.5) < 0.34) & (np.abs(y - 0.6) < 0.09)
    cabin = (np.abs(x - 0.48) < 0.1 + 0.35 * (y - 0.34)) & (np.abs(y - 0.43) < 0.09)
    glass = (np.abs(x - 0.48) < 0.07 + 0.35 * (y - 0.34)) & (np.abs(y - 0.44) < 0.06)
    wheels = np.zeros(size, bool)
    for middle in (0.3, 0.7):
        wheels |= ((x - middle) * width / height) ** 2 + (y - 0.69) ** 2 < 0.075**2
    rgb = np.empty((*size, 3), np.float32)
    rgb[:] = (205 - 60 * y)[..., None] * np.array([0.92, 0.97, 1.0])
    rgb[y > 0.72] = (120, 118, 112)
    rgb[body | cabin] = (176, 58, 46)
    rgb[glass & cabin] = (60, 80, 95)
    rgb[wheels] = (35, 35, 38)
    return rgb.round().astype(np.uint8), body | cabin | wheels


def grey_copy(rgb: np.ndarray, width: int) -> np.ndarray:
    """A small grey copy, float32 (h, width) in 0..1, averaged over areas; rows are even."""
    height = max(2, 2 * round(width * rgb.shape[0] / rgb.shape[1] / 2))
    one = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    return cv2.resize(one, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
