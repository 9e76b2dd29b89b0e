"""Which cars of a photo are kept, where a model sees several."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from carseg.objects.cars import Car
from carseg.ui.compare.results import PhotoResults
from carseg.ui.shared.markdown import plain
from carseg.ui.shared.tray import tray

MOST = 8
"""So many cars of a photo can be chosen."""


def panel(results: PhotoResults) -> None:
    """For each model that sees several cars: say so, and let people choose."""
    for model in results.asks:
        found = _found(results, model)
        if len(found) > 1:
            _choice(results, model, found)


def _found(results: PhotoResults, model: str) -> Sequence[Car]:
    """All cars that a model sees, whatever was chosen."""
    look = results.looks[model]
    every = replace(look, edges=replace(look.edges, cars=None, strokes=()))
    return results.shop.outline(results.asks[model], every).cars


def _choice(results: PhotoResults, model: str, found: Sequence[Car]) -> None:
    chosen = results.looks[model].edges.cars
    key = f"cars-{results.photo.id[:12]}-{model}"
    if chosen is None:
        said = "Cut-outs and new backgrounds show the largest, other views show all."
    else:
        said = "All views show the chosen ones."
    offered = found[:MOST]
    more = f" The {len(offered)} largest can be chosen." if len(found) > MOST else ""
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{key}", gap="small"):
        st.caption(
            f"{plain(results.configs[model].title)} sees {len(found)} cars. {said}{more}",
            width="content",
        )
        st.pills(
            "Cars to keep",
            range(len(offered)),
            selection_mode="multi",
            default=_kept(offered, chosen),
            format_func=lambda number: words(offered[number]),
            key=key,
            label_visibility="collapsed",
            on_change=_choose,
            args=(results.photo.id, model, key, tuple(offered)),
        )


def _kept(found: Sequence[Car], chosen: Sequence[tuple[float, float]] | None) -> list[int]:
    if chosen is None:
        return [0]
    return [number for number, car in enumerate(found) if car.heart in chosen] or [0]


def _choose(photo: str, model: str, key: str, found: tuple[Car, ...]) -> None:
    """Keep the chosen cars; without one, it is as it was at first."""
    chosen = tuple(found[number].heart for number in st.session_state[key])
    models = tray().cars.setdefault(photo, {})
    if chosen:
        models[model] = chosen
    else:
        models.pop(model, None)


def words(car: Car) -> str:
    """Which car it is: '1: left, 21 %'."""
    middle = (car.box.left + car.box.right) / 2
    where = "left" if middle < 1 / 3 else "right" if middle > 2 / 3 else "middle"
    return f"{car.number}: {where}, {car.area:.0%}"
