"""The pickers above the stage: the mode, and its views or models."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from carseg.compositing.views import VIEWS
from carseg.models.checkpoint import Config
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED

_MODES = {
    "grid": "Side by side",
    "slider": "Slider",
    "difference": "Disagreement",
    "truth": "Against the truth",
}
ORIGINAL = "original"


@dataclass(frozen=True)
class Plan:
    """The choice made above the stage: a mode, and its views or models."""

    mode: str
    view: str = "overlay"
    original: bool = False
    slider_sides: tuple[str, str] = (ORIGINAL, ORIGINAL)
    pair: tuple[str, str] | None = None

    @property
    def views(self) -> set[str]:
        """The visible views."""
        if self.mode == "slider":
            return {side.rpartition(":")[2] for side in self.slider_sides}
        return {self.view} if self.mode == "grid" else {"mask"}


def pick_plan(configs: Mapping[str, Config], has_truth: bool, beside: Callable[[], None]) -> Plan:
    """Draw the pickers above the stage, and ``beside`` the first."""
    modes = ["grid", "slider"]
    modes += ["difference"] if len(configs) > 1 else []
    modes += ["truth"] if has_truth else []
    with st.container(horizontal=True, vertical_alignment="center", key="modes"):
        mode = st.segmented_control(
            "Show",
            modes,
            default="grid",
            required=True,
            format_func=worded(_MODES),
            key="mode",
            label_visibility="collapsed",
            wrap=True,
            **LINKED,
        )
        st.space("stretch")
        beside()
    if mode == "slider":
        return Plan(mode, slider_sides=_sides(configs))
    if mode == "difference":
        return Plan(mode, pair=_pair(configs))
    if mode == "truth":
        return Plan(mode)
    with st.container(horizontal=True, vertical_alignment="center"):
        view = st.segmented_control(
            "View",
            list(VIEWS),
            default="overlay",
            required=True,
            format_func=worded(VIEWS),
            key="view",
            label_visibility="collapsed",
            wrap=True,
            **LINKED,
        )
        original = st.toggle("Original beside", False, key="original", **LINKED)
    return Plan("grid", view, original)


def _sides(configs: Mapping[str, Config]) -> tuple[str, str]:
    options = [ORIGINAL, *(f"{name}:{view}" for view in VIEWS for name in configs)]
    # The first model in the order of lists is the one meant for use.
    best = min(configs, key=lambda name: configs[name].order)
    start = (ORIGINAL, f"{best}:cutout")

    def words(option: str) -> str:
        name, _, view = option.rpartition(":")
        return f"{configs[name].title} · {VIEWS[view]}" if name in configs else "Original"

    sides = zip(("Left", "Right"), st.columns(2), start, strict=True)
    left, right = (
        column.selectbox(
            label, options, options.index(first), format_func=words, key=label.lower(), **LINKED
        )
        for label, column, first in sides
    )
    return left, right


def _pair(configs: Mapping[str, Config]) -> tuple[str, str]:
    names = list(configs)
    if len(names) == 2:
        return names[0], names[1]
    left, right = st.columns(2)

    def words(name: str) -> str:
        return configs[name].title

    a = left.selectbox("Model A", names, 0, format_func=words, key="model-a")
    rest = [name for name in names if name != a]
    b = right.selectbox("Model B", rest, 0, format_func=words, key="model-b")
    return a, b
