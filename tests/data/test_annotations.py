"""Polygons of COCO, labelme and CVAT as true masks, against pycocotools and masks drawn by hand."""

import base64
import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pycocotools import mask as coco_api

from carseg.data import polygons
from carseg.data.annotations import (
    car_labels,
    key_of,
    labels_of,
    mask_of,
    read_annotations,
)
from carseg.data.archive import ArchiveError, from_files
from carseg.data.file_names import DataError
from carseg.data.pairs import find_pairs
from carseg.data.polygons import (
    AnnotationError,
    Shape,
    coco_mask,
    coco_runs,
    drawn,
    ellipse,
)
from carseg.evaluation.loaded_pairs import read
from carseg.imaging.car_choice import CarChoice
from carseg.imaging.masks import TrueMask, UnsureMaskError

SIZE = (40, 60)
BOX = np.zeros(SIZE, bool)
BOX[10:30, 5:50] = True
CORNERS = [5, 10, 50, 10, 50, 30, 5, 30]


def inside(ring: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The even-odd rule at every pixel's middle, one ray for each."""
    out = np.zeros(size, bool)
    for row in range(size[0]):
        for column in range(size[1]):
            x, y, odd = column + 0.5, row + 0.5, False
            for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, 0), strict=True):
                if (y0 <= y) != (y1 <= y) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x:
                    odd = not odd
            out[row, column] = odd
    return out


@given(st.lists(st.tuples(st.integers(-9, 30), st.integers(-9, 30)), min_size=3, max_size=9))
def test_polygons_hold_the_pixels_whose_middles_are_inside(points) -> None:
    ring = np.array(points) * (1.0371, 1.0513) + (0.2113, 0.3179)  # no middle lies on an edge
    found = drawn([Shape("car", (ring,))], (15, 20))
    np.testing.assert_array_equal(found, inside(ring, (15, 20)))


def test_polygons_agree_with_coco() -> None:
    rng = np.random.default_rng(3)
    for _ in range(20):
        angle = np.sort(rng.uniform(0, 2 * np.pi, 9))
        far = rng.uniform(30, 90, 9)
        ring = np.column_stack([100 + far * np.cos(angle), 100 + far * np.sin(angle)])
        ours = drawn([Shape("car", (ring,))], (200, 200))
        rle = coco_api.merge(coco_api.frPyObjects([ring.ravel().tolist()], 200, 200))
        theirs = coco_api.decode(rle).astype(bool)
        assert (ours & theirs).sum() / (ours | theirs).sum() > 0.985


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**31))
def test_run_lengths_are_those_of_coco(height: int, width: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.4
    packed = coco_api.encode(np.asfortranarray(mask.astype(np.uint8)))
    runs = coco_runs(packed["counts"].decode())
    np.testing.assert_array_equal(drawn([Shape("car", runs=runs)], (height, width)), mask)
    assert coco_mask(mask) == {"size": [height, width], "counts": packed["counts"].decode()}


def test_long_runs_and_wrong_ones() -> None:
    mask = np.zeros((3000, 2000), np.uint8)
    mask[5:2900, 7:1900] = 1
    runs = coco_runs(coco_api.encode(np.asfortranarray(mask))["counts"].decode())
    np.testing.assert_array_equal(drawn([Shape("car", runs=runs)], mask.shape), mask > 0)
    np.testing.assert_array_equal(coco_api.decode(coco_mask(mask > 0)), mask)
    for wrong in ((5, 7), (-1, 2401), ()):
        with pytest.raises(AnnotationError):
            drawn([Shape("car", runs=wrong)], SIZE)


def test_an_ellipse_has_its_area() -> None:
    area = drawn([Shape("car", (ellipse(100, 80, 60, 30, 25),))], (200, 200)).sum()
    assert area == pytest.approx(np.pi * 60 * 30, rel=0.005)


# Files


def coco(*shapes: dict, names: tuple[str, ...] = ("car",), file: str = "a.jpg") -> dict:
    return {
        "images": [{"id": 7, "file_name": file, "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": n, "name": name} for n, name in enumerate(names)],
        "annotations": [{"image_id": 7, "category_id": 0, "iscrowd": 0} | s for s in shapes],
    }


def labelme(*shapes: dict) -> dict:
    return {"imageHeight": SIZE[0], "imageWidth": SIZE[1], "imagePath": "a.jpg",
            "shapes": [{"label": "car", "shape_type": "polygon"} | s for s in shapes]}  # fmt: skip


def cvat(*shapes: str, name: str = "a.jpg") -> bytes:
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version><image id="0" '
        f'name="{name}" width="{SIZE[1]}" height="{SIZE[0]}">{"".join(shapes)}</image>'
        "</annotations>"
    ).encode()


