"""Convolution: a small picture, a kernel that the reader edits, and the sum behind one pixel."""

import numpy as np
import streamlit as st
import torch
from torch.nn import functional as F

from carseg.ui.learn import examples, small_pictures
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared.links import LINKED

KERNELS = {
    "vertical": ("Vertical edges", (-1, 0, 1, -2, 0, 2, -1, 0, 1)),
    "horizontal": ("Horizontal edges", (-1, -2, -1, 0, 0, 0, 1, 2, 1)),
    "outline": ("Any edge", (0, 1, 0, 1, -4, 1, 0, 1, 0)),
    "blur": ("Blur", (1, 1, 1, 1, 1, 1, 1, 1, 1)),
    "sharpen": ("Sharpen", (0, -1, 0, -1, 5, -1, 0, -1, 0)),
    "copy": ("Copy", (0, 0, 0, 0, 1, 0, 0, 0, 0)),
}
WIDTH = 72


def convolved(values: np.ndarray, kernel: np.ndarray, stride: int = 1) -> np.ndarray:
    """float32 (h, w) convolved as networks do it: the kernel is not flipped, the border is 0.

    A kernel of (k, k), k odd, and stride 1 keep the size.
    """
    x, weight = (torch.from_numpy(np.float32(a))[None, None] for a in (values, kernel))
    return F.conv2d(x, weight, padding=kernel.shape[0] // 2, stride=stride)[0, 0].numpy()


def window_3x3(values: np.ndarray, row: int, column: int) -> np.ndarray:
    """The 3x3 values around a place, 0 beyond the border."""
    return np.pad(values, 1)[row : row + 3, column : column + 3]


def pick_kernel() -> np.ndarray:
    """Draw the kernel's choice and its nine numbers; float32 (3, 3)."""
    start = st.selectbox(
        "Kernel", list(KERNELS), format_func=lambda k: KERNELS[k][0], key="kernel", **LINKED
    )
    numbers = []
    for row in range(3):
        with st.container(horizontal=True, gap="small", wrap=False):
            for column in range(3):
                place = 3 * row + column
                numbers.append(
                    st.number_input(
                        f"Row {row + 1}, column {column + 1}",
                        -9.0,
                        9.0,
                        float(KERNELS[start][1][place]),
                        0.5,
                        format="%g",
                        key=f"k{place}-{start}",
                        label_visibility="collapsed",
                        **LINKED,
                    )
                )
    return np.array(numbers, np.float32).reshape(3, 3)


def matrix(values: np.ndarray, digits: int = 2) -> str:
    """LaTeX of a small matrix, with no more digits than needed."""
    rows = (" & ".join(f"{round(float(v), digits) + 0.0:g}" for v in row) for row in values)
    # The space at the end: the last bracket is wider than KaTeX assumes, and would scroll.
    return r"\begin{bmatrix}" + r"\\".join(rows) + r"\end{bmatrix}\,"


def draw() -> None:
    """The chapter."""
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "A convolution slides a small grid of numbers, the **kernel**, over the picture. At "
            "every place it multiplies the nine pixels below with its nine numbers and adds them "
            "up. The same nine numbers are used everywhere: a network learns what to look for, "
            "not where. A stride of 2 skips every other place and halves the sides."
        )
        picture = examples.grey_copy(examples.choose_example().rgb, WIDTH)
        kernel = pick_kernel()
        stride = st.slider("Stride", 1, 4, 1, key="stride", **LINKED)
    result = convolved(picture, kernel, stride)
    with figure:
        place = st.container()
        left, right = st.columns(2)
        height, width = result.shape
        # With a stride the result is smaller, so the sliders start again.
        keys = f"conv-down-{stride}", f"conv-right-{stride}"
        row = left.slider("Place, down", 1, height, height // 2, key=keys[0], **LINKED)
        column = right.slider("Place, right", 1, width, width // 2, key=keys[1], **LINKED)
        with place:
            pair(picture, result, (row - 1, column - 1), stride)
        under = window_3x3(picture, (row - 1) * stride, (column - 1) * stride)
        total = round(float((under * kernel).sum()), 2) + 0.0
        st.latex(r"\sum" + matrix(under) + r"\odot" + matrix(kernel))
        # Below the sum, because beside it there is no room on a phone.
        st.latex(f"= {total:.2f}")
        st.caption(
            "Left the nine pixels in the frame (black 0, white 1), right the kernel. Numbers at "
            "the same place are multiplied (⊙), and all nine products are added up (Σ). A coloured "
            "rim is not an edge: outside the picture networks read zeros. Strictly speaking this "
            "is a cross-correlation, because networks do not flip the kernel."
        )
        st.caption(cite("lecun", "arithmetic"))


def inner_most(values: np.ndarray) -> float:
    """The largest magnitude away from the border, where the zeros outside make an edge."""
    return float(np.abs(values[1:-1, 1:-1]).max())


def pair(picture: np.ndarray, result: np.ndarray, place: tuple[int, int], stride: int) -> None:
    """Picture and result with the place framed in both."""
    row, column = place[0] * stride, place[1] * stride
    signed = result.min() < 0
    most = inner_most(result)
    shown = (
        small_pictures.signed_picture(result)
        if signed
        else small_pictures.grey_picture(result, 0, most)
    )
    around = (max(0, row - 1), row + 2, max(0, column - 1), column + 2)
    one = (place[0], place[0] + 1, place[1], place[1] + 1)
    ends = f"blue {-most:.1f}, vermilion {most:.1f}" if signed else f"white {most:.1f}"
    small_pictures.row(
        [
            Panel(
                small_pictures.magnified(small_pictures.grey_picture(picture), around),
                f"The picture, {words_of(picture.shape)} pixels",
                f"A small grey picture; the frame is around row {row + 1}, column {column + 1}.",
            ),
            Panel(
                small_pictures.magnified(shown, one),
                f"The result, {words_of(result.shape)}: {ends}",
                f"What the kernel makes of it, from {result.min():.2f} to {result.max():.2f}; "
                f"in the frame {result[place]:.2f}.",
            ),
        ]
    )
