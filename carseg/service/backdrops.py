"""Thumbnails of a result before every background that can be chosen."""

from dataclasses import replace

import cv2
import numpy as np

from carseg.compositing.foreground import foreground_colours
from carseg.compositing.views import Background, Look, paint
from carseg.imaging import codec
from carseg.service.workshop import Ask, Photo, Workshop

SIDE = 168
"""The longer side of a thumbnail in pixels."""
_SCENE_SIDE = 480
"""Of the small copy of a scene, of which a thumbnail may show a part."""


def thumbnail(
    shop: Workshop,
    photo: Photo,
    ask: Ask | None,
    look: Look,
    *,
    background: Background | None,
    own: Photo | None = None,
) -> tuple[bytes, str]:
    """The car of a result before a background, encoded, and the format.

    Args:
        ask: None if there is no result yet: then the background is shown alone.
        background: None shows the car on transparent ground.
        own: the picture of the background.

    Raises:
        PictureError: that picture cannot be read.
    """
    kind = "webp" if background is None else "jpeg"
    behind = background or Background()
    whole = replace(look, frame=None, background=behind)
    key = ("thumbnail", photo.id, *(ask.key if ask else ()), whole.edges, background)

    def make() -> bytes:
        rgb = _small(shop, photo, SIDE)
        alpha, colours = _car(shop, ask, whole, rgb)
        view = "cutout" if background is None else "background"
        back = _small(shop, own, _SCENE_SIDE) if own else None
        array = paint(view, whole, rgb, alpha, alpha, foreground=colours, own=back)
        return codec.encode(array, kind, 80)

    return shop.store.get_or_make(key, make), kind


def _small(shop: Workshop, photo: Photo, side: int) -> np.ndarray:
    return shop.store.get_or_make(
        ("small", photo.id, side), lambda: codec.decode_proxy(photo.data, side)
    )


def _car(
    shop: Workshop, ask: Ask | None, look: Look, rgb: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Alpha and colours of the car on the thumbnail's pixels."""
    if ask is None:
        return np.zeros(rgb.shape[:2], np.float32), rgb

    def make() -> tuple[np.ndarray, np.ndarray]:
        size = rgb.shape[1], rgb.shape[0]
        alpha = cv2.resize(shop.matted(ask, look).alpha, size, interpolation=cv2.INTER_AREA)
        return alpha, foreground_colours(rgb, alpha)

    return shop.store.get_or_make(("small car", *ask.key, look.edges), make)
