"""Full-size results as files: single views, or everything in a ZIP with a manifest."""

import io
import json
import re
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import combinations
from math import comb
from threading import Semaphore

import numpy as np

from carseg.compositing import overlays
from carseg.compositing.foreground import foreground_colours
from carseg.compositing.views import NEED_COLOURS, VIEWS, Look, paint
from carseg.imaging import codec
from carseg.inference.prediction import LEAST_CAR
from carseg.service.inputs import unique
from carseg.service.truth import saved_settings
from carseg.service.workshop import Ask, Photo, Workshop

_MOST_BYTES = 10**9
"""The largest size of a ZIP, as ``estimate`` computes it."""
BYTES_PER_PIXEL = {"png": 2, "webp": 1 / 3}
"""The approximate size of an opaque view of a photo; a mask is far smaller."""
_TURN = Semaphore(1)


@dataclass(frozen=True)
class Order:
    """One photo with its results: the wanted predictions, and the look of each."""

    photo: Photo
    asks: tuple[Ask, ...]
    looks: tuple[Look, ...]
    own: Photo | None = None


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


def _painted(shop: Workshop, order: Order, index: int, view: str, made: Full) -> np.ndarray:
    own = shop.decoded(order.own).rgb if order.own else None
    look, colours = order.looks[index], made.foreground
    return paint(view, look, made.rgb, made.probability, made.alpha, foreground=colours, own=own)


def one_view(shop: Workshop, order: Order, index: int, view: str, kind: str) -> bytes:
    """One view of one result at the photo's full size, encoded as ``kind`` (png or webp)."""
    made = full(shop, order, index, (view,))
    return codec.encode(_painted(shop, order, index, view, made), kind)


def estimate(shop: Workshop, orders: Sequence[Order], kind: str) -> float:
    """The approximate size in bytes of ``zip_everything`` for these orders."""
    return BYTES_PER_PIXEL[kind] * sum(
        shop.pixels(order.photo) * (len(order.asks) * len(VIEWS) + comb(len(order.asks), 2))
        for order in orders
    )


def too_much(size: float, kind: str) -> str:
    """One sentence if a ZIP of about ``size`` bytes is too large, else ''."""
    if size <= _MOST_BYTES:
        return ""
    way = ", or WebP" if kind == "png" else ""
    return (
        f"Everything as ZIP would be about {size / 1e9:.1f} GB, and at most "
        f"{_MOST_BYTES / 1e9:g} GB is made at once: choose fewer pictures or models{way}."
    )


def zip_everything(shop: Workshop, orders: Sequence[Order], kind: str = "png") -> bytes:
    """A ZIP: per photo and model all views at full size, disagreements, and ``manifest.json``.

    This process makes one ZIP at a time, because each one stays in memory until it is downloaded.
    """
    with _TURN:
        return _everything(shop, orders, kind)


def _everything(shop: Workshop, orders: Sequence[Order], kind: str) -> bytes:
    buffer = io.BytesIO()
    folders = _folders([order.photo for order in orders])
    # Pictures are already compressed.
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        photos = [
            _pack(archive, shop, order, folder, kind)
            for order, folder in zip(orders, folders, strict=True)
        ]
        manifest = {
            "format": "carseg results 1",
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "photos": photos,
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False))
    return buffer.getvalue()


def _folders(photos: Sequence[Photo]) -> list[str]:
    """A folder per photo, none for a single one; equal names are numbered."""
    if len(photos) == 1:
        return [""]
    taken: set[str] = set()
    return [f"{unique(stem(photo.name), taken)}/" for photo in photos]


def _pack(archive: zipfile.ZipFile, shop: Workshop, order: Order, folder: str, kind: str) -> dict:
    """Write one photo's files; its entry of the manifest."""
    height, width = shop.decoded(order.photo).rgb.shape[:2]
    masks, results = [], []
    for index, (ask, look) in enumerate(zip(order.asks, order.looks, strict=True)):
        files = {}
        made = full(shop, order, index, VIEWS)
        for view in VIEWS:
            files[view] = folder + file_name(order.photo, ask.model, view, kind)
            array = _painted(shop, order, index, view, made)
            archive.writestr(files[view], codec.encode(array, kind))
        masks.append(made.mask)
        results.append(_result(shop, ask, look, made.mask, files))
    differences = []
    for i, j in combinations(range(len(masks)), 2):
        a, b = order.asks[i].model, order.asks[j].model
        name = f"{folder}{stem(order.photo.name)}.{a}.against.{b}.{kind}"
        picture = overlays.disagreement(masks[i], masks[j], shop.decoded(order.photo).rgb)
        archive.writestr(name, codec.encode(picture, kind))
        differences.append(_difference(a, b, masks[i], masks[j], name))
    return {
        "name": order.photo.name,
        "sha256": order.photo.id,
        "origin": order.photo.origin,
        "link": order.photo.link,
        "width": width,
        "height": height,
        "results": results,
        "disagreements": differences,
    }


def _result(shop: Workshop, ask: Ask, look: Look, mask: np.ndarray, files: dict) -> dict:
    said, share = shop.prediction(ask), float(mask.mean())
    threshold, settings = saved_settings(
        look.edges, said.threshold, second_look=said.detail is not None, dtype=said.dtype
    )
    return {
        "model": ask.model,
        "weights_sha256": said.sha256,
        "grid": list(said.grid),
        "device": said.device,
        "seconds": {k: round(v, 4) for k, v in said.seconds.items()},
        "threshold": threshold,
        **settings,
        "overlay": {"colour": look.colour, "opacity": look.opacity},
        "background": asdict(look.background),
        "car_share": round(share, 6),
        "car_found": share >= LEAST_CAR,
        "files": files,
    }


def _difference(a: str, b: str, mask_a: np.ndarray, mask_b: np.ndarray, name: str) -> dict:
    shares = overlays.disagreement_shares(mask_a, mask_b)
    return {"models": [a, b], "file": name, **{k: round(v, 6) for k, v in asdict(shares).items()}}
