import hashlib
import json

import numpy as np
import pytest
import torch
from safetensors.torch import save as save_safetensors

from carseg.inference.predictor import Predictor
from carseg.models import build
from carseg.models.checkpoint import (
    CheckpointError,
    checkpoint_folder,
    default_model,
    hours_of,
    read_config,
    shelf,
    stated_config,
)
from carseg.models.weights import load, packed, save_checkpoint
from tests.factories.checkpoints import FACTS, WIDTHS


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def put_weights(folder, blob):
    (folder / "model.safetensors").write_bytes(blob)
    change_config(folder, sha256=hashlib.sha256(blob).hexdigest(), bytes=len(blob))


def test_a_saved_network_comes_back_within_fp16(tiny_weights):
    torch.manual_seed(1)
    original = build("unet", widths=WIDTHS).eval()
    loaded, config = load("tiny-a", tiny_weights)
    for (key, a), b in zip(
        original.state_dict().items(), loaded.state_dict().values(), strict=True
    ):
        torch.testing.assert_close(a.float(), b.float(), atol=1e-3, rtol=1e-3, msg=key)
    assert not loaded.training
    assert config.parameters == sum(p.numel() for p in original.parameters())


def test_statistics_beyond_fp16_survive(tmp_path):
    network = build("unet", widths=WIDTHS)
    statistics = {k: v.fill_(3e6) for k, v in network.named_buffers() if k.endswith("running_var")}
    save_checkpoint(network, tmp_path / "large", FACTS)
    loaded, _ = load("large", tmp_path)
    assert statistics
    for key, value in statistics.items():
        assert torch.equal(loaded.get_buffer(key), value)


def test_the_shelf_is_ordered_and_finds_a_dropped_folder(tiny_weights):
    assert list(shelf(tiny_weights).configs) == ["tiny-a", "tiny-b"]
    (tiny_weights / "tiny-b").rename(tiny_weights / "mine")
    assert list(shelf(tiny_weights).configs) == ["tiny-a", "mine"]


def test_an_empty_or_absent_folder_is_an_empty_shelf(tmp_path):
    assert shelf(tmp_path).configs == shelf(tmp_path / "nowhere").configs == {}


def test_a_checkpoint_without_weights_is_named_with_what_to_do(tiny_weights):
    drop_weights(tiny_weights / "tiny-a")
    found = shelf(tiny_weights)
    assert list(found.configs) == ["tiny-b"]
    assert list(found.absent) == ["tiny-a"]
    assert list(found.known) == ["tiny-a", "tiny-b"]
    assert found.problems == {}
    with pytest.raises(CheckpointError, match=r"no model\.safetensors here.*carseg pull tiny-a"):
        load("tiny-a", tiny_weights)


def test_the_default_is_street_best_or_else_the_first(tiny_weights, tmp_path):
    assert default_model() == "tiny-a"
    (tiny_weights / "tiny-b").rename(tiny_weights / "street-best")
    assert default_model() == "street-best"
    with pytest.raises(CheckpointError, match=r"There are no checkpoints in .*carseg pull"):
        default_model(tmp_path / "nothing")


def truncate(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def drop_weights(folder):
    (folder / "model.safetensors").unlink()


def drop_config(folder):
    (folder / "config.json").unlink()


def garble_config(folder):
    (folder / "config.json").write_text("{")


def list_config(folder):
    (folder / "config.json").write_text("[1]")


def bad_threshold(folder):
    change_config(folder, threshold=1.5)


def text_mean(folder):
    change_config(folder, mean=["a", "b", "c"])


def unknown_architecture(folder):
    change_config(folder, architecture="hypernet")


def lacks_title(folder):
    raw = json.loads((folder / "config.json").read_text())
    del raw["title"]
    (folder / "config.json").write_text(json.dumps(raw))


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (truncate, "incomplete"),
        (drop_config, "no config.json"),
        (garble_config, "cannot be read"),
        (list_config, "not valid"),
        (bad_threshold, "threshold"),
        (text_mean, "mean.0"),
        (unknown_architecture, "hypernet"),
        (lacks_title, "not valid"),
    ],
)
def test_a_broken_folder_is_named_and_the_others_work(tiny_weights, spoil, says):
    spoil(tiny_weights / "tiny-a")
    found = shelf(tiny_weights)
    assert list(found.configs) == ["tiny-b"]
    assert says in found.problems["tiny-a"]
    assert "tiny-a" in found.problems["tiny-a"]
    with pytest.raises(CheckpointError, match=says):
        load("tiny-a", tiny_weights)
    load("tiny-b", tiny_weights)


