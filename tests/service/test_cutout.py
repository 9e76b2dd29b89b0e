"""A photo in, a cut-out out."""

import numpy as np
import pytest
from PIL import Image

import carseg
from carseg.compositing.edges import Edges
from carseg.compositing.framing import FrameError
from carseg.core.settings import ROOT
from carseg.imaging.codec import encode
from carseg.imaging.untrusted import PictureError
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import CheckpointError
from carseg.service.cutout import BackgroundError
from carseg.service.outputs import save_results

STREET = ROOT / "sample_images" / "street" / "sedan-sunny.jpg"
TRUTH = ROOT / "sample_images" / "masks" / "sedan-sunny.png"


def test_the_cutout_is_the_car_alone():
    cutout = carseg.remove_background(STREET)
    true = np.asarray(Image.open(TRUTH).convert("L")) > 127
    alpha = np.asarray(cutout)[..., 3] > 127
    assert cutout.mode == "RGBA"
    assert 2 * (alpha & true).sum() / (alpha.sum() + true.sum()) > 0.9


@pytest.mark.usefixtures("tiny_weights")
def test_it_is_the_cutout_that_the_command_line_saves(picture, tmp_path):
    prediction = Predictor().predict(picture, "tiny-a")
    files = {"cutout": tmp_path / "car.png"}
    save_results(files, picture, prediction, edges=Edges(prediction.threshold))
    made = carseg.remove_background(picture, "tiny-a")
    np.testing.assert_array_equal(np.asarray(made), np.asarray(Image.open(files["cutout"])))


@pytest.mark.usefixtures("tiny_weights")
def test_a_photo_may_be_a_path_bytes_an_array_or_a_picture(picture, tmp_path):
    data = encode(picture)
    (tmp_path / "car.png").write_bytes(data)
    array = np.asarray(carseg.remove_background(picture))
    assert array.shape == (*picture.shape[:2], 4)
    for photo in (tmp_path / "car.png", str(tmp_path / "car.png"), data, Image.fromarray(picture)):
        np.testing.assert_array_equal(np.asarray(carseg.remove_background(photo)), array)


@pytest.mark.usefixtures("tiny_weights")
@pytest.mark.parametrize("background", [(10, 200, 30), "#0ac81e"])
def test_a_colour_stands_where_the_car_is_not(picture, background):
    alpha = np.asarray(carseg.remove_background(picture))[..., 3]
    made = carseg.remove_background(picture, background=background)
    assert made.mode == "RGB"
    assert (np.asarray(made)[alpha == 0] == (10, 200, 30)).all()


@pytest.mark.usefixtures("tiny_weights")
def test_a_picture_stands_where_the_car_is_not(picture):
    alpha = np.asarray(carseg.remove_background(picture))[..., 3]
    behind = np.full((20, 30, 3), (1, 2, 3), np.uint8)
    made = np.asarray(carseg.remove_background(picture, background=behind))
    assert (made[alpha == 0] == (1, 2, 3)).all()


@pytest.mark.usefixtures("tiny_weights")
@pytest.mark.parametrize("colour", [(1, 2), (1, 2, 300), (0.5, 0, 0), "#12", "#zzzzzz"])
def test_what_is_no_colour_is_refused(picture, colour):
    with pytest.raises(BackgroundError, match="is no colour"):
        carseg.remove_background(picture, background=colour)


@pytest.mark.usefixtures("tiny_weights")
def test_bad_input_is_one_sentence(picture, tmp_path):
    with pytest.raises(PictureError, match="no picture file"):
        carseg.remove_background(tmp_path / "absent.jpg")
    with pytest.raises(CheckpointError, match="no checkpoint 'nope'"):
        carseg.remove_background(picture, "nope")


@pytest.mark.usefixtures("tiny_weights")
def test_the_models_here_are_listed():
    assert carseg.list_models() == ["tiny-a", "tiny-b"]


def test_the_public_names_are_there_and_no_others():
    for name in carseg.__all__:
        assert getattr(carseg, name) is not None
        assert name in dir(carseg)
    assert carseg.Predictor is Predictor
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = carseg.nothing


def test_a_framed_car_is_in_the_middle_of_its_frame():
    whole = np.asarray(carseg.remove_background(STREET))[..., 3] >= 128
    made = np.asarray(carseg.remove_background(STREET, frame="4:3", margin=10))
    there = made[..., 3] >= 128
    height, width = there.shape
    rows, columns = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    assert width / height == pytest.approx(4 / 3, abs=0.01)
    assert there.sum() == pytest.approx(whole.sum(), rel=0.01), "no pixel is scaled"
    assert rows[0] + rows[-1] + 1 == pytest.approx(height, abs=2)
    assert columns[0] + columns[-1] + 1 == pytest.approx(width, abs=2)
    assert (columns[-1] + 1 - columns[0]) * 1.2 == pytest.approx(width, rel=0.02)
    behind = carseg.remove_background(STREET, background="#ffffff", frame="4:3", margin=10)
    assert behind.size == (width, height)


@pytest.mark.usefixtures("tiny_weights")
@pytest.mark.parametrize(("frame", "margin"), [("4/3", 8), ("4:3", -1), ("4:3", 51)])
def test_a_frame_that_is_none_is_one_sentence(picture, frame, margin):
    with pytest.raises(FrameError, match=r"^[^\n]+\.$"):
        carseg.remove_background(picture, frame=frame, margin=margin)
