"""Dropout: values are dropped at random in training, and never when the network is used."""

import numpy as np
import streamlit as st
import torch
from torch import nn
from torch.nn import functional as F

from carseg.ui.learn import examples, networks, small_pictures
from carseg.ui.learn.networks import Design
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared.links import LINKED


def dropped(values: np.ndarray, p: float, draws: int, seed: int) -> np.ndarray:
    """(draws, h, w): each of ``values`` (h, w) is 0 with probability ``p``, else / (1 - p)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        many = torch.from_numpy(np.float32(values)).expand(draws, *values.shape)
        return F.dropout(many, p, training=True).numpy()


def active(design: Design) -> int:
    """The number of a network's dropout layers with a probability above 0."""
    layers = design.blank().modules()
    return sum(isinstance(m, nn.modules.dropout._DropoutNd) and m.p > 0 for m in layers)


def draw() -> None:
    """The chapter."""
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "In training, **dropout** sets each value to 0 with probability *p* and divides the "
            "rest by 1 - *p*. So no value can rely on a single other one, and every step trains "
            "another thinned network. In use nothing is dropped: because of the division, the mean "
            "over all draws is the value itself. Dropout was made for wide, fully connected "
            "layers. A convolution has few weights, and the noise of batch norm has a similar "
            "effect, so segmentation networks often do without dropout."
        )
        picture = examples.grey_copy(examples.choose_example().rgb, 96)
        p = st.slider("p, %", 0, 90, 50, 5, key="drop", **LINKED) / 100
        draws = st.slider("Draws in the mean", 1, 200, 20, key="draws", **LINKED)
        seed = st.slider("Another draw", 1, 50, 1, key="drop-seed", **LINKED)
        networks.in_words(active, "active dropout layer")
    made = dropped(picture, p, draws, seed)
    mean = made.mean(0)
    away = float(np.abs(mean - picture).mean())
    with figure:
        small_pictures.row(
            [
                Panel(
                    small_pictures.magnified(small_pictures.grey_picture(made[0])),
                    f"One draw: {(made[0] == 0).mean():.0%} missing",
                    "The picture with values missing at random, the rest brighter.",
                ),
                Panel(
                    small_pictures.magnified(small_pictures.grey_picture(mean)),
                    f"Mean of {draws}: {away:.3f} from the original on average",
                    "The mean over the draws, close to the original picture.",
                ),
            ]
        )
        st.caption("Here the values are a small grey picture; in a network they are feature maps.")
        st.caption(cite("dropout", "batchnorm"))