def packed_box() -> str:
    file = io.BytesIO()
    Image.fromarray(np.ones((20, 45), np.uint8) * 255).convert("1").save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


RLE = coco_api.encode(np.asfortranarray(BOX.astype(np.uint8)))["counts"].decode()
PLAIN = [int(n) for n in coco_runs(RLE)]
PAIRS = [[5, 10], [50, 10], [50, 30], [5, 30]]
FILES = {
    "COCO polygon": coco({"segmentation": [CORNERS]}),
    "COCO two polygons": coco({"segmentation": [[5, 10, 25, 10, 25, 30, 5, 30],
                                                [25, 10, 50, 10, 50, 30, 25, 30]]}),
    "COCO compressed": coco({"segmentation": {"counts": RLE, "size": list(SIZE)}}),
    "COCO run lengths": coco({"segmentation": {"counts": PLAIN, "size": list(SIZE)}}),
    "COCO other category": coco(
        {"segmentation": [CORNERS]},
        {"segmentation": [[0, 0, 9, 0, 9, 9]], "category_id": 1}, names=("Car", "person")),
    "COCO in folders": coco({"segmentation": [CORNERS]}, file="train/x/a.png"),
    "labelme polygon": labelme({"points": PAIRS}),
    "labelme rectangle": labelme({"points": [[5, 10], [50, 30]], "shape_type": "rectangle"}),
    "labelme mask": labelme(
        {"points": [[5, 10], [49, 29]], "shape_type": "mask", "mask": packed_box()}),
    "labelme with a line": labelme(
        {"points": PAIRS}, {"points": [[0, 0], [9, 9]], "shape_type": "line", "label": "road"}),
    "CVAT polygon": cvat('<polygon label="car" points="5.0,10.0;50.0,10.0;50,30;5,30"/>'),
    "CVAT box": cvat('<box label="car" xtl="5" ytl="10" xbr="50" ybr="30"/>'),
    "CVAT mask": cvat(
        '<mask label="car" rle="0, 900" left="5" top="10" width="45" height="20"/>'),
}  # fmt: skip


def as_bytes(held: dict | bytes) -> bytes:
    return held if isinstance(held, bytes) else json.dumps(held).encode()


def read_one(held: dict | bytes, car: CarChoice | None = None) -> TrueMask:
    found = read_annotations(as_bytes(held), "a.json")
    labels = car_labels(labels_of(found.values()), car)
    return mask_of(found["a"], SIZE, labels)


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_and_shape(name: str) -> None:
    found = read_one(FILES[name])
    np.testing.assert_array_equal(found.car, BOX)
    assert found.void is None


def test_crowds_and_void_are_left_out() -> None:
    crowd = np.zeros(SIZE, bool)
    crowd[:8] = True
    rle = coco_api.encode(np.asfortranarray(crowd.astype(np.uint8)))["counts"].decode()
    found = read_one(coco({"segmentation": [CORNERS]}, {
        "segmentation": {"counts": rle, "size": list(SIZE)}, "iscrowd": 1}))  # fmt: skip
    np.testing.assert_array_equal(found.car, BOX)
    np.testing.assert_array_equal(found.void, crowd)
    ignored = labelme({"points": PAIRS}, {"points": [[0, 0], [60, 0], [60, 8], [0, 8]],
                                          "label": "ignore"})  # fmt: skip
    np.testing.assert_array_equal(read_one(ignored).void, crowd)


