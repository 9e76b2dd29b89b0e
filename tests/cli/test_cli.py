import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from carseg.cli import main, parser
from carseg.data.pairs import find_pairs
from carseg.data.sets import SETS
from carseg.data.splits import published_groups
from carseg.evaluation.baselines import MEAN_MASK, MEAN_SIZE, write_baselines
from carseg.evaluation.score_sets import SetOptions, chosen_set
from carseg.inference.predictor import Predictor
from carseg.results import read_details, read_scores
from carseg.train.presets import PRESETS, Phase, Preset
from tests.factories.pictures import write_carvana, write_pairs


@pytest.fixture
def photo(tmp_path, picture):
    path = tmp_path / "car.png"
    Image.fromarray(picture).save(path)
    return path


def run(*arguments):
    return main([str(a) for a in arguments])


@pytest.mark.usefixtures("tiny_weights")
def test_models(capsys):
    assert run("models") == 0
    assert "Tiny tiny-a" in capsys.readouterr().out
    assert run("models", "--json") == 0
    listed = json.loads(capsys.readouterr().out)
    assert [m["name"] for m in listed] == ["tiny-a", "tiny-b"]


def test_models_names_a_broken_folder(tiny_weights, capsys):
    (tiny_weights / "tiny-b" / "config.json").unlink()
    assert run("models", "--json") == 0
    shown = capsys.readouterr()
    assert len(json.loads(shown.out)) == 1
    assert "tiny-b" in shown.err


@pytest.mark.usefixtures("tiny_weights")
def test_predict_writes_masks_of_the_pictures_own_size(photo, picture, tmp_path):
    out = tmp_path / "out"
    assert run("predict", photo, "--model", "tiny-a", "--model", "tiny-b", "--out", out) == 0
    for model in ("tiny-a", "tiny-b"):
        mask = np.asarray(Image.open(out / f"car.{model}.mask.png"))
        assert mask.shape == picture.shape[:2]
        assert set(np.unique(mask)) <= {0, 255}


