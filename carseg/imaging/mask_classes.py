"""Tells the labels of a mask from the shades at their edges."""

from dataclasses import replace

import numpy as np

from carseg.imaging.mask_values import Values

_LEAST_FLAT = 9
_APART = 32
"""Labels closer than this have no shades between them."""
_ASIDE = 40
"""How far from the way between two labels a shade may lie, in levels of a channel."""


def flat_labels(values: Values) -> list[int]:
    """The labels that have flat regions of their own; void is none."""
    flat, counts = values.flat(), values.counts
    least = max(_LEAST_FLAT, values.index.size // 50_000)
    return [
        at
        for at in range(len(values.labels))
        if at not in values.void and flat[at] >= least and flat[at] >= 0.2 * counts[at]
    ]


def classes_of(values: Values) -> Values:
    """The same mask, where shades at the edge between two labels belong to the nearer one.

    Labels have flat regions, shades are at edges. If it is not clear that all others are shades,
    the labels stay as they are.
    """
    known, counts = flat_labels(values), values.counts
    if len(known) < 2:
        return _soft(values, known)
    if len(known) > 2:
        return values
    kept = sorted({*known, *values.void})
    low, high = (np.array(values.labels[at].colour, float) for at in known)
    way = high - low
    if np.abs(way).max() < _APART:
        return values
    place = np.zeros(len(values.labels), np.uint8)
    off = 0
    for at, label in enumerate(values.labels):
        if at in kept:
            place[at] = kept.index(at)
            continue
        colour = np.array(label.colour, float)
        along = float(np.clip((colour - low) @ way / (way @ way), 0, 1))
        aside = np.abs(colour - low - along * way).max()
        off += int(counts[at]) if aside > _ASIDE else 0
        place[at] = kept.index(known[int(along > 0.5)])
    if off > 0.002 * values.index.size:
        return values
    return _joined(values, kept, place)


def _joined(values: Values, kept: list[int], place: np.ndarray) -> Values:
    index = place[values.index]
    shares = np.bincount(index.ravel(), minlength=len(kept)) / index.size
    labels = tuple(
        replace(values.labels[at], share=float(share))
        for at, share in zip(kept, shares, strict=True)
    )
    void = frozenset(kept.index(at) for at in values.void)
    return replace(values, index=index, labels=labels, void=void)


def _soft(values: Values, known: list[int]) -> Values:
    """Shades of grey without two flat labels: a picture whose every edge is soft, or tiny."""
    greys = [label.colour for label in values.labels]
    if values.void or not all(grey is not None and max(grey) == min(grey) for grey in greys):
        return values
    ends = greys[0], greys[-1]
    if ends != ((0, 0, 0), (255, 255, 255)) or (len(known) == 0 and len(greys) < 4):
        return values
    levels = np.array([grey[0] for grey in greys if grey is not None], np.uint8)
    return replace(values, labels=(), shades=levels[values.index])
