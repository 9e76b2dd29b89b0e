"""The size of a ZIP before it is made.

Each view is painted small and encoded. That size is scaled by area, and by how much finer texture
the photo has at full size than on the small copy; tiles of the full photo tell this. Masks and
probabilities are smooth: their size follows a power of the area, which two small sizes tell.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log

import cv2
import numpy as np

from carseg.compositing import overlays
from carseg.compositing.backgrounds import solid
from carseg.compositing.views import VIEWS, Look, background_picture, paint, placed, shown_alpha
from carseg.imaging import codec
from carseg.imaging.grid import Size, resize_mask
from carseg.imaging.regions import Box
from carseg.service.bundle import Order
from carseg.service.packing import DISAGREEMENT, ERRORS, PARTS, TRUTH
from carseg.service.workshop import Ask, Workshop

SIDE = 640
"""The longer side of the small copies. A photo that is not larger is measured, not estimated."""
_TILE = 256
_MOST_LOOKED_AT = 8
_WHOLE = Box(0, 0, 1, 1)


def estimate(
    shop: Workshop, orders: Sequence[Order], kind: str = "png", parts: Collection[str] = PARTS
) -> float:
    """The approximate size in bytes of ``packing.write_zip`` for these orders.

    Photos whose networks have run are looked at one by one. The others count like those, by their
    pixels and their texture; of them at most eight are decoded.
    """
    known = [order for order in orders if all(map(shop.has_prediction, order.asks))]
    known = known or list(orders[:1])
    sizes = [_of_order(shop, order, kind, parts) for order in known]
    rest = [order for order in orders if not any(order is one for one in known)]
    if not rest:
        return sum(sizes)
    per_load = sum(sizes) / sum(_load(shop, order, kind) for order in known)
    looked_at = rest[:: -(-len(rest) // _MOST_LOOKED_AT)]
    mean = sum(_load(shop, o, kind) / shop.pixels(o.photo) for o in looked_at) / len(looked_at)
    return sum(sizes) + per_load * mean * sum(shop.pixels(order.photo) for order in rest)


def _load(shop: Workshop, order: Order, kind: str) -> float:
    """Bytes of the encoded photo itself, as its tiles have it: what sizes are compared by."""

    def make() -> float:
        return _rate(shop.decoded(order.photo).rgb, kind) * shop.pixels(order.photo)

    return shop.store.get_or_make(("zip load", order.photo.id, kind), make)


def _of_order(shop: Workshop, order: Order, kind: str, parts: Collection[str]) -> float:
    results = list(zip(order.asks, order.looks, strict=True))
    total = 0.0
    for view in VIEWS:
        if view in parts:
            total += sum(_of_view(shop, order, ask, look, (view, kind)) for ask, look in results)
    edges = tuple((*ask.key, look.edges) for ask, look in results)
    truth = order.truth.id if order.truth else ""
    wanted = tuple(part for part in (DISAGREEMENT, TRUTH, ERRORS) if part in parts)
    return total + shop.store.get_or_make(
        ("zip rest", wanted, edges, truth, kind), lambda: _of_rest(shop, order, kind, wanted)
    )


def _of_view(shop: Workshop, order: Order, ask: Ask, look: Look, what: tuple[str, str]) -> float:
    view, kind = what
    key = ("zip view", view, kind, *ask.key, look.edges, look.matters_for(view))
    return shop.store.get_or_make(key, lambda: _Model(shop, order, ask, look, kind).size(view))


def _of_rest(shop: Workshop, order: Order, kind: str, parts: Collection[str]) -> float:
    """Disagreements, the true mask and error maps."""
    models = [
        _Model(shop, order, ask, look, kind)
        for ask, look in zip(order.asks, order.looks, strict=True)
    ]
    total = 0.0
    if DISAGREEMENT in parts:
        for a, b in combinations(models, 2):
            total += a.textured(overlays.disagreement(a.mask, b.mask, a.rgb))
    if order.truth and ERRORS in parts:
        for model in models:
            true = resize_mask(order.truth.mask, model.mask.shape)
            total += model.textured(overlays.errors(model.mask, true, model.rgb))
    if order.truth and TRUTH in parts:
        total += _smooth(overlays.mask_picture(order.truth.mask), order.truth.mask.shape, kind)
    return total


@dataclass
class _Model:
    """One result on a small copy of its photo."""

    shop: Workshop
    order: Order
    ask: Ask
    look: Look
    kind: str

    def __post_init__(self) -> None:
        photo = self.shop.decoded(self.order.photo)
        self.full = photo.rgb
        self.rgb = codec.proxy(photo.proxy, SIDE)
        height, width = self.rgb.shape[:2]
        alpha = self.shop.matted(self.ask, self.look).alpha
        self.alpha = cv2.resize(alpha, (width, height), interpolation=cv2.INTER_AREA)
        self.cut = shown_alpha("cutout", self.look, self.alpha)
        self.area = self.full.shape[0] * self.full.shape[1] / (height * width)

    @property
    def mask(self) -> np.ndarray:
        """Bool (h, w)."""
        return self.alpha >= 0.5

    def size(self, view: str) -> float:
        """Bytes of a view at full size."""
        if view in ("mask", "probability"):
            return _smooth(self._display(view), self.full.shape[:2], self.kind)
        if view == "background":
            return self._painted("cutout", inside=True) + self._behind()
        return self._painted(view, inside=view == "cutout")

    def textured(self, array: np.ndarray, part: Box = _WHOLE) -> float:
        """Bytes at full size of a picture that shows the photo, from its small copy.

        Args:
            part: of the photo, whose texture counts.
        """
        small = len(codec.encode(array, self.kind))
        if self.area <= 1:
            return small
        key = ("zip texture", self.order.photo.id, self.kind, part)
        return small * self.area * self.shop.store.get_or_make(key, lambda: self._texture(part))

    def _texture(self, part: Box) -> float:
        """Bytes per pixel of a part of the photo at full size, by those of its small copy."""
        region = self.rgb[part.pixels(self.rgb.shape[:2])]
        coarse = len(codec.encode(region, self.kind)) / (region.shape[0] * region.shape[1])
        return _rate(self.full, self.kind, part) / coarse

    def _painted(self, view: str, *, inside: bool) -> float:
        probability = np.zeros(self.alpha.shape, np.float32)  # these views do not show it
        array = paint(view, self.look, self.rgb, probability, self.alpha)
        return self.textured(array, self._box() if inside else _WHOLE)

    def _box(self) -> Box:
        """Where the car is: the middle of its box, which holds little else."""
        cut = self.cut >= 0.5
        rows, columns = np.flatnonzero(cut.any(1)), np.flatnonzero(cut.any(0))
        if not rows.size:
            return _WHOLE
        height, width = self.alpha.shape
        return Box(
            rows[0] / height, columns[0] / width, (rows[-1] + 1) / height, (columns[-1] + 1) / width
        )

    def _display(self, view: str) -> np.ndarray:
        if view == "mask":
            return overlays.mask_picture(self.shop.matted(self.ask, self.look).alpha >= 0.5)
        size = self.shop.decoded(self.order.photo).proxy.shape[:2]
        return overlays.probability_map(self.shop.prediction(self.ask).at(size))

    def _behind(self) -> float:
        """Bytes of the new background where no car is."""
        back = self.look.background
        own = self.shop.decoded(self.order.own).rgb if self.order.own else None
        size = self.cut.shape
        if self.look.frame:
            size = placed(self.look.frame, self.cut).size
        pixels = size[0] * size[1] * self.area - self.cut.sum() * self.area
        if back.kind in ("picture", "scene") and own is not None:
            # As it covers the frame; a scene is often enlarged further, and then is smoother.
            grown = max(s * self.area**0.5 / o for s, o in zip(size, own.shape[:2], strict=True))
            return max(pixels, 0) * _rate(own, self.kind, scale=grown)
        small = background_picture(back, self.rgb, self.cut, None)
        if back.kind == "blur":
            return max(pixels, 0) * _rate(small, self.kind, scale=self.area**0.5)
        return max(pixels, 0) * _rate(small, self.kind)


def _rate(picture: np.ndarray, kind: str, part: Box = _WHOLE, scale: float = 1.0) -> float:
    """Bytes per pixel of a picture that is shown ``scale`` times as large, from nine tiles."""
    rows, columns = part.pixels(picture.shape[:2])
    picture = picture[rows, columns]
    height, width = picture.shape[:2]
    side = max(1, round(_TILE / scale))
    tall, wide = min(side, height), min(side, width)
    tiles = []
    for y in np.linspace(0, height - tall, min(3, -(-height // tall))).astype(int):
        for x in np.linspace(0, width - wide, min(3, -(-width // wide))).astype(int):
            tile = np.ascontiguousarray(picture[y : y + tall, x : x + wide])
            if scale != 1:
                shape = max(1, round(wide * scale)), max(1, round(tall * scale))
                method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
                tile = cv2.resize(tile, shape, interpolation=method)
            tiles.append(tile)
    empty = len(codec.encode(solid((16, 16), (0, 0, 0)), kind))
    written = sum(max(len(codec.encode(tile, kind)) - empty, 0) for tile in tiles)
    return written / sum(tile.shape[0] * tile.shape[1] for tile in tiles)


def _smooth(array: np.ndarray, size: Size, kind: str) -> float:
    """Bytes at ``size`` of a picture without fine texture, by a power of its pixels."""

    def at(side: int) -> tuple[int, int]:
        scale = side / max(array.shape[:2])
        width, height = (max(1, round(length * scale)) for length in array.shape[1::-1])
        # Nearest, so that the small copies have no more shades than the large one.
        small = cv2.resize(array, (width, height), interpolation=cv2.INTER_NEAREST)
        return width * height, len(codec.encode(small, kind))

    pixels = size[0] * size[1]
    if max(size) <= SIDE:
        return len(codec.encode(array, kind))
    (few, small), (many, large) = at(SIDE // 2), at(SIDE)
    power = min(max(log(large / small) / log(many / few), 0), 1)
    return large * (pixels / many) ** power