@pytest.mark.usefixtures("tiny_weights")
def test_predict_saves_every_kind_and_tells_in_json(photo, tmp_path, capsys):
    kinds = "mask,overlay,cutout,probability,grey"
    out = tmp_path / "out"
    options = ("--out", out, "--save", kinds, "--threshold", "0.3", "--json", "--device", "cpu")
    assert run("predict", photo, "--model", "tiny-a", *options) == 0
    (record,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert record["model"] == "tiny-a"
    assert record["threshold"] == 0.3
    assert set(record["files"]) == set(kinds.split(","))
    modes = {k: Image.open(path).mode for k, path in record["files"].items()}
    colours = {"overlay": "RGB", "cutout": "RGBA", "probability": "RGB"}
    assert modes == {"mask": "L", "grey": "L"} | colours
    assert all(Image.open(path).size == (143, 97) for path in record["files"].values())


@pytest.mark.usefixtures("tiny_weights")
def test_one_bad_input_costs_the_exit_code_and_nothing_else(photo, tmp_path, capsys):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    out = tmp_path / "out"
    code = run(
        "predict", bad, tmp_path / "absent.png", photo, "--model", "tiny-a", "--out", out, "--json"
    )
    shown = capsys.readouterr()
    assert code == 1
    records = [json.loads(line) for line in shown.out.splitlines()]
    assert ["error" in record for record in records] == [True, True, False]
    assert (out / "car.tiny-a.mask.png").is_file()
    assert "bad.jpg" in shown.err
    assert "absent.png" in shown.err


@pytest.mark.usefixtures("tiny_weights")
def test_a_wrong_model_stops_with_the_known_names(photo, tmp_path, capsys):
    assert run("predict", photo, "--model", "nope", "--out", tmp_path / "out") == 1
    error = capsys.readouterr().err
    assert "no checkpoint 'nope'" in error
    assert "tiny-a" in error
    assert "Traceback" not in error


@pytest.mark.parametrize("options", [["--threshold", "2"], ["--threshold", "x"], ["--save", "hat"]])
@pytest.mark.usefixtures("tiny_weights")
def test_bad_options_are_explained(photo, tmp_path, capsys, options):
    with pytest.raises(SystemExit) as stop:
        run("predict", photo, "--model", "tiny-a", "--out", tmp_path, *options)
    assert stop.value.code == 2
    assert "number between" in (said := capsys.readouterr().err) or "choose from" in said


@pytest.mark.usefixtures("tiny_weights")
def test_a_gpu_that_is_not_there(photo, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert run("predict", photo, "--model", "tiny-a", "--out", tmp_path, "--device", "cuda") == 1
    assert "--device auto" in capsys.readouterr().err


def test_evaluate_scores_saves_and_repeats(tiny_weights, carvana, capsys):
    options = ("--data", carvana, "--split", "all", "--size", "16x24", "--json")
    assert run("evaluate", *options, "--set", "discs", "--save") == 0
    table = json.loads(capsys.readouterr().out)
    assert [row["model"] for row in table] == ["tiny-a", "tiny-b"]
    assert table[0]["n"] == 6
    assert table[0]["domain"] == "studio"
    saved = tiny_weights / "tiny-a" / "scores" / "discs-16x24.csv"
    first = saved.read_bytes()
    assert first.count(b"\n") == 7
    assert run("evaluate", *options, "--set", "discs", "--save") == 0
    assert saved.read_bytes() == first


@pytest.mark.usefixtures("tiny_weights")
def test_evaluate_pairs_and_a_single_model(photo, tmp_path, capsys):
    data = tmp_path / "mine"
    for folder in ("images", "masks"):
        (data / folder).mkdir(parents=True)
    Image.open(photo).save(data / "images" / "a.png")
    Image.new("L", (143, 97), 255).save(data / "masks" / "a.png")
    options = ("--data", data, "--layout", "pairs", "--model", "tiny-a", "--json")
    assert run("evaluate", *options) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["set"], row["domain"], row["grid"], row["n"]) == ("mine", "street", "native", 1)
    assert row["low"] is None


@pytest.mark.usefixtures("tiny_weights")
def test_evaluate_without_data_says_what_is_missing(tmp_path, capsys):
    assert run("evaluate", "--data", tmp_path) == 1
    assert "needs the folder" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_weights")
def test_an_unfinished_run_is_not_published(tmp_path, capsys):
    assert run("publish", tmp_path, "x") == 1
    assert "no finished run" in capsys.readouterr().err


@pytest.fixture
def tiny_preset(monkeypatch):
    """A preset of seconds; the made cars are in no published list."""
    phases, arguments = (Phase((16, 24), 8, 4),), {"widths": [4, 8]}
    preset = Preset("Tiny", "For tests.", "unet", 1e-2, phases=phases, arguments=arguments)
    monkeypatch.setitem(PRESETS, "tiny", preset)
    monkeypatch.setattr("carseg.train.legs.select", lambda pairs, *_: pairs)
    monkeypatch.setattr("carseg.train.legs.LEG_PIXELS", 1)


def edit_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(("text", "pixels"), [("384", 384), ("32x12", 384), ("31x47", 1457)])
def test_another_grid_is_tried_and_not_kept(tiny_weights, carvana, capsys, text, pixels):
    def measured(*more):
        options = ("--data", carvana, "--split", "all", "--size", "24x36", "--model", "tiny-a")
        assert run("evaluate", *options, "--device", "cpu", "--json", *more) == 0
        (row,) = json.loads(capsys.readouterr().out)
        return [row[name] for name in ("dice", "iou", "pooled_dice", "boundary_iou")]

    # An untrained network says nearly the same everywhere: half of it is made car.
    said = Predictor("cpu").predict(next((carvana / "train").iterdir()), "tiny-a")
    edit_config(tiny_weights / "tiny-a", threshold=float(np.median(said.probability)))
    own, tried = measured(), measured("--area", text)
    assert own != tried
    assert not (tiny_weights / "tiny-a" / "scores").exists()
    edit_config(tiny_weights / "tiny-a", area=pixels)
    assert measured() == tried, "as if the config stated that grid"


@pytest.mark.usefixtures("tiny_weights")
def test_scores_on_another_grid_are_refused_a_place(carvana, capsys, monkeypatch):
    monkeypatch.setattr(Predictor, "predict_batch", lambda *_: pytest.fail("it worked"))
    options = ("--data", carvana, "--split", "all", "--area", "40x60", "--save")
    assert run("evaluate", *options) == 1
    said = capsys.readouterr().err
    assert "--save" in said
    assert "--area" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("text", ["0", "255", "x", "160x", "4x-90", "9999x9999", "1.5", "4x8x16"])
def test_a_grid_is_pixels_or_two_sides(capsys, text):
    with pytest.raises(SystemExit):
        run("evaluate", "--area", text)
    assert "such as 38400 or 160x240" in capsys.readouterr().err


def write_cars(root, cars):
    """One picture of each of these cars, in Carvana's layout."""
    data = write_carvana(root, cars=len(cars), angles=1)
    for number, car in enumerate(cars):
        for path in list(data.glob(f"*/{number:012x}_*")):
            path.rename(path.with_name(path.name.replace(f"{number:012x}", car)))
    return data


@pytest.mark.parametrize(
    ("name", "write"), [("carvana-val", write_cars), ("carparts-val", write_pairs)]
)
@pytest.mark.usefixtures("tiny_weights")
def test_what_choices_are_made_on_can_be_scored(tmp_path, capsys, name, write):
    groups = {part: published_groups(SETS[name].dataset, part)[:2] for part in ("train", "val")}
    data = write(tmp_path / "data", [*groups["train"], *groups["val"]])
    options = ("--data", data, "--set", name, "--model", "tiny-a", "--area", "20x30", "--json")
    assert run("evaluate", *options) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["set"], row["n"]) == (name, 2)


