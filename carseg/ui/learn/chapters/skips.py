"""Skip connections: cut them in a trained network and see what they carried."""

import numpy as np
import streamlit as st

from carseg.compositing import overlays
from carseg.imaging.grid import resize_picture
from carseg.inference.prediction import Prediction
from carseg.inference.predictor import fingerprint
from carseg.introspect.skips import without_skips
from carseg.measures.overlap import boundary_iou, counts
from carseg.models.checkpoint import CheckpointError
from carseg.ui.learn import examples, networks, small_pictures
from carseg.ui.learn.diagram_layout import words_of
from carseg.ui.learn.examples import Example
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared import state
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import shown

Cut = tuple[Prediction, list[tuple[int, int, int]]]


def _prediction_without(example: Example, model: str, cut: tuple[int, ...]) -> Cut:
    """``skips.without_skips``, cached by checkpoint, picture and cut."""
    shop = state.workshop()
    version = fingerprint(state.current_shelf().configs[model])
    key = ("cut", shop.predictor.device.kind, model, version, example.photo.id, cut)
    rgb = shop.decoded(example.photo).rgb
    return shop.store.get_or_make(key, lambda: without_skips(shop.predictor, rgb, model, cut))


def draw() -> None:
    """The chapter."""
    words, figure = small_pictures.halves()
    with words:
        st.markdown(
            "A **skip connection** passes the encoder's fine map directly to the decoder, which "
            "joins it with the coarse one: *where* from the fine map, *what* from the coarse map. "
            "Cut one in a trained network (zeros arrive instead) and see what it carried. Which "
            "one matters most differs from network to network, and it need not be the finest. A "
            "network with cut skips is not a network without skips, which would have learned "
            "differently."
        )
        example = examples.choose_example()
        model = networks.choose_model()
        networks.in_words(
            lambda d: sum(len(s.skips) for s in networks.stages_of(d)), "skip connection"
        )
    with figure:
        if model:
            trained(example, model)
        else:
            st.info(networks.NO_WEIGHTS, icon=":material/deployed_code_alert:")
            by_hand(example)
        st.caption(cite("unet", "fcn"))


def trained(example: Example, model: str) -> None:
    """The mask of a trained network with all skips, and without the chosen ones."""
    try:
        with st.spinner("Looking for the car ...", show_time=True):
            whole, shapes = _prediction_without(example, model, ())
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
        less, _ = _prediction_without(example, model, tuple(sorted(chosen)))
    small_pictures.row(
        [
            masked(example, whole, "All skips"),
            masked(example, less, f"{len(chosen)} of {len(shapes)} cut"),
        ]
    )


def masked(example: Example, prediction: Prediction, name: str) -> Panel:
    """The picture with a prediction's mask, and its Dice if the truth is known."""
    mask = prediction.mask(size=example.size)
    title = f"{name}: {mask.mean():.1%} car"
    if example.truth is not None:
        dice, rim = counts(mask, example.truth).dice, boundary_iou(mask, example.truth)
        title += f", Dice {dice:.3f}, Boundary IoU {rim:.3f}"
    return Panel(overlays.overlay(example.rgb, mask), title, f"{example.title}. {title}.")


def by_hand(example: Example) -> None:
    """Without a network: a picture is its coarse version plus the lost detail, the skip's part."""
    size = (round(240 * example.size[0] / example.size[1]), 240)
    fine = resize_picture(example.rgb, size)
    coarse = resize_picture(resize_picture(fine, (size[0] // 8, size[1] // 8)), size)
    lost = fine.astype(np.float32).mean(-1) - coarse.astype(np.float32).mean(-1)
    small_pictures.row(
        [
            Panel(
                small_pictures.magnified(coarse),
                "From below: halved three times",
                "A blurred picture.",
            ),
            Panel(
                small_pictures.magnified(small_pictures.signed_picture(lost)),
                "What a skip can add: the difference",
                "The edges that were lost.",
            ),
        ]
    )
