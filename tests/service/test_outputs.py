"""Saved files against the app's own downloads, and numbers against the prediction."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.compositing.edges import Edges
from carseg.compositing.views import VIEWS, Look
from carseg.core.store import ByteLru
from carseg.imaging import codec
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import shelf
from carseg.service import bundle
from carseg.service.inputs import Input
from carseg.service.naming import USUAL, Pattern
from carseg.service.outputs import GREY_KIND, KINDS, Coding, Job, planned, save_results
from carseg.service.workshop import Ask, Photo, Workshop


@pytest.mark.parametrize("own", [True, False], ids=["own threshold", "another"])
@pytest.mark.usefixtures("tiny_weights")
def test_the_command_line_writes_what_the_app_downloads(picture, tmp_path, own):
    data = codec.encode(picture)
    photo = Photo(codec.digest(data), "car.png", "upload", "", data)
    shop = Workshop(Predictor("cpu"), ByteLru(50_000_000))
    ask = Ask(photo, "tiny-a", shelf().configs["tiny-a"].sha256)
    said = shop.prediction(ask)
    threshold = said.threshold if own else float(np.median(said.probability))
    look = Look() if own else Look(Edges(threshold))
    order = bundle.Order(photo, (ask,), (look,))
    written = {kind: tmp_path / f"car.tiny-a.{kind}.png" for kind in KINDS}
    share = save_results(written, picture, said, edges=Edges(threshold)).share
    for kind in KINDS.keys() & VIEWS.keys():
        name = bundle.file_name(photo, "tiny-a", kind, "png")
        assert (tmp_path / name).read_bytes() == bundle.one_view(shop, order, 0, kind, "png")
    mask = np.asarray(Image.open(written["mask"]))
    assert set(np.unique(mask)) <= {0, 255}
    assert own or 0 < share < 1
    assert share == pytest.approx((mask == 255).mean())


@pytest.mark.usefixtures("tiny_weights")
def test_grey_is_the_probability(picture, tmp_path):
    said = Predictor("cpu").predict(picture, "tiny-a")
    written = {GREY_KIND: tmp_path / "new" / "folder" / "car.png"}
    save_results(written, picture, said, edges=Edges(0.5))
    grey = np.asarray(Image.open(written[GREY_KIND]), float) / 255
    assert grey.shape == picture.shape[:2]
    np.testing.assert_allclose(grey, said.at(), atol=0.5 / 255 + 1e-6)


@pytest.mark.usefixtures("tiny_weights")
def test_pictures_have_a_format_and_a_bound_and_masks_are_exact(picture, tmp_path):
    said, coding = Predictor("cpu").predict(picture, "tiny-a"), Coding("jpeg", 95, 4000)
    out = tmp_path / "out"
    files = {kind: out / f"car{coding.ending(kind)}" for kind in ("mask", "overlay")}
    save_results(files, picture, said, edges=Edges(said.threshold), coding=coding)
    assert {path.name for path in out.iterdir()} == {"car.png", "car.jpg"}
    assert files["overlay"].stat().st_size <= 4000
    assert Image.open(files["overlay"]).format == "JPEG"
    assert set(np.unique(np.asarray(Image.open(files["mask"])))) <= {0, 255}


def inputs(*stems: str, folder: str = "") -> list[Input]:
    return [Input(stem, stem, bytes, folder) for stem in stems]


def names(
    found: list[Input], pattern: str, *models: str, coding: Coding | None = None
) -> list[str]:
    jobs = planned(
        found,
        models,
        ["mask"],
        folder=Path("out"),
        pattern=Pattern.parse(pattern),
        coding=coding or Coding(),
    )
    return [path.as_posix() for job in jobs for path in job.files.values()]


def test_no_two_results_have_one_name():
    found = [*inputs("car", "Car"), *inputs("car", folder="b")]
    assert names(found, USUAL, "m") == [
        "out/car.m.mask.png",
        "out/Car.m.mask-2.png",
        "out/b/car.m.mask.png",
    ]
    assert names(found, "{stem}", "m") == ["out/car.png", "out/Car-2.png", "out/car-3.png"]


def test_a_pattern_is_filled_in():
    found = inputs("id_07", "x", folder="day one")
    pattern = "{index:03}/{folder}/{model}-{kind}-{angle}"
    assert names(found, pattern, "m") == [
        "out/001/day one/m-mask-07.png",
        "out/002/day one/m-mask-.png",
    ]


def test_pictures_of_one_car_follow_each_other_and_are_named_by_it():
    found = [*inputs("golf_10", "van", "golf_2"), *inputs("IMG_1", "IMG_2", folder="x/s12")]
    assert names(found, "{car}/{angle}", "m") == [
        "out/golf/2.png",
        "out/golf/10.png",
        "out/van.png",
        "out/s12/1.png",
        "out/s12/2.png",
    ]


def test_a_job_without_some_of_its_files():
    job = Job(inputs("a")[0], "m", {"mask": Path("a"), "grey": Path("b")})
    assert job.without([Path("b"), Path("c")]).files == {"mask": Path("a")}