NESTED = '{"a":' * 100_000 + "1" + "}" * 100_000


@pytest.mark.parametrize(
    "change",
    [
        {"order": "10"},
        {"order": None},
        {"bytes": "100"},
        {"bytes": None},
        {"architecture": ["unet"]},
        {"sha256": []},
        {"sha256": "abc"},
        {"title": 5},
        {"parameters": "x"},
        {"mean": [0.5, 0.5]},
        {"mean": [0.5, 0.5, float("nan")]},
        {"std": [1, float("inf"), 1]},
        {"std": [1, 0, 1]},
        {"arguments": [1]},
        {"classes": 10**9},
        {"trained": "x"},
        {"trained": {"hours": "long"}},
        {"trained": {"base": None}},
        {"preset": {"phases": 3}},
        {"preset": {"phases": [{"size": 4}]}},
        {"preset": {"streams": [{"augmentation": None}]}},
        {"limits": "none"},
    ],
)
def test_an_odd_value_is_named_by_its_key(tiny_weights, change):
    change_config(tiny_weights / "tiny-a", **change)
    problem = shelf(tiny_weights).problems["tiny-a"]
    assert next(iter(change)) in problem
    assert "tiny-a" in problem
    assert "\n" not in problem
    assert list(shelf(tiny_weights).configs) == ["tiny-b"]


@pytest.mark.parametrize("text", [NESTED, "\xff", "", "null", '{"order": 1e999}'])
def test_odd_json_costs_only_its_checkpoint(tiny_weights, text):
    (tiny_weights / "tiny-a" / "config.json").write_bytes(text.encode("latin-1"))
    assert "tiny-a" in shelf(tiny_weights).problems["tiny-a"]
    assert list(shelf(tiny_weights).configs) == ["tiny-b"]


def test_what_a_newer_version_adds_is_kept_apart(tiny_weights):
    trained = {"hours": 2, "new": 1}
    change_config(tiny_weights / "tiny-a", brand_new=[1], trained=trained)
    assert shelf(tiny_weights).configs["tiny-a"].trained == trained


@pytest.mark.parametrize(
    "arguments",
    [
        {"widths": [10**6, 10**7]},
        {"widths": [1] * 20_000},
        {"widths": [4, 8, 16.5]},
        {"widths": [0, 8]},
        {"widths": 3},
        {"widths": []},
        {"what": 1},
        {"classes": 2},
        {"in_channels": 1},
        {"layers": 2},
    ],
)
def test_arguments_out_of_bounds_are_named_and_nothing_is_built(tiny_weights, arguments):
    change_config(tiny_weights / "tiny-a", arguments=arguments)
    assert "'arguments." in shelf(tiny_weights).problems["tiny-a"]
    with pytest.raises(CheckpointError, match=r"not valid at 'arguments\."):
        load("tiny-a", tiny_weights)


@pytest.mark.parametrize(
    "arguments",
    [
        {"encoder_weights": "imagenet"},
        {"encoder_name": "resnet152"},
        {"decoder_channels": [10**9] * 5},
        {"decoder_channels": [8] * 20_000},
        {"aux_params": {"classes": 1}},
    ],
)
def test_a_config_cannot_choose_another_encoder_or_fetch_one(tiny_weights, arguments):
    folder = tiny_weights / "tiny-a"
    change_config(folder, architecture="smp-unet-mobilenet_v2", arguments=arguments)
    with pytest.raises(CheckpointError, match=r"not valid at 'arguments\."):
        stated_config(folder)


def test_the_transformers_arguments_are_bounded(tiny_weights):
    folder = tiny_weights / "tiny-a"
    good = {"layers": 2, "heads": 4, "mlp": 64, "widths": [8, 16]}
    change_config(folder, architecture="transunet-dilated", arguments=good)
    assert stated_config(folder).arguments == good
    for key in ("layers", "heads", "mlp"):
        change_config(folder, arguments=good | {key: 10**6})
        with pytest.raises(CheckpointError, match=f"arguments.{key}"):
            stated_config(folder)


