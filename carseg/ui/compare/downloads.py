"""The downloads under the stage. Full size is computed when a button is pressed."""

from functools import partial

import streamlit as st

from carseg.service import bundle, packing
from carseg.service.bundle import Order
from carseg.service.packing_size import estimate
from carseg.service.workshop import Ask, Photo
from carseg.ui.compare.by_hand import by_hand
from carseg.ui.compare.results import PhotoResults
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.media import MIME
from carseg.ui.shared.tray import tray, truth_of


def order_of(results: PhotoResults) -> Order:
    """The shown photo with all its results."""
    return Order(
        results.photo,
        tuple(results.asks.values()),
        tuple(results.looks[name] for name in results.asks),
        results.own,
        results.truth,
    )


def all_orders(results: PhotoResults) -> list[Order]:
    """Every photo of the tray with the same models and looks, its own strokes and its truth."""
    return [_order_like(results, photo) for photo in tray().photos.values()]


def _order_like(results: PhotoResults, photo: Photo) -> Order:
    if photo.id == results.photo.id:
        return order_of(results)
    looks = by_hand(photo, results.looks)
    return Order(
        photo,
        tuple(Ask(photo, a.model, a.fingerprint, a.detail) for a in results.asks.values()),
        tuple(looks[name] for name in results.asks),
        results.own,
        truth_of(photo)[0],
    )


def model_for_use(results: PhotoResults) -> str:
    """The model whose cut-out was chosen last, else the first in the order of lists."""
    model: str = st.session_state.get("cutout-of", "")
    return (
        model
        if model in results.asks
        else min(results.asks, key=lambda n: results.configs[n].order)
    )


def download_row(results: PhotoResults, view: str) -> str:
    """The download row; returns the chosen format. Full size is computed on a click.

    Args:
        view: the view on the stage.
    """
    models, model = list(results.asks), model_for_use(results)
    with st.container(horizontal=True, vertical_alignment="center", key="downloads"):
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", key="take-home"
        ):
            _take_home(results, models.index(model), view)
            if len(models) > 1:
                _choice(results, models.index(model))
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
    _as_zip(results, kind)
    return kind


def _take_home(results: PhotoResults, index: int, view: str) -> None:
    """The download button for the cut-out of the model with this number.

    If the view shows a new background, the button gives the car before that background.
    """
    new = view == "background"
    model, view = list(results.asks)[index], "background" if new else "cutout"
    what = "The car before its new background" if new else "The car alone on a transparent ground"
    st.download_button(
        "Download picture" if new else "Download cut-out",
        partial(bundle.one_view, results.shop, order_of(results), index, view, "png"),
        bundle.file_name(results.photo, model, view, "png"),
        MIME["png"],
        key=f"{view}-{model}",
        on_click="ignore",
        type="primary",
        icon=":material/wallpaper:" if new else ":material/content_cut:",
        help=f"{what}, PNG at the photo's full size.",
    )


def _choice(results: PhotoResults, index: int) -> None:
    """The choice of the cut-out's model; the one with this number is chosen now."""
    st.selectbox(
        "Cut-out of",
        list(results.asks),
        index,
        key="cutout-of",
        width=230,
        format_func=lambda name: results.configs[name].title,
        label_visibility="collapsed",
        persist_state="session",
    )


def _as_zip(results: PhotoResults, kind: str) -> None:
    """The fold of the ZIP: what is in it, how large it will be, and the button."""
    menu = st.expander(
        "Everything as ZIP", icon=":material/folder_zip:", key="zip", on_change="rerun"
    )
    # Nothing is estimated as long as nobody asks.
    if not menu.open:
        return
    with menu:
        orders = _chosen_orders(results)
        parts = _chosen_parts(orders)
        with st.spinner("Estimating the size ..."):
            size = estimate(results.shop, orders, kind, parts)
        problem = packing.too_much(size, kind)
        st.download_button(
            "Download ZIP",
            partial(packing.zip_file, results.shop, orders, kind, parts),
            "carseg-results.zip" if len(orders) > 1 else f"{bundle.stem(results.photo.name)}.zip",
            MIME["zip"],
            key=f"zip-{kind}",
            on_click="ignore",
            type="primary",
            icon=":material/download:",
            disabled=bool(problem) or not parts,
        )
        known = " and the scores" if any(order.truth for order in orders) else ""
        st.caption(
            problem
            or f"About {size_words(size)}: {kind.upper()} at full size, a manifest{known}. "
            "Large photos take a while."
        )


def _chosen_orders(results: PhotoResults) -> list[Order]:
    number = len(tray().photos)
    if number > 1 and st.toggle(f"All {number} pictures", True, key="zip-all"):
        return all_orders(results)
    return [order_of(results)]


def _chosen_parts(orders: list[Order]) -> list[str]:
    options = packing.parts_for(orders)
    return st.pills(
        "What is in it",
        options,
        selection_mode="multi",
        default=options,
        format_func=worded(packing.PARTS),
        # With other options all are chosen again.
        key=f"zip-parts-{len(options)}",
    )


def size_words(size: float) -> str:
    """Bytes for people, two digits: ``3.4 MB``, ``120 MB``, ``1.2 GB``."""
    name, unit = next((n, u) for n, u in (("GB", 1e9), ("MB", 1e6), ("KB", 0)) if size >= 0.95 * u)
    rounded = float(f"{size / (unit or 1e3):.2g}")
    return f"{max(rounded, 1):g} {name}"
