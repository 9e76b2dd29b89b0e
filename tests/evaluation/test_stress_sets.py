"""``python -m carseg stress`` from data folder to shipped results, on made cars."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from carseg.cli import main
from carseg.core.settings import ROOT
from carseg.core.shard import Shard
from carseg.data.pairs import DataError, find_pairs
from carseg.dials import DIALS
from carseg.evaluation.score_sets import SetOptions
from carseg.evaluation.stress_pictures import GRID, chosen_pictures
from carseg.evaluation.stress_sets import StressOptions, stress_sets
from carseg.inference.device import choose_device
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import shelf
from carseg.results.stress import StressSet, shipped_stress
from carseg.stats.juncture import along
from tests.factories.pictures import write_carvana


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Few severities and small batches; pictures keep the number of pixels that they have."""
    for name in ("light", "light.exposure", "background.photo"):
        monkeypatch.setitem(DIALS, name, replace(DIALS[name], severities=(0.0, 2.0, 5.0)))
    monkeypatch.setattr("carseg.evaluation.stress_pictures.GRID", (24, 36))
    monkeypatch.setattr("carseg.evaluation.stress.BATCH", 4)


@pytest.fixture
def cars(tmp_path):
    return write_carvana(tmp_path / "cars", cars=6)


@pytest.fixture
def run(tiny_weights, cars):  # noqa: ARG001 - asked for its effect
    """The command on the made cars, which are in no published list; one dial unless named."""

    def call(*options: object, dials=("light.exposure",)) -> int:
        named = [part for dial in dials for part in ("--dial", dial)]
        given = ["stress", "--data", cars, "--split", "all", *named, "--device", "cpu", *options]
        return main([str(part) for part in given])

    return call


def test_json_has_the_means_of_every_model_and_every_pair(run, cars, capsys):
    assert run("--json", "--n", 10, dials=("light", "light.exposure")) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(m["dial"], m["severity"], m["model"]) for m in told["means"]] == [
        (dial, severity, model)
        for model in ("tiny-a", "tiny-b")
        for dial in ("light", "light.exposure")
        for severity in (0, 2, 5)
    ]
    assert {(m["n"], m["clusters"]) for m in told["means"]} == {(10, 6)}
    assert all(m["low"] <= m["dice"] <= m["high"] for m in told["means"])
    assert [(p["dial"], p["a"], p["b"]) for p in told["pairs"]] == [
        ("light", "tiny-a", "tiny-b"),
        ("light.exposure", "tiny-a", "tiny-b"),
    ]
    assert told["pairs"][0]["along"]["ahead"]["delta"] == 0.01
    # Untouched pictures by hand: probabilities on the finer grid of the network, then a threshold.
    dice = []
    for pair in chosen_pictures(find_pairs(cars), 10):
        rgb = np.asarray(Image.open(pair.picture))
        truth = np.asarray(Image.open(pair.mask).convert("L")) > 127
        mask = Predictor("cpu").predict(rgb, "tiny-a").mask(size=(24, 36))
        both = 2 * np.sum(mask & truth)
        dice.append(both / (mask.sum() + truth.sum()))
    assert told["means"][0]["dice"] == pytest.approx(np.mean(dice), abs=5e-4)


def test_text_has_a_table_per_dial_and_a_sentence_per_pair(run, capsys):
    assert run("--n", 6, "--delta", "0.999") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "light.exposure: mean Dice of 6 pictures of 6 cars"
    assert lines[1].split() == ["severity", "tiny-a", "tiny-b"]
    assert [line.split()[0] for line in lines[2:5]] == ["0.0", "2.0", "5.0"]
    assert lines[5] == (
        "light.exposure: no juncture found, neither tiny-a nor tiny-b is ahead by 0.999 at its end."
    )
    assert len(lines) == 6


