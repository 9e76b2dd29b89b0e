"""First-layer filters: trained from a random start, beside filters from ImageNet."""

import numpy as np
import streamlit as st
import torch

from carseg.analysis.recipes import starts_pretrained
from carseg.inference.predictor import fingerprint
from carseg.introspect.features import FeatureError, first_filters
from carseg.models import build
from carseg.models.checkpoint import CheckpointError, Config
from carseg.ui.learn import networks, small_pictures
from carseg.ui.learn.papers import cite
from carseg.ui.learn.small_pictures import Panel
from carseg.ui.shared import state
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import shown

UNTRAINED = "untrained"
_COLUMNS, SIDE = 8, 60


def coloured(filters: np.ndarray) -> np.ndarray:
    """Filters float (n, 3, k, k) as tiles uint8 (n, SIDE, SIDE, 3), each on its own scale.

    Grey is 0; the filter's largest magnitude is a full colour, or none.
    """
    most = np.maximum(np.abs(filters).max((1, 2, 3), keepdims=True), 1e-12)
    colours = np.rint(127.5 + 127.5 * filters / most).astype(np.uint8).transpose(0, 2, 3, 1)
    times = max(1, SIDE // filters.shape[2])
    return colours.repeat(times, 1).repeat(times, 2)


def smoothness(filters: np.ndarray) -> float:
    """How smooth filters (n, c, k, k) are, -1..1: the mean correlation of neighbouring weights.

    Random filters give about 0, edges and blobs more. Each channel's mean is not subtracted, so a
    blob of one colour counts as smooth.
    """
    across = (filters[..., :, 1:] * filters[..., :, :-1]).mean()
    down = (filters[..., 1:, :] * filters[..., :-1, :]).mean()
    return float((across + down) / 2 / max((filters**2).mean(), 1e-12))


@st.cache_data(show_spinner=False)
def untrained() -> np.ndarray:
    """The first filters of an untrained U-Net."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return first_filters(build("unet", widths=[64, 8]))


def filters_of(name: str, version: str) -> np.ndarray:
    """A checkpoint's first filters, cached by its ``fingerprint``."""
    if name == UNTRAINED:
        return untrained()
    shop = state.workshop()
    return shop.store.get_or_make(
        ("filters", name, version), lambda: first_filters(shop.predictor.network(name)[0])
    )


def first_two(configs: dict[str, Config]) -> tuple[str, str]:
    """The first two models to show: one with a random start and one pretrained, if possible."""
    starts = {starts_pretrained(config): name for name, config in reversed(configs.items())}
    # None: the start is not recorded.
    return starts.get(False, UNTRAINED), starts.get(True, starts.get(None, UNTRAINED))


def draw() -> None:
    """The chapter."""
    st.markdown(
        "The kernels of the first layer look at red, green and blue, so they can be shown as "
        "small colour pictures. Trained on the million pictures of ImageNet they become edges, "
        "blobs and colour contrasts. Trained on cars alone from a random start they still look "
        "like the noise that they started as: compare them with an untrained network. The layers "
        "above learn to use them."
    )
    configs = state.current_shelf().configs
    if not configs:
        st.info(networks.NO_WEIGHTS, icon=":material/deployed_code_alert:")
    titles = {name: config.title for name, config in configs.items()}
    titles[UNTRAINED] = "Untrained U-Net, for comparison"
    for place, column, first in zip(
        ("left", "right"), st.columns(2), first_two(configs), strict=True
    ):
        with column:
            names = list(titles)
            name = st.selectbox(
                f"Network on the {place}",
                names,
                names.index(first),
                format_func=worded(titles),
                key=f"filters-{place}",
                **LINKED,
            )
            one_side(name, titles[name], configs.get(name))
    st.caption(
        "Each filter is on its own scale: grey is 0, a full colour the filter's largest weight."
    )
    st.caption(cite("yosinski", "zeiler", "imagenet"))


def one_side(name: str, title: str, config: Config | None) -> None:
    """One network's filters."""
    try:
        filters = filters_of(name, fingerprint(config) if config else "")
    except (CheckpointError, FeatureError) as error:
        st.error(shown(str(error)))
        return
    count, _, height, width = filters.shape
    start = config.pretrained if config else "nothing, and not trained"
    empty = int((filters == 0).all((1, 2, 3)).sum())
    more = f" {empty} hold only zeros." if empty else ""
    small_pictures.show(
        Panel(
            small_pictures.tiled(coloured(filters), _COLUMNS, 8),
            f"{count} filters of {height}x{width}; pretrained: {shown(start)}. Neighbouring "
            f"weights correlate by {smoothness(filters):.2f} (chance: about 0).{more}",
            f"The first filters of {title} as small colour squares.",
        )
    )
