"""COCO files, read by pycocotools."""

import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from carseg.objects.cars import cars_of
from carseg.service.coco import Coco, CocoError, annotated


@pytest.fixture
def masks() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    blobs = np.zeros((41, 67), bool)
    blobs[7:30, 11:52] = True
    blobs[3:36, 55:65] = rng.random((33, 10)) < 0.9
    return {"a.jpg": blobs, "day/b.png": rng.random((9, 5)) < 0.9, "c.png": np.zeros((4, 6), bool)}


def written(masks: dict[str, np.ndarray], path: Path) -> COCO:
    found = Coco("street-best")
    for name, mask in masks.items():
        found.add(name, annotated(mask, cars_of(mask)))
    found.write(path)
    return COCO(str(path))


def test_pycocotools_reads_the_same_masks(masks, tmp_path):
    read = written(masks, tmp_path / "x.json")
    assert [image["file_name"] for image in read.loadImgs(read.getImgIds())] == sorted(masks)
    for number, (name, mask) in enumerate(sorted(masks.items()), 1):
        image = read.loadImgs(number)[0]
        assert (image["height"], image["width"]) == mask.shape
        found = read.loadAnns(read.getAnnIds(imgIds=number))
        labels = cars_of(mask).labels(mask)
        assert len(found) == labels.max(), name
        for car, one in enumerate(found, 1):
            np.testing.assert_array_equal(read.annToMask(one), labels == car)
            assert one["area"] == (labels == car).sum()
            left, top, width, height = one["bbox"]
            inside = np.zeros_like(mask)
            inside[top : top + height, left : left + width] = True
            assert not ((labels == car) & ~inside).any()
    assert len(read.loadAnns(read.getAnnIds(imgIds=1))) == 2
    assert read.loadCats(read.getCatIds())[0]["name"] == "car"


def test_a_run_that_goes_on_keeps_what_is_there(masks, tmp_path):
    path = tmp_path / "x.json"
    written(masks, path)
    whole = path.read_bytes()
    again = Coco("street-best")
    again.take(path)
    again.take(tmp_path / "not there.json")
    again.add("a.jpg", annotated(masks["a.jpg"], cars_of(masks["a.jpg"])))
    again.write(path)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"images": [{}], "annotations": []})])
def test_another_file_is_not_taken(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(CocoError, match="no COCO file"):
        Coco("m").take(path)
