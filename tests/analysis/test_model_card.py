import json
from dataclasses import replace

import pytest
from huggingface_hub import ModelCard

from carseg.analysis.model_card import card_text, write_card
from carseg.core.settings import ROOT
from carseg.models.checkpoint import (
    BROUGHT,
    CheckpointError,
    drop_weights,
    read_config,
    shelf,
)
from carseg.models.profiles import graph_arguments
from carseg.results import read_scores
from carseg.train.presets import PRESETS, Phase
from tests.factories.checkpoints import state_network
from tests.factories.scores import score_set, ship

PHASES = (Phase((96, 144), 8_192), Phase((160, 240), 20_480), Phase((320, 480), 5_120))


def test_a_card_tells_the_recipe_and_the_scores(tiny_weights):
    folder = tiny_weights / "tiny-a"
    scores = score_set("tiny-a", "street", n=30)
    ship(tiny_weights, scores)
    config = replace(
        read_config(folder),
        preset=replace(PRESETS["street-best"], phases=PHASES).as_dict(),
        data="4,064 pictures",
        pictures_seen=33_792,
        commit="abc123",
        trained={"date": "2025-01-02", "hours": 1.25, "hardware": "2 cores", "precision": "bf16"},
    )
    text = card_text(config, [scores])
    assert text.startswith("---\n")
    for words in (
        "# Tiny tiny-a",
        "| pictures seen | 33,792 |",
        "carvana with `outdoors`, carparts with `photo` x7",
        "8,192 at 96x144, then 20,480 at 160x240, then 5,120 at 320x480",
        "| loss, peak learning rate | bce+dice, 0.001 |",
        "2025-01-02, 1.2 hours on 2 cores, bf16, seed 0",
        "`abc123`",
        "- It was never trained.",
        "NOTICE",
    ):
        assert words in text
    dice = sum(p.counts.dice for p in scores.pictures) / 30
    assert f"| street-photo | 160x240 | 30 | {dice:.3f} [" in text


def test_the_front_matter_is_what_the_hub_reads(tiny_weights):
    scores = score_set("tiny-a", "street", n=30)
    preset = PRESETS["street-best"].as_dict()
    base = {"name": "other", "preset": {"streams": []}, "trained": {}}
    config = replace(
        read_config(tiny_weights / "tiny-a"), preset=preset, trained={"seed": 0, "base": base}
    )
    data = ModelCard(card_text(config, [scores]), ignore_metadata_errors=False).data
    assert (data.license, data.pipeline_tag) == ("other", "image-segmentation")
    assert data.license_name
    assert data.license_link.startswith("https://")
    assert {"car-parts-segmentation", "carvana-image-masking-challenge"} <= set(data.datasets)
    assert len(data.datasets) == len({stream["dataset"] for stream in preset["streams"]})
    assert data.base_model == "other"
    assert data.model_name == "tiny-a"
    values = {(r.dataset_type, r.dataset_config, r.metric_type): r for r in data.eval_results}
    dice = sum(p.counts.dice for p in scores.pictures) / 30
    assert values["street-photo", "160x240", "dice"].metric_value == pytest.approx(dice, abs=5e-4)
    assert {r.metric_type for r in data.eval_results} == set(data.metrics) == {"dice", "iou"}


def test_a_network_that_went_on_from_itself_has_no_base(tiny_weights):
    trained = {"base": {"name": "tiny-a", "preset": {}, "trained": {}}}
    config = replace(read_config(tiny_weights / "tiny-a"), trained=trained)
    assert ModelCard(card_text(config, [])).data.base_model is None


def test_a_network_that_was_taken_on_the_way_has_not_seen_every_size(tiny_weights):
    preset = replace(PRESETS["street-best"], phases=PHASES).as_dict()
    seen = replace(read_config(tiny_weights / "tiny-a"), preset=preset)
    for pictures, sizes in (
        (64, "64 at 96x144"),
        (8_192, "8,192 at 96x144"),
        (8_200, "8,192 at 96x144, then 8 at 160x240"),
        (33_792, "8,192 at 96x144, then 20,480 at 160x240, then 5,120 at 320x480"),
        # How many it has seen is not known: the recipe stands as it is.
        (0, "8,192 at 96x144, then 20,480 at 160x240, then 5,120 at 320x480"),
    ):
        assert f"| sizes | {sizes} |" in card_text(replace(seen, pictures_seen=pictures), [])


