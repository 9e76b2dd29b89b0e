"""Skip connections: cut them in a trained network and see what they carried."""

import numpy as np
import streamlit as st

from carseg import render
from carseg.grid import resize_picture
from carseg.inside.joins import without_skips
from carseg.metrics import boundary_iou, counts
from carseg.models.checkpoint import CheckpointError
from carseg.predict import Prediction, fingerprint
from carseg.ui import state
from carseg.ui.learn import designs, panels, pictures
from carseg.ui.learn.panels import Panel
from carseg.ui.learn.pictures import Example
from carseg.ui.learn.plan import words_of
from carseg.ui.learn.sources import cite
from carseg.ui.markdown import shown
from carseg.ui.share import LINKED

Cut = tuple[Prediction, list[tuple[int, int, int]]]


def said(example: Example, model: str, cut: tuple[int, ...]) -> Cut:
    """``joins.without_skips``, kept by checkpoint, picture and cut."""
    shop = state.workshop()
    version = fingerprint(state.shelf().configs[model])
    key = ("cut", shop.predictor.device.kind, model, version, example.photo.id, cut)
    rgb = shop.decoded(example.photo).rgb
    return shop.store.get_or_make(key, lambda: without_skips(shop.predictor, rgb, model, cut))


def draw() -> None:
    """The chapter."""
    words, figure = panels.halves()
    with words:
        st.markdown(
            "A **skip connection** hands the encoder's fine map straight to the decoder, where "
            "both are joined: *where* from the fine map, *what* from the coarse one. Cut one in a "
            "trained network (zeros arrive instead) and see what it carried. Which one matters "
            "most differs from network to network, and it need not be the finest. What is left is "
            "no network without skips: that would have learned another way."
        )
        example = pictures.choose()
        model = designs.choose_model()
        designs.in_words(lambda d: sum(len(s.skips) for s in designs.stages(d)), "skip connection")
    with figure:
        if model:
            trained(example, model)
        else:
            st.info(designs.NO_WEIGHTS, icon=":material/deployed_code_alert:")
            by_hand(example)
        st.caption(cite("unet", "fcn"))


def trained(example: Example, model: str) -> None:
    """The mask of a trained network with all skips, and without the chosen ones."""
    try:
        with st.spinner("Looking for the car ...", show_time=True):
            whole, shapes = said(example, model, ())
    except CheckpointError as error:
        st.error(shown(str(error)))
        return
    if not shapes:
        st.info("This network has no skip connections. Choose another model.")
        return
    chosen = st.segmented_control(
        "Cut these skips",
        range(len(shapes)),
        selection_mode="multi",
        default=[0],
        format_func=lambda i: f"{shapes[i][0]} maps of {words_of(shapes[i][1:])}",
        key=f"cut-{len(shapes)}",
        wrap=True,
        **LINKED,
    )
    with st.spinner("Looking again, without them ...", show_time=True):
        less, _ = said(example, model, tuple(sorted(chosen)))
    panels.row(
        [
            masked(example, whole, "All skips"),
            masked(example, less, f"{len(chosen)} of {len(shapes)} cut"),
        ]
    )


def masked(example: Example, prediction: Prediction, name: str) -> Panel:
    """The picture with a prediction's mask, and its Dice where the truth is known."""
    mask = prediction.mask(size=example.size)
    title = f"{name}: {mask.mean():.1%} car"
    if example.truth is not None:
        dice, rim = counts(mask, example.truth).dice, boundary_iou(mask, example.truth)
        title += f", Dice {dice:.3f}, Boundary IoU {rim:.3f}"
    return Panel(render.overlay(example.rgb, mask), title, f"{example.title}. {title}.")


def by_hand(example: Example) -> None:
    """Without a network: a picture is its coarse version plus what was lost, the skip's part."""
    size = (round(240 * example.size[0] / example.size[1]), 240)
    fine = resize_picture(example.rgb, size)
    coarse = resize_picture(resize_picture(fine, tuple(side // 8 for side in size)), size)
    lost = fine.astype(np.float32).mean(-1) - coarse.astype(np.float32).mean(-1)
    panels.row(
        [
            Panel(panels.magnified(coarse), "From below: halved three times", "A blurred picture."),
            Panel(
                panels.magnified(panels.signed_picture(lost)),
                "What a skip can add: the difference",
                "The edges that were lost.",
            ),
        ]
    )
