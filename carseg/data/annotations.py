"""Reads annotation files: COCO's JSON, labelme's JSON and CVAT's XML ("CVAT for images")."""

import base64
import json
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from carseg.data.polygons import (
    AnnotationError,
    Shape,
    coco_runs,
    corners,
    drawn,
    ellipse,
    rectangle,
)
from carseg.imaging.car_choice import ALL, CarChoice, Label
from carseg.imaging.grid import Size
from carseg.imaging.masks import TrueMask, UnsureMaskError
from carseg.imaging.untrusted import open_picture, upright

SUFFIXES = (".json", ".xml")
MOST_BYTES = 500 * 2**20
CAR_NAMES = (frozenset({"car", "cars"}), frozenset({"auto", "automobile", "vehicle", "vehicles"}))
"""Labels that are the car without being asked, in lower case; the first that occur."""
VOID_NAMES = frozenset({"void", "ignore", "ignored", "unlabeled", "unlabelled", "dontcare"})
"""Labels that mean "unknown"."""


@dataclass(frozen=True)
class Drawing:
    """The shapes of one picture, and the size for which they were drawn, or None."""

    shapes: tuple[Shape, ...]
    size: Size | None


Annotations = Mapping[str, Drawing]
"""The drawings of a file by the picture's file name, folders left out (``key_of``)."""


def key_of(name: str) -> str:
    """A picture's file name without folders and suffix, in one spelling of accents."""
    return unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).stem)


