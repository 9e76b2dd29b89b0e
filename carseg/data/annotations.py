"""Reads annotation files: COCO's JSON, labelme's JSON and CVAT's XML ("CVAT for images")."""

import base64
import json
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from posixpath import basename, splitext
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
    turned,
)
from carseg.imaging.car_choice import ALL, CarChoice, Label
from carseg.imaging.grid import Size
from carseg.imaging.masks import TrueMask, UnsureMaskError
from carseg.imaging.untrusted import PictureError, check_size, open_picture, upright

SUFFIXES = (".json", ".xml")
MOST_BYTES = 500 * 2**20
MOST_ENTRIES = 50_000
"""The limit for pictures, shapes and rings of a stranger's file, each."""
CAR_NAMES = (frozenset({"car", "cars"}), frozenset({"auto", "automobile", "vehicle", "vehicles"}))
"""Labels that are the car without being asked, in lower case; the first that occur."""
VOID_NAMES = frozenset({"void", "ignore", "ignored", "unlabeled", "unlabelled", "dontcare"})
"""Labels that mean "unknown"."""
HOLE_NAMES = frozenset({"background", "_background_", "hole"})
"""Labels that take away from what was drawn before them."""
_NO_INSIDE = frozenset({"point", "points", "line", "linestrip", "polyline", "tag"})


@dataclass(frozen=True)
class Drawing:
    """The shapes of one picture in the order of drawing.

    Attributes:
        size: for which they were drawn, or None.
        known: labels that the file lists, also those that no shape has.
    """

    shapes: tuple[Shape, ...]
    size: Size | None
    known: tuple[str, ...] = ()


Annotations = Mapping[str, Drawing]
"""The drawings of a file by the picture's file name, folders left out (``key_of``)."""


def key_of(name: str) -> str:
    """A picture's file name without folders and suffix, in one spelling of accents."""
    return unicodedata.normalize("NFC", splitext(basename(name.replace("\\", "/").rstrip("/")))[0])


