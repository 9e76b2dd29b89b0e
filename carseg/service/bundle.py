"""Full-size results as files, one view at a time. ``packing`` puts many of them into a ZIP."""

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from carseg.compositing.foreground import foreground_colours
from carseg.compositing.views import NEED_COLOURS, Look, paint
from carseg.core.gate import PIXELS
from carseg.imaging import codec
from carseg.service.truth import Truth
from carseg.service.workshop import Ask, Photo, Workshop


@dataclass(frozen=True)
class Order:
    """One photo with its results: the wanted predictions, and the look of each.

    Attributes:
        own: the picture behind the car, or None.  truth: the photo's true mask, or None.
    """

    photo: Photo
    asks: tuple[Ask, ...]
    looks: tuple[Look, ...]
    own: Photo | None = None
    truth: Truth | None = None


def stem(name: str) -> str:
    """A safe file stem from a user's file name: letters, digits, ``. _ -``; never a path."""
    base = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", name)
    return re.sub(r"[^\w.-]+", "_", base, flags=re.ASCII).strip("._-")[:80] or "picture"


def file_name(photo: Photo, model: str, view: str, kind: str) -> str:
    """``<stem>.<model>.<view>.<kind>``."""
    return f"{stem(photo.name)}.{model}.{view}.{kind}"


@dataclass(frozen=True)
class Full:
    """One result at the photo's full size: all its views are painted from this."""

    rgb: np.ndarray
    probability: np.ndarray
    alpha: np.ndarray
    foreground: np.ndarray | None

    @property
    def mask(self) -> np.ndarray:
        """Bool (H, W)."""
        return self.alpha >= 0.5


def full(shop: Workshop, order: Order, index: int, views: Collection[str]) -> Full:
    """The result ``index`` of an order at full size, as far as ``views`` need it."""
    ask, look = order.asks[index], order.looks[index]
    rgb = shop.decoded(order.photo).rgb
    alpha = shop.full_alpha(ask, look)
    colours = foreground_colours(rgb, alpha) if NEED_COLOURS & set(views) else None
    return Full(rgb, shop.prediction(ask).at(), alpha, colours)


def painted(shop: Workshop, order: Order, index: int, view: str, made: Full) -> np.ndarray:
    """A view of the result ``index``, of which ``made`` is the ``full`` one."""
    own = shop.decoded(order.own).rgb if order.own else None
    look, colours = order.looks[index], made.foreground
    return paint(view, look, made.rgb, made.probability, made.alpha, foreground=colours, own=own)


def one_view(shop: Workshop, order: Order, index: int, view: str, kind: str) -> bytes:
    """One view of one result at the photo's full size, encoded as ``kind`` (png or webp)."""
    with turn(shop, order, (index,)):
        made = full(shop, order, index, (view,))
        return codec.encode(painted(shop, order, index, view, made), kind)


@contextmanager
def turn(shop: Workshop, order: Order, results: Iterable[int]) -> Iterator[None]:
    """Wait until a photo may be rendered at full size, which takes much memory.

    What others may be computing for the store at this moment is asked for before.
    """
    pixels = [shop.decoded(photo).rgb for photo in (order.photo, order.own) if photo]
    for index in results:
        shop.prediction(order.asks[index])
    with PIXELS.enter(shop.pixels(order.photo)):
        yield
    del pixels  # until here nothing could take them from the store