def test_a_network_that_went_on_names_what_it_went_on_from(tiny_weights):
    trained = {"date": "2025-01-02", "hours": 1.25, "hardware": "2 cores", "precision": "bf16"}
    preset = {"phases": [{"size": (160, 240), "pictures": 1_000}], "streams": []}
    base = {"name": "first", "preset": preset, "pictures_seen": 400, "trained": {}}
    config = replace(
        read_config(tiny_weights / "tiny-a"),
        preset=preset,
        pictures_seen=1_300,
        trained=trained | {"base": base},
    )
    text = card_text(config, [])
    assert "| went on from | `first`, after 400 pictures |" in text
    assert "| sizes | 400 at 160x240, then 900 at 160x240 |" in text
    # The hours before are not known, so neither is their sum.
    assert "| trained | 2025-01-02, on 2 cores, bf16, seed 0 |" in text
    both = card_text(
        replace(config, trained=trained | {"base": base | {"trained": {"hours": 2}}}), []
    )
    assert "2025-01-02, 3.2 hours on 2 cores" in both


def test_what_is_unknown_is_left_out(tiny_weights):
    text = write_card(tiny_weights / "tiny-a").read_text()
    assert "Not measured yet." in text
    assert "| trained |" not in text
    assert "| views |" not in text


def test_a_control_says_that_its_weights_are_gone(tiny_weights):
    folder = tiny_weights / "tiny-a"
    drop_weights(folder)
    assert not (folder / "model.safetensors").exists()
    assert json.loads((folder / "config.json").read_text())["scores_only"] is True
    assert "not kept: a control" in write_card(folder).read_text()


def test_a_brought_graph_that_is_not_shipped_is_told_by_its_size_and_hash(tiny_weights):
    folder = tiny_weights / "theirs"
    facts = {"architecture": BROUGHT, "arguments": graph_arguments(size=[64, 96], licence="MIT")}
    state_network(folder, **facts, scores_only=True, bytes=88_188_479)
    text = write_card(folder).read_text()
    assert f"not shipped, only its scores (88 MB, SHA-256 `{'c' * 64}`)" in text
    assert "The graph is not ours: MIT." in text


def test_no_checkpoint_no_card(tmp_path):
    with pytest.raises(CheckpointError):
        write_card(tmp_path / "nothing")


def baseline(tiny_weights):
    folder = tiny_weights / "baseline-empty"
    folder.mkdir()
    config = json.loads((tiny_weights / "tiny-a" / "config.json").read_text())
    config |= {"title": "Empty mask", "architecture": "none", "scores_only": True, "limits": []}
    (folder / "config.json").write_text(json.dumps(config | {"name": folder.name, "bytes": 0}))
    return folder


def test_a_baseline_has_no_weights_no_curve_and_no_limits(tiny_weights):
    text = write_card(baseline(tiny_weights)).read_text()
    assert "# Empty mask" in text
    assert "a baseline" in text
    for words in ("history.csv", "weights", "recipe", "## Limits", "|  |  |"):
        assert words not in text
    assert "## Licence\n\nThe code is MIT." in text
    assert "\n\n\n" not in text


def test_limits_that_are_not_known_have_no_heading(tiny_weights):
    config = read_config(tiny_weights / "tiny-a")
    assert "## Limits\n\n- It was never trained." in card_text(config, [])
    assert "## Limits" not in card_text(replace(config, limits=()), [])


def test_photographs_that_were_learned_from_stand_in_the_licence(tiny_weights):
    config = read_config(tiny_weights / "tiny-a")
    photos = PRESETS["street-best"].as_dict()
    later = {"base": {"preset": photos, "trained": {}}}
    for changes in (
        {"preset": photos},
        {"trained": later},
        {"trained": {"base": {"trained": later}}},
    ):
        text = card_text(replace(config, **changes), []).split("## Licence")[1]
        assert "Carvana" in text
        assert "photographs" in text
        assert "NOTICE" in text
    assert "photographs" not in card_text(config, []).split("## Licence")[1]


@pytest.mark.parametrize("name", shelf(ROOT / "weights").known)
def test_every_shipped_card_is_made_of_its_config_and_scores(name):
    folder = ROOT / "weights" / name
    told = (folder / "README.md").read_text()
    assert card_text(read_config(folder), read_scores(folder)) == told


def test_a_card_says_who_taught(tiny_weights):
    config = read_config(tiny_weights / "tiny-a")
    assert "teacher" not in card_text(config, [])
    taught = replace(config, preset=PRESETS["car-mini"].as_dict())
    told = "| teacher | `street-best`: 50% of what is learned, 1,536 views |"
    assert told in card_text(taught, [])