def test_weights_of_other_widths_do_not_fit(tiny_weights):
    change_config(tiny_weights / "tiny-a", arguments={"widths": [4, 8, 32]})
    with pytest.raises(CheckpointError, match="do not fit"):
        load("tiny-a", tiny_weights)


def test_a_network_that_would_be_too_large_is_not_built(tiny_weights):
    change_config(tiny_weights / "tiny-a", arguments={"widths": [4096] * 8})
    with pytest.raises(CheckpointError, match="the limit is 500,000,000"):
        load("tiny-a", tiny_weights)


def test_a_deep_network_takes_the_thinnest_picture(tmp_path):
    widths = [2] * 8
    save_checkpoint(
        build("unet", widths=widths), tmp_path / "deep", FACTS | {"arguments": {"widths": widths}}
    )
    said = Predictor("cpu", tmp_path).predict(np.zeros((20, 900, 3), np.uint8), "deep")
    assert said.at().shape == (20, 900)


@pytest.mark.parametrize("key", ["parameters", "pictures_seen", "order", "multiply_adds", "bytes"])
@pytest.mark.parametrize("number", [10**400, 2**63, -(10**400)])
def test_numbers_that_no_table_can_show_are_named(tiny_weights, key, number):
    change_config(tiny_weights / "tiny-a", **{key: number})
    assert key in shelf(tiny_weights).problems["tiny-a"]
    assert list(shelf(tiny_weights).configs) == ["tiny-b"]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"trained": {"hours": 1e400}}, "trained.hours"),
        ({"trained": {"more": [10**400]}}, "trained.more.0"),
        ({"preset": {"phases": [{"pictures": 10**400}]}}, "preset.phases.0.pictures"),
        ({"encoder": {"extra": float("nan")}}, "encoder.extra"),
        ({"data": "x" * 30_000}, "data"),
        ({"limits": ["x"] * 20_000}, "limits"),
        ({"title": ""}, "title"),
        ({"title": "a\u202eb"}, "title"),
        ({"data": "a\0b"}, "data"),
        ({"title": "x" * 300}, "title"),
        ({"mean": [1e30, 0, 0]}, "mean.0"),
        ({"std": [1e-30, 1, 1]}, "std.0"),
    ],
)
def test_every_field_has_bounds(tiny_weights, change, where):
    change_config(tiny_weights / "tiny-a", **change)
    assert where in shelf(tiny_weights).problems["tiny-a"]


