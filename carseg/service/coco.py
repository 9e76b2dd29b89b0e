"""Results as a COCO file: what annotation tools and evaluations read.

The format: https://cocodataset.org/#format-data. Masks are compressed run lengths.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.core.version import __version__
from carseg.data.polygons import coco_mask
from carseg.imaging.regions import box
from carseg.objects.cars import Cars

CAR = 1
"""The one category's number."""
KEPT = ("segmentation", "area", "bbox", "iscrowd", "score")
"""What an annotation holds beside numbers."""


class Annotated(NamedTuple):
    """A mask as a COCO file has it.

    Attributes:
        annotations: of each car, the largest first: its run lengths, area, box and score.
    """

    height: int
    width: int
    annotations: Sequence[dict[str, Any]]


class CocoError(CarsegError):
    """A file that is there is no COCO file; the message names it."""


class Coco:
    """The masks of one model, an annotation for each car of each picture.

    Args:
        model: the checkpoint's name.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self._masks: dict[str, Annotated] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._masks

    def add(self, name: str, mask: Annotated) -> None:
        """The mask of a picture; a second one of the same name takes its place."""
        self._masks[name] = mask

    def take(self, path: Path) -> None:
        """What a file holds that an earlier run has written; nothing if it is not there.

        Raises:
            CocoError: it is another file.
        """
        if not path.exists():
            return
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            annotations: dict[int, list[dict[str, Any]]] = {}
            for one in held["annotations"]:
                kept = {key: one[key] for key in KEPT}
                annotations.setdefault(one["image_id"], []).append(kept)
            for image in held["images"]:
                found = annotations.get(image["id"], [])
                size = image["height"], image["width"]
                self._masks[image["file_name"]] = Annotated(*size, found)
        except (OSError, ValueError, KeyError, TypeError):
            raise CocoError(
                f"'{path}' is no COCO file that carseg wrote: move it, or give another --out."
            ) from None

    def write(self, path: Path) -> None:
        """The file."""
        write_atomically(path, self.text())

    def text(self) -> str:
        """What is in the file, with pictures by name: the same in whatever order they came."""
        numbered = list(enumerate(sorted(self._masks.items()), 1))
        images = [
            {"id": number, "file_name": name, "height": height, "width": width}
            for number, (name, (height, width, _)) in numbered
        ]
        found = [(number, car) for number, (_, mask) in numbered for car in mask.annotations]
        annotations = [
            {"id": one, "image_id": image, "category_id": CAR, **car}
            for one, (image, car) in enumerate(found, 1)
        ]
        content = {
            "info": {"description": f"Cars, as {self.model} of carseg {__version__} sees them"},
            "licenses": [],
            "categories": [{"id": CAR, "name": "car", "supercategory": "vehicle"}],
            "images": images,
            "annotations": annotations,
        }
        return json.dumps(content)


def annotated(mask: np.ndarray, cars: Cars) -> Annotated:
    """The cars of a mask, bool (H, W): run lengths, area in pixels, box, and score.

    A box is (left, top, width, height) in pixels. What is too small for a car is in none.
    """
    labels = cars.labels(mask)
    parts = [(labels == car.number, car.score) for car in cars.found]
    found = [_annotation(part, score) for part, score in parts if part.any()]
    height, width = mask.shape
    return Annotated(height, width, found)


def _annotation(mask: np.ndarray, score: float) -> dict[str, Any]:
    around = box(mask)
    assert around is not None, "it is not empty"
    top, left, bottom, right = around
    return {
        "segmentation": coco_mask(mask),
        "area": int(np.count_nonzero(mask)),
        "bbox": [left, top, right - left, bottom - top],
        "iscrowd": 0,
        "score": round(score, 4),
    }