def test_saved_results_come_back_and_repeat(run, tiny_weights, capsys):
    assert run("--save", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    sets = shipped_stress()
    assert [(s.model, s.dial) for s in sets] == [
        (m, "light.exposure") for m in ("tiny-a", "tiny-b")
    ]
    assert (len(sets[0].pictures), sets[0].set, sets[0].split) == (12, "carvana-test", "all")
    assert set(sets[0].effects) == {"light.exposure"}
    found = along(sets[0].severities, sets[0].dice, sets[1].dice, sets[0].groups)
    assert told["pairs"][0]["along"]["area"] == pytest.approx(found.area)
    path = tiny_weights / "tiny-a" / "stress" / "light.exposure.csv"
    first = path.read_bytes()
    assert first.count(b"\n") == 1 + 12 * 3
    assert run("--save", "--model", "tiny-a") == 0
    assert path.read_bytes() == first


def test_the_saved_command_measures_the_same_again(run, cars, tiny_weights):
    assert run("--save", "--n", 5, "--seed", 3) == 0
    (before,) = StressSet.read(tiny_weights / "tiny-b")
    words = before.command.replace("DIR", str(cars)).split()
    assert words[:3] == ["python", "-m", "carseg"]
    (tiny_weights / "tiny-b" / "stress" / "light.exposure.csv").unlink()
    assert main(words[3:]) == 0
    assert StressSet.read(tiny_weights / "tiny-b") == [before]


def test_a_stopped_run_goes_on_to_the_same_file(run, tiny_weights, tmp_path, monkeypatch):
    assert run("--save") == 0
    path = tiny_weights / "tiny-b" / "stress" / "light.exposure.csv"
    whole, calls, real = path.read_bytes(), [], Predictor.predict_batch
    path.unlink()

    def stopped(self, pictures, model):
        calls.append(model)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return real(self, pictures, model)

    monkeypatch.setattr(Predictor, "predict_batch", stopped)
    assert run("--save") == 130
    assert not path.exists()
    assert run("--save") == 0
    # Three batches at three severities for two models, and the one that was stopped.
    assert len(calls) == 3 * 3 * 2 + 1
    assert path.read_bytes() == whole
    assert list((tmp_path / "home" / "journal").iterdir()) == []


def test_parts_give_the_same_file(run, tiny_weights, capsys):
    assert run("--save", "--model", "tiny-a") == 0
    path = tiny_weights / "tiny-a" / "stress" / "light.exposure.csv"
    whole = path.read_bytes()
    path.unlink()
    capsys.readouterr()
    assert run("--save", "--model", "tiny-a", "--shard", "0/2") == 0
    assert capsys.readouterr().out == ""
    assert not path.exists()
    assert run("--save", "--model", "tiny-a", "--shard", "1/2") == 0
    assert path.read_bytes() == whole


def test_a_model_that_fails_is_named_and_the_others_are_done(run, tiny_weights, capsys):
    weights = tiny_weights / "tiny-b" / "model.safetensors"
    weights.write_bytes(b"x" * weights.stat().st_size)
    assert run("--model", "tiny-b", "--model", "tiny-a", "--model", "nope", "--json") == 1
    shown = capsys.readouterr()
    assert {m["model"] for m in json.loads(shown.out)["means"]} == {"tiny-a"}
    assert "tiny-b" in shown.err
    assert "no checkpoint 'nope'" in shown.err
    assert run("--model", "nope") == 1
    assert capsys.readouterr().out == ""


def test_backgrounds_are_the_held_out_ones(run, tiny_weights, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "places"
    folder.mkdir()
    Image.new("RGB", (64, 48), (90, 10, 10)).save(folder / "a.png")
    options = ("--backgrounds", folder, "--save", "--model", "tiny-a", "--n", 3)
    assert run(*options) == 1
    assert "none of the 100 published" in capsys.readouterr().err
    monkeypatch.setattr("carseg.data.pairs.held_backgrounds", lambda: Everything())
    assert run(*options, dials=("background.photo",)) == 0
    (found,) = StressSet.read(tiny_weights / "tiny-a")
    assert len(found.backgrounds_sha256) == 64
    assert "--backgrounds DIR" in found.command
    (folder / "a.png").rename(folder / "b.png")
    assert run(*options, dials=("background.photo",)) == 0
    assert StressSet.read(tiny_weights / "tiny-a")[0].backgrounds_sha256 == found.backgrounds_sha256


class Everything:
    """A set that holds whatever is asked for."""

    def __contains__(self, _: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--dial", "moonlight"), "choose from background, light"),
        (("--delta", "0"), "between 0 and 1"),
        (("--delta", "much"), "between 0 and 1"),
        (("--shard", "2/2"), "count from 0"),
    ],
)
def test_bad_options_are_explained(run, capsys, options, reason):
    with pytest.raises(SystemExit) as stop:
        run(*options)
    assert stop.value.code == 2
    assert reason in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_weights")
def test_what_is_missing_is_named(run, tmp_path, monkeypatch, capsys):
    assert run("--n", "0") == 1
    assert "choose 1 or more" in capsys.readouterr().err
    assert run("--data", tmp_path) == 1
    assert "needs the folder" in capsys.readouterr().err
    assert run("--split", "test") == 1
    assert "belongs to the split 'test'" in capsys.readouterr().err
    monkeypatch.setenv("CARSEG_WEIGHTS", str(tmp_path / "empty"))
    assert run() == 1
    assert "no checkpoints" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_weights")
def test_the_library_measures_what_the_options_say(cars):
    pictures = SetOptions(cars, split="all")
    names = {"models": ("tiny-b", "tiny-b"), "dials": ("light.exposure", "light")}
    options = StressOptions(pictures, choose_device("cpu"), **names, number=5, seed=2)
    sets, failed = stress_sets(options)
    assert [(s.model, s.dial, s.seed) for s in sets] == [
        ("tiny-b", "light.exposure", 2),
        ("tiny-b", "light", 2),
    ]
    assert failed == []
    chosen = [pair.id for pair in chosen_pictures(find_pairs(cars), 5)]
    assert list(sets[0].pictures) == chosen
    assert f"--n 5 --seed 2 --model tiny-b --dial {sets[0].dial} --save" in sets[0].command
    assert shipped_stress() == []


@pytest.mark.usefixtures("tiny_weights")
def test_a_part_alone_has_no_results_until_the_others_are_done(cars):
    pictures, device = SetOptions(cars, split="all"), choose_device("cpu")
    common = {"models": ("tiny-a",), "dials": ("light.exposure",), "number": 9}
    first, second = (
        stress_sets(StressOptions(pictures, device, **common, shard=Shard(part, 2)))
        for part in (0, 1)
    )
    assert first == ([], [])
    whole, _ = stress_sets(StressOptions(pictures, device, **common))
    assert [s.rows for s in second[0]] == [s.rows for s in whole]


@pytest.mark.parametrize("number", [0, -3])
def test_fewer_than_one_picture_is_refused(cars, number):
    options = StressOptions(SetOptions(cars, split="all"), choose_device("cpu"), number=number)
    with pytest.raises(DataError, match="choose 1 or more"):
        stress_sets(options)


def test_a_dial_that_is_not_there_is_named(cars):
    options = StressOptions(
        SetOptions(cars, split="all"), choose_device("cpu"), dials=("moonlight",)
    )
    with pytest.raises(ValueError, match="no dial 'moonlight'"):
        stress_sets(options)


def test_no_shipped_network_is_shown_an_enlarged_picture():
    known = shelf(ROOT / "weights").known.values()
    areas = [config.area for config in known if config.kind != "brought"]
    assert max(areas, default=0) <= GRID[0] * GRID[1]


@pytest.mark.usefixtures("tmp_path")
def test_a_picture_that_cannot_be_read_stops_it_and_is_named(run, cars, capsys):
    (cars / "train" / "000000000001_02.jpg").write_bytes(b"broken")
    assert run("--save", "--model", "tiny-a") == 1
    shown = capsys.readouterr()
    assert "'train/000000000001_02.jpg'" in shown.err
    assert "Traceback" not in shown.err
    assert shipped_stress() == []


def test_a_background_that_cannot_be_read_is_named(run, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "places"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"broken")
    monkeypatch.setattr("carseg.data.pairs.held_backgrounds", lambda: Everything())
    options = ("--backgrounds", folder, "--model", "tiny-a", "--n", 3)
    assert run(*options, dials=("background.photo",)) == 1
    assert "'places/a.png'" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_weights")
def test_what_was_done_is_kept_until_it_is_saved(run, tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("carseg.evaluation.stress_sets.write_stress", full)
        assert run("--save", "--model", "tiny-a") == 1
    monkeypatch.setattr(Predictor, "predict_batch", lambda *_: pytest.fail("done twice"))
    assert run("--save", "--model", "tiny-a") == 0
    assert list((tmp_path / "home" / "journal").iterdir()) == []


def test_a_folder_of_pairs_is_a_set_of_its_own(tiny_weights, tmp_path):
    data = tmp_path / "Own Pairs"
    for folder in ("images", "masks"):
        (data / folder).mkdir(parents=True)
    for stem in "ab":
        Image.new("RGB", (36, 24), (90, 10, 10)).save(data / "images" / f"{stem}.png")
        Image.new("L", (36, 24), 255).save(data / "masks" / f"{stem}.png")
    words = ["stress", "--data", str(data), "--layout", "pairs", "--dial", "light.exposure"]
    assert main([*words, "--device", "cpu", "--model", "tiny-a", "--save"]) == 0
    (found,) = StressSet.read(tiny_weights / "tiny-a")
    assert (found.set, found.split) == ("own-pairs", "all")
    assert "--layout pairs --set own-pairs" in found.command


def test_a_checkpoint_that_cannot_be_scored_under_its_name_is_named(run, tiny_weights, capsys):
    (tiny_weights / "tiny-b").rename(tiny_weights / "My Model")
    assert run("--json") == 1
    shown = capsys.readouterr()
    assert {m["model"] for m in json.loads(shown.out)["means"]} == {"tiny-a"}
    assert "rename the folder 'My Model'" in shown.err