def coco_of(segmentation, size=SIZE, **more) -> bytes:
    shape = {"image_id": 1, "category_id": 1, "segmentation": segmentation, **more}
    picture = {"id": 1, "file_name": "a.png", "height": size[0], "width": size[1]}
    held = {"images": [picture], "annotations": [shape], "categories": [{"id": 1, "name": "car"}]}
    return json.dumps(held).encode()


def labelme_of(*shapes: dict) -> bytes:
    return json.dumps({"shapes": shapes, "imageHeight": SIZE[0], "imageWidth": SIZE[1]}).encode()


def cvat_of(inner: str, head: str = "") -> bytes:
    size = f'width="{SIZE[1]}" height="{SIZE[0]}"'
    return f'<annotations>{head}<image name="a.png" {size}>{inner}</image></annotations>'.encode()


def mask_in(data: bytes, size=SIZE) -> TrueMask:
    found = read_annotations(data, "a.json")
    return mask_of(found["a"], size, car_labels(labels_of(found.values())))


@pytest.mark.parametrize(("crowd", "is_void"), [(0, False), ("0", False), (1, True), ("1", True)])
def test_a_crowd_alone_is_void(crowd, is_void: bool) -> None:
    found = mask_in(coco_of([CORNERS], iscrowd=crowd))
    np.testing.assert_array_equal(found.car, BOX & (not is_void))
    if is_void:
        np.testing.assert_array_equal(found.void, BOX)


def test_labels_that_a_file_lists_count_too() -> None:
    held = json.loads(coco_of([CORNERS]))
    held["categories"] = [{"id": 1, "name": "person"}, {"id": 3, "name": "car"}]
    found = read_annotations(json.dumps(held).encode())
    assert car_labels(labels_of(found.values())) == CarChoice(("car",))
    assert not mask_in(json.dumps(held).encode()).car.any()  # the person is no car
    held["categories"] = held["categories"][1:]
    with pytest.raises(AnnotationError, match="does not name its category 1"):
        read_annotations(json.dumps(held).encode())
    head = "<meta><task><labels><label><name>car</name></label></labels></task></meta>"
    box = '<box label="person" xtl="1" ytl="1" xbr="9" ybr="9"/>'
    assert not mask_in(cvat_of(box, head)).car.any()


def test_holes_take_away_from_what_lies_below() -> None:
    hole, inner = [10, 15, 20, 15, 20, 20, 10, 20], BOX.copy()
    inner[15:20, 10:20] = False
    shapes = [{"label": "car", "points": np.reshape(CORNERS, (-1, 2)).tolist()}]
    shapes.append({"label": "Background", "points": np.reshape(hole, (-1, 2)).tolist()})
    np.testing.assert_array_equal(mask_in(labelme_of(*shapes)).car, inner)
    np.testing.assert_array_equal(mask_in(labelme_of(*shapes[::-1])).car, BOX)
    box = '<box label="{}" xtl="{}" ytl="{}" xbr="{}" ybr="{}" z_order="{}"/>'
    above, below = box.format("hole", 10, 15, 20, 20, 1), box.format("car", 5, 10, 50, 30, 0)
    np.testing.assert_array_equal(mask_in(cvat_of(above + below)).car, inner)


def test_turned_boxes_and_oriented_ones() -> None:
    box = '<box label="car" xtl="20" ytl="10" xbr="40" ybr="30" rotation="45"/>'
    y, x = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    diamond = np.abs(x - 30) + np.abs(y - 20) < 10 * np.sqrt(2)
    assert (mask_in(cvat_of(box)).car ^ diamond).sum() <= 4
    corners = np.reshape(CORNERS, (-1, 2)).tolist()
    shape = {"label": "car", "shape_type": "oriented_rectangle", "points": corners}
    np.testing.assert_array_equal(mask_in(labelme_of(shape)).car, BOX)


