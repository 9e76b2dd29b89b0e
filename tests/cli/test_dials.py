"""``carseg dials``: the dials in words, and drawn."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.cli import main
from carseg.dials import DIALS, EFFECTS
from carseg.service.sheet import SheetOptions, write_sheet

SIDES = 64, 96


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A picture of a grey box on white, and its mask."""
    mask = np.zeros(SIDES, np.uint8)
    mask[20:50, 20:70] = 255
    Image.fromarray(mask).save(tmp_path / "mask.png")
    box = np.where(mask[..., None] > 0, 90, 240).astype(np.uint8).repeat(3, axis=2)
    Image.fromarray(box).save(tmp_path / "box.png")
    return ["--picture", str(tmp_path / "box.png"), "--mask", str(tmp_path / "mask.png")]


def test_every_effect_is_described_once(capsys):
    assert main(["dials"]) == 0
    said = capsys.readouterr().out
    for name, effect in EFFECTS.items():
        controls = "control" in name or name not in DIALS["combined"].effects
        assert said.count(f" {name} ") == (0 if controls else 1)
        assert controls or effect.summary in said


def test_one_dial_in_words(capsys):
    assert main(["dials", "--dial", "weather.fog"]) == 0
    assert capsys.readouterr().out.startswith(f"weather.fog: {DIALS['weather.fog'].title}.")


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_a_sheet_has_a_row_for_each_dial_and_begins_untouched(files, tmp_path, suffix: str):
    out = tmp_path / "new" / f"sheet.{suffix}"
    wanted = ["--dial", "camera.noise", "--dial", "light"]
    assert main(["dials", *wanted, *files, "--out", str(out)]) == 0
    sheet = np.asarray(Image.open(out).convert("RGB")).astype(int)
    assert sheet.shape[0] == 2 * (160 + 18 + 3)  # pictures are 240 wide, then text and gap
    assert sheet.shape[1] == 6 * 243 + 3
    # The first column is the untouched box on white in both rows; the last is not.
    assert np.abs(sheet[30, 20] - 240).max() < 12
    assert np.abs(sheet[30 + 181, 20] - 240).max() < 12
    assert sheet[24:44, 5 * 243 + 8 : 5 * 243 + 28].std() > 5


def test_a_sheet_unless_told_has_every_effect_and_all_together(files, tmp_path, monkeypatch):
    out, drawn = tmp_path / "all.png", []
    monkeypatch.setattr(
        "carseg.service.sheet.dial_sheet",
        lambda _, dials, **_options: drawn.extend(dials) or np.zeros((4, 6, 3), np.uint8),
    )
    write_sheet(SheetOptions(out, picture=Path(files[1]), mask=Path(files[3])))
    assert drawn[-1] == "combined"
    assert set(drawn[:-1]) == set(DIALS["combined"].effects)
    assert Image.open(out).size == (6, 4)


def test_another_seed_is_another_sheet(files, tmp_path):
    sheets = []
    for seed in (1, 1, 2):
        out = tmp_path / f"{len(sheets)}.png"
        options = SheetOptions(out, ("camera.noise",), Path(files[1]), Path(files[3]), seed=seed)
        write_sheet(options)
        sheets.append(out.read_bytes())
    assert sheets[0] == sheets[1] != sheets[2]


def test_a_dial_that_is_not_there_is_named(files, tmp_path):
    options = SheetOptions(tmp_path / "a.png", ("moonlight",), Path(files[1]), Path(files[3]))
    with pytest.raises(ValueError, match="no dial 'moonlight'"):
        write_sheet(options)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--picture", "a.png"], "together"),
        (["--mask", "a.png"], "together"),
        (["--picture", "a.png", "--mask", "b.png"], "a.png"),
    ],
)
def test_what_cannot_be_drawn_is_one_sentence(tmp_path, monkeypatch, capsys, options, sentence):
    monkeypatch.chdir(tmp_path)
    assert main(["dials", *options, "--out", "sheet.png"]) == 1
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
    assert not Path("sheet.png").exists()


def test_another_format_is_refused(files, tmp_path, capsys):
    assert main(["dials", "--dial", "light", *files, "--out", str(tmp_path / "a.bmp")]) == 1
    assert "png, webp or jpeg" in capsys.readouterr().err


def test_without_a_sample_it_asks_for_a_picture(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("carseg.core.settings.samples_dir", lambda: tmp_path)
    assert main(["dials", "--out", str(tmp_path / "a.png")]) == 1
    assert "--picture and --mask" in capsys.readouterr().err
