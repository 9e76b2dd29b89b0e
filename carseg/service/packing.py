"""Many results in a ZIP: the chosen views at full size, a manifest, and scores if there is a truth.

The ZIP is written file by file, so memory holds one photo and one encoded picture at a time.
"""

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import combinations
from threading import Semaphore
from typing import IO, Any

import numpy as np

from carseg.compositing import overlays
from carseg.compositing.views import VIEWS, Look
from carseg.imaging import codec
from carseg.inference.prediction import LEAST_CAR
from carseg.service.bundle import Order, file_name, full, painted, stem, turn
from carseg.service.naming import unique
from carseg.service.truth import Truth, TruthScore, measured, saved_settings
from carseg.service.workshop import Ask, Photo, Workshop

DISAGREEMENT, TRUTH, ERRORS = "disagreement", "truth", "errors"
PARTS: dict[str, str] = {
    **VIEWS,
    DISAGREEMENT: "Disagreement",
    TRUTH: "True mask",
    ERRORS: "Error map",
}
"""What a ZIP may hold. The manifest, and the scores of photos with a truth, are always in it."""
MOST_BYTES = 10**9
"""The largest size of a ZIP, as ``packing_size.estimate`` computes it."""
SCORES = "scores.csv"
_TURN = Semaphore(1)


def parts_for(orders: Sequence[Order]) -> list[str]:
    """The ``PARTS`` that these orders can fill."""
    several = any(len(order.asks) > 1 for order in orders)
    known = any(order.truth for order in orders)
    left_out = {DISAGREEMENT: not several, TRUTH: not known, ERRORS: not known}
    return [part for part in PARTS if not left_out.get(part, False)]


def too_much(size: float, kind: str) -> str:
    """One sentence if a ZIP of about ``size`` bytes is too large, else ''."""
    if size <= MOST_BYTES:
        return ""
    way = ", or WebP" if kind == "png" else ""
    return (
        f"This ZIP would be about {size / 1e9:.1f} GB, and at most {MOST_BYTES / 1e9:g} GB is made "
        f"at once: choose fewer views, pictures or models{way}."
    )


def zip_file(
    shop: Workshop, orders: Sequence[Order], kind: str = "png", parts: Collection[str] = PARTS
) -> io.BufferedReader:
    """A ZIP in a temporary file, which is deleted when the returned file is closed.

    This process makes one ZIP at a time.
    """
    with _TURN:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        write_zip(file, shop, orders, kind, parts)
        # Streamlit reads files of this class and no others.
        return io.BufferedReader(file.detach())


