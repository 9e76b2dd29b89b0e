"""The controls of everything after the network: thresholds, edges, colours.

They are in the stage's fragment: a change repaints the stage and never runs a network. Their keys
are the names in the share link.
"""

from collections.abc import Sequence

import streamlit as st

from carseg.compositing.backgrounds import Colour
from carseg.compositing.edges import Edges
from carseg.compositing.framing import Frame
from carseg.compositing.views import Background, Look, hex_colour, text_of
from carseg.models.checkpoint import Config
from carseg.ui.shared.links import LINKED
from carseg.ui.shared.markdown import plain

USUAL = Look()
"""The initial values of the controls."""
SHARED, EACH = "t", "each"
"""Keys of the threshold of all models, and of the switch that gives each model its own."""


def looks_of(
    configs: Sequence[Config], background: Background, frame: Frame | None
) -> dict[str, Look]:
    """Draw all controls; returns the look of each model, with this background and crop."""
    thresholds = _thresholds(configs)
    edges = _edges()
    colour, opacity, line = _tint()
    return {
        name: Look(
            edges=Edges(threshold=threshold, **edges),
            colour=colour,
            opacity=opacity,
            line=line,
            background=background,
            frame=frame,
        )
        for name, threshold in thresholds.items()
    }


def _thresholds(configs: Sequence[Config]) -> dict[str, float]:
    """One slider for all models, or one for each; by model name, 0..1."""
    _begin_each(configs)
    place = st.container(gap="small")
    if len(configs) > 1:
        st.toggle(
            "A threshold for each model",
            False,
            key=EACH,
            on_change=_hand_on,
            args=([config.name for config in configs],),
            **LINKED,
        )
    with place:
        if st.session_state.get(EACH, False):
            return {config.name: _threshold(config) for config in configs}
        percent = st.slider(
            "Threshold",
            1,
            99,
            round((configs[0].threshold if configs else 0.5) * 100),
            key=SHARED,
            format="%d %%",
            help="A pixel is car if the model is at least this sure.",
            **LINKED,
        )
    return {config.name: _exact(config, percent) for config in configs}


def _hand_on(models: list[str]) -> None:
    """Let each model's own slider start where the shared one is, so that nothing jumps."""
    if st.session_state[EACH] and SHARED in st.session_state:
        for name in models:
            st.session_state[f"t-{name}"] = st.session_state[SHARED]


def _begin_each(configs: Sequence[Config]) -> None:
    """Begin with a slider for each model if a link brings their values, or if their own differ."""
    if EACH in st.session_state:
        return
    linked = any(f"t-{config.name}" in st.query_params for config in configs)
    differ = len({round(config.threshold * 100) for config in configs}) > 1
    if linked or differ:
        st.session_state[EACH] = True


def _threshold(config: Config) -> float:
    percent = st.slider(
        plain(config.title),
        1,
        99,
        round(config.threshold * 100),
        key=f"t-{config.name}",
        format="%d %%",
        help="A pixel is car if the model is at least this sure. The model's own value is "
        f"{config.threshold:.0%}.",
        **LINKED,
    )
    return _exact(config, percent)


def _exact(config: Config, percent: int) -> float:
    # The sliders are in per cent, because whole steps make short links.
    own = round(config.threshold * 100)
    return config.threshold if percent == own else percent / 100


def _edges() -> dict:
    st.markdown("**Edges**")
    refine = st.toggle(
        "Refine along the picture's edges",
        True,
        key="refine",
        help="A guided filter lets the mask follow the photo's own edges, at full size.",
        **LINKED,
    )
    feather = st.slider(
        "Feather, pixels of the full photo", 0.0, 20.0, 0.0, 0.5, "%.1f", key="feather", **LINKED
    )
    holes = st.toggle("Fill holes", False, key="holes", **LINKED)
    return {
        "refine": refine,
        "feather": feather,
        "fill_holes": holes,
    }


def _tint() -> tuple[Colour, float, int]:
    """Colour, opacity (0..1) and width of the line, in thousandths of the picture."""
    st.markdown("**Overlay and outline**")
    colour = hex_colour(st.color_picker("Colour", text_of(USUAL.colour), key="colour", **LINKED))
    opaque = round(100 * USUAL.opacity)
    opacity = st.slider("Opacity, %", 10, 100, opaque, 5, key="opacity", **LINKED)
    line = st.slider("Outline, ‰ of the picture", 1, 12, USUAL.line, key="line", **LINKED)
    return colour, opacity / 100, line
