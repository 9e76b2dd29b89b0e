"""Results as a COCO file: what annotation tools and evaluations read.

The format: https://cocodataset.org/#format-data. Masks are compressed run lengths.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.core.version import __version__
from carseg.data.polygons import coco_mask
from carseg.imaging.regions import box

CAR = 1
"""The one category's number."""


class CocoError(CarsegError):
    """A file that is there is no COCO file; the message names it."""


class Coco:
    """The masks of one model, an annotation for each picture that has a car.

    Args:
        model: the checkpoint's name.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self._masks: dict[str, tuple[int, int, dict[str, Any] | None]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._masks

    def add(self, name: str, mask: np.ndarray) -> None:
        """The mask of a picture, bool (H, W); a second one of the same name takes its place."""
        height, width = mask.shape
        self._masks[name] = (height, width, _annotation(mask))

    def take(self, path: Path) -> None:
        """What a file holds that an earlier run has written; nothing if it is not there.

        Raises:
            CocoError: it is another file.
        """
        if not path.exists():
            return
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            annotations = {one["image_id"]: one for one in held["annotations"]}
            for image in held["images"]:
                found = annotations.get(image["id"])
                kept = found and {k: found[k] for k in ("segmentation", "area", "bbox", "iscrowd")}
                self._masks[image["file_name"]] = (image["height"], image["width"], kept)
        except (OSError, ValueError, KeyError, TypeError):
            raise CocoError(
                f"'{path}' is no COCO file that carseg wrote: move it, or give another --out."
            ) from None

    def write(self, path: Path) -> None:
        """The file, with pictures in the order in which they came."""
        numbered = list(enumerate(self._masks.items(), 1))
        images = [
            {"id": number, "file_name": name, "height": height, "width": width}
            for number, (name, (height, width, _)) in numbered
        ]
        annotations = [
            {"id": number, "image_id": number, "category_id": CAR, **found}
            for number, (_, (_, _, found)) in numbered
            if found
        ]
        content = {
            "info": {"description": f"Cars, as {self.model} of carseg {__version__} sees them"},
            "licenses": [],
            "categories": [{"id": CAR, "name": "car", "supercategory": "vehicle"}],
            "images": images,
            "annotations": annotations,
        }
        write_atomically(path, json.dumps(content).encode())


def _annotation(mask: np.ndarray) -> dict[str, Any] | None:
    """A car's run lengths, its area in pixels, and its box (left, top, width, height)."""
    found = box(mask)
    if found is None:
        return None
    top, left, bottom, right = found
    return {
        "segmentation": coco_mask(mask),
        "area": int(np.count_nonzero(mask)),
        "bbox": [left, top, right - left, bottom - top],
        "iscrowd": 0,
    }
