"""Dice, IoU and Boundary IoU of a mask against a copy that the reader moves and grows."""

from typing import NamedTuple

import cv2
import numpy as np
import plotly.graph_objects as go
import streamlit as st

from carseg.compositing import overlays
from carseg.imaging import codec
from carseg.measures.overlap import boundary_iou, boundary_width, counts
from carseg.ui.learn import examples, small_pictures
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared import state
from carseg.ui.shared.charts import BLUE, GREEN, ORANGE, QUIET, tidy
from carseg.ui.shared.legend import legend
from carseg.ui.shared.links import LINKED

MOST = 60
"""The mask can be moved by up to this many of 720 pixels."""
_LOOKS = {
    "dice": ("Dice", BLUE, "solid"),
    "iou": ("IoU", ORANGE, "dash"),
    "boundary": ("Boundary IoU", GREEN, "dot"),
}


class Fit(NamedTuple):
    """Three measures of one mask against another, 0..1."""

    dice: float
    iou: float
    boundary: float


def shifted_mask(mask: np.ndarray, down: int, right: int) -> np.ndarray:
    """Bool (H, W) moved by whole pixels; pixels from outside are not car."""
    result = np.zeros_like(mask)
    height, width = mask.shape
    to_rows = slice(max(0, down), min(height, height + down))
    to_columns = slice(max(0, right), min(width, width + right))
    from_rows = slice(max(0, -down), min(height, height - down))
    from_columns = slice(max(0, -right), min(width, width - right))
    result[to_rows, to_columns] = mask[from_rows, from_columns]
    return result


def grown_mask(mask: np.ndarray, pixels: int) -> np.ndarray:
    """Bool (H, W) grown by ``pixels`` on all sides, or shrunk if negative."""
    if pixels == 0:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * abs(pixels) + 1,) * 2)
    change = cv2.dilate if pixels > 0 else cv2.erode
    return change(mask.view(np.uint8), disc, borderType=cv2.BORDER_REPLICATE).view(bool)


def fit(mask: np.ndarray, truth: np.ndarray) -> Fit:
    """``carseg.measures.overlap`` of bool (H, W) against bool (H, W)."""
    found = counts(mask, truth)
    return Fit(found.dice, found.iou, boundary_iou(mask, truth))


def path(truth: np.ndarray, down: int, pixels: int) -> list[tuple[int, Fit]]:
    """The measures for every shift to the right, with the other settings fixed; cached."""

    def make() -> list[tuple[int, Fit]]:
        changed = grown_mask(truth, pixels)
        steps = range(-MOST, MOST + 1, 5)
        return [(right, fit(shifted_mask(changed, down, right), truth)) for right in steps]

    key = ("overlap", codec.digest(truth.tobytes()), truth.shape, down, pixels)
    return state.workshop().store.get_or_make(key, make)


def curves(way: list[tuple[int, Fit]], here: int, now: Fit) -> go.Figure:
    """The three measures over the shift to the right, with a mark at the current shift."""
    figure = go.Figure()
    for name, (words, colour, dash) in _LOOKS.items():
        line = {"color": colour, "dash": dash, "width": 3}
        figure.add_scatter(
            x=[right for right, _ in way],
            y=[getattr(f, name) for _, f in way],
            name=words,
            mode="lines",
            line=line,
        )
        mark = {"color": colour, "size": 11}
        figure.add_scatter(
            x=[here], y=[getattr(now, name)], mode="markers", marker=mark, showlegend=False
        )
    figure.update_xaxes(title="moved to the right, pixels", range=[-MOST, MOST])
    figure.update_yaxes(range=[0, 1.03])
    figure.update_layout(showlegend=True)
    return tidy(figure, 250, top=40)


def draw() -> None:
    """The chapter."""
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "**Dice** is twice the shared area of both masks, divided by the sum of their areas. "
            "**IoU** is the shared area, divided by the area that either covers. Both put masks in "
            "the same order, because Dice = 2 IoU / (1 + IoU), and both forgive wrong edges of "
            "large cars, because most pixels are inside. **Boundary IoU** compares only the rims, "
            "2 % of the diagonal wide: it shows whether mirrors and wheels are drawn. Move the "
            "true mask and watch which of the three notices."
        )
        example, truth = examples.example_with_truth(examples.choose_example())
        right = st.slider("Moved to the right, pixels", -MOST, MOST, 5, key="move-right", **LINKED)
        down = st.slider("Moved down, pixels", -MOST, MOST, 0, key="move-down", **LINKED)
        pixels = st.slider("Grown, pixels", -20, 20, 0, key="grow", **LINKED)
    mask = shifted_mask(grown_mask(truth, pixels), down, right)
    now = fit(mask, truth)
    with words:
        st.plotly_chart(
            curves(path(truth, down, pixels), right, now),
            config=QUIET,
            alt=f"The three measures over the move to the right. Here Dice {now.dice:.3f}, IoU "
            f"{now.iou:.3f}, Boundary IoU {now.boundary:.3f}.",
        )
    with figure:
        with st.container(horizontal=True):
            for name, (title, _, _) in _LOOKS.items():
                st.metric(title, f"{getattr(now, name):.3f}", width=100)
        small_pictures.show(
            Panel(
                overlays.errors(mask, truth, example.rgb),
                f"{example.title}, {words_of(truth.shape)}; the rim is "
                f"{boundary_width(truth.shape)} pixels wide",
                f"The moved mask against the true one: Dice {now.dice:.3f}, IoU {now.iou:.3f}, "
                f"Boundary IoU {now.boundary:.3f}.",
            )
        )
        legend(
            [
                (overlays.COLOURS["tp"], "in both"),
                (overlays.COLOURS["fp"], "only in the moved mask"),
                (overlays.COLOURS["fn"], "only in the true mask"),
            ]
        )
        st.caption(cite("dice", "jaccard", "boundary"))
