"""Dice loss: loss and gradient against overlap, beside cross-entropy, by our own loss functions."""

import math

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
import torch

from carseg.imaging.grid import PUBLISHED_GRID
from carseg.train.losses import LOSSES
from carseg.ui.learn import small_pictures
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.learn.papers import cite
from carseg.ui.shared.charts import BLUE, GREEN, ORANGE, QUIET, tidy
from carseg.ui.shared.links import LINKED

_SHOWN = {
    "dice": ("Dice loss", ORANGE, "solid"),
    "bce": ("cross-entropy", BLUE, "dash"),
    "bce+dice": ("both, as we train", GREEN, "dot"),
}


@st.cache_data(show_spinner=False, max_entries=64)
def loss_curves(share: float, sure: float) -> pd.DataFrame:
    """Losses and gradients of a 160x240 picture while more and more of the car is found.

    Nothing else is marked. The gradient is that of the loss with respect to the logit of one missed
    pixel of the car, times the number of pixels (so it does not depend on the picture's size).

    Args:
        share: the car's share of the picture, 0..1.
        sure: probability of car in the found part, and of background elsewhere; above 0.5.

    Returns:
        loss (a key of ``_SHOWN``), overlap 0..1, value, pull.
    """
    pixels = math.prod(PUBLISHED_GRID)
    car = max(2, round(share * pixels))
    target = torch.zeros(1, 1, 1, pixels)
    target[..., :car] = 1
    logit, rows = math.log(sure / (1 - sure)), []
    for step in range(25):
        found = round(step / 24 * (car - 1))  # one pixel stays missed: its gradient is shown
        logits = torch.full_like(target, -logit)
        logits[..., :found] = logit
        for name in _SHOWN:
            x = logits.clone().requires_grad_()
            loss = LOSSES[name](x, target, torch.ones_like(x))
            (gradient,) = torch.autograd.grad(loss, x)
            pull = -pixels * float(gradient[0, 0, 0, car - 1])
            rows.append((name, found / car, float(loss.detach()), pull))
    return pd.DataFrame(rows, columns=["loss", "overlap", "value", "pull"])


def _lines(table: pd.DataFrame, column: str, title: str) -> go.Figure:
    """A curve per loss."""
    figure = go.Figure()
    for name, (words, colour, dash) in _SHOWN.items():
        rows = table[table["loss"] == name]
        line = {"color": colour, "dash": dash, "width": 3}
        figure.add_scatter(
            x=100 * rows["overlap"], y=rows[column], name=words, mode="lines", line=line
        )
    figure.update_xaxes(title="share of the car that is found, %", **small_pictures.PERCENT)
    figure.update_yaxes(title=title, rangemode="tozero")
    figure.update_layout(showlegend=True, hovermode="x unified")
    return tidy(figure, 340, top=40)


def draw() -> None:
    """The chapter."""
    st.markdown(
        "Cross-entropy looks at every pixel alone: if a car fills a tenth of the picture, nine "
        "tenths of the loss are background. **Dice loss** is 1 minus a Dice score made of "
        r"probabilities, $1 - \frac{2 \sum p\,t + 1}{\sum p + \sum t + 1}$ with the answers $p$ "
        "and the truth $t$. It looks at the overlap as a whole, so a small car counts as much as "
        "a large one: for a smaller car the pull on a missed pixel grows with Dice loss and stays "
        "the same with cross-entropy. If the network is sure and wrong, the pull of Dice loss "
        "fades and that of cross-entropy does not: so we train with the sum of both."
    )
    left, right = st.columns(2)
    percent = left.slider("The car's share of the picture, %", 1, 60, 20, key="share", **LINKED)
    sure = right.slider("How sure the network is, %", 55, 99, 90, key="sure", **LINKED)
    table = loss_curves(percent / 100, sure / 100)
    half = table[(table["overlap"] - 0.5).abs() < 0.02].set_index("loss")
    left, right = st.columns(2)
    left.plotly_chart(
        _lines(table, "value", "loss"),
        config=QUIET,
        alt=f"Loss against overlap. With half of the car found Dice loss is "
        f"{half.loc['dice', 'value']:.2f}, cross-entropy {half.loc['bce', 'value']:.2f}.",
    )
    right.plotly_chart(
        _lines(table, "pull", "pull on one missed car pixel"),
        config=QUIET,
        alt=f"Pull on one missed pixel of the car. With half of it found: Dice "
        f"{half.loc['dice', 'pull']:.2f}, cross-entropy {half.loc['bce', 'pull']:.2f}.",
    )
    st.caption(
        "Computed with the loss functions that our networks are trained with, gradients by "
        f"PyTorch, on a picture of {words_of(PUBLISHED_GRID)}: more and more of the car is found, "
        "nothing else is marked. The pull is minus the gradient with respect to one missed "
        "pixel's logit (the answer before the sigmoid), times the number of pixels."
    )
    st.caption(cite("vnet", "dice"))
