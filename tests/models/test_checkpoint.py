import json

import pytest
import torch
from safetensors.torch import save as save_safetensors

from carseg.models import build
from carseg.models.checkpoint import (
    CheckpointError,
    checkpoint_folder,
    default_model,
    hours_of,
    load,
    read_config,
    save_checkpoint,
    shelf,
    stated_config,
)
from tests.factories.checkpoints import FACTS, WIDTHS


def change_config(folder, **changes):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


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
    "arguments", [{"widths": [10**6, 10**7]}, {"widths": 3}, {"widths": []}, {"what": 1}]
)
def test_arguments_of_another_network_take_no_memory(tiny_weights, arguments):
    change_config(tiny_weights / "tiny-a", arguments=arguments)
    with pytest.raises(CheckpointError, match="do not fit"):
        load("tiny-a", tiny_weights)


def test_an_altered_byte_is_found(tiny_weights):
    path = tiny_weights / "tiny-a" / "model.safetensors"
    blob = bytearray(path.read_bytes())
    blob[-1] ^= 1
    path.write_bytes(blob)
    with pytest.raises(CheckpointError, match="altered or damaged"):
        load("tiny-a", tiny_weights)


def test_weights_of_another_network_are_named(tiny_weights):
    import hashlib

    blob = save_safetensors({"head.weight": torch.zeros(1)})
    (tiny_weights / "tiny-a" / "model.safetensors").write_bytes(blob)
    digest = hashlib.sha256(blob).hexdigest()
    change_config(tiny_weights / "tiny-a", sha256=digest, bytes=len(blob))
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
