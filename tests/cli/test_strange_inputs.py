"""Inputs of every kind on the command line: a sentence about each bad one, and the others done."""

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.cli import READER_GONE, main
from carseg.core.settings import ROOT
from carseg.data.splits import published_groups
from carseg.imaging.car_choice import VOC
from carseg.service import outputs

pytestmark = pytest.mark.usefixtures("tiny_weights")
CAR = np.zeros((60, 90), bool)
CAR[10:50, 20:70] = True


def run(*arguments: object) -> int:
    return main([os.fsdecode(a) if isinstance(a, bytes) else str(a) for a in arguments])


def photo(path: Path, seed: int = 1) -> Path:
    colours = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), dtype=np.uint8)
    Image.fromarray(colours).resize((90, 60), Image.Resampling.BICUBIC).save(path)
    return path


def pairs(folder: Path, mask: np.ndarray | Image.Image, *names: str) -> Path:
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for seed, name in enumerate(names or ("car",)):
        photo(folder / "images" / f"{name}.png", seed)
        made = mask if isinstance(mask, Image.Image) else Image.fromarray(mask)
        made.save(folder / "masks" / f"{name}.png")
    return folder


def evaluated(folder: Path, *more: object) -> int:
    return run("evaluate", "--data", folder, "--layout", "pairs", "--model", "tiny-a", *more)


def as_bytes(mask: np.ndarray, high: int = 255) -> np.ndarray:
    return mask.astype(np.uint8) * high


# predict


@pytest.mark.parametrize(
    "bad",
    [
        "data:image/png;base64," + "A" * 9000, "DATA:image/png,x", "x" * 5000, "/" + "y/" * 3000,
        "ftp://example.org/car.png", "file:///etc/hostname", "HTTPS://127.0.0.1/car.png",
        "https://", "http://[::1", "no such file.png", "", b"caf\xe9.png",
        b"https://127.0.0.1/caf\xe9.png",
    ],
)  # fmt: skip
def test_an_unusable_input_is_named_and_the_others_are_done(bad, tmp_path, capsys) -> None:
    good, out = photo(tmp_path / "good.png"), tmp_path / "out"
    assert run("predict", bad, good, "--model", "tiny-a", "--out", out) == 1
    assert (out / "good.tiny-a.mask.png").is_file()
    said = capsys.readouterr().err.strip().splitlines()
    assert len(said) == 1
    assert said[0].startswith("carseg: ")
    assert 20 < len(said[0]) < 700


def test_a_pipe_is_no_file_and_the_others_are_done(tmp_path, capsys) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    good, out = photo(tmp_path / "good.png"), tmp_path / "out"
    assert run("predict", tmp_path / "pipe.png", good, "--model", "tiny-a", "--out", out) == 1
    assert (out / "good.tiny-a.mask.png").is_file()
    assert "pipe.png' is no file." in capsys.readouterr().err


def test_a_jpeg_without_its_end_is_done_and_said_to_be_one(tmp_path, capsys) -> None:
    file = photo(tmp_path / "cut.jpg")
    file.write_bytes(file.read_bytes()[:-2])
    assert run("predict", file, "--model", "tiny-a", "--out", tmp_path / "out") == 0
    assert "cut.jpg: The end of this JPEG is missing" in capsys.readouterr().err


def test_names_that_are_no_text_are_read_and_written_in_plain_letters(tmp_path, capsys) -> None:
    folder, out = tmp_path / "photos", tmp_path / "out"
    folder.mkdir()
    photo(folder / "zz.png")
    photo(folder / "a.png").rename(folder / os.fsdecode(b"gr\xfcn.png"))
    assert run("predict", folder, "--model", "tiny-a", "--out", out, "--json") == 0
    records = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(r["input"]).name for r in records] == ["gr\\xfcn.png", "zz.png"]
    assert sorted(p.name for p in out.iterdir()) == ["gr_n.tiny-a.mask.png", "zz.tiny-a.mask.png"]