def small_mask(side: int) -> str:
    file = io.BytesIO()
    Image.new("L", (side, side), 255).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


UNUSABLE = {
    "run lengths of another picture": coco_of({"counts": [0, 2400], "size": [60, 40]}),
    "run lengths without end": coco_of({"counts": [10**12], "size": [10**6, 10**6]}),
    "numbers without end": coco_of({"counts": "o" * 500_000 + "0", "size": [*SIZE]}),
    "runs of CVAT without end": cvat_of(
        '<mask label="car" rle="0, 9" left="1" top="1" width="1000000" height="1000000"/>'),
    "an infinite place": cvat_of(
        '<mask label="car" rle="0, 9" left="1e999" top="1" width="3" height="3"/>'),
    "a cuboid": cvat_of('<cuboid label="car"/>'),
    "another kind of shape": labelme_of({"label": "car", "shape_type": "cloud", "points": []}),
    "a mask larger than its box": labelme_of({"label": "car", "shape_type": "mask",
        "points": [[1, 1], [5, 5]], "mask": small_mask(3000)}),
    "too many rings": coco_of([[1, 1, 2, 2, 1, 2]] * 60_000),
    "too many tags": cvat_of("<a/>" * 300_000),
    "too many attributes": cvat_of("<a " + " ".join(f'a{n}=""' for n in range(500_000)) + "/>"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_files_that_cost_too_much_or_are_not_understood_are_refused(name: str) -> None:
    with pytest.raises(AnnotationError, match=r"^[A-Z][^!]{20,}\.$"):
        mask_in(UNUSABLE[name])


@pytest.mark.parametrize(
    "rings",
    [[[0, 0, 10, 1e6, 20, -1e6]] * 1000, [[0, 0, 4000, 0, 4000, 4000, 0, 4000]] * 300],
)
def test_shapes_that_cost_too_much_are_refused_before_any_is_drawn(rings, monkeypatch) -> None:
    monkeypatch.setattr(polygons, "_fill", lambda *_: pytest.fail("drawn"))
    with pytest.raises(AnnotationError, match="too many corners"):
        mask_in(coco_of(rings, (4000, 4000)), (4000, 4000))


def test_a_picture_without_a_shape_has_no_car() -> None:
    assert not read_one(coco()).car.any()


def test_several_labels_and_none_called_car_are_asked_for() -> None:
    held = coco({"segmentation": [CORNERS]}, {"segmentation": [[0, 0, 9, 0, 9, 9]],
                "category_id": 1}, names=("vw", "person"))  # fmt: skip
    with pytest.raises(UnsureMaskError, match="person, vw") as refusal:
        read_one(held)
    assert [label.name for label in refusal.value.labels] == ["person", "vw"]
    np.testing.assert_array_equal(read_one(held, CarChoice(("VW",))).car, BOX)
    assert read_one(held, CarChoice(("all",))).car.sum() > BOX.sum()
    with pytest.raises(UnsureMaskError, match="No polygon is called 'bus'"):
        read_one(held, CarChoice(("bus",)))


@pytest.mark.parametrize(
    "damaged",
    [
        {"images": [{"id": 1}], "annotations": []}, {"images": 3, "annotations": 4},
        coco({"segmentation": [[1, 2, 3]]}), coco({"segmentation": [["a", "b"]]}),
        coco({"segmentation": {"counts": "\x01", "size": [1, 1]}}), coco({"bbox": [1, 2, 3, 4]}),
        labelme({"points": "x"}), labelme({"points": [[1, float("inf")]]}),
        cvat('<polygon label="car" points="5,10,3;1"/>'), cvat("<mask/>"),
        b'<!DOCTYPE a [<!ENTITY x "y">]><annotations/>', b"<annotations><image></annotations>",
        coco({"segmentation": [CORNERS]}) | {"images": [{"id": n, "file_name": f"{n}/a.jpg"}
                                                        for n in range(2)]},
    ],
)  # fmt: skip
def test_damaged_files_end_in_one_sentence(damaged) -> None:
    with pytest.raises(AnnotationError) as refusal:
        read_annotations(as_bytes(damaged), "a.json")
    assert 20 < len(str(refusal.value)) < 200


@pytest.mark.parametrize("other", [b"{}", b"[1]", b"no json", b"<html></html>", b"", b"[" * 9999])
def test_other_files_are_none(other: bytes) -> None:
    assert read_annotations(other, "a.json") is None


def test_a_drawing_for_another_size_and_too_many_corners() -> None:
    found = read_annotations(as_bytes(FILES["COCO polygon"]))
    with pytest.raises(AnnotationError, match="60x40"):
        mask_of(found["a"], (20, 30), CarChoice(("car",)))
    saw = np.column_stack([np.arange(20_000) % 60, np.arange(20_000) % 2 * 16_000.0])
    with pytest.raises(AnnotationError, match="too many corners"):
        drawn([Shape("car", (saw,))], (16_000, 60))


def test_keys_have_one_spelling() -> None:
    assert key_of("x\\y/Ka\u0308fer.v2.jpg") == "K\u00e4fer.v2"


# A folder


def folder_of(root: Path, where: str, held: dict | bytes, name: str) -> Path:
    (root / "images").mkdir(parents=True)
    (root / where).mkdir(parents=True, exist_ok=True)
    Image.new("RGB", SIZE[::-1]).save(root / "images" / "a.jpg")
    (root / where / name).write_bytes(as_bytes(held))
    return root


@pytest.mark.parametrize("where", ["annotations", "masks", "labels", ".", "images"])
@pytest.mark.parametrize(
    ("kind", "name"), [("COCO polygon", "instances.json"), ("labelme polygon", "a.json"),
                       ("CVAT polygon", "annotations.xml")],
)  # fmt: skip
def test_annotations_of_a_folder(kind: str, name: str, where: str, tmp_path: Path) -> None:
    (pair,) = find_pairs(folder_of(tmp_path / "set", where, FILES[kind], name), "pairs")
    np.testing.assert_array_equal(read(pair).truth, BOX)


def test_labels_are_decided_over_the_whole_folder(tmp_path: Path) -> None:
    root = folder_of(tmp_path / "set", "images", FILES["labelme polygon"], "a.json")
    Image.new("RGB", SIZE[::-1]).save(root / "images" / "b.jpg")
    person = labelme({"points": PAIRS, "label": "person"})
    (root / "images" / "b.json").write_bytes(as_bytes(person))
    a, b = find_pairs(root, "pairs")
    assert read(a).truth.any()
    assert not read(b).truth.any(), "a lone person is not a car"
    _, chosen = find_pairs(root, "pairs", car=CarChoice(("person",)))
    assert read(chosen).truth.any()


def test_a_mask_beside_goes_before_a_polygon_and_two_files_are_one_too_many(tmp_path) -> None:
    root = folder_of(tmp_path / "set", "annotations", FILES["COCO polygon"], "x.json")
    (root / "masks").mkdir()
    Image.new("L", SIZE[::-1], 255).save(root / "masks" / "a.png")
    (pair,) = find_pairs(root, "pairs")
    assert read(pair).truth.all()
    (root / "annotations" / "y.json").write_bytes(as_bytes(FILES["COCO compressed"]))
    with pytest.raises(DataError, match="both draw 'a'"):
        find_pairs(root, "pairs")


# What a stranger sends


def picture(name: str, seed: int = 0) -> tuple[str, bytes]:
    file = io.BytesIO()
    colours = np.random.default_rng(seed).integers(0, 255, (*SIZE, 3), dtype=np.uint8)
    Image.fromarray(colours).save(file, "PNG")
    return name, file.getvalue()


@pytest.mark.parametrize("kind", ["COCO polygon", "labelme polygon", "CVAT polygon"])
def test_annotations_in_an_archive(kind: str) -> None:
    name = "annotations/x.xml" if kind.startswith("CVAT") else "annotations/a.json"
    found = from_files([picture("images/a.png"), (name, as_bytes(FILES[kind]))])
    assert "drawn by annotation files" in found.summary()
    np.testing.assert_array_equal(read(found.pairs[0]).truth, BOX)


def test_polygons_of_several_names_are_chosen_later() -> None:
    held = labelme({"points": PAIRS, "label": "vw"}, {"points": [[0, 0], [9, 0], [9, 9]],
                                                      "label": "person"})  # fmt: skip
    found = from_files([picture("a.png"), ("a.json", as_bytes(held))])
    assert [label.name for label in found.unsure] == ["person", "vw"]
    chosen = found.with_car(CarChoice(("vw",)))
    assert chosen.unsure == ()
    np.testing.assert_array_equal(read(chosen.pairs[0]).truth, BOX)


def test_masks_that_are_not_sure_are_kept_until_someone_chooses() -> None:
    labels = np.where(BOX, 7, 0).astype(np.uint8)
    labels[:5] = 9
    file = io.BytesIO()
    Image.fromarray(labels).save(file, "PNG")
    found = from_files([picture("images/a.png"), ("masks/a.png", file.getvalue())])
    assert {label.name for label in found.unsure} == {"0", "7", "9"}
    assert "mask whose car is not sure" in found.summary()
    before = found.items[0].truth_sha256
    with pytest.raises(ArchiveError, match="None of these masks has the label '3'"):
        found.with_car(CarChoice(("3",)))
    chosen = found.with_car(CarChoice(("7",)))
    np.testing.assert_array_equal(read(chosen.pairs[0]).truth, BOX)
    assert chosen.items[0].truth_sha256 != before
    assert "not sure" not in chosen.summary()


def test_masks_that_were_read_with_a_doubt_are_named_and_can_be_chosen() -> None:
    file, void = io.BytesIO(), io.BytesIO()
    Image.fromarray(~BOX).save(file, "PNG")
    Image.fromarray(np.full((*BOX.shape, 3), (224, 224, 192), np.uint8)).save(void, "PNG")
    sent = [picture("images/a.png"), ("masks/a.png", file.getvalue())]
    sent += [picture("images/b.png"), ("masks/b.png", void.getvalue())]
    found = from_files(sent)
    np.testing.assert_array_equal(read(found.pairs[0]).truth, BOX)
    assert "mask to look at: a.png (255 is all along the border" in found.summary()
    assert "void everywhere" in found.summary()
    assert {label.name for label in found.doubt} == {"0", "255"}
    assert not found.unsure
    chosen = found.with_car(CarChoice(("255",)))
    np.testing.assert_array_equal(read(chosen.pairs[0]).truth, ~BOX)
    assert not chosen.doubt
    assert "to look at" not in chosen.summary()


def test_the_entries_of_all_files_of_an_archive_are_bounded_together() -> None:
    files = [(f"{n}.json", coco_of([CORNERS] * 20_000)) for n in range(4)]
    with pytest.raises(ArchiveError, match="2 annotation files that cannot be used") as refusal:
        from_files(files)
    assert "20,000 entries" in str(refusal.value)


def test_a_damaged_annotation_file_is_named_and_the_masks_are_used() -> None:
    file = io.BytesIO()
    Image.fromarray(BOX).save(file, "PNG")
    sent = [picture("images/a.png"), ("masks/a.png", file.getvalue())]
    sent.append(("bad.json", b'{"shapes": [{}]}'))
    found = from_files(sent)
    assert len(found.items) == 1
    assert "annotation file that cannot be used: bad.json" in found.summary()
