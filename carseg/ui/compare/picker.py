"""The tabs in the row of tools: what is looked at; and the choices that some of them bring."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from carseg.compositing.views import VIEWS
from carseg.models.checkpoint import Config
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED

MODES = {"slider": "Slider", "difference": "Difference", "truth": "Truth"}
"""Tabs that are not one view of every model."""
ORIGINAL = "original"
TABS = VIEWS | {"background": "Background"} | MODES
_OLD_MODES = {"Slider": "slider", "Disagreement": "difference", "Against the truth": "truth"}


@dataclass(frozen=True)
class Plan:
    """What is looked at.

    Attributes:
        mode: ``grid`` for a view of every model side by side, or a key of ``MODES``.
        view: a key of ``VIEWS``.  original: the photo stands beside the results.
        slider_sides: ``original`` or ``model:view``, left and right.
        pair: the two models that are compared.
    """

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


def read_old_link() -> None:
    """Open links of earlier versions: they name a mode beside the view, or use other words."""
    if st.query_params.get("view") == VIEWS["background"]:
        st.session_state["view"] = "background"
    if "mode" in st.query_params:
        mode = _OLD_MODES.get(st.query_params["mode"])
        del st.query_params["mode"]
        if mode:
            st.session_state["view"] = mode


def pick_tab(configs: Mapping[str, Config], has_truth: bool) -> Plan:
    """Draw the tabs, and beside those of views the switch for the original."""
    modes = ["slider"]
    modes += ["difference"] if len(configs) > 1 else []
    modes += ["truth"] if has_truth else []
    tab = st.segmented_control(
        "View",
        [*VIEWS, *modes],
        default="overlay",
        required=True,
        format_func=worded(TABS),
        key="view",
        label_visibility="collapsed",
        wrap=True,
        **LINKED,
    )
    if tab in MODES:
        return Plan(tab)
    return Plan("grid", tab, st.toggle("Original", False, key="original", **LINKED))


def pick_options(plan: Plan, configs: Mapping[str, Config]) -> Plan:
    """Draw the choices that belong to a tab; returns the plan with them."""
    if plan.mode == "slider":
        return Plan("slider", slider_sides=_sides(configs))
    if plan.mode == "difference":
        return Plan("difference", pair=_pair(configs))
    return plan


def _sides(configs: Mapping[str, Config]) -> tuple[str, str]:
    options = [ORIGINAL, *(f"{name}:{view}" for view in VIEWS for name in configs)]
    # The first model in the order of lists is the one meant for use.
    best = min(configs, key=lambda name: configs[name].order)
    start = (ORIGINAL, f"{best}:cutout")

    def words(option: str) -> str:
        name, _, view = option.rpartition(":")
        return f"{configs[name].title} · {VIEWS[view]}" if name in configs else "Original"

    with st.container(horizontal=True, key="sides"):
        left, right = (
            st.selectbox(
                label,
                options,
                options.index(first),
                format_func=words,
                key=label.lower(),
                label_visibility="collapsed",
                **LINKED,
            )
            for label, first in zip(("Left", "Right"), start, strict=True)
        )
    return left, right


def _pair(configs: Mapping[str, Config]) -> tuple[str, str]:
    names = list(configs)
    if len(names) == 2:
        return names[0], names[1]

    def words(name: str) -> str:
        return configs[name].title

    with st.container(horizontal=True, key="pair"):
        a = st.selectbox(
            "Model A", names, format_func=words, key="model-a", label_visibility="collapsed"
        )
        b = st.selectbox(
            "Model B",
            [name for name in names if name != a],
            format_func=words,
            key="model-b",
            label_visibility="collapsed",
        )
    return a, b