def test_a_set_with_such_names_is_scored(tmp_path, capsys) -> None:
    folder = pairs(tmp_path / "set", as_bytes(CAR), "a", "b")
    for part in ("images", "masks"):
        (folder / part / "a.png").rename(folder / part / os.fsdecode(b"gr\xfcn.png"))
    assert evaluated(folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["n"] == 2


@pytest.mark.parametrize(
    "kinds",
    ["mask", "mask,overlay", "grey", "outline,cutout,probability,grey"],
)
def test_results_beside_the_pictures_are_not_taken_for_pictures(kinds, tmp_path) -> None:
    for name in ("car.png", "my.second.car.png", "car.webp"):
        photo(tmp_path / name)
    for _ in range(3):
        assert run("predict", tmp_path, "--model", "tiny-a", "--model", "tiny-b",
                   "--out", tmp_path, "--save", kinds, "--overwrite") == 0  # fmt: skip
    pictures = [p for p in tmp_path.iterdir() if p.is_file()]
    assert len(pictures) == 3 + 3 * 2 * len(kinds.split(","))


def test_results_in_a_folder_of_their_own_are_no_pictures(tmp_path, capsys) -> None:
    out = tmp_path / "out"
    assert run("predict", photo(tmp_path / "car.png"), "--model", "tiny-a", "--out", out) == 0
    assert run("predict", out, "--model", "tiny-a", "--out", out) == 1
    assert "holds no pictures" in capsys.readouterr().err


def test_photos_with_dots_in_their_names_are_pictures(tmp_path) -> None:
    for name in ("bmw.x5.grey.png", "trip.2020.background.png", "v1.mask.jpg", "a.truth.png"):
        photo(tmp_path / name)
    out = tmp_path / "out"
    assert run("predict", tmp_path, "--model", "tiny-a", "--out", out) == 0
    assert len(list(out.iterdir())) == 4


def test_a_folder_named_like_a_picture_is_none(tmp_path, capsys) -> None:
    folder = pairs(tmp_path / "set", as_bytes(CAR))
    for part in ("images", "masks"):
        (folder / part / "old.png").mkdir()
    assert evaluated(folder) == 0
    assert run("evaluate", "--data", folder / "images", "--layout", "backgrounds",
               "--model", "tiny-a") == 0  # fmt: skip
    assert run("predict", folder / "images", "--model", "tiny-a", "--out", tmp_path / "o") == 0
    assert capsys.readouterr().err.count("carseg:") == 0


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
@pytest.mark.parametrize("inner", ["", "deeper", "deeper/car.png"])
def test_a_locked_folder_is_named(inner, tmp_path, capsys, monkeypatch) -> None:
    locked = tmp_path / "locked"
    (locked / "deeper").mkdir(parents=True)
    real = Path.stat, Path.iterdir

    def refused(self: Path, **options: object) -> object:
        if self != locked and locked in self.parents:
            raise PermissionError(13, "Permission denied", str(self))
        return real[0](self, **options)

    def unlisted(self: Path) -> object:
        if self == locked or locked in self.parents:
            raise PermissionError(13, "Permission denied", str(self))
        return real[1](self)

    good, out = photo(tmp_path / "good.png"), tmp_path / "out"
    monkeypatch.setattr(Path, "stat", refused)
    monkeypatch.setattr(Path, "iterdir", unlisted)
    assert run("predict", locked / inner, good, "--model", "tiny-a", "--out", out) == 1
    assert (out / "good.tiny-a.mask.png").is_file()
    assert evaluated(locked / inner) == 1
    assert capsys.readouterr().err.count("cannot be") == 2


def test_a_full_disk_leaves_no_half_file_and_the_others_are_done(
    tmp_path, capsys, monkeypatch
) -> None:
    real = os.fsync
    full = iter([True, False])

    def sync(file: int) -> None:
        if next(full):
            raise OSError(28, "No space left on device")
        real(file)

    first, second = photo(tmp_path / "a.png"), photo(tmp_path / "b.png")
    monkeypatch.setattr("os.fsync", sync)
    out = tmp_path / "out"
    assert run("predict", first, second, "--model", "tiny-a", "--out", out) == 1
    assert [p.name for p in out.iterdir()] == ["b.tiny-a.mask.png"]
    assert "No space left on device" in capsys.readouterr().err


def test_a_name_of_the_greatest_length_is_cut(tmp_path) -> None:
    long = photo(tmp_path / ("ä" * 120 + ".png"))
    out = tmp_path / "out"
    assert run("predict", long, "--model", "tiny-a", "--out", out) == 0
    (made,) = out.iterdir()
    assert len(os.fsencode(made.name)) < 255


# A reader that goes away


@pytest.mark.parametrize(
    "arguments", [("models", "--json"), ("dials",), ("--help",), ("table",), ("predict", "--help")]
)
def test_a_reader_that_goes_away_ends_a_command_quietly(arguments) -> None:
    pipe = subprocess.Popen(
        [sys.executable, "-m", "carseg", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    pipe.stdout.close()  # before anything is written
    said = pipe.stderr.read().decode()
    assert pipe.wait() in {READER_GONE, 0}
    assert said == ""


# evaluate


def test_accents_in_two_spellings_are_one_name(tmp_path, capsys) -> None:
    folder = pairs(tmp_path / "set", as_bytes(CAR), "plain")
    for part, form in (("images", "NFD"), ("masks", "NFC")):
        name = unicodedata.normalize(form, "Käfer é 1")
        (folder / part / "plain.png").rename(folder / part / f"{name}.png")
    assert evaluated(folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["n"] == 1


def test_the_same_mask_in_other_codings_has_the_same_score(tmp_path, capsys) -> None:
    void = np.zeros_like(CAR)
    palette = Image.fromarray(as_bytes(CAR, 7), "P")
    palette.putpalette([channel for colour in VOC for channel in colour])
    red = np.zeros((*CAR.shape, 3), np.uint8)
    red[CAR] = (128, 0, 0)
    codings = [as_bytes(CAR), as_bytes(CAR, 1), as_bytes(~CAR), palette, red]
    found = []
    for number, mask in enumerate(codings):
        assert evaluated(pairs(tmp_path / str(number), mask), "--json") == 0
        found.append(json.loads(capsys.readouterr().out)[0]["dice"])
    assert len(set(found)) == 1
    void[:, :20] = True
    labels = np.where(void, 255, CAR).astype(np.uint8)
    assert evaluated(pairs(tmp_path / "void", labels), "--json", "--save") == 0
    rows = (Path(os.environ["CARSEG_WEIGHTS"]) / "tiny-a" / "scores").glob("*.csv")
    counted = next(rows).read_text().splitlines()[1].split(",")[2:6]
    assert sum(map(int, counted)) == int((~void).sum())


@pytest.mark.parametrize("command", ["evaluate", "stress"])
def test_several_labels_are_asked_for_and_chosen(command, tmp_path, capsys) -> None:
    labels = as_bytes(CAR, 7)
    labels[:5] = 9
    folder = pairs(tmp_path / "set", labels)
    base = [command, "--data", folder, "--layout", "pairs", "--model", "tiny-a"]
    if command == "stress":
        base += ["--dial", "camera.defocus", "--n", "1"]
    assert run(*base) == 1
    said = capsys.readouterr().err
    assert "masks/car.png" in said
    assert "3 values" in said
    assert "--car" in said
    assert run(*base, "--car", "7") == 0
    assert run(*base, "--car", "5") == 1
    assert "None of the 1 masks has the label '5'" in capsys.readouterr().err


def test_empty_truths_are_not_taken_for_no_cars_in_silence(tmp_path, caplog) -> None:
    folder = pairs(tmp_path / "set", as_bytes(CAR, 0))
    assert evaluated(folder) == 0
    assert "None of the 1 masks shows a car" in caplog.text


def test_saved_scores_say_which_label_was_chosen(tmp_path) -> None:
    labels = as_bytes(CAR, 7)
    labels[:5] = 9
    assert evaluated(pairs(tmp_path / "set", labels), "--car", "7", "--save") == 0
    facts = (Path(os.environ["CARSEG_WEIGHTS"]) / "tiny-a" / "scores").glob("*.json")
    assert json.loads(next(facts).read_text())["command"].endswith("--save --car 7")


# What is written


def test_results_are_written_beside_and_renamed(tmp_path, monkeypatch) -> None:
    written = []
    monkeypatch.setattr(outputs, "write_atomically", lambda path, _: written.append(path.name))
    assert run("predict", photo(tmp_path / "car.png"), "--model", "tiny-a", "--out", tmp_path,
               "--save", "mask,grey") == 0  # fmt: skip
    assert written == ["car.tiny-a.mask.png", "car.tiny-a.grey.png"]


def test_void_is_left_out_along_a_dial(tmp_path) -> None:
    labels = CAR.astype(np.uint8)
    labels[10:50, 60:75] = 255
    folder = pairs(tmp_path / "set", labels)
    assert run("stress", "--data", folder, "--layout", "pairs", "--model", "tiny-a", "--dial",
               "framing.shift", "--n", "1", "--save") == 0  # fmt: skip
    csv = Path(os.environ["CARSEG_WEIGHTS"]) / "tiny-a" / "stress" / "framing.shift.csv"
    rows = [line.split(",") for line in csv.read_text().splitlines()[1:]]
    totals = [sum(map(int, row[4:])) for row in rows]
    whole = 320 * 480
    assert totals[0] == pytest.approx(whole * (1 - 600 / 5400), rel=0.01)
    assert all(0 < total < whole for total in totals)


def test_masks_that_a_training_cannot_use_are_said(tmp_path, capsys) -> None:
    folder = tmp_path / "set"
    (folder / "train").mkdir(parents=True)
    (folder / "train_masks").mkdir()
    labels = np.where(CAR, 7, 0).astype(np.uint8)
    labels[:5] = 9
    groups = [*published_groups("carvana", "train")[:2], *published_groups("carvana", "val")[:2]]
    for seed, group in enumerate(groups):
        photo(folder / "train" / f"{group}_01.jpg", seed)
        Image.fromarray(labels).save(folder / "train_masks" / f"{group}_01_mask.png")
    base = ["views", "unet-scratch", "--data", folder, "--runs", tmp_path / "runs"]
    assert run(*base, "--out", tmp_path / "v.png") == 1
    assert "--car" in capsys.readouterr().err
    assert run(*base, "--out", tmp_path / "v.png", "--car", "7") == 0
    assert run(*base, "--out", tmp_path / "w.png", "--car", "3") == 1
    assert "None of the" in capsys.readouterr().err
    assert not (tmp_path / "w.png").exists()
