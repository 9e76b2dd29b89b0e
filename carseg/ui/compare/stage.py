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
class Scene:
    """What the stage shows: one photo and its results.

    Attributes:
        asks, looks: per model name.  own: the picture behind the car.
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


def draw(scene: Scene, picked: Plan) -> None:
    """Draw the viewer for what was picked, and what belongs under it."""
    if picked.mode == "slider":
        panes = [_side(scene, side, i) for i, side in enumerate(picked.sides)]
        viewer(panes, picture=scene.photo.id, mode="slider")
    elif picked.mode == "difference" and picked.pair:
        _difference(scene, *picked.pair)
    elif picked.mode == "truth" and scene.truth is not None:
        _against_truth(scene, scene.truth)
    else:
        panes = [_pane(scene, name, picked.view) for name in scene.asks]
        if picked.original:
            panes.insert(0, _original(scene))
        viewer(panes, picture=scene.photo.id, mode="grid" if len(panes) > 1 else "single")


def _side(scene: Scene, side: str, index: int) -> Pane:
    name, _, view = side.rpartition(":")
    if name not in scene.asks:
        return _original(scene, f"side-{index}")
    return _pane(scene, name, view, f"side-{index}", f" · {VIEWS[view]}")


def _size(scene: Scene) -> tuple[int, int]:
    """(width, height) on the display."""
    height, width = scene.shop.decoded(scene.photo).proxy.shape[:2]
    return width, height


def _original(scene: Scene, place: str = ORIGINAL) -> Pane:
    url = media.publish(scene.shop.original(scene.photo), "jpeg", place)
    return Pane(place, url, "Original", f"The photo {scene.photo.name}", *_size(scene))


def _pane(scene: Scene, name: str, view: str, place: str = "", suffix: str = "") -> Pane:
    place, title, share = place or name, scene.configs[name].title, scene.share(name)
    data = scene.shop.shown(scene.asks[name], view, scene.looks[name], scene.own)
    return Pane(
        place,
        media.publish(data, kind_of(view), place),
        title + suffix,
        f"{VIEWS[view]} by {title} of {scene.photo.name}: {share:.1%} of the picture is car",
        *_size(scene),
        note=share_words(share),
        warn=share < LEAST_CAR,
        clear=view in CLEAR,
    )


def _difference(scene: Scene, a: str, b: str) -> None:
    mask_a, mask_b = scene.mask(a), scene.mask(b)
    shares = overlays.disagreement_shares(mask_a, mask_b)
    key = ("difference", *scene.asks[a].key, scene.looks[a].edges)
    key += (*scene.asks[b].key, scene.looks[b].edges)
    data = scene.shop.painted(
        key, lambda: overlays.disagreement(mask_a, mask_b, scene.shop.decoded(scene.photo).proxy)
    )
    title_a, title_b = scene.configs[a].title, scene.configs[b].title
    pane = Pane(
        "difference",
        media.publish(data, "jpeg", "difference"),
        f"{title_a} against {title_b}",
        f"Where {title_a} and {title_b} disagree on {scene.photo.name}: "
        f"{shares.different:.2%} of the pixels",
        *_size(scene),
        note=f"differ on {shares.different:.2%} of the pixels",
    )
    viewer([pane], picture=scene.photo.id, mode="single")
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
        help="1 where both models mark the same pixels. It says nothing of who is right.",
    )


def _against_truth(scene: Scene, truth: Truth) -> None:
    panes = []
    true = resize_mask(truth.mask, scene.shop.decoded(scene.photo).proxy.shape[:2])

    def drawn(mask: np.ndarray) -> np.ndarray:
        return overlays.errors(mask, true, scene.shop.decoded(scene.photo).proxy)

    for name, ask in scene.asks.items():
        mask, title = scene.mask(name), scene.configs[name].title
        data = scene.shop.painted(
            ("errors", *ask.key, scene.looks[name].edges, truth.id),
            partial(drawn, mask),
        )
        alt = f"Hits, false alarms and misses of {title} on {scene.photo.name}"
        url = media.publish(data, "jpeg", f"errors-{name}")
        panes.append(Pane(name, url, title, alt, *_size(scene)))
    viewer(panes, picture=scene.photo.id, mode="grid" if len(panes) > 1 else "single")
    legend(
        [
            (overlays.COLOURS["tp"], "car, found"),
            (overlays.COLOURS["fp"], "marked, but not car"),
            (overlays.COLOURS["fn"], "car, missed"),
        ]
    )
