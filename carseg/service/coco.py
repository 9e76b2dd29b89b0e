"""Results as a COCO file: what annotation tools and evaluations read.

The format: https://cocodataset.org/#format-data. Masks are compressed run lengths.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.core.version import __version__
from carseg.data.polygons import coco_mask
from carseg.imaging.regions import box

CAR = 1
"""The one category's number."""


class Annotated(NamedTuple):
    """A mask as a COCO file has it.

    Attributes:
        annotation: its run lengths, area and box; None where there is no car.
    """

    height: int
    width: int
    annotation: dict[str, Any] | None


class CocoError(CarsegError):
    """A file that is there is no COCO file; the message names it."""


class Coco:
    """The masks of one model, an annotation for each picture that has a car.

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
            annotations = {one["image_id"]: one for one in held["annotations"]}
            for image in held["images"]:
                found = annotations.get(image["id"])
                kept = found and {k: found[k] for k in ("segmentation", "area", "bbox", "iscrowd")}
                size = image["height"], image["width"]
                self._masks[image["file_name"]] = Annotated(*size, kept)
        except (OSError, ValueError, KeyError, TypeError):
            raise CocoError(
                f"'{path}' is no COCO file that carseg wrote: move it, or give another --out."
            ) from None

    def write(self, path: Path) -> None:
        """The file."""
        write_atomically(path, self.text())

    def text(self) -> str:
        """What is in the file, with pictures in the order in which they came."""
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
        return json.dumps(content)


def annotated(mask: np.ndarray) -> Annotated:
    """A mask, bool (H, W): run lengths, area in pixels, and box (left, top, width, height)."""
    height, width = mask.shape
    found = box(mask)
    if found is None:
        return Annotated(height, width, None)
    top, left, bottom, right = found
    annotation = {
        "segmentation": coco_mask(mask),
        "area": int(np.count_nonzero(mask)),
        "bbox": [left, top, right - left, bottom - top],
        "iscrowd": 0,
    }
    return Annotated(height, width, annotation)
