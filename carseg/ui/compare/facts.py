"""What is said of a result: how it was computed, and where no car was found."""

from functools import partial

import streamlit as st

from carseg.compositing.views import VIEWS
from carseg.inference.engines.engine import ENGINES, USUAL
from carseg.inference.prediction import LEAST_CAR, Prediction
from carseg.service import bundle
from carseg.ui.compare.downloads import model_for_use, order_of
from carseg.ui.compare.results import PhotoResults
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.media import MIME

STAGES = {
    "decode": "decode",
    "prepare": "prepare",
    "network": "network",
    "detail": "second look",
    "edges": "edges",
}


def facts_of(results: PhotoResults, name: str) -> tuple[str, ...]:
    """Times, device and grid of a result, a line each."""
    said = results.shop.prediction(results.asks[name])
    seconds = stage_seconds(results, name)
    times = [f"{words} {milliseconds(seconds[k])}" for k, words in STAGES.items() if k in seconds]
    return (
        " · ".join(times),
        f"{_engine(said)}on {said.device.upper()} in {said.dtype}, "
        f"grid {said.grid[1]}x{said.grid[0]}",
    )


def _engine(said: Prediction) -> str:
    return "" if said.engine == USUAL else f"with {ENGINES[said.engine].title} "


def stage_seconds(results: PhotoResults, name: str) -> dict[str, float]:
    """Seconds per stage: decoding the photo, preparing, network, second look, edges."""
    ask = results.asks[name]
    return {
        **results.shop.prediction(ask).seconds,
        "decode": results.shop.glance(results.photo).seconds,
        "edges": results.shop.outline(ask, results.looks[name]).seconds,
    }


def milliseconds(seconds: float) -> str:
    """``0.0042`` to ``4 ms``; from one second on ``1.2 s``."""
    return f"{seconds:.1f} s" if seconds >= 0.9995 else f"{max(1, round(seconds * 1000))} ms"


def without_car(results: PhotoResults) -> list[str]:
    """The models that found no car."""
    return [name for name in results.asks if results.share(name) < LEAST_CAR]


def warn_without_car(results: PhotoResults) -> None:
    """Say which models found no car, and what to try."""
    names = without_car(results)
    if not names:
        return
    titles = [plain(results.configs[name].title) for name in names]
    # If no model found a car, no names are needed.
    by = f" by {' and '.join(titles)}" if len(names) < len(results.configs) else ""
    st.warning(
        f"No car found{by}: less than {100 * LEAST_CAR:g} % of the picture is marked. "
        "Lower the threshold, or try a photo with a larger car.",
        icon=":material/no_crash:",
    )


def single_downloads(results: PhotoResults, kind: str) -> None:
    """Every view of the model whose cut-out is offered, as a file of its own."""
    model = model_for_use(results)
    order, index = order_of(results), list(results.asks).index(model)
    st.caption(f"Any view of {plain(results.configs[model].title)}, {kind.upper()} at full size:")
    with st.container(horizontal=True, gap="xsmall", key="singles"):
        for view, words in VIEWS.items():
            st.download_button(
                words,
                partial(bundle.one_view, results.shop, order, index, view, kind),
                bundle.file_name(results.photo, model, view, kind),
                MIME[kind],
                key=f"get-{model}-{view}-{kind}",
                on_click="ignore",
            )
