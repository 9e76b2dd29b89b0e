"""`carseg predict --frame`: pictures of one car are framed alike."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.cli import main
from carseg.compositing.alike import Alike, Seen, placed_alike
from carseg.imaging.codec import encode

pytestmark = pytest.mark.usefixtures("tiny_weights")
THRESHOLD = "0.56"
"""With it a part of the made photo is car."""


def run(*arguments) -> int:
    return main(["predict", "--model", "tiny-a", "--threshold", THRESHOLD, *map(str, arguments)])


@pytest.fixture
def folder(picture, tmp_path: Path) -> Path:
    """A turntable of three pictures, and one that stands alone."""
    made = tmp_path / "photos"
    made.mkdir()
    dark = np.zeros_like(picture)
    for name, rgb in {
        "golf_1": picture,
        "golf_2": np.ascontiguousarray(picture[:, ::-1]),
        "golf_10": picture[10:, 5:],
        "van": dark,
    }.items():
        (made / f"{name}.png").write_bytes(encode(rgb))
    return made


def alpha(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))[..., 3] / np.float32(255)


def test_cut_outs_of_one_car_have_one_size_and_are_those_of_the_whole_photos(folder, tmp_path):
    whole, out = tmp_path / "whole", tmp_path / "out"
    name = ("--save", "cutout,mask,background", "--name", "{kind}/{car}-{angle}")
    assert run(folder, "--out", whole, *name) == 0
    assert run(folder, "--out", out, *name, "--frame", "4:3", "--margin", "12%") == 0
    stems = ["golf-1", "golf-2", "golf-10"]
    alphas = [alpha(whole / "cutout" / f"{stem}.png") for stem in stems]
    assert all(0.01 < one.mean() < 0.99 for one in alphas)
    places = placed_alike([Seen.of(one) for one in alphas], Alike("4:3", 12))
    for stem, place in zip(stems, places, strict=True):
        for kind in ("cutout", "background"):
            assert Image.open(out / kind / f"{stem}.png").size == place.size[::-1]
        mask = f"mask/{stem}.png"
        assert (out / mask).read_bytes() == (whole / mask).read_bytes()
    first = alphas[0][slice(*clipped(places[0].window, 0)), slice(*clipped(places[0].window, 1))]
    framed = alpha(out / "cutout" / "golf-1.png")
    assert framed.sum() == pytest.approx(first.sum(), rel=1e-4), "the same pixels, no other scale"


def clipped(window, axis: int) -> tuple[int, int]:
    start, end = [(window.top, window.bottom), (window.left, window.right)][axis]
    return max(0, start), end


def test_a_picture_without_a_car_is_whole_and_a_bad_one_costs_no_other(folder, tmp_path, capsys):
    (folder / "golf_3.png").write_bytes(b"no picture")
    options = ("--save", "cutout", "--frame", "1:1", "--name", "{stem}", "--json")
    assert main(["predict", str(folder), "--model", "tiny-a", "--threshold", "0.999",
                 "--out", str(tmp_path / "out"), *options]) == 1  # fmt: skip
    shown = capsys.readouterr()
    assert shown.err.count("No car was found here") == 4
    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert [row.get("angle") for row in rows] == ["1", "2", None, "10", ""]
    assert Image.open(tmp_path / "out" / "van.png").size == (143, 97)
    assert run(folder, "--out", tmp_path / "out", *options, "--skip") == 1


def test_a_run_that_was_stopped_frames_the_rest_as_before(folder, tmp_path):
    out, options = tmp_path / "out", ("--save", "cutout", "--frame", "4:3", "--name", "{stem}")
    assert run(folder, "--out", out, *options) == 0
    whole = (out / "golf_2.png").read_bytes()
    (out / "golf_2.png").unlink()
    assert run(folder, "--out", out, *options, "--skip") == 0
    assert (out / "golf_2.png").read_bytes() == whole
    assert run(folder, "--out", out, *options, "--overwrite", "--sets", "none") == 0
    alone = run(folder / "golf_2.png", "--out", tmp_path / "alone", *options)
    assert alone == 0
    assert (out / "golf_2.png").read_bytes() == (tmp_path / "alone" / "golf_2.png").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--frame", "4/3", "--save", "cutout"), "such as 4:3"),
        (("--frame", "4:3"), "background or cutout"),
        (("--margin", "8"), "give --frame"),
        (("--scale", "width", "--save", "cutout"), "give --frame"),
    ],
)
def test_a_frame_that_cannot_be_is_one_sentence(folder, tmp_path, capsys, options, words):
    assert run(folder, "--out", tmp_path / "out", *options) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("margin", ["51%", "-1", "x", "nan"])
def test_a_margin_that_is_none_is_wrong_usage(folder, margin):
    with pytest.raises(SystemExit, match="2"):
        run(folder, "--frame", "4:3", "--save", "cutout", "--margin", margin)


def test_parts_make_what_one_run_makes_and_never_part_a_car(folder, tmp_path, capsys):
    options = ("--save", "cutout", "--frame", "4:3", "--name", "{stem}", "--json")
    assert run(folder, "--out", tmp_path / "whole", *options) == 0
    capsys.readouterr()
    cars = []
    for part in ("0/3", "1/3", "2/3"):
        assert run(folder, "--out", tmp_path / "parts", *options, "--shard", part, "--skip") == 0
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        cars += sorted({row["car"] for row in rows})
    assert sorted(cars) == ["golf", "van"]
    for path in (tmp_path / "whole").iterdir():
        assert (tmp_path / "parts" / path.name).read_bytes() == path.read_bytes()
    assert run(folder, "--out", tmp_path / "x", "--shard", "0/3", "--coco") == 1
    assert "leave out --shard" in capsys.readouterr().err
