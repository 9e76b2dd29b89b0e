"""The cards under the stage: what each model found and how long it took."""

from functools import partial

import streamlit as st

from carseg.compositing.views import VIEWS
from carseg.inference.prediction import LEAST_CAR
from carseg.service import bundle
from carseg.ui.compare.downloads import order_of
from carseg.ui.compare.stage import PhotoResults
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.media import MIME

STAGES = {
    "decode": "decode",
    "prepare": "prepare",
    "network": "network",
    "detail": "second look",
    "edges": "edges",
}


def cards(results: PhotoResults, kind: str) -> None:
    """A card per model, side by side."""
    titles = [c.title for name, c in results.configs.items() if results.share(name) < LEAST_CAR]
    if titles:
        # If no model found a car, no names are needed.
        by = f" by {' and '.join(map(plain, titles))}" if len(titles) < len(results.asks) else ""
        st.warning(
            f"No car found{by}: less than {100 * LEAST_CAR:g} % of the picture is marked. "
            "Lower the threshold, or try a photo with a larger car.",
            icon=":material/no_crash:",
        )
    columns = st.columns(max(2, len(results.asks)))
    for index, (column, name) in enumerate(zip(columns, results.asks, strict=False)):
        with column.container(border=True):
            _card(results, name, index, kind)


def _card(results: PhotoResults, name: str, index: int, kind: str) -> None:
    config, share = results.configs[name], results.share(name)
    said = results.shop.prediction(results.asks[name])
    st.markdown(f"**{plain(config.title)}**")
    st.metric("Car share of the picture", f"{share:.1%}")
    seconds = stage_seconds(results, name)
    st.caption(
        " · ".join(f"{STAGES[k]} {milliseconds(v)}" for k, v in seconds.items() if k in STAGES)
        + f" · on {said.device.upper()} in {said.dtype}, grid {said.grid[1]}x{said.grid[0]}"
    )
    with st.popover("Single results", icon=":material/download:", width="stretch"):
        order = order_of(results)
        for view, words in VIEWS.items():
            st.download_button(
                f"{words}, {kind.upper()}",
                partial(bundle.one_view, results.shop, order, index, view, kind),
                bundle.file_name(results.photo, name, view, kind),
                MIME[kind],
                key=f"get-{name}-{view}-{kind}",
                on_click="ignore",
                width="stretch",
            )


def stage_seconds(results: PhotoResults, name: str) -> dict[str, float]:
    """Seconds per stage: decoding the photo, preparing, network, second look, edges."""
    ask = results.asks[name]
    return {
        **results.shop.prediction(ask).seconds,
        "decode": results.shop.decoded(results.photo).seconds,
        "edges": results.shop.matted(ask, results.looks[name]).seconds,
    }


def milliseconds(seconds: float) -> str:
    """``0.0042`` to ``4 ms``; from one second on ``1.2 s``."""
    return f"{seconds:.1f} s" if seconds >= 0.9995 else f"{max(1, round(seconds * 1000))} ms"