def write_zip(
    file: IO[bytes],
    shop: Workshop,
    orders: Sequence[Order],
    kind: str = "png",
    parts: Collection[str] = PARTS,
) -> None:
    """Write the chosen ``PARTS`` of all orders, ``manifest.json`` and ``scores.csv``."""
    folders = _folders([order.photo for order in orders])
    # Pictures are already compressed.
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        packs = [
            _Pack(archive, shop, order, folder, kind, frozenset(parts))
            for order, folder in zip(orders, folders, strict=True)
        ]
        manifest = {
            "format": "carseg results 2",
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "photos": [pack.write() for pack in packs],
        }
        archive.writestr("manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False))
        if rows := [row for pack in packs for row in pack.scores]:
            archive.writestr(SCORES, _table(rows))


def _folders(photos: Sequence[Photo]) -> list[str]:
    """A folder per photo, none for a single one; equal names are numbered."""
    if len(photos) == 1:
        return [""]
    taken: set[str] = set()
    return [f"{unique(stem(photo.name), taken)}/" for photo in photos]


def _table(rows: Sequence[dict[str, Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@dataclass
class _Pack:
    """Writes one photo's files. ``scores`` holds its rows of the table afterwards."""

    archive: zipfile.ZipFile
    shop: Workshop
    order: Order
    folder: str
    kind: str
    parts: frozenset[str]
    scores: list[dict[str, Any]] = field(default_factory=list)

    def write(self) -> dict[str, Any]:
        """Write all files, when it is this photo's turn; returns its entry of the manifest."""
        with turn(self.shop, self.order, range(len(self.order.asks))):
            return self._written()

    def _written(self) -> dict[str, Any]:
        order, masks = self.order, []
        height, width = self.shop.decoded(order.photo).size
        results = []
        for index in range(len(order.asks)):
            mask, result = self._result(index)
            results.append(result)
            if DISAGREEMENT in self.parts:
                masks.append(mask)
        return {
            "name": order.photo.name,
            "sha256": order.photo.id,
            "origin": order.photo.origin,
            "link": order.photo.link,
            "width": width,
            "height": height,
            "results": results,
            "disagreements": [
                self._difference(i, j, masks[i], masks[j])
                for i, j in combinations(range(len(masks)), 2)
            ],
            **self._truth(),
        }

    def _put(self, name: str, array: np.ndarray) -> str:
        path = self.folder + name
        self.archive.writestr(path, codec.encode(array, self.kind))
        return path

    def _result(self, index: int) -> tuple[np.ndarray, dict[str, Any]]:
        """One model's mask and its entry of the manifest."""
        order, shop = self.order, self.shop
        ask, look = order.asks[index], order.looks[index]
        wanted = [view for view in VIEWS if view in self.parts]
        made = full(shop, order, index, wanted)
        files = {
            view: self._put(
                file_name(order.photo, ask.model, view, self.kind),
                painted(shop, order, index, view, made),
            )
            for view in wanted
        }
        entry = _facts(shop, ask, look, made.mask)
        if order.truth:
            if ERRORS in self.parts:
                name = file_name(order.photo, ask.model, ERRORS, self.kind)
                files[ERRORS] = self._put(
                    name, overlays.errors(order.truth.known(made.mask), order.truth.mask, made.rgb)
                )
            entry["scores"] = self._scored(entry, measured(made.mask, order.truth), order.truth)
        return made.mask, {**entry, "files": files}

    def _scored(self, entry: dict[str, Any], found: TruthScore, truth: Truth) -> dict[str, Any]:
        numbers = scores_of(found)
        self.scores.append(
            {
                "picture": self.order.photo.name,
                "model": entry["model"],
                "edited": entry["edited"],
                "threshold": entry["threshold"],
                "truth": truth.name,
                **numbers,
            }
        )
        return numbers

    def _difference(self, i: int, j: int, mask_a: np.ndarray, mask_b: np.ndarray) -> dict[str, Any]:
        order = self.order
        a, b = order.asks[i].model, order.asks[j].model
        rgb = self.shop.decoded(order.photo).rgb
        path = self._put(
            f"{stem(order.photo.name)}.{a}.against.{b}.{self.kind}",
            overlays.disagreement(mask_a, mask_b, rgb),
        )
        shares = overlays.disagreement_shares(mask_a, mask_b)
        return {"models": [a, b], "file": path, **_rounded(asdict(shares))}

    def _truth(self) -> dict[str, Any]:
        truth = self.order.truth
        if truth is None:
            return {}
        file = ""
        if TRUTH in self.parts:
            name = f"{stem(self.order.photo.name)}.{TRUTH}.{self.kind}"
            file = self._put(name, truth.true.values)
        return {"truth": {"name": truth.name, "sha256": truth.id, "file": file}}


def scores_of(found: TruthScore) -> dict[str, Any]:
    """Counts of pixels and the scores that follow from them, for a file."""
    c = found.counts
    shares = {
        "dice": c.dice,
        "iou": c.iou,
        "precision": c.precision,
        "recall": c.recall,
        "boundary_iou": found.boundary_iou,
    }
    return {**_rounded(shares), **asdict(c)}


def _facts(shop: Workshop, ask: Ask, look: Look, mask: np.ndarray) -> dict[str, Any]:
    said, share = shop.prediction(ask), float(mask.mean())
    threshold, settings = saved_settings(
        look.edges, said.threshold, second_look=said.detail is not None, way=said
    )
    return {
        "model": ask.model,
        "weights_sha256": said.sha256,
        "grid": list(said.grid),
        "device": said.device,
        "seconds": {k: round(v, 4) for k, v in said.seconds.items()},
        "threshold": threshold,
        "edited": False,
        **settings,
        "overlay": {"colour": look.colour, "opacity": look.opacity},
        "background": asdict(look.background),
        "crop": asdict(look.frame) if look.frame else None,
        "car_share": round(share, 6),
        "car_found": share >= LEAST_CAR,
    }


def _rounded(numbers: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in numbers.items()}
