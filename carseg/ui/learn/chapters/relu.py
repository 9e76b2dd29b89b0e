"""ReLU: what it cuts off, and why a network without it would be one convolution."""

import math
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import streamlit as st
import torch
from torch.nn import functional as F

from carseg.ui.learn import examples, networks, small_pictures
from carseg.ui.learn.chapters.convolution import KERNELS, convolved, inner_most
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared.charts import GREY, ORANGE, QUIET, clear, tidy
from carseg.ui.shared.links import LINKED

FUNCTIONS: dict[str, tuple[str, Callable[[torch.Tensor], torch.Tensor]]] = {
    "relu": ("ReLU: max(0, x)", F.relu),
    "relu6": ("ReLU6: cut at 6 as well", F.relu6),
    "gelu": ("GELU", F.gelu),
    "sigmoid": ("Sigmoid, as before 2010", torch.sigmoid),
    "none": ("Nothing", lambda x: x),
}
_KINDS = ("ReLU", "ReLU6", "GELU", "SiLU", "LeakyReLU", "Hardswish", "Sigmoid")
GAIN = 4.0
"""The edge kernel's strength, so that ReLU6 has something to cut."""


def activated(values: np.ndarray, name: str) -> np.ndarray:
    """Values through a function of ``FUNCTIONS``."""
    return FUNCTIONS[name][1](torch.from_numpy(values)).numpy()


def collapse(seed: int = 0) -> float:
    """The largest difference between two convolutions in a row and the one that equals both.

    Random 3x3 kernels on a random picture in float64; without anything between them they are one
    5x5 kernel, the full convolution of the two.
    """
    rng = torch.Generator().manual_seed(seed)
    x, a, b = (torch.randn(1, 1, n, n, generator=rng, dtype=torch.float64) for n in (24, 3, 3))
    twice = F.conv2d(F.conv2d(x, a), b)
    both = F.conv_transpose2d(a, b)
    return float((twice - F.conv2d(x, both)).abs().max())


def _curve(name: str, values: np.ndarray) -> go.Figure:
    """The curve of the function, and a histogram of its inputs."""
    x = np.linspace(-8, 8, 161, dtype=np.float32)
    counts, edges = np.histogram(values, 64, (-8, 8))
    figure = go.Figure()
    figure.add_bar(
        x=(edges[1:] + edges[:-1]) / 2,
        y=7 * counts / max(1, counts.max()),
        name="how often this value goes in",
        marker={"color": clear(GREY, 0.45), "line_width": 0},
        hoverinfo="skip",
    )
    line = {"color": ORANGE, "width": 3}
    title = FUNCTIONS[name][0]
    figure.add_scatter(x=x, y=activated(x, name), name=title, mode="lines", line=line)
    figure.update_xaxes(title="in", range=[-8, 8])
    figure.update_yaxes(title="out", range=[-2.5, 8])
    figure.update_layout(showlegend=True, bargap=0)
    return tidy(figure, 260, top=36)


def draw() -> None:
    """The chapter."""
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "A function of every single value follows each convolution. **ReLU** keeps values "
            "above 0 and sets the rest to 0: *this edge, not its opposite*. It is cheap, and its "
            "slope of 1 lets the gradient pass many layers. Without it depth is worth nothing: "
            "two convolutions in a row are one with a larger kernel (here to within "
            f"$10^{{{math.ceil(math.log10(collapse()))}}}$)."
        )
        picture = examples.grey_copy(examples.choose_example().rgb, 96)
        name = st.selectbox(
            "Function",
            list(FUNCTIONS),
            format_func=lambda n: FUNCTIONS[n][0],
            key="function",
            **LINKED,
        )
        bias = st.slider("Added before it (the bias)", -6.0, 6.0, 0.0, 0.5, key="bias", **LINKED)
        networks.in_our_networks(_KINDS)
    kernel = GAIN * np.array(KERNELS["vertical"][1], np.float32).reshape(3, 3)
    before = convolved(picture, kernel) + np.float32(bias)
    after = activated(before, name)
    most = inner_most(before)
    with figure:
        small_pictures.row(
            [
                Panel(
                    small_pictures.magnified(small_pictures.signed_picture(before, most)),
                    f"Before: {(before > 0).mean():.0%} above 0",
                    "The answer of a vertical edge kernel, negative and positive.",
                ),
                Panel(
                    small_pictures.magnified(small_pictures.signed_picture(after, most)),
                    f"After: {(after == 0).mean():.0%} are exactly 0",
                    f"The same after {FUNCTIONS[name][0]}.",
                ),
            ]
        )
        st.plotly_chart(
            _curve(name, before),
            config=QUIET,
            alt=f"The curve of {FUNCTIONS[name][0]} over the values that go in.",
        )
        st.caption(cite("relu"))
