"""The stage: side by side, the before/after slider, disagreement, and against a true mask."""

from dataclasses import replace
from functools import partial

import numpy as np

from carseg.compositing import overlays
from carseg.compositing.views import CLEAR, VIEWS
from carseg.inference.prediction import LEAST_CAR, share_words
from carseg.service.truth import Truth
from carseg.service.workshop import kind_of
from carseg.ui.compare.facts import facts_of, without_car
from carseg.ui.compare.picker import ORIGINAL, Plan
from carseg.ui.compare.results import PhotoResults
from carseg.ui.components.viewer import Mode, Pane, viewer
from carseg.ui.shared import media
from carseg.ui.shared.legend import legend

_LEGEND, _WARNING = 40, 70
"""CSS pixels that a legend or a warning takes under the pictures."""


def draw_stage(results: PhotoResults, picked: Plan) -> None:
    """Draw the viewer for the chosen plan, and the legend under it."""
    if picked.mode == "slider":
        sides = [_side(results, side, i) for i, side in enumerate(picked.slider_sides)]
        _show(results, sides, "slider")
    elif picked.mode == "difference" and picked.pair:
        _difference(results, *picked.pair)
    elif picked.mode == "truth" and results.truth is not None:
        _against_truth(results, results.truth)
    else:
        panes = [_pane(results, name, picked.view) for name in results.configs]
        if picked.original or not panes:
            panes.insert(0, _original(results))
        _show(results, panes)


def _show(results: PhotoResults, panes: list[Pane], mode: Mode = "grid", below: int = 0) -> None:
    """Draw panes that fill the window, with room for what stands below."""
    below += _WARNING if without_car(results) else 0
    mode = "single" if len(panes) == 1 else mode
    viewer(panes, picture=results.photo.id, mode=mode, fills=True, below=below)


def _side(results: PhotoResults, side: str, index: int) -> Pane:
    name, _, view = side.rpartition(":")
    if name not in results.configs:
        return _original(results, f"side-{index}")
    # Both pictures lie over one another: none of them is cropped.
    whole = replace(results, looks={n: replace(k, frame=None) for n, k in results.looks.items()})
    return _pane(whole, name, view, f"side-{index}", f" · {VIEWS[view]}")


def _size(results: PhotoResults) -> tuple[int, int]:
    """(width, height) on the display."""
    height, width = results.shop.glance(results.photo).size
    return width, height


def _original(results: PhotoResults, place: str = ORIGINAL) -> Pane:
    url = media.picture_address(results.shop.original(results.photo), "jpeg", place)
    return Pane(place, url, "Original", f"The photo {results.photo.name}", *_size(results))


def _pane(results: PhotoResults, name: str, view: str, place: str = "", suffix: str = "") -> Pane:
    place, title = place or name, results.configs[name].title
    if name not in results.asks:
        return _awaited(results, place, title + suffix)
    ask, look, share = results.asks[name], results.looks[name], results.share(name)
    data = results.shop.shown(ask, view, look, results.own)
    return Pane(
        place,
        media.picture_address(data, kind_of(view), place),
        title + suffix,
        f"{VIEWS[view]} by {title} of {results.photo.name}: {share:.1%} of the picture is car",
        *results.shop.size_of(ask, view, look),
        note=share_words(share) + (", edited" if results.edited(name) else ""),
        warn=share < LEAST_CAR,
        clear=view in CLEAR,
        facts=facts_of(results, name),
    )


def _awaited(results: PhotoResults, place: str, title: str) -> Pane:
    """The photo in place of a result that is being made."""
    url = media.picture_address(results.shop.original(results.photo), "jpeg", place)
    alt = f"{title} is looking for the car in {results.photo.name}"
    return Pane(place, url, title, alt, *_size(results), note="looking …", busy=True)


def _difference(results: PhotoResults, a: str, b: str) -> None:
    title_a, title_b = results.configs[a].title, results.configs[b].title
    title = f"{title_a} against {title_b}"
    if not {a, b} <= set(results.asks):
        _show(results, [_awaited(results, "difference", title)])
        return
    mask_a, mask_b = results.mask(a), results.mask(b)
    shares = overlays.disagreement_shares(mask_a, mask_b)
    key = ("difference", *results.asks[a].key, results.looks[a].edges)
    key += (*results.asks[b].key, results.looks[b].edges)
    data = results.shop.painted(
        key,
        lambda: overlays.disagreement(mask_a, mask_b, results.shop.decoded(results.photo).proxy),
    )
    pane = Pane(
        "difference",
        media.picture_address(data, "jpeg", "difference"),
        title,
        f"Where {title_a} and {title_b} disagree on {results.photo.name}: "
        f"{shares.different:.2%} of the pixels",
        *_size(results),
        note=f"{shares.different:.2%} of the pixels differ",
        facts=(
            f"Dice between the two: {shares.dice:.4f}",
            "1 if both models mark the same pixels. It does not say which one is right.",
        ),
    )
    _show(results, [pane], below=_LEGEND)
    legend(
        [
            (overlays.COLOURS["a_only"], f"{title_a} only, {shares.a_only:.2%}"),
            (overlays.COLOURS["b_only"], f"{title_b} only, {shares.b_only:.2%}"),
            (overlays.COLOURS["both"], f"both, {shares.both:.1%}"),
        ]
    )


def _against_truth(results: PhotoResults, truth: Truth) -> None:
    panes = []
    true = truth.true.at(results.shop.decoded(results.photo).proxy.shape[:2])

    def drawn(mask: np.ndarray) -> np.ndarray:
        seen = mask if true.void is None else mask & ~true.void
        return overlays.errors(seen, true.car, results.shop.decoded(results.photo).proxy)

    for name, config in results.configs.items():
        if name not in results.asks:
            panes.append(_awaited(results, name, config.title))
            continue
        mask, ask = results.mask(name), results.asks[name]
        data = results.shop.painted(
            ("errors", *ask.key, results.looks[name].edges, truth.id),
            partial(drawn, mask),
        )
        alt = f"Hits, false alarms and misses of {config.title} on {results.photo.name}"
        url = media.picture_address(data, "jpeg", f"errors-{name}")
        panes.append(Pane(name, url, config.title, alt, *_size(results)))
    _show(results, panes, below=_LEGEND)
    legend(
        [
            (overlays.COLOURS["tp"], "car, found"),
            (overlays.COLOURS["fp"], "marked, but not car"),
            (overlays.COLOURS["fn"], "car, missed"),
        ]
    )
