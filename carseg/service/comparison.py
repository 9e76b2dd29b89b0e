"""Makes the comparison to save of what stands on the stage."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from pydantic import ValidationError

from carseg.compositing import overlays
from carseg.compositing.views import Look
from carseg.imaging import codec
from carseg.imaging.grid import resize_mask
from carseg.results import Comparison, ComparisonError
from carseg.results.comparison import (
    ORIGINAL,
    THUMBNAIL,
    TRUSTED,
    Disagreement,
    Outcome,
    thumbnail,
    usable_name,
)
from carseg.service.truth import saved_settings
from carseg.service.workshop import Ask, Photo, Workshop

_LONGEST = 300


def comparison_of(
    shop: Workshop,
    photo: Photo,
    titles: Mapping[str, str],
    asks: Mapping[str, Ask],
    looks: Mapping[str, Look],
    *,
    name: str,
    link: Mapping[str, Sequence[str]],
    small_pictures: bool,
) -> Comparison:
    """The comparison of these results as they look now, on display pixels as on the stage.

    Args:
        titles, asks, looks: by model name.
        link: the parameters of the share link, without the picture.
        small_pictures: whether the photo's owner agreed to keep small copies.

    Raises:
        ComparisonError: the name cannot be used, or there is too much to keep.
    """
    masks = {model: shop.matted(ask, looks[model]).alpha >= 0.5 for model, ask in asks.items()}
    height, width = shop.decoded(photo).size
    facts = {
        "name": usable_name(name),
        "picture": _text(photo.name) or "picture",
        "picture_sha256": photo.id,
        "origin": photo.origin,
        "source": photo.link,
        "width": width,
        "height": height,
        "link": {key: list(values) for key, values in link.items()},
        "outcomes": [
            _outcome(shop, ask, looks[model], titles[model], masks[model])
            for model, ask in asks.items()
        ],
        "disagreements": [_disagreement(masks, a, b) for a, b in combinations(masks, 2)],
        "thumbnails": _thumbnails(shop, photo, looks, masks) if small_pictures else {},
    }
    try:
        return Comparison.model_validate(facts, context=TRUSTED)
    except ValidationError as error:
        raise ComparisonError(
            "There is too much to keep in one comparison: choose fewer models and save again."
        ) from error


def _text(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable())[:_LONGEST]


def _outcome(shop: Workshop, ask: Ask, look: Look, title: str, mask: np.ndarray) -> Outcome:
    said = shop.prediction(ask)
    threshold, settings = saved_settings(
        look.edges, said.threshold, second_look=ask.detail, way=said
    )
    return Outcome(
        model=ask.model,
        title=_text(title) or ask.model,
        weights_sha256=said.sha256,
        fingerprint=ask.fingerprint,
        threshold=threshold,
        edited=bool(settings.pop("edited", False)),
        settings=settings,
        share=float(mask.mean()),
    )


def _disagreement(masks: Mapping[str, np.ndarray], a: str, b: str) -> Disagreement:
    shares = overlays.disagreement_shares(masks[a], masks[b])
    return Disagreement(models=(a, b), different=shares.different, dice=shares.dice)


def _thumbnails(
    shop: Workshop, photo: Photo, looks: Mapping[str, Look], masks: Mapping[str, np.ndarray]
) -> dict[str, str]:
    small = codec.proxy(shop.decoded(photo).proxy, THUMBNAIL)
    made = {ORIGINAL: thumbnail(small)}
    for model, mask in masks.items():
        look = looks[model]
        fitted = resize_mask(mask, small.shape[:2])
        made[model] = thumbnail(overlays.overlay(small, fitted, look.colour, look.opacity))
    return made
