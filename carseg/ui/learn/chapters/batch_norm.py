"""Batch norm: values of one size in any light, and why training and use differ."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
import torch
from torch import nn

from carseg.ui.learn import examples, networks, small_pictures
from carseg.ui.learn.chapters.convolution import convolved
from carseg.ui.learn.papers import cite
from carseg.ui.shared.charts import GREY, ORANGE, QUIET, tidy
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED

_KINDS = ("BatchNorm2d", "LayerNorm", "GroupNorm")
_WAYS = {"training": "In training", "use": "In use"}
# Not an edge kernel: those ignore brightness, so the shift would show nothing.
KERNEL = np.array([[0, -1, 0], [-1, 6, -1], [0, -1, 0]], np.float32)


def normalised(
    values: np.ndarray, seen: np.ndarray, way: str, gamma: float, beta: float
) -> np.ndarray:
    """Values (h, w) through PyTorch's batch norm of one map.

    Args:
        seen: (h, w), the values of the running mean and variance; used if ``way`` is ``use``.
        gamma, beta: the learned scale and shift.
    """
    layer = nn.BatchNorm2d(1)
    with torch.no_grad():
        layer.weight.fill_(gamma)
        layer.bias.fill_(beta)
        layer.get_buffer("running_mean").fill_(float(seen.mean()))
        layer.get_buffer("running_var").fill_(float(seen.var()))
        layer.train(way == "training")
        return layer(torch.from_numpy(np.float32(values))[None, None])[0, 0].numpy()


def histograms(before: np.ndarray, after: np.ndarray) -> go.Figure:
    """Histograms of the values before and after."""
    figure = go.Figure()
    looks = (("before", before, GREY, "dot"), ("after", after, ORANGE, "solid"))
    for name, values, colour, dash in looks:
        counts, edges = np.histogram(values, 120, (-10, 10))
        figure.add_scatter(
            x=(edges[1:] + edges[:-1]) / 2,
            y=counts / values.size,
            name=f"{name}: {mean_and_spread(values)}",
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2.5, "shape": "hvh"},
        )
    figure.update_xaxes(title="value of a feature map", range=[-10, 10])
    figure.update_yaxes(title="share of its pixels")
    figure.update_layout(showlegend=True)
    return tidy(figure, 380, top=64)


def mean_and_spread(values: np.ndarray) -> str:
    """Mean and spread in words; a mean that rounds to 0 gets no sign."""
    return f"mean {round(float(values.mean()), 2) + 0.0:.2f}, spread {values.std():.2f}"


def draw() -> None:
    """The chapter."""
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "**Batch norm** subtracts each feature map's mean and divides by its spread, over the "
            "whole batch; then a learned scale and shift follow. So the next layer gets values of "
            "one size in any light, and training can use higher rates. *In training* mean and "
            "spread are those of the batch; *in use* they are averages from training. So in use a "
            "darker photo is darker inside the network too, and a frozen encoder must keep its "
            "averages."
        )
        picture = examples.grey_copy(examples.choose_example().rgb, 96)
        way = st.segmented_control(
            "Statistics",
            list(_WAYS),
            default="training",
            required=True,
            format_func=worded(_WAYS),
            key="norm-way",
            **LINKED,
        )
        left, right = st.columns(2)
        light = left.slider("Contrast", 0.1, 3.0, 1.5, 0.1, key="norm-gain", **LINKED)
        shift = left.slider("Brightness added", -2.0, 2.0, 1.0, 0.1, key="norm-shift", **LINKED)
        gamma = right.slider("Learned scale", 0.0, 3.0, 1.0, 0.1, key="norm-scale", **LINKED)
        beta = right.slider("Learned shift", -3.0, 3.0, 0.0, 0.1, key="norm-beta", **LINKED)
    seen = convolved(picture, KERNEL)
    before = convolved(light * picture + shift, KERNEL)
    after = normalised(before, seen, way, gamma, beta)
    with figure:
        st.plotly_chart(
            histograms(before, after),
            config=QUIET,
            alt=f"Values before batch norm: {mean_and_spread(before)}; "
            f"after: {mean_and_spread(after)}.",
        )
        st.caption(
            "One feature map of the picture at this brightness. 'In use' takes the averages of the "
            "picture at its own brightness."
        )
        networks.in_our_networks(_KINDS)
        st.caption(cite("batchnorm"))