def test_a_config_of_many_megabytes_is_not_parsed(tiny_weights):
    change_config(tiny_weights / "tiny-a", more="x" * 2**21)
    assert "larger than 1 MiB" in shelf(tiny_weights).problems["tiny-a"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_weights_that_are_no_numbers_are_neither_saved_nor_loaded(tmp_path, tiny_weights, value):
    network = build("unet", widths=WIDTHS)
    with torch.no_grad():
        network.get_parameter("head.weight")[0, 1] = value
    with pytest.raises(CheckpointError, match=r"not finite.*head\.weight"):
        save_checkpoint(network, tmp_path / "spoilt", FACTS)
    assert not (tmp_path / "spoilt").exists()
    put_weights(tiny_weights / "tiny-a", packed(network))
    with pytest.raises(CheckpointError, match=r"not finite.*head\.weight"):
        load("tiny-a", tiny_weights)


def test_finite_weights_that_make_no_number_are_refused(tiny_weights):
    network = build("unet", widths=WIDTHS)
    network.get_buffer("encoder.0.1.running_var").fill_(-1)
    put_weights(tiny_weights / "tiny-a", packed(network))
    with pytest.raises(CheckpointError, match="answer a made picture"):
        load("tiny-a", tiny_weights)


def test_kernels_beyond_fp16_survive(tmp_path):
    network = build("unet", widths=WIDTHS)
    with torch.no_grad():
        network.get_parameter("head.weight").fill_(1e5)
    save_checkpoint(network, tmp_path / "large", FACTS)
    loaded, _ = load("large", tmp_path)
    assert float(loaded.get_parameter("head.weight").max()) == 1e5


def two_classes(car):
    """A network of one class, and one of two with the same answer: the other class is its minus."""
    torch.manual_seed(1)
    one, two = build("unet", widths=WIDTHS), build("unet", classes=2, widths=WIDTHS)
    with torch.no_grad():
        one.get_parameter("head.weight").mul_(30)
    state = one.state_dict()
    for key in ("head.weight", "head.bias"):
        pair = [-state[key][0] / 2, state[key][0] / 2]
        state[key] = torch.stack(pair if car else pair[::-1])
    two.load_state_dict(state)
    return one, two


@pytest.mark.parametrize("car", [0, 1])
def test_the_stated_class_is_the_car_by_softmax(tmp_path, car):
    one, two = two_classes(car)
    save_checkpoint(one, tmp_path / "one", FACTS, full=True)
    save_checkpoint(two, tmp_path / "two", FACTS | {"classes": 2, "car": car}, full=True)
    photo = np.random.default_rng(3).integers(0, 255, (60, 90, 3), np.uint8)
    predictor = Predictor("cpu", tmp_path)
    # softmax of (-x/2, x/2) is the sigmoid of x
    a, b = (predictor.predict(photo, name).probability.astype(float) for name in ("one", "two"))
    assert a.std() > 0.01
    np.testing.assert_allclose(a, b, atol=2e-3)


@pytest.mark.parametrize(("classes", "car"), [(2, None), (2, 2), (21, None), (1, 1)])
def test_a_network_whose_car_is_not_stated_is_asked_about(tiny_weights, classes, car):
    change_config(tiny_weights / "tiny-a", classes=classes, car=car)
    problem = shelf(tiny_weights).problems["tiny-a"]
    assert f'write "car": 0 to {classes - 1}' in problem


def test_an_altered_byte_is_found(tiny_weights):
    path = tiny_weights / "tiny-a" / "model.safetensors"
    blob = bytearray(path.read_bytes())
    blob[-1] ^= 1
    path.write_bytes(blob)
    with pytest.raises(CheckpointError, match="altered or damaged"):
        load("tiny-a", tiny_weights)


def test_weights_of_another_network_are_named(tiny_weights):
    put_weights(tiny_weights / "tiny-a", save_safetensors({"head.weight": torch.zeros(1)}))
    with pytest.raises(CheckpointError, match="do not fit"):
        load("tiny-a", tiny_weights)


@pytest.mark.parametrize("name", ["nothing", "../tiny-a", "", "."])
def test_a_name_is_never_a_path(tiny_weights, name):
    with pytest.raises(CheckpointError, match="no checkpoint"):
        load(name, tiny_weights)


def test_a_folder_is_found_by_its_name_only(tiny_weights):
    assert checkpoint_folder("tiny-a", tiny_weights) == tiny_weights / "tiny-a"
    assert checkpoint_folder("tiny-a") == tiny_weights / "tiny-a"
    for name in ("typo", "../tiny-a", "tiny-a/", str(tiny_weights / "tiny-a"), ".", ".."):
        with pytest.raises(CheckpointError, match=r"Available: tiny-a, tiny-b\.$"):
            checkpoint_folder(name, tiny_weights)


def test_what_a_config_states_needs_no_weights(tiny_weights):
    folder = tiny_weights / "tiny-a"
    whole = read_config(folder)
    (folder / "model.safetensors").unlink()
    assert stated_config(folder) == whole
    with pytest.raises(CheckpointError, match=r"no model\.safetensors"):
        read_config(folder)
    with pytest.raises(CheckpointError, match=r"no config\.json"):
        stated_config(tiny_weights / "nothing")


def test_hours_are_those_of_all_runs_or_not_known():
    once = {"hours": 1.5}
    twice = {"hours": 0.5, "base": {"trained": once}}
    assert hours_of(once) == 1.5
    assert hours_of(twice) == 2.0
    assert hours_of({"hours": 1, "base": {"trained": twice}}) == 3.0
    for trained in ({}, {"base": {"trained": once}}, {"hours": 1, "base": {"trained": {}}}):
        assert hours_of(trained) is None
