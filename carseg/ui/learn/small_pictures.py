"""Shows small arrays as pictures: enlarged, in colours, side by side, with alt texts."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from carseg.compositing.backgrounds import Colour
from carseg.compositing.overlays import COLOURS, probability_map

NEGATIVE, POSITIVE, MARK = (COLOURS[name] for name in ("b_only", "fp", "car"))
"""Blue, vermilion and orange, which people with any common colour vision can distinguish."""
ZERO: Colour = (244, 244, 240)
PERCENT = {"range": [0, 101], "tickvals": [0, 25, 50, 75, 100]}
"""A Plotly axis from 0 to 100 that does not cut off its last number."""


@dataclass(frozen=True)
class Panel:
    """One picture of a figure.

    Attributes:
        image: uint8 (h, w) or (h, w, 3).  title: below it.  alt: a description of the picture.
    """

    image: np.ndarray
    title: str
    alt: str


def halves() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Columns for the words and the figure of a chapter; on a phone one below the other."""
    words, figure = st.columns([2, 3], gap="large")
    return words, figure


def show(panel: Panel) -> None:
    """One picture over the whole width."""
    st.image(panel.image, panel.title, width="stretch", alt=panel.alt)


def row(panels: Sequence[Panel]) -> None:
    """Pictures side by side; on a phone one below the other."""
    for column, panel in zip(st.columns(len(panels)), panels, strict=True):
        column.image(panel.image, panel.title, width="stretch", alt=panel.alt)


def grey_picture(values: np.ndarray, low: float = 0.0, high: float = 1.0) -> np.ndarray:
    """Values (h, w) as grey, ``low`` black and ``high`` white: uint8 (h, w, 3)."""
    level = np.clip((values - low) / max(high - low, 1e-12), 0, 1)
    return np.repeat(np.rint(255 * level).astype(np.uint8)[..., None], 3, -1)


def signed_picture(values: np.ndarray, most: float | None = None) -> np.ndarray:
    """Values (h, w) from blue (``-most``) over white (0) to vermilion (``most``): uint8 RGB.

    Without ``most`` it is the largest magnitude.
    """
    most = float(np.abs(values).max()) if most is None else most
    share = np.clip(values / max(most, 1e-12), -1, 1)[..., None]
    ends = np.where(share < 0, np.array(NEGATIVE, float), np.array(POSITIVE, float))
    return np.rint(np.array(ZERO) + np.abs(share) * (ends - ZERO)).astype(np.uint8)


def heat_picture(values: np.ndarray, most: float | None = None) -> np.ndarray:
    """Values (h, w) of 0 and more, dark blue (0) to yellow (``most``, or the largest): uint8."""
    most = float(values.max()) if most is None else most
    return probability_map(values / max(most, 1e-12))


def magnified(
    picture: np.ndarray, box: tuple[int, int, int, int] | None = None, width: int = 640
) -> np.ndarray:
    """uint8 (h, w, ...) about ``width`` wide, each pixel a square.

    With ``box`` a frame is drawn around those pixels: (top, bottom, left, right).
    """
    times = max(1, round(width / picture.shape[1]))
    large = picture.repeat(times, 0).repeat(times, 1)
    return large if box is None else framed(large, tuple(times * side for side in box))


def framed(
    picture: np.ndarray, box: tuple[int, int, int, int], colour: Colour = MARK
) -> np.ndarray:
    """A copy of uint8 (h, w, 3) with a frame around (top, bottom, left, right).

    A dark line on both sides keeps it visible on any ground.
    """
    result = np.ascontiguousarray(picture).copy()
    top, bottom, left, right = box
    corners = (left, top), (right - 1, bottom - 1)
    wide = max(2, picture.shape[1] // 200)
    cv2.rectangle(result, *corners, (20, 20, 20), wide + 2)
    cv2.rectangle(result, *corners, colour, wide)
    return result


def tiled(tiles: np.ndarray, columns: int, gap: int = 2, ground: int = 128) -> np.ndarray:
    """Tiles uint8 (n, h, w) or (n, h, w, 3) row by row in one picture on grey."""
    count, height, width = tiles.shape[:3]
    columns = min(columns, count)
    rows = -(-count // columns)
    high, wide = rows * (height + gap) - gap, columns * (width + gap) - gap
    sheet = np.full((high, wide, *tiles.shape[3:]), ground, np.uint8)
    for i, tile in enumerate(tiles):
        top, left = (i // columns) * (height + gap), (i % columns) * (width + gap)
        sheet[top : top + height, left : left + width] = tile
    return sheet