def test_details_are_kept_beside_the_scores(tiny_weights, carvana):
    options = ("--data", carvana, "--split", "all", "--size", "16x24", "--set", "discs")
    assert run("evaluate", *options, "--model", "tiny-a", "--details", "--save") == 0
    table = read_details(tiny_weights / "tiny-a", "discs-16x24")
    (scores,) = read_scores(tiny_weights / "tiny-a")
    assert list(table["picture"]) == [p.id for p in scores.pictures]
    for row, picture in zip(table.itertuples(), scores.pictures, strict=True):
        assert row.edge_fp + row.inner_fp == picture.counts.fp
        assert row.edge_fn + row.inner_fn == picture.counts.fn
    assert read_details(tiny_weights / "tiny-b", "discs-16x24") is None


@pytest.mark.usefixtures("tiny_preset")
def test_from_training_to_a_control(tiny_weights, carvana, tmp_path, capsys):
    runs = tmp_path / "runs"
    learn = ("train", "tiny", "--data", carvana, "--runs", runs)
    assert run(*learn, "--max-time", "0") == 0
    assert f"--resume {runs / 'tiny'}" in capsys.readouterr().out
    assert run("publish", runs / "tiny", "mine") == 1
    assert "no finished run" in capsys.readouterr().err
    assert run(*learn) == 1
    assert "holds a run already" in capsys.readouterr().err
    assert run(*learn, "--resume", runs / "tiny") == 0
    assert "carseg publish" in capsys.readouterr().out
    assert run("publish", runs / "tiny", "mine") == 0
    evaluate = ("evaluate", "--data", carvana, "--split", "all", "--size", "16x24", "--save")
    assert run(*evaluate, "--set", "discs", "--model", "mine") == 0
    assert "| discs | 16x24 | 6 |" in (tiny_weights / "mine" / "README.md").read_text()
    assert run("drop", "mine") == 0
    assert (tiny_weights / "mine" / "scores" / "discs-16x24.csv").is_file()
    capsys.readouterr()
    assert run("models") == 0
    assert "scores only" in capsys.readouterr().out
    assert run("drop", "nothing") == 1
    assert "nothing" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny_preset")
def test_rates_and_views(carvana, tmp_path, capsys):
    options = ("tiny", "--data", carvana, "--runs", tmp_path / "runs")
    assert run("rates", *options, "--steps", "2") == 0
    printed = capsys.readouterr().out
    assert all(rate in printed for rate in ("0.0001", "0.0003", "0.001"))
    sheet = tmp_path / "sheets" / "views.png"
    assert run("views", *options, "--out", sheet) == 0
    assert Image.open(sheet).size == (8 * 24, 4 * 24)


@pytest.mark.usefixtures("tiny_preset")
def test_a_preset_that_needs_more_data_says_which(carvana, tmp_path, capsys):
    options = ("--data", carvana, "--runs", tmp_path / "runs")
    assert run("train", "street-best", *options) == 1
    assert "--photos" in capsys.readouterr().err


