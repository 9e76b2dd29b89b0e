"""Where `carseg predict` writes, and what it does with files that are there."""

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from carseg.cli import main
from carseg.imaging.codec import encode
from carseg.service.batch import picture as batch_picture

pytestmark = pytest.mark.usefixtures("tiny_weights")


@pytest.fixture
def folder(picture, tmp_path: Path) -> Path:
    """Pictures of one name in two folders, and with two endings."""
    for place in ("car.png", "day/car.png", "day/van.jpg", ".hidden/car.png"):
        path = tmp_path / "photos" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(picture, "jpeg" if place.endswith("jpg") else "png"))
    return tmp_path / "photos"


def run(*arguments) -> int:
    return main(["predict", "--model", "tiny-a", *map(str, arguments)])


def files(folder: Path) -> set[str]:
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_subfolders_are_kept(folder, tmp_path):
    assert run(folder, "--subfolders", "--out", tmp_path / "out") == 0
    assert files(tmp_path / "out") == {
        "car.tiny-a.mask.png",
        "day/car.tiny-a.mask.png",
        "day/van.tiny-a.mask.png",
    }


def test_results_below_the_pictures_are_no_pictures(folder):
    names = ("--subfolders", "--out", folder / "results", "--name", "{index:02}-{stem}")
    assert [run(folder, *names), run(folder, *names, "--overwrite")] == [0, 0]
    assert files(folder / "results") == {"01-car.png", "02-car.png", "03-van.png"}


def test_a_pattern_a_format_and_a_quality(folder, tmp_path):
    out = tmp_path / "out"
    assert run(folder / "day", "--out", out, "--save", "mask,overlay", "--name", "{kind}/{stem}",
               "--format", "jpeg", "--quality", "50", "--most-mb", "0.003") == 0  # fmt: skip
    assert files(out) == {"mask/car.png", "mask/van.png", "overlay/car.jpg", "overlay/van.jpg"}
    assert all((out / "overlay" / f"{stem}.jpg").stat().st_size <= 3000 for stem in ("car", "van"))


@pytest.mark.parametrize(
    ("name", "words"),
    [("{nope}", "no field"), ("{model}", "needs {stem}"), ("../{stem}", "within the folder")],
)
def test_a_wrong_pattern_fails_before_any_work(folder, tmp_path, capsys, name, words):
    assert run(folder, "--out", tmp_path / "out", "--name", name) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_files_that_are_there_are_asked_about(folder, tmp_path, capsys, monkeypatch):
    out = tmp_path / "out"
    assert run(folder, "--out", out) == 0
    old = out / "car.tiny-a.mask.png"
    old.write_bytes(b"mine")
    assert run(folder, "--out", out) == 1
    assert "--overwrite or --skip" in capsys.readouterr().err
    assert run(folder, "--subfolders", "--out", out, "--save", "mask,grey", "--skip") == 0
    assert old.read_bytes() == b"mine"
    assert (out / "car.tiny-a.grey.png").is_file()
    assert (out / "day" / "van.tiny-a.mask.png").is_file()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, code, left in (("c", 1, True), ("s", 0, True), ("o", 0, False)):
        monkeypatch.setattr("builtins.input", lambda _, answer=answer: answer)
        assert run(folder, "--out", out) == code
        assert (old.read_bytes() == b"mine") is left
    assert Image.open(old).size == (143, 97)


def test_a_coco_file_goes_on_where_a_run_was_stopped(folder, tmp_path):
    out = tmp_path / "out"
    assert run(folder, "--out", out, "--coco") == 0
    (out / "tiny-a.coco.json").unlink()  # a run that is killed has written masks, and none of it
    assert run(folder, "--subfolders", "--out", out, "--coco", "--skip") == 0
    held = json.loads((out / "tiny-a.coco.json").read_text())
    assert [image["file_name"] for image in held["images"]] == [
        "car.png",
        "day/car.png",
        "day/van.jpg",
    ]


@pytest.mark.parametrize(
    ("option", "value"), [("--quality", "0"), ("--most-mb", "-1"), ("--format", "gif")]
)
def test_a_number_that_cannot_be_is_wrong_usage(folder, option, value):
    with pytest.raises(SystemExit, match="2"):
        run(folder, option, value)


def test_a_zip_gives_what_its_folder_gives(folder, tmp_path):
    shutil.make_archive(str(tmp_path / "photos"), "zip", folder)
    assert run(folder, "--subfolders", "--out", tmp_path / "a") == 0
    assert run(tmp_path / "photos.zip", "--out", tmp_path / "b") == 0
    assert files(tmp_path / "a") == files(tmp_path / "b")
    for name in files(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_background_is_a_colour_or_a_picture(folder, picture, tmp_path, capsys):
    wall = tmp_path / "wall.png"
    wall.write_bytes(encode(picture[::-1].copy()))
    for background in ("#112233", wall):
        out = tmp_path / Path(background).stem
        more = ("--save", "background", "--background", background, "--threshold", "0.99")
        assert run(folder / "car.png", "--out", out, *more) == 0
    assert Image.open(tmp_path / "#112233" / "car.tiny-a.background.png").getpixel((0, 0)) == (
        *(0x11, 0x22, 0x33),
    )
    assert run(folder / "car.png", "--out", tmp_path / "c", "--background", "#nope") == 1
    assert "is no colour" in capsys.readouterr().err


def test_what_a_stopped_run_has_done_is_in_its_coco_file(folder, tmp_path, monkeypatch):
    out, real = tmp_path / "out", batch_picture.finish_picture

    def stopped(jobs, *rest):
        if jobs[0].item.stem == "van":
            raise KeyboardInterrupt
        return real(jobs, *rest)

    monkeypatch.setattr("carseg.service.batch.pipeline.finish_picture", stopped)
    assert run(folder, "--coco", "--subfolders", "--out", out) == 130
    held = json.loads((out / "tiny-a.coco.json").read_text())
    assert [image["file_name"] for image in held["images"]] == ["car.png", "day/car.png"]
