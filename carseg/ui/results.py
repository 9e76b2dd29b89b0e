"""Under the stage: what each model found and how long it took, and everything to take away."""

from functools import partial

import streamlit as st

from carseg.looks import VIEWS
from carseg.predict import LEAST_CAR
from carseg.ui import bundle
from carseg.ui.bundle import Order
from carseg.ui.controls import LINKED
from carseg.ui.markdown import plain
from carseg.ui.media import MIME
from carseg.ui.stage import Scene
from carseg.ui.tray import tray
from carseg.ui.work import Ask

STAGES = {
    "decode": "decode",
    "prepare": "prepare",
    "network": "network",
    "detail": "second look",
    "edges": "edges",
}


def cards(scene: Scene, kind: str) -> None:
    """A card per model, side by side."""
    columns = st.columns(max(2, len(scene.asks)))
    for index, (column, name) in enumerate(zip(columns, scene.asks, strict=False)):
        with column.container(border=True):
            _card(scene, name, index, kind)


def _card(scene: Scene, name: str, index: int, kind: str) -> None:
    config, share = scene.configs[name], scene.share(name)
    said = scene.shop.prediction(scene.asks[name])
    st.markdown(f"**{plain(config.title)}**")
    if share < LEAST_CAR:
        st.warning(
            f"No car found: less than {100 * LEAST_CAR:g} % of the picture is marked. "
            "Lower the threshold, or try a photo with a larger car.",
            icon=":material/no_crash:",
        )
    st.metric("Car share of the picture", f"{share:.1%}")
    seconds = stage_seconds(scene, name)
    st.caption(
        " · ".join(f"{STAGES[k]} {milliseconds(v)}" for k, v in seconds.items() if k in STAGES)
        + f" · on {said.device.upper()} in {said.dtype}, grid {said.grid[1]}x{said.grid[0]}"
    )
    with st.popover("Single results", icon=":material/download:", width="stretch"):
        order = order_of(scene)
        for view, words in VIEWS.items():
            st.download_button(
                f"{words}, {kind.upper()}",
                partial(bundle.one_view, scene.shop, order, index, view, kind),
                bundle.file_name(scene.photo, name, view, kind),
                MIME[kind],
                key=f"get-{name}-{view}-{kind}",
                on_click="ignore",
                width="stretch",
            )


def stage_seconds(scene: Scene, name: str) -> dict[str, float]:
    """Seconds per stage: decoding the photo, preparing, network, second look, edges."""
    ask = scene.asks[name]
    return {
        **scene.shop.prediction(ask).seconds,
        "decode": scene.shop.decoded(scene.photo).seconds,
        "edges": scene.shop.matted(ask, scene.looks[name]).seconds,
    }


def milliseconds(seconds: float) -> str:
    """``0.0042`` to ``4 ms``; from one second on ``1.2 s``."""
    return f"{seconds:.1f} s" if seconds >= 0.9995 else f"{max(1, round(seconds * 1000))} ms"


def order_of(scene: Scene) -> Order:
    """The shown photo with all its results."""
    return Order(scene.photo, tuple(scene.asks.values()), tuple(scene.looks.values()), scene.own)


def all_orders(scene: Scene) -> list[Order]:
    """Every photo of the tray with the same models and looks."""
    return [
        Order(
            photo,
            tuple(Ask(photo, a.model, a.fingerprint, a.detail) for a in scene.asks.values()),
            tuple(scene.looks.values()),
            scene.own,
        )
        for photo in tray().photos.values()
    ]


def downloads(scene: Scene) -> str:
    """The download row; returns the format picked. Full size is made when a button is pressed."""
    models = list(scene.asks)
    # The first in display order is the one for use.
    model = st.session_state.get("cutout-of")
    model = model if model in models else min(models, key=lambda name: scene.configs[name].order)
    with st.container(horizontal=True, vertical_alignment="center", key="downloads"):
        _cut_out(scene, models.index(model))
        if len(models) > 1:
            _choice(scene, models.index(model))
        st.space("stretch")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            kind = st.segmented_control(
                "Format",
                ["png", "webp"],
                default="png",
                required=True,
                format_func=str.upper,
                key="format",
                label_visibility="collapsed",
                **LINKED,
            )
            problem = _all_as_zip(scene, kind)
    if problem:
        st.caption(problem)
    return kind


def _cut_out(scene: Scene, index: int) -> None:
    """The button for the cut-out by the model of this number."""
    model = list(scene.asks)[index]
    st.download_button(
        "Download cut-out",
        partial(bundle.one_view, scene.shop, order_of(scene), index, "cutout", "png"),
        bundle.file_name(scene.photo, model, "cutout", "png"),
        MIME["png"],
        key=f"cutout-{model}",
        on_click="ignore",
        type="primary",
        icon=":material/content_cut:",
        help="The car alone on a transparent ground, PNG at the photo's full size.",
    )


def _choice(scene: Scene, index: int) -> None:
    """The choice of the model whose cut-out it is; the one of this number stands there now."""
    st.selectbox(
        "Cut-out of",
        list(scene.asks),
        index,
        key="cutout-of",
        width=230,
        format_func=lambda name: scene.configs[name].title,
        label_visibility="collapsed",
        persist_state="session",
    )


def _all_as_zip(scene: Scene, kind: str) -> str:
    """The button for all views of all models, of every picture of the tray.

    One sentence where that would be more than is made at once.
    """
    many = len(tray().photos) > 1
    orders = all_orders(scene) if many else [order_of(scene)]
    problem = bundle.too_much(bundle.estimate(scene.shop, orders, kind), kind)
    st.download_button(
        "Everything as ZIP",
        partial(bundle.everything, scene.shop, orders, kind),
        "carseg-results.zip" if many else f"{bundle.stem(scene.photo.name)}.carseg.zip",
        MIME["zip"],
        key=f"zip-{kind}",
        on_click="ignore",
        icon=":material/folder_zip:",
        help="All views of "
        + ("all pictures and models" if many else "all models")
        + " at full size, with a manifest. Large photos take a while.",
        disabled=bool(problem),
    )
    return problem