def test_a_folder_of_any_name_is_scored(tiny_weights, carvana, tmp_path, capsys):
    data = carvana.rename(tmp_path / "My Cars (é)")
    options = ("--data", data, "--split", "all", "--size", "16x24", "--model", "tiny-a")
    assert run("evaluate", *options, "--save", "--json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["set"] == "my-cars"
    (scores,) = read_scores(tiny_weights / "tiny-a")
    assert "--layout carvana --set my-cars --split all" in scores.command


def test_a_long_folder_name_keeps_its_split(tmp_path):
    name, chosen = chosen_set(SetOptions(tmp_path / ("x" * 80)))
    assert name == "x" * 55 + "-test"
    assert chosen.layout == "carvana"


def test_a_layout_that_is_given_overrules_that_of_the_set():
    given = SetOptions(Path("x"), set_name="street-photo")
    assert chosen_set(given)[1].layout == "pairs"
    assert chosen_set(replace(given, layout="carvana"))[1].layout == "carvana"


@pytest.mark.parametrize("command", ["evaluate", "stress"])
@pytest.mark.parametrize("name", ["my cars", "../up", "x" * 61])
@pytest.mark.usefixtures("tiny_weights")
def test_a_bad_name_for_a_set_stops_before_any_work(carvana, capsys, monkeypatch, command, name):
    monkeypatch.setattr(Predictor, "predict_batch", lambda *_: pytest.fail("it worked"))
    assert run(command, "--data", carvana, "--split", "all", "--set", name) == 1
    said = capsys.readouterr().err
    assert f"'{name}'" in said
    assert "letters" in said
    assert said.count("\n") == 1


def test_a_checkpoint_that_cannot_be_scored_under_its_name_is_named(tiny_weights, carvana, capsys):
    (tiny_weights / "tiny-b").rename(tiny_weights / "My Model")
    assert run("evaluate", "--data", carvana, "--split", "all", "--size", "16x24", "--json") == 1
    shown = capsys.readouterr()
    assert [row["model"] for row in json.loads(shown.out)] == ["tiny-a"]
    assert "rename the folder 'My Model'" in shown.err


def test_what_was_done_is_kept_until_it_is_saved(tiny_weights, carvana, tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    options = ("--data", carvana, "--split", "all", "--size", "16x24", "--model", "tiny-a")
    monkeypatch.setattr("carseg.evaluation.score_sets.write_scores", full)
    assert run("evaluate", *options, "--save") == 1
    monkeypatch.undo()
    monkeypatch.setenv("CARSEG_WEIGHTS", str(tiny_weights))
    monkeypatch.setenv("CARSEG_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Predictor, "predict_batch", lambda *_: pytest.fail("done twice"))
    assert run("evaluate", *options, "--save") == 0
    assert list((tmp_path / "home" / "journal").iterdir()) == []


@pytest.mark.parametrize("strict", [(), ("--strict",)])
@pytest.mark.parametrize(
    "file", ["train/000000000001_02.jpg", "train_masks/000000000001_02_mask.gif"]
)
@pytest.mark.usefixtures("tiny_weights")
def test_a_file_that_cannot_be_read_stops_an_evaluation_and_is_named(carvana, capsys, file, strict):
    (carvana / file).write_bytes(b"broken")
    options = ("--data", carvana, "--split", "all", "--model", "tiny-a", "--json")
    assert run("evaluate", *options, *strict) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"'{file}'" in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.usefixtures("tiny_weights")
def test_the_same_model_twice_is_scored_once(carvana, capsys):
    options = ("--data", carvana, "--split", "all", "--size", "16x24", "--json")
    assert run("evaluate", *options, "--model", "tiny-a", "--model", "tiny-a") == 0
    assert [row["n"] for row in json.loads(capsys.readouterr().out)] == [6]


def test_pictures_without_a_car_are_scored_by_what_is_called_car(
    tiny_weights, tmp_path, picture, capsys
):
    data = tmp_path / "My Streets"
    data.mkdir()
    for shift in range(3):
        Image.fromarray(np.roll(picture, 20 * shift, 1)).save(data / f"{shift}.png")
    options = ("--data", data, "--layout", "backgrounds", "--model", "tiny-a")
    assert run("evaluate", *options, "--json", "--save") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["set"], row["domain"], row["grid"], row["n"]) == (
        "my-streets", "street", "native", 3,
    )  # fmt: skip
    shares = [
        Predictor("cpu").predict(np.roll(picture, 20 * shift, 1), "tiny-a").mask().mean()
        for shift in range(3)
    ]
    assert row["area"] == pytest.approx(np.mean(shares), abs=1e-4)
    assert row["much"] == pytest.approx(np.mean(np.array(shares) > 0.01))
    (scores,) = read_scores(tiny_weights / "tiny-a")
    assert "--layout backgrounds --set my-streets" in scores.command
    assert run("evaluate", *options) == 0
    assert "area" in capsys.readouterr().out.splitlines()[0]


@pytest.mark.usefixtures("tiny_weights")
def test_the_published_backgrounds_are_asked_for_by_their_list(photo, capsys):
    assert run("evaluate", "--data", photo.parent, "--set", "car-free") == 1
    said = capsys.readouterr().err
    for words in (
        "none of the 100",
        "carseg/data/splits/backgrounds-held.txt",
        "--layout backgrounds",
    ):
        assert words in said


@pytest.mark.parametrize("place", ["results.txt", "results.txt/below"])
@pytest.mark.usefixtures("tiny_weights")
def test_results_that_have_no_place_are_told_once(photo, tmp_path, capsys, monkeypatch, place):
    (tmp_path / "results.txt").write_text("a file")
    monkeypatch.setattr(Predictor, "predict_batch", lambda *_: pytest.fail("it worked"))
    assert run("predict", photo, photo, "--model", "tiny-a", "--out", tmp_path / place) == 1
    said = capsys.readouterr().err
    assert "--out" in said
    assert said.count("\n") == 1


def test_a_wrong_name_drops_nothing(tiny_weights, capsys):
    for name in ("typo", "../weights/tiny-b", f"{tiny_weights / 'tiny-b'}", "."):
        assert run("drop", "tiny-a", name) == 1
        said = capsys.readouterr().err
        assert f"There is no checkpoint '{name}'. Available: tiny-a, tiny-b." in said
    assert (tiny_weights / "tiny-a" / "model.safetensors").is_file()
    assert (tiny_weights / "tiny-b" / "model.safetensors").is_file()


def every_parser():
    top = parser()
    (verbs,) = (action for action in top._actions if action.choices)
    return [top, *verbs.choices.values()]


def test_every_option_says_what_it_is():
    for one in every_parser():
        assert one.format_usage().startswith("usage: carseg")
        silent = [action.dest for action in one._actions if not action.help]
        assert silent == [argparse.SUPPRESS] * (one.prog == "carseg")


def test_wrong_usage_names_the_command_that_was_typed(capsys):
    with pytest.raises(SystemExit):
        run("predict")
    assert capsys.readouterr().err.startswith("usage: carseg predict")


@pytest.mark.usefixtures("tiny_preset", "tiny_weights")
def test_a_base_of_another_network_is_refused(carvana, tmp_path, capsys):
    options = ("tiny", "--data", carvana, "--runs", tmp_path / "runs")
    assert run("train", *options, "--from", "tiny-a") == 1
    said = capsys.readouterr().err
    assert "'tiny-a'" in said
    assert "Traceback" not in said


@pytest.mark.usefixtures("tiny_preset")
def test_a_name_that_is_taken_by_another_run_is_kept(tiny_weights, carvana, tmp_path, capsys):
    runs = tmp_path / "runs"
    assert run("train", "tiny", "--data", carvana, "--runs", runs) == 0
    before = (tiny_weights / "tiny-a" / "config.json").read_bytes()
    assert run("publish", runs / "tiny", "tiny-a") == 1
    assert "--replace" in capsys.readouterr().err
    assert (tiny_weights / "tiny-a" / "config.json").read_bytes() == before
    assert run("publish", runs / "tiny", "tiny-a", "--replace") == 0
    # The same run again changes nothing that anybody could lose.
    assert run("publish", runs / "tiny", "tiny-a") == 0
    for name in ("../up", "my model"):
        assert run("publish", runs / "tiny", name) == 1
        assert f"'{name}'" in capsys.readouterr().err


def test_a_baseline_of_another_rule_is_made_again(carvana, tiny_weights, tmp_path, capsys):
    write_baselines(find_pairs(carvana), tiny_weights, tmp_path / "cache")
    options = ("--data", carvana, "--split", "all", "--size", "16x24", "--set", "discs")
    assert run("evaluate", *options, "--model", "baseline-mean") == 0
    Image.new("L", MEAN_SIZE[::-1], 255).save(tiny_weights / "baseline-mean" / MEAN_MASK)
    assert run("evaluate", *options, "--model", "baseline-mean") == 1
    assert "carseg baselines" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["30000x30000", "16001x1", f"{'9' * 5000}x1"])
def test_a_grid_finer_than_any_picture_is_refused(tmp_path, size, capsys):
    write_pairs(tmp_path, ["a"])
    assert run("evaluate", "--data", tmp_path, "--layout", "pairs", "--size", size) == 1
    assert "is too fine: the limit is 64 million pixels" in capsys.readouterr().err


def test_a_sheet_below_a_file_is_refused_before_it_is_drawn(tmp_path, capsys):
    (tmp_path / "file").write_bytes(b"")
    assert main(["dials", "--out", str(tmp_path / "file" / "x.png")]) == 1
    said = capsys.readouterr().err
    assert "give another place with --out" in said
    assert "Traceback" not in said
