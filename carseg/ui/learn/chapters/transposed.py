"""Transposed convolution: how a map gets larger, and where the checkerboard comes from."""

import numpy as np
import streamlit as st
import torch
from torch import nn
from torch.nn import functional as F

from carseg.ui.learn import examples, networks, small_pictures
from carseg.ui.learn.chapters.convolution import matrix
from carseg.ui.learn.networks import Design
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED

_GROUNDS = {"flat": "A flat grey", "picture": "The picture"}
SMALL = 24


def raised(values: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """float32 (h, w) by a transposed convolution: it adds up one kernel per value."""
    x, weight = (torch.from_numpy(np.float32(a))[None, None] for a in (values, kernel))
    return F.conv_transpose2d(x, weight, stride=stride)[0, 0].numpy()


def writes(size: tuple[int, int], side: int, stride: int) -> np.ndarray:
    """The number of kernels that contribute to each output pixel, (h, w), away from the border."""
    count = raised(np.ones(size), np.ones((side, side)), stride)
    # Near the border fewer kernels contribute; this is not a checkerboard, so it is cut off.
    return count[side:-side, side:-side]


def resize_convolved(values: np.ndarray, kernel: np.ndarray, stride: int) -> np.ndarray:
    """float32 (h, w) enlarged by nearest neighbour, then a common convolution with (k, k)."""
    x = torch.from_numpy(np.float32(values))[None, None]
    large = F.interpolate(x, scale_factor=stride, mode="nearest")
    weight = torch.from_numpy(np.float32(kernel))[None, None]
    side = kernel.shape[0]
    around = ((side - 1) // 2, side // 2) * 2
    return F.conv2d(F.pad(large, around, mode="replicate"), weight)[0, 0].numpy()


def kernel_of(side: int, seed: int) -> np.ndarray:
    """A random positive kernel (side, side); seed 0 has equal weights. They add up to 1."""
    rng = np.random.default_rng(seed)
    weights = rng.random((side, side)) + 0.3 if seed else np.ones((side, side))
    return (weights / weights.sum()).astype(np.float32)


def upsampling(design: Design) -> str:
    """How a network makes its maps larger, in words."""
    layers = [m for m in design.blank().modules() if isinstance(m, nn.ConvTranspose2d)]
    if not layers:
        count = networks.layer_counts(design)["upsample"]
        return f"{count} times by interpolation, then convolution" if count else "not at all"
    (side, _), (stride, _) = layers[0].kernel_size, layers[0].stride
    even = "divisible" if side % stride == 0 else "not divisible"
    return f"{len(layers)} transposed convolutions, kernel {side}, stride {stride} ({even})"


def draw() -> None:
    """The chapter."""
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "A **transposed convolution** reverses a convolution: every value of the small map "
            "adds a whole kernel, multiplied by the value, to the large map, and neighbouring "
            "kernels are one stride apart. If the kernel's side is not divisible by "
            "the stride, some pixels get more kernels than their neighbours: a **checkerboard**. "
            "Where it is divisible, unequal weights of the kernel can still draw one, but training "
            "can remove it. Enlarging by nearest neighbour and convolving then has no such grid."
        )
        left, right = st.columns(2)
        side = left.slider("Kernel side", 2, 6, 3, key="up-kernel", **LINKED)
        stride = right.slider("Stride", 2, 4, 2, key="up-stride", **LINKED)
        seed = st.slider("Weights: 0 all equal, else random", 0, 20, 0, key="up-seed", **LINKED)
        ground = st.segmented_control(
            "What is enlarged",
            list(_GROUNDS),
            default="flat",
            required=True,
            format_func=worded(_GROUNDS),
            key="up-ground",
            **LINKED,
        )
        small = np.full((12, SMALL), 0.5, np.float32)
        if ground == "picture":
            small = examples.grey_copy(examples.choose_example().rgb, SMALL)
        networks.in_words_of(upsampling)
    count = writes(small.shape, side, stride)
    kernel = kernel_of(side, seed)
    # Times stride**2, because each output pixel gets 1 / stride**2 of the kernel's weight.
    large = raised(small, kernel, stride)[side:-side, side:-side] * stride**2
    with figure:
        results(large, resize_convolved(small, kernel, stride))
        least, most = int(count.min()), int(count.max())
        even = "everywhere alike" if least == most else "a checkerboard"
        corner = count[: 4 * stride, : 6 * stride]
        left, right = st.columns(2, vertical_alignment="center")
        with left:
            small_pictures.show(
                Panel(
                    small_pictures.magnified(small_pictures.heat_picture(corner)),
                    f"A part of it: dark {least}, yellow {most} kernels per pixel, {even}"
                    if least < most
                    else f"A part of it: {most} kernels per pixel, {even}",
                    f"How many kernels each output pixel gets: {least} to {most}.",
                )
            )
        right.latex(matrix(kernel))
        right.caption("The kernel's weights. They add up to 1.")
        st.caption(cite("checkerboard", "arithmetic"))


def results(transposed: np.ndarray, convolved: np.ndarray) -> None:
    """Both ways to a larger map, cut to one size."""
    cut = [(b - a) // 2 for a, b in zip(transposed.shape, convolved.shape, strict=True)]
    height, width = transposed.shape
    same = convolved[cut[0] : cut[0] + height, cut[1] : cut[1] + width]
    small_pictures.row(
        [
            Panel(
                small_pictures.magnified(small_pictures.grey_picture(transposed)),
                "Transposed convolution",
                "The enlarged map; uneven overlap shows as a grid.",
            ),
            Panel(
                small_pictures.magnified(small_pictures.grey_picture(same)),
                "Nearest neighbour, then convolution",
                "The same enlarged by nearest neighbour and a convolution: no grid.",
            ),
        ]
    )
