"""Encoder and decoder: what a mask loses when it is halved again and again."""

import cv2
import numpy as np
import streamlit as st
import torch
from torch.nn import functional as F

from carseg.compositing import overlays
from carseg.imaging.grid import Size, coverage, resize_mask, resize_picture
from carseg.measures.overlap import boundary_iou, counts
from carseg.ui.learn import examples, networks, small_pictures
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared.legend import legend
from carseg.ui.shared.links import LINKED


def squeezed(truth: np.ndarray, halvings: int) -> np.ndarray:
    """A mask, bool (H, W), shrunk ``halvings`` times and brought back, bool (H, W).

    It is shrunk by area average, enlarged bilinearly, and car from one half on. A network that
    passes everything through so few places cannot do better.
    """
    size = tuple(max(1, round(side / 2**halvings)) for side in truth.shape)
    share = torch.from_numpy(coverage(truth, size).copy())[None, None]
    back = F.interpolate(share, truth.shape, mode="bilinear", align_corners=False)
    return back[0, 0].numpy() >= 0.5


def squares(small: np.ndarray, size: Size) -> np.ndarray:
    """A small picture uint8 (h, w, 3) as squares that fill three times ``size``."""
    height, width = (3 * side for side in size)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)


def draw() -> None:
    """The chapter."""
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "An **encoder** halves the map again and again. Each place of the smaller map depends "
            "on more of the picture, there are more maps, and the work stays affordable. This "
            "answers *what* is there. A **decoder** enlarges the map again to say *where*. But "
            "detail that was averaged away does not come back: here the true mask itself is shrunk "
            "and enlarged, and even this perfect answer loses mirrors, wheels and edges. The next "
            "chapter shows the remedy."
        )
        example, whole = examples.example_with_truth(examples.choose_example())
        halvings = st.slider("Halvings", 0, 7, 5, key="halvings", **LINKED)
        networks.in_words(lambda d: max(s.level for s in networks.stages_of(d)), "halving")
    # The grid of most of our networks: on the full photo a halving would lose less.
    size = (round(240 * example.size[0] / example.size[1]), 240)
    truth = resize_mask(whole, size)
    back = squeezed(truth, halvings)
    small = tuple(max(1, round(side / 2**halvings)) for side in size)
    score = counts(back, truth)
    with figure:
        small_pictures.row(
            [
                Panel(
                    squares(resize_picture(example.rgb, small), size),
                    f"What is left: {words_of(small)} places of {words_of(size)}",
                    f"{example.title} in {small[1]} times {small[0]} squares.",
                ),
                Panel(
                    small_pictures.magnified(
                        overlays.errors(back, truth, resize_picture(example.rgb, size))
                    ),
                    f"The true mask, down and up: Dice {score.dice:.3f}, "
                    f"Boundary IoU {boundary_iou(back, truth):.3f}",
                    f"Right, added and lost parts of the mask after {halvings} halvings; Dice "
                    f"{score.dice:.3f}.",
                ),
            ]
        )
        legend(
            [
                (overlays.COLOURS["tp"], "kept"),
                (overlays.COLOURS["fp"], "added"),
                (overlays.COLOURS["fn"], "lost"),
            ]
        )
        st.caption(cite("segnet", "fcn", "unet"))