def read_annotations(data: bytes, name: str = "") -> Annotations | None:
    """The drawings in a file; None if it is another kind of JSON or XML.

    Args:
        name: of the file: labelme's holds one picture, and may not say which.

    Raises:
        AnnotationError: one of the three kinds, but damaged.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return _cvat(data)
    try:
        held = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    try:
        if isinstance(held, dict) and isinstance(held.get("shapes"), list):
            return {key_of(name): _labelme(held)}
        if isinstance(held, dict) and {"images", "annotations"} <= held.keys():
            return _coco(held)
    except AnnotationError:
        raise
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise AnnotationError(
            "This annotation file has entries that cannot be read: export it again."
        ) from error
    return None


def annotations_in(path: Path) -> Annotations | None:
    """``read_annotations`` of a file, read once as long as it does not change."""
    state = path.stat()
    if state.st_size > MOST_BYTES:
        raise AnnotationError(f"'{path.name}' is over {MOST_BYTES // 2**20} MB: split it.")
    return _cached(path, state.st_mtime_ns, state.st_size)


@lru_cache(64)
def _cached(path: Path, _changed: int, _size: int) -> Annotations | None:
    return read_annotations(path.read_bytes(), path.name)


def mask_of(drawing: Drawing, size: Size, car: CarChoice) -> TrueMask:
    """The true mask of a picture of ``size``.

    Args:
        car: the labels that are the car (``car_labels``).

    Raises:
        AnnotationError: the shapes were drawn for another size.
    """
    if drawing.size is not None and tuple(drawing.size) != tuple(size):
        (height, width), (own_height, own_width) = drawing.size, size
        raise AnnotationError(
            f"It was drawn for {width}x{height} pixels, and the picture has "
            f"{own_width}x{own_height}: export it for this picture."
        )
    void = [s for s in drawing.shapes if s.void or s.label.lower() in VOID_NAMES]
    known = [shape for shape in drawing.shapes if shape not in void]
    chosen = {shape.label for shape in drawing.shapes if car.picks(Label(shape.label))}
    mask = drawn([shape for shape in known if shape.label in chosen], size)
    beside = [shape for shape in void if not shape.void or shape.label in chosen]
    unknown = drawn(beside, size) & ~mask if beside else None
    return TrueMask(mask, unknown if unknown is not None and unknown.any() else None)


def labels_of(drawings: Iterable[Drawing]) -> list[str]:
    """All labels but those of void, in order of the alphabet."""
    shapes = (shape for drawing in drawings for shape in drawing.shapes)
    return sorted({s.label for s in shapes if not s.void and s.label.lower() not in VOID_NAMES})


def car_labels(names: Sequence[str], car: CarChoice | None = None) -> CarChoice:
    """The labels that are the car, of all that occur in a set.

    Args:
        car: what a person said; None: the one called car, or the only one there is.

    Raises:
        UnsureMaskError: several labels, and none is called car; or none is what the person said.
    """
    labels = [Label(name) for name in names]
    if car is not None:
        chosen = [one.name for one in labels if car.says(ALL) or car.picks(one)]
        if not chosen and names:
            raise UnsureMaskError(
                f"No polygon is called '{car}': they are called {_listed(names)}.", labels
            )
        return CarChoice(tuple(chosen))
    for known in CAR_NAMES:
        if called := tuple(name for name in names if name.lower() in known):
            return CarChoice(called)
    if len(names) > 1:
        raise UnsureMaskError(
            f"These polygons have {len(names)} labels, {_listed(names)}: say which of them is the "
            "car.",
            labels,
        )
    return CarChoice(tuple(names))


def _listed(names: Sequence[str], most: int = 8) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


# COCO: https://cocodataset.org/#format-data


def _coco(held: dict[str, Any]) -> Annotations:
    categories = {one["id"]: str(one["name"]) for one in held.get("categories", [])}
    shapes: dict[Any, list[Shape]] = {one["id"]: [] for one in held["images"]}
    for one in held["annotations"]:
        if one["image_id"] in shapes and (
            shape := _coco_shape(one, categories.get(one.get("category_id"), "car"))
        ):
            shapes[one["image_id"]].append(shape)
    found = {
        key_of(str(one["file_name"])): Drawing(tuple(shapes[one["id"]]), _size(one))
        for one in held["images"]
    }
    return _unique(found, len(held["images"]))


def _unique(found: dict[str, Drawing], number: int) -> dict[str, Drawing]:
    if len(found) < number:
        raise AnnotationError(
            "Two pictures of this annotation file have one name: split it, a file per folder."
        )
    return found


def _size(held: Mapping[str, Any], names: tuple[str, str] = ("height", "width")) -> Size | None:
    height, width = (int(held.get(name) or 0) for name in names)
    return (height, width) if height > 0 and width > 0 else None


def _coco_shape(one: Mapping[str, Any], label: str) -> Shape | None:
    drawn_as = one.get("segmentation")
    void = bool(one.get("iscrowd", 0))
    if isinstance(drawn_as, dict):
        counts, (height, width) = drawn_as["counts"], drawn_as["size"]
        runs = coco_runs(counts) if isinstance(counts, str) else tuple(map(int, counts))
        return Shape(label, runs=runs, box=(0, 0, int(height), int(width)), void=void)
    if drawn_as:
        return Shape(label, tuple(corners(ring) for ring in drawn_as), void=void)
    if one.get("bbox"):
        raise AnnotationError(
            "This COCO file has boxes without outlines: export it with segmentation."
        )
    return None


# labelme: https://github.com/wkentaro/labelme


def _labelme(held: dict[str, Any]) -> Drawing:
    shapes = (_labelme_shape(one) for one in held["shapes"])
    size = _size(held, ("imageHeight", "imageWidth"))
    return Drawing(tuple(shape for shape in shapes if shape is not None), size)


def _labelme_shape(one: Mapping[str, Any]) -> Shape | None:
    label, kind = str(one["label"]), one.get("shape_type") or "polygon"
    points = corners(one["points"])
    match kind:
        case "polygon":
            return Shape(label, (points,))
        case "rectangle":
            (left, top), (right, bottom) = points.min(0), points.max(0)
            return Shape(label, (rectangle(left, top, right, bottom),))
        case "circle":
            radius = float(np.hypot(*(points[1] - points[0])))
            x, y = points[0].tolist()
            return Shape(label, (ellipse(x, y, radius, radius),))
        case "mask":
            return _labelme_mask(label, points, one["mask"])
    return None  # points and lines have no inside


def _labelme_mask(label: str, points: np.ndarray, packed: str) -> Shape:
    """A small picture of bits, placed by its first corner."""
    with open_picture(base64.b64decode(packed)) as image:
        mask = np.asarray(upright(image).convert("L")) > 0
    left, top = (round(float(value)) for value in points.min(0))
    ends = np.flatnonzero(np.diff(mask.ravel(), prepend=False, append=False))
    runs = np.diff(ends, prepend=0, append=mask.size)
    return Shape(label, runs=tuple(runs.tolist()), by_columns=False, box=(top, left, *mask.shape))


# CVAT: https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat/


def _cvat(data: bytes) -> Annotations | None:
    head = data[:2000].lower() + data[-2000:].lower()
    if b"<!doctype" in data.lower() or b"<!entity" in data.lower():
        raise AnnotationError("This XML defines names of its own, which is not read here.")
    if b"<annotations" not in head:
        return None
    try:
        root = ET.fromstring(data)
        if root.tag != "annotations":
            return None
        if root.find("track") is not None:
            raise AnnotationError("This is CVAT's format for videos: export 'CVAT for images'.")
        images = list(root.iter("image"))
        found = {
            key_of(image.attrib["name"]): Drawing(
                tuple(shape for one in image if (shape := _cvat_shape(one)) is not None),
                _size(image.attrib),
            )
            for image in images
        }
    except (ET.ParseError, KeyError, ValueError, TypeError) as error:
        raise AnnotationError(
            "This annotation file has entries that cannot be read: export it again."
        ) from error
    return _unique(found, len(images))


def _cvat_shape(one: ET.Element) -> Shape | None:
    held, label = one.attrib, one.attrib.get("label", "")
    match one.tag:
        case "polygon":
            points = [pair.split(",") for pair in held["points"].split(";")]
            return Shape(label, (corners(points),))
        case "box":
            sides = (float(held[name]) for name in ("xtl", "ytl", "xbr", "ybr"))
            return Shape(label, (rectangle(*sides),))
        case "ellipse":
            x, y, across, down = (float(held[name]) for name in ("cx", "cy", "rx", "ry"))
            turned = float(held.get("rotation", 0))
            return Shape(label, (ellipse(x, y, across, down, turned),))
        case "mask":
            runs = tuple(int(part) for part in held["rle"].split(","))
            top, left, height, width = (
                int(float(held[name])) for name in ("top", "left", "height", "width")
            )
            return Shape(label, runs=runs, by_columns=False, box=(top, left, height, width))
    return None  # points, lines and cuboids have no inside
