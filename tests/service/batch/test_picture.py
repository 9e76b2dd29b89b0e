"""One picture through the whole way, against the same steps taken one by one."""

import base64
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as runs

from carseg.core.store import ByteLru
from carseg.imaging import codec
from carseg.inference.prediction import Prediction
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import shelf
from carseg.service.batch.picture import THUMBNAIL, Settings, finish_picture
from carseg.service.batch.rows import Row
from carseg.service.inputs import expand
from carseg.service.naming import USUAL, Pattern
from carseg.service.outputs import KINDS, Coding, Job, planned
from carseg.service.workshop import Ask, Photo, Workshop

pytestmark = pytest.mark.usefixtures("tiny_weights")


def jobs_of(*paths: Path, out: Path, models=("tiny-a", "tiny-b"), kinds=("mask",)) -> list[Job]:
    return planned(
        expand(map(str, paths)),
        models,
        kinds,
        folder=out,
        pattern=Pattern.parse(USUAL),
        coding=Coding(),
    )


@pytest.fixture
def photo(picture, tmp_path: Path) -> Path:
    path = tmp_path / "car.png"
    path.write_bytes(codec.encode(picture))
    return path


def test_order_settings_and_rows_go_to_other_processes_and_back(photo, tmp_path):
    order = jobs_of(photo, out=tmp_path / "out"), Settings(coco=True, trust=True, thumbnail=True)
    jobs, settings = pickle.loads(pickle.dumps(order))
    rows = finish_picture(jobs, Predictor("cpu"), settings)
    assert [row.model for row in rows] == ["tiny-a", "tiny-b"]
    assert all(Path(path).is_file() for row in rows for path in row.files.values())
    assert [Row.parse(json.loads(json.dumps(row.kept()))) for row in rows] == rows
    assert pickle.loads(pickle.dumps(rows)) == rows


def test_a_row_says_what_the_files_show(photo, picture, tmp_path):
    kinds = list(KINDS)
    jobs = jobs_of(photo, out=tmp_path / "out", models=["tiny-a"], kinds=kinds)
    threshold = float(np.median(Predictor("cpu").predict(picture, "tiny-a").probability))
    settings = Settings(threshold=threshold, coco=True, background="#0000ff")
    (row,) = finish_picture(jobs, Predictor("cpu"), settings)
    assert set(row.files) == set(kinds)
    mask = np.asarray(Image.open(row.files["mask"])) == 255
    assert 0 < mask.mean() < 1
    assert row.facts["car_share"] == pytest.approx(mask.mean(), abs=1e-6)
    assert row.facts["threshold"] == threshold
    assert row.coco is not None
    cars = np.any([runs.decode(a["segmentation"]) for a in row.coco.annotations], axis=0)
    assert not (cars & ~mask).any()
    assert cars.sum() > 0.9 * mask.sum()  # specks are no cars
    behind = np.asarray(Image.open(row.files["background"]))[~mask]
    assert np.median(behind, axis=0).tolist() == [0, 0, 255]


def test_trust_is_the_pages_own(photo, tmp_path):
    (row,) = finish_picture(
        jobs_of(photo, out=tmp_path, models=["tiny-a"]), Predictor("cpu"), Settings(trust=True)
    )
    data = photo.read_bytes()
    shop = Workshop(Predictor("cpu"), ByteLru(50_000_000))
    shown = Photo(codec.digest(data), "car.png", "upload", "", data)
    told = shop.trust(Ask(shown, "tiny-a", shelf().configs["tiny-a"].sha256))
    assert row.trust == pytest.approx(told.figure, abs=1e-4)


def test_a_thumbnail_is_a_small_jpeg(tmp_path):
    path = tmp_path / "wide.jpg"
    Image.new("RGB", (900, 300), (10, 200, 10)).save(path)
    (row,) = finish_picture(
        jobs_of(path, out=tmp_path, models=["tiny-a"]), Predictor("cpu"), Settings(thumbnail=True)
    )
    kind, _, text = row.thumbnail.partition(",")
    assert kind == "data:image/jpeg;base64"
    small = codec.decode(base64.b64decode(text))
    assert small.shape == (THUMBNAIL // 3, THUMBNAIL, 3)


def test_a_bad_file_is_a_row_for_each_model(tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    rows = finish_picture(jobs_of(bad, out=tmp_path), Predictor("cpu"), Settings())
    assert [(row.model, "not a picture" in row.error) for row in rows] == [
        ("tiny-a", True),
        ("tiny-b", True),
    ]
    assert rows[0].record() == {"input": str(bad), "model": "tiny-a", "error": rows[0].error}


def test_a_model_that_fails_and_a_disk_that_fails_do_not_end_the_others(photo, tmp_path):
    out = tmp_path / "out"
    first, second = jobs_of(photo, out=out)
    out.write_text("a file where a folder should be")
    third = Job(second.item, "nope", {"mask": tmp_path / "x.png"})
    fourth = Job(second.item, "tiny-a", {"mask": tmp_path / "y.png"})
    rows = finish_picture([first, third, fourth], Predictor("cpu"), Settings())
    assert ["out" in rows[0].error, "nope" in rows[1].error, rows[2].error] == [True, True, ""]
    assert (tmp_path / "y.png").is_file()


def test_a_fault_of_ours_is_a_row_too_and_in_the_log(photo, tmp_path, caplog):
    class Broken:
        def predict(self, *_, **__):
            raise ZeroDivisionError

    (row,) = finish_picture(jobs_of(photo, out=tmp_path, models=["m"]), Broken(), Settings())
    assert "ZeroDivisionError" in row.error
    assert caplog.records[0].exc_info is not None


class TwoCars:
    """Sees a large car on the left and a small one on the right."""

    def predict(self, picture, model, *, detail=False):  # noqa: ARG002
        probability = np.zeros((60, 90), np.float16)
        probability[10:50, 10:50] = probability[20:40, 65:85] = 1
        return Prediction(model, "", probability, picture.shape[:2], 0.5)


@pytest.mark.parametrize("every_car", [False, True])
def test_of_two_cars_a_cut_out_shows_the_larger_unless_all_are_asked_for(
    photo, tmp_path, every_car
):
    jobs = jobs_of(photo, out=tmp_path, models=["tiny-a"], kinds=["cutout", "mask"])
    (row,) = finish_picture(jobs, TwoCars(), Settings(every_car=every_car, coco=True))
    cut = np.asarray(Image.open(row.files["cutout"]))[..., 3]
    middle = round(cut.shape[1] * 0.64)
    assert (cut[:, :middle] > 0).any()
    assert (cut[:, middle:] > 0).any() == every_car
    assert (np.asarray(Image.open(row.files["mask"]))[:, middle:] > 0).any()
    assert row.note == (
        ""
        if every_car
        else "2 cars were found: cut-outs and new backgrounds show the largest alone."
    )
    assert [len(row.facts["cars"]), len(row.coco.annotations)] == [2, 2]