def read_annotations(data: bytes, name: str = "", most: int = MOST_ENTRIES) -> Annotations | None:
    """The drawings in a file; None if it is another kind of JSON or XML.

    Args:
        name: of the file: labelme's holds one picture, and may not say which.
        most: the limit for its pictures, shapes and rings, each.

    Raises:
        AnnotationError: one of the three kinds, but damaged or with too many entries.
    """
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        return _cvat(data, most)
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        return None
    try:
        if isinstance(held, dict) and isinstance(held.get("shapes"), list):
            _check_number(len(held["shapes"]), most)
            return {key_of(name): _labelme(held)}
        if isinstance(held, dict) and {"images", "annotations"} <= held.keys():
            _check_number(max(len(held["images"]), _rings(held["annotations"])), most)
            return _coco(held)
    except AnnotationError:
        raise
    except PictureError as error:
        raise AnnotationError(str(error)) from error
    except (KeyError, ValueError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise AnnotationError(
            "This annotation file has entries that cannot be read: export it again."
        ) from error
    return None


def entries(found: Annotations) -> int:
    """How many pictures, shapes and rings there are."""
    shapes = [shape for drawing in found.values() for shape in drawing.shapes]
    return len(found) + len(shapes) + sum(len(shape.rings) for shape in shapes)


def _check_number(number: int, most: int) -> None:
    if number > most:
        raise AnnotationError(
            f"This annotation file has {number:,} entries, and {max(most, 0):,} more are read: "
            "send fewer pictures at once."
        )


def _rings(annotations: Sequence[Mapping[str, Any]]) -> int:
    drawn_as = (one.get("segmentation") for one in annotations)
    return sum(len(each) if isinstance(each, list) else 1 for each in drawn_as)


def annotations_in(path: Path) -> Annotations | None:
    """``read_annotations`` of a file, read once as long as it does not change."""
    state = path.stat()
    if state.st_size > MOST_BYTES:
        raise AnnotationError(f"'{path.name}' is over {MOST_BYTES // 2**20} MB: split it.")
    return _cached(path, state.st_mtime_ns, state.st_size)


@lru_cache(64)
def _cached(path: Path, _changed: int, _size: int) -> Annotations | None:
    return read_annotations(path.read_bytes(), path.name, MOST_BYTES)


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
    void = [s for s in drawing.shapes if s.void or _named(s.label, VOID_NAMES)]
    chosen = {shape.label for shape in drawing.shapes if car.picks(Label(shape.label))}
    known = [shape for shape in drawing.shapes if shape not in void and shape.label in chosen]
    holes = [shape for shape in drawing.shapes if _named(shape.label, HOLE_NAMES - chosen)]
    mask = drawn(known, size)
    if known and holes:
        mask = _with_holes(drawing.shapes, known, holes, size)
    beside = [shape for shape in void if not shape.void or shape.label in chosen]
    unknown = drawn(beside, size) & ~mask if beside else None
    return TrueMask(mask, unknown if unknown is not None and unknown.any() else None)


def _with_holes(
    shapes: Sequence[Shape], known: Sequence[Shape], holes: Sequence[Shape], size: Size
) -> np.ndarray:
    """What is drawn in order, where holes take away from what lies below them."""
    drawn([*known, *holes], size)  # counts what it costs
    mask = np.zeros(size, bool)
    for hole, run in groupby(
        (shape for shape in shapes if shape in known or shape in holes), lambda s: s in holes
    ):
        part = drawn(list(run), size)
        mask = mask & ~part if hole else mask | part
    return mask


def _named(label: str, names: Set[str]) -> bool:
    return label.strip().lower() in names


def labels_of(drawings: Iterable[Drawing]) -> list[str]:
    """All labels but those of void and holes, in order of the alphabet."""
    found: set[str] = set()
    for drawing in drawings:
        found.update(drawing.known, (shape.label for shape in drawing.shapes))
    return sorted(name for name in found if not _named(name, VOID_NAMES | HOLE_NAMES))


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
        if called := tuple(name for name in names if _named(name, known)):
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
    known = tuple(categories.values())
    sizes = {one["id"]: _size(one) for one in held["images"]}
    shapes: dict[Any, list[Shape]] = {one["id"]: [] for one in held["images"]}
    for one in held["annotations"]:
        where, kind = one["image_id"], one.get("category_id")
        if categories and kind not in categories:
            raise AnnotationError(f"This COCO file does not name its category {kind}: export it.")
        if where in shapes and (shape := _coco_shape(one, categories.get(kind, "car"))):
            shapes[where].append(_fitting(shape, sizes[where]))
    found = {
        key_of(str(one["file_name"])): Drawing(tuple(shapes[one["id"]]), sizes[one["id"]], known)
        for one in held["images"]
    }
    return _unique(found, len(held["images"]))


def _fitting(shape: Shape, size: Size | None) -> Shape:
    """The same shape. Run lengths of COCO are those of the whole picture."""
    if size is not None and shape.box is not None and shape.box[2:] != tuple(size):
        raise AnnotationError(
            f"The run lengths of a '{shape.label}' are for {shape.box[3]}x{shape.box[2]} pixels, "
            f"and its picture has {size[1]}x{size[0]}: export it again."
        )
    return shape


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
    void = int(one.get("iscrowd") or 0) != 0
    if isinstance(drawn_as, dict):
        counts, (height, width) = drawn_as["counts"], drawn_as["size"]
        check_size((int(width), int(height)))
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
    shapes = tuple(shape for one in held["shapes"] if (shape := _labelme_shape(one)) is not None)
    return Drawing(shapes, _size(held, ("imageHeight", "imageWidth")))


def _labelme_shape(one: Mapping[str, Any]) -> Shape | None:
    label, kind = str(one["label"]), one.get("shape_type") or "polygon"
    points = corners(one["points"])
    match kind:
        case "polygon" | "oriented_rectangle":
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
    _check_kind(label, str(kind))
    return None


def _check_kind(label: str, kind: str) -> None:
    """Raise AnnotationError for shapes that are not read here; points and lines have no inside."""
    if kind not in _NO_INSIDE:
        raise AnnotationError(
            f"A '{label}' is drawn as '{kind}', which is not read here: draw it as a polygon."
        )


def _labelme_mask(label: str, points: np.ndarray, packed: str) -> Shape:
    """A small picture of bits, placed by its first corner; it fills the box of its corners."""
    with open_picture(base64.b64decode(packed)) as image:
        width, height = np.ptp(points, 0) + 1
        if abs(image.width - width) > 2 or abs(image.height - height) > 2:
            raise AnnotationError(
                f"The mask of a '{label}' does not fill its box: export it again."
            )
        mask = np.asarray(upright(image).convert("L")) > 0
    left, top = (round(float(value)) for value in points.min(0))
    ends = np.flatnonzero(np.diff(mask.ravel(), prepend=False, append=False))
    runs = np.diff(ends, prepend=0, append=mask.size)
    return Shape(label, runs=tuple(runs.tolist()), by_columns=False, box=(top, left, *mask.shape))


# CVAT: https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat/


def _cvat(data: bytes, most: int) -> Annotations | None:
    head = data[:2000].lower() + data[-2000:].lower()
    if b"<!doctype" in data.lower() or b"<!entity" in data.lower():
        raise AnnotationError("This XML defines names of its own, which is not read here.")
    if b"<annotations" not in head:
        return None
    # Each entry has a few tags and attributes.
    _check_number(max(data.count(b"<") // 4, data.count(b"=") // 8), most)
    try:
        root = ET.fromstring(data)
        if root.tag != "annotations":
            return None
        if root.find("track") is not None:
            raise AnnotationError("This is CVAT's format for videos: export 'CVAT for images'.")
        images = list(root.iter("image"))
        known = tuple(one.findtext("name", "") for one in root.iterfind("meta//label"))
        found = {
            key_of(image.attrib["name"]): Drawing(
                tuple(shape for one in _stacked(image) if (shape := _cvat_shape(one)) is not None),
                _size(image.attrib),
                known,
            )
            for image in images
        }
    except (ET.ParseError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise AnnotationError(
            "This annotation file has entries that cannot be read: export it again."
        ) from error
    return _unique(found, len(images))


def _stacked(image: ET.Element) -> list[ET.Element]:
    """The shapes of a picture, the lowest first."""
    return sorted(image, key=lambda one: float(one.attrib.get("z_order", 0)))


def _cvat_shape(one: ET.Element) -> Shape | None:
    held, label = one.attrib, one.attrib.get("label", "")
    match one.tag:
        case "polygon":
            points = [pair.split(",") for pair in held["points"].split(";")]
            return Shape(label, (corners(points),))
        case "box":
            sides = (float(held[name]) for name in ("xtl", "ytl", "xbr", "ybr"))
            return Shape(label, (turned(rectangle(*sides), float(held.get("rotation", 0))),))
        case "ellipse":
            x, y, across, down = (float(held[name]) for name in ("cx", "cy", "rx", "ry"))
            degrees = float(held.get("rotation", 0))
            return Shape(label, (ellipse(x, y, across, down, degrees),))
        case "mask":
            runs = tuple(int(part) for part in held["rle"].split(","))
            top, left, height, width = (
                int(float(held[name])) for name in ("top", "left", "height", "width")
            )
            check_size((width, height))
            return Shape(label, runs=runs, by_columns=False, box=(top, left, height, width))
    _check_kind(label, one.tag)
    return None
