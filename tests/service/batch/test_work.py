"""A visitor's batch: what is sent, how it pauses and goes on, and what is taken home."""

import csv
import hashlib
import io
import json
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as runs

from carseg.data.archive import ArchiveError
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.service.batch import sent as sent_module
from carseg.service.batch import work as work_module
from carseg.service.batch.picture import Settings
from carseg.service.batch.sent import BatchError, Sent
from carseg.service.batch.takeaway import Parcel
from carseg.service.batch.work import Plan, Work
from tests.data.test_archive import packed
from tests.factories.compare import photo

MASKS = Plan(("tiny-a",), ("mask",), settings=Settings(coco=True, trust=True, thumbnail=True))


@pytest.fixture
def sent():
    found = Sent()
    yield found
    found.close()


def fill(sent: Sent, *names: str) -> None:
    for number, name in enumerate(names):
        sent.add(name, photo(number))


class Paced:
    """A predictor that stops at a picture until it is told to go on."""

    def __init__(self, stop_at: int) -> None:
        self.real, self.at, self.stop_at = Predictor("cpu"), 0, stop_at
        self.reached, self.go = threading.Event(), threading.Event()
        self.broken = False

    def predict(self, *arguments, **more):
        self.at += 1
        if self.at >= self.stop_at:
            self.reached.set()
            self.go.wait(30)
        if self.broken:
            raise codec.PictureError("broken for now")
        return self.real.predict(*arguments, **more)


def test_what_is_sent_is_on_disk_and_keeps_its_folders(sent):
    fill(sent, "car.png", "day/car.png", "car.png")
    sent.add("car.png", photo(0))  # the same file again
    sent.add("more.zip", packed({"a/x.png": photo(7), "y.png": photo(8), "note.txt": b"-"}))
    assert [item.file for item in sent.inputs] == [
        "car.png", "day/car.png", "car-2.png", "y.png", "a/x.png",
    ]  # fmt: skip
    assert [item.read() for item in sent.inputs[3:]] == [photo(8), photo(7)]
    place = sent.place
    sent.close()
    assert not place.exists()


def test_more_than_the_bounds_is_refused_and_nothing_of_it_stays(sent, monkeypatch):
    monkeypatch.setattr(sent_module, "MOST_PICTURES", 2)
    fill(sent, "a.png")
    with pytest.raises(BatchError, match="at most 2 pictures"):
        sent.add("b.zip", packed({"x.png": photo(1), "y.png": photo(2)}))
    with pytest.raises(ArchiveError, match="no ZIP"):
        sent.add("c.zip", b"PK")
    monkeypatch.setattr(sent_module, "MOST_SENT", sent.bytes + 10)
    with pytest.raises(BatchError, match="at most 0 MB"):
        sent.add("d.png", photo(3))
    monkeypatch.setattr(sent_module, "MOST_SENT", 2**30)
    monkeypatch.setattr(sent_module, "MOST_OF_ALL", sent.bytes + 10)
    with pytest.raises(BatchError, match="This server"):
        sent.add("d.png", photo(3))
    assert len(list((sent.place / "sent").iterdir())) == len(sent.inputs) == 1


@pytest.mark.usefixtures("tiny_weights")
def test_it_pauses_goes_on_and_does_nothing_twice(sent):
    fill(sent, *(f"{n}.png" for n in range(40)))
    paced = Paced(stop_at=3)
    work = Work(sent, MASKS, paced)
    work.go()
    assert paced.reached.wait(30)
    work.pause()
    paced.go.set()
    work.wait(60)
    done = dict(work.rows)
    assert 0 < len(done) < 40
    before = {
        file: Path(file).stat().st_mtime_ns for r in done.values() for file in r.files.values()
    }
    work.go()
    work.wait(60)
    assert len(work.rows) == 40
    assert not work.failed
    assert all(Path(file).stat().st_mtime_ns == time for file, time in before.items())
    assert work.whole(work.sorted()[0]).thumbnail.startswith("data:image/jpeg")
    assert not any(row.thumbnail or row.coco for row in work.rows.values())


@pytest.mark.usefixtures("tiny_weights")
def test_what_failed_is_tried_again_and_comes_first(sent):
    fill(sent, "a.png", "b.png")
    sent.add("bad.jpg", b"no picture")
    paced = Paced(stop_at=1)
    paced.go.set()
    paced.broken = True
    work = Work(sent, Plan(("tiny-a", "tiny-b"), ("mask",)), paced)
    work.go()
    work.wait(60)
    assert len(work.failed) == work.total == 6
    paced.broken = False
    work.retry()
    work.wait(60)
    assert [row.source for row in work.sorted()][:2] == ["bad.jpg", "bad.jpg"]
    assert [row.source for row in work.failed] == ["bad.jpg", "bad.jpg"]


@pytest.mark.usefixtures("tiny_weights")
def test_results_have_a_bound_and_go_with_the_work(sent, monkeypatch):
    fill(sent, *(f"{n}.png" for n in range(30)))
    monkeypatch.setattr(work_module, "MOST_RESULTS", 100)
    work = Work(sent, MASKS, Predictor("cpu"))
    work.go()
    work.wait(60)
    assert "more than 0 GB" in work.problem
    assert 0 < len(work.rows) < 30
    held = sum(path.stat().st_size for path in work.out.rglob("*.png"))
    assert sent.made == held > 100
    work.close()
    assert sent.made == 0
    assert not list(work.out.rglob("*.png"))


@pytest.mark.usefixtures("tiny_weights")
def test_the_zip_holds_everything_and_its_hashes(sent):
    fill(sent, "a.png", "day/b.png")
    sent.add("bad.jpg", b"no picture")
    plan = Plan(("tiny-a", "tiny-b"), ("mask", "overlay"), settings=MASKS.settings)
    work = Work(sent, plan, Predictor("cpu"))
    work.go()
    work.wait(60)
    made = sent.made
    parcel = Parcel(work)
    parcel.wait()
    assert parcel.problem == ""
    assert sent.made == made + parcel.path.stat().st_size
    with zipfile.ZipFile(parcel.path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(held.pop("manifest.json"))
    assert manifest["files"] == {n: hashlib.sha256(d).hexdigest() for n, d in held.items()}
    assert set(manifest["models"]) == {"tiny-a", "tiny-b"}
    assert manifest["models"]["tiny-a"]["engine"] == "torch"
    assert [one["input"] for one in manifest["failed"]] == ["bad.jpg", "bad.jpg"]
    rows = list(csv.DictReader(io.StringIO(held["table.csv"].decode())))
    assert [row["picture"] for row in rows] == ["a.png"] * 2 + ["bad.jpg"] * 2 + ["day/b.png"] * 2
    assert [row["car"] for row in rows] == ["a"] * 2 + [""] * 2 + ["b"] * 2
    coco = json.loads(held["tiny-b.coco.json"])
    assert [image["file_name"] for image in coco["images"]] == ["a.png", "day/b.png"]
    assert coco["annotations"]
    for one in coco["annotations"]:
        name = coco["images"][one["image_id"] - 1]["file_name"].replace(".png", "")
        mask = np.asarray(Image.open(io.BytesIO(held[f"{name}.tiny-b.mask.png"]))) == 255
        assert not (runs.decode(one["segmentation"]) & ~mask).any()
    parcel.close()
    assert sent.made == made


def test_a_name_that_cannot_be_is_said_before_anything_is_made(sent):
    with pytest.raises(ValueError, match="model"):
        Work(sent, Plan(("a", "b"), ("mask",), name="{stem}"), Predictor("cpu"))
