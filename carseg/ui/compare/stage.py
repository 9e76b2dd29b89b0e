"""The stage: side by side, the before/after slider, disagreement, and against a true mask."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st

from carseg.compositing import overlays
from carseg.compositing.views import CLEAR, VIEWS, Look
from carseg.imaging.grid import resize_mask
from carseg.inference.prediction import LEAST_CAR, share_words
from carseg.models.checkpoint import Config
from carseg.service.truth import Truth
from carseg.service.workshop import Ask, Photo, Workshop, kind_of
from carseg.ui.compare.picker import ORIGINAL, Plan
from carseg.ui.components.viewer import Pane, viewer
from carseg.ui.shared import media
from carseg.ui.shared.legend import legend


@dataclass(frozen=True)
class PhotoResults:
    """One photo and its results, which the stage shows.

    Attributes:
        asks, looks: by model name.  own: the picture behind the car, or None.
        truth: the true mask, or None.
    """

    shop: Workshop
    photo: Photo
    configs: Mapping[str, Config]
    asks: Mapping[str, Ask]
    looks: Mapping[str, Look]
    own: Photo | None = None
    truth: Truth | None = None

    def mask(self, model: str) -> np.ndarray:
        """Bool (H, W) on display pixels."""
        return self.shop.matted(self.asks[model], self.looks[model]).alpha >= 0.5

    def share(self, model: str) -> float:
        """The car's share of the picture."""
        return self.shop.matted(self.asks[model], self.looks[model]).share

    def edited(self, model: str) -> bool:
        """Whether a hand has changed the model's result."""
        return bool(self.looks[model].edges.strokes)

    def title(self, model: str) -> str:
        """The model's title; an edited result says so."""
        return self.configs[model].title + (" (edited)" if self.edited(model) else "")


def draw_stage(results: PhotoResults, picked: Plan) -> None:
    """Draw the viewer for the chosen plan, and the figures under it."""
    if picked.mode == "slider":
        panes = [_side(results, side, i) for i, side in enumerate(picked.slider_sides)]
        viewer(panes, picture=results.photo.id, mode="slider")
    elif picked.mode == "difference" and picked.pair:
        _difference(results, *picked.pair)
    elif picked.mode == "truth" and results.truth is not None:
        _against_truth(results, results.truth)
    else:
        panes = [_pane(results, name, picked.view) for name in results.asks]
        if picked.original:
            panes.insert(0, _original(results))
        viewer(panes, picture=results.photo.id, mode="grid" if len(panes) > 1 else "single")


def _side(results: PhotoResults, side: str, index: int) -> Pane:
    name, _, view = side.rpartition(":")
    if name not in results.asks:
        return _original(results, f"side-{index}")
    return _pane(results, name, view, f"side-{index}", f" · {VIEWS[view]}")


def _size(results: PhotoResults) -> tuple[int, int]:
    """(width, height) on the display."""
    height, width = results.shop.decoded(results.photo).proxy.shape[:2]
    return width, height


def _original(results: PhotoResults, place: str = ORIGINAL) -> Pane:
    url = media.picture_address(results.shop.original(results.photo), "jpeg", place)
    return Pane(place, url, "Original", f"The photo {results.photo.name}", *_size(results))


def _pane(results: PhotoResults, name: str, view: str, place: str = "", suffix: str = "") -> Pane:
    place, title, share = place or name, results.configs[name].title, results.share(name)
    data = results.shop.shown(results.asks[name], view, results.looks[name], results.own)
    return Pane(
        place,
        media.picture_address(data, kind_of(view), place),
        title + suffix,
        f"{VIEWS[view]} by {title} of {results.photo.name}: {share:.1%} of the picture is car",
        *_size(results),
        note=share_words(share) + (", edited" if results.edited(name) else ""),
        warn=share < LEAST_CAR,
        clear=view in CLEAR,
    )


def _difference(results: PhotoResults, a: str, b: str) -> None:
    mask_a, mask_b = results.mask(a), results.mask(b)
    shares = overlays.disagreement_shares(mask_a, mask_b)
    key = ("difference", *results.asks[a].key, results.looks[a].edges)
    key += (*results.asks[b].key, results.looks[b].edges)
    data = results.shop.painted(
        key,
        lambda: overlays.disagreement(mask_a, mask_b, results.shop.decoded(results.photo).proxy),
    )
    title_a, title_b = results.configs[a].title, results.configs[b].title
    pane = Pane(
        "difference",
        media.picture_address(data, "jpeg", "difference"),
        f"{title_a} against {title_b}",
        f"Where {title_a} and {title_b} disagree on {results.photo.name}: "
        f"{shares.different:.2%} of the pixels",
        *_size(results),
        note=f"differ on {shares.different:.2%} of the pixels",
    )
    viewer([pane], picture=results.photo.id, mode="single")
    legend(
        [
            (overlays.COLOURS["a_only"], f"{title_a} only, {shares.a_only:.2%}"),
            (overlays.COLOURS["b_only"], f"{title_b} only, {shares.b_only:.2%}"),
            (overlays.COLOURS["both"], f"both, {shares.both:.1%}"),
        ]
    )
    left, right = st.columns(2)
    left.metric("Pixels that differ", f"{shares.different:.2%}")
    right.metric(
        "Dice between the two",
        f"{shares.dice:.4f}",
        help="1 if both models mark the same pixels. It does not say which one is right.",
    )


def _against_truth(results: PhotoResults, truth: Truth) -> None:
    panes = []
    true = resize_mask(truth.mask, results.shop.decoded(results.photo).proxy.shape[:2])

    def drawn(mask: np.ndarray) -> np.ndarray:
        return overlays.errors(mask, true, results.shop.decoded(results.photo).proxy)

    for name, ask in results.asks.items():
        mask, title = results.mask(name), results.configs[name].title
        data = results.shop.painted(
            ("errors", *ask.key, results.looks[name].edges, truth.id),
            partial(drawn, mask),
        )
        alt = f"Hits, false alarms and misses of {title} on {results.photo.name}"
        url = media.picture_address(data, "jpeg", f"errors-{name}")
        panes.append(Pane(name, url, title, alt, *_size(results)))
    viewer(panes, picture=results.photo.id, mode="grid" if len(panes) > 1 else "single")
    legend(
        [
            (overlays.COLOURS["tp"], "car, found"),
            (overlays.COLOURS["fp"], "marked, but not car"),
            (overlays.COLOURS["fn"], "car, missed"),
        ]
    )
