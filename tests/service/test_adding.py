import json

import numpy as np
import pytest

from carseg.cli import main
from carseg.inference.device import choose_device
from carseg.inference.engines.engine import EngineError, Way
from carseg.inference.predictor import Predictor, fingerprint
from carseg.models.checkpoint import CheckpointError, shelf, stated_config
from carseg.models.profiles import CENTRED
from carseg.models.weights import load
from carseg.service.adding import add, propose
from carseg.service.adding_guess import AddError, AddOptions
from tests.factories.graphs import dark


def options(path, name="dark", **known):
    return AddOptions(path, name, **{"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)} | known)


def brought(path, root, **known):
    given = options(path, **known)
    add(given, propose(given), root)
    return given.name


def expected(rgb):
    """By hand: the share of darkness, of a picture normalised to -1..1."""
    mean = (rgb.astype(np.float64) / 255 - 0.5).mean(-1) / 0.5
    return 1 / (1 + np.exp(8 * mean))


@pytest.fixture
def dark_picture():
    rgb = np.full((64, 96, 3), 230, np.uint8)
    rgb[16:48, 24:72] = (20, 40, 30)
    return rgb


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"sides": (64, 96)},
        {"layout": "nhwc", "sides": (64, 96)},
        {"end": "Sigmoid"},
        {"classes": 21, "car": 7, "end": "ArgMax", "use": {"car": 7}},
        {"classes": 2, "car": 1, "two": True},
    ],
)
def test_a_brought_graph_answers_beside_ours(tiny_weights, tmp_path, dark_picture, made):
    made = dict(made)
    use, two = made.pop("use", {}), made.pop("two", False)
    size = {} if "sides" in made else {"size": (64, 96)}
    name = brought(dark(tmp_path / "g.onnx", **made), tiny_weights, **size, **use)
    assert list(shelf().configs) == ["tiny-a", "tiny-b", name]
    said = Predictor("cpu").predict(dark_picture, name)
    assert (said.engine, said.dtype) == ("onnx", "float32")
    wanted = expected(dark_picture)
    if two:  # against a class that has 0, a softmax is a sigmoid
        assert stated_config(tiny_weights / name).arguments["activation"] == "softmax"
    if "ArgMax" in made.values():
        wanted = wanted > 0.5
    np.testing.assert_allclose(said.at(), wanted, atol=2e-3)


def test_it_runs_in_openvino_and_not_in_pytorch(tiny_weights, tmp_path, dark_picture):
    name = brought(dark(tmp_path / "g.onnx"), tiny_weights, size=(64, 96))
    other = Predictor(choose_device("cpu", "float32", "openvino"))
    assert other.engine(name)[0].way == Way("openvino", "float32", "cpu")
    said = other.predict(dark_picture, name)
    np.testing.assert_allclose(said.at(), expected(dark_picture), atol=2e-3)
    with pytest.raises(CheckpointError, match="--engine onnx or openvino"):
        Predictor(choose_device("cpu", engine="torch")).engine(name)
    with pytest.raises(CheckpointError, match="cannot be trained, exported or looked into"):
        Predictor("cpu").network(name)
    with pytest.raises(CheckpointError, match="cannot be trained"):
        load(name)


def test_the_folder_says_how_it_is_used_and_git_leaves_it_alone(tiny_weights, tmp_path):
    path = dark(tmp_path / "g.onnx", sides=(64, 64), end="Sigmoid")
    given = AddOptions(path, "mine", like="isnet", licence="mine", source="my desk")
    found = propose(given)
    folder = add(given, found)
    assert folder == tiny_weights / "mine"
    config = stated_config(folder)
    assert config.kind == "brought"
    assert config.title == "IS-Net (brought)"
    assert (config.mean, config.std) == CENTRED
    assert config.arguments["size"] == [64, 64]
    assert config.arguments["activation"] == "none"
    assert config.arguments["licence"] == "mine"
    assert (folder / ".gitignore").read_text() == "*\n"
    card = (folder / "README.md").read_text()
    assert "my desk" in card
    assert "trained elsewhere" in card


@pytest.mark.usefixtures("tiny_weights")
def test_a_guess_is_told_and_asked(tmp_path, capsys):
    path = dark(tmp_path / "g.onnx", sides=(64, 64))
    arguments = ["add", str(path), "--name", "guessed"]
    assert main(arguments) == 1
    shown = capsys.readouterr()
    assert "64x64, because the graph takes no other size" in shown.out
    assert "the best of the common ones" in shown.out
    assert "add --yes" in shown.err
    assert "guessed" not in shelf().configs
    assert main([*arguments, "--yes"]) == 0
    assert shelf().configs["guessed"].title == "guessed (brought)"
    assert main(["add", str(path), "--name", "tiny-a", "--yes"]) == 1
    assert "it was not brought" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("made", "use", "says"),
    [
        ({"classes": 5}, {}, "which one is the car with --car"),
        ({"classes": 5}, {"car": 5}, "there is no 5"),
        ({"sides": (64, 64)}, {"size": (32, 32)}, "takes 64x64 only"),
        ({}, {"output": "none"}, "no output 'none'. It has: logits"),
        ({}, {"name": "../x"}, "cannot be a checkpoint's name"),
    ],
)
@pytest.mark.usefixtures("tiny_weights")
def test_what_cannot_be_guessed_is_asked_for(tmp_path, made, use, says):
    path = dark(tmp_path / "g.onnx", **made)
    with pytest.raises((AddError, EngineError), match=says):
        propose(options(path, **use))


def test_an_altered_graph_is_not_run(tiny_weights, tmp_path):
    name = brought(dark(tmp_path / "g.onnx"), tiny_weights, size=(64, 96))
    file = tiny_weights / name / "model.onnx"
    file.write_bytes(file.read_bytes()[:-1] + b"\0")
    with pytest.raises(CheckpointError, match="altered or damaged"):
        Predictor("cpu").engine(name)


def test_another_use_is_another_network(tiny_weights, tmp_path):
    name = brought(dark(tmp_path / "g.onnx"), tiny_weights, size=(64, 96))
    path = tiny_weights / name / "config.json"
    before = fingerprint(stated_config(path.parent))
    facts = json.loads(path.read_text())
    facts["arguments"]["colours"] = "bgr"
    path.write_text(json.dumps(facts))
    assert fingerprint(stated_config(path.parent)) != before
    facts["arguments"]["colours"] = "grey"
    path.write_text(json.dumps(facts))
    assert "not valid" in shelf().problems[name]
