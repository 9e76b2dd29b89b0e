"""The choices of the gallery of failures: a set, one model or two, the number of pictures."""

from collections.abc import Mapping
from typing import NamedTuple

import streamlit as st

from carseg.analysis.boards import Benchmark
from carseg.ui.dice_table.pair import default_model_pair
from carseg.ui.shared import cached, sentences, tables
from carseg.ui.shared.choices import worded
from carseg.ui.shared.links import LINKED

_MODES = {"worst": "Worst of one model", "gap": "Largest gap between two"}
NUMBERS = [6, 12, 24]


class GalleryChoice(NamedTuple):
    """A set and its grid, one model or two, and how many pictures at most."""

    benchmark: Benchmark
    models: list[str]
    number: int


def choose_gallery(sets: list[Benchmark], titles: Mapping[str, str]) -> GalleryChoice | None:
    """Draw the choices; None, with a sentence, if they do not name two different models."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
        benchmark = st.selectbox(
            "On", sets, format_func=sentences.label, key="fail-set", width=230, **LINKED
        )
        mode = st.segmented_control(
            "Show",
            list(_MODES),
            format_func=worded(_MODES),
            default="worst",
            required=True,
            key="fail-mode",
            **LINKED,
        )
        number = st.selectbox("Pictures", NUMBERS, 1, key="fail-number", width=110, **LINKED)
        models = _models(
            tables.in_order(cached.cached_board(benchmark).models, titles), mode, titles
        )
    if problem := _problem(models, mode):
        st.info(problem, icon=":material/image_search:")
        return None
    return GalleryChoice(benchmark, models, number)


def _models(measured: list[str], mode: str, titles: Mapping[str, str]) -> list[str]:
    """Draw the choice of one model or of two."""
    a, b = default_model_pair(measured) if len(measured) > 1 else (measured[0], "")
    if mode == "gap" and not b:
        return [a]
    places = {"fail-model": ("Model", a)}
    if mode == "gap":
        places = {"fail-a": ("A", a), "fail-b": ("B", b)}
    return [
        st.selectbox(
            label,
            measured,
            measured.index(first),
            key=key,
            format_func=worded(titles),
            width=300,
            **LINKED,
        )
        for key, (label, first) in places.items()
    ]


def _problem(models: list[str], mode: str) -> str:
    """Why these models are not a pair, if the mode needs one; else ''."""
    if mode == "gap" and len(models) < 2:
        return "Only one model was measured on this set."
    if len(models) == 2 and models[0] == models[1]:
        return "A and B are the same model: choose another."
    return ""
