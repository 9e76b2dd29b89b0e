import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from carseg.data.pairs import find_pairs
from carseg.models.checkpoint import hours_of, load
from carseg.predict import Predictor
from carseg.train.losses import LOSSES
from carseg.train.module import Segmenter
from carseg.train.presets import PRESETS, Phase, Preset
from carseg.train.publish import RunError, publish
from carseg.train.run import LEG, plan, train

TINY = Preset(
    title="Tiny",
    summary="For tests.",
    architecture="unet",
    arguments={"widths": [4, 8]},
    phases=(Phase((16, 24), 8, 4), Phase((32, 48), 8, 4)),
    learning_rate=1e-2,
    limits=("It knows discs only.",),
)


@pytest.fixture
def all_cars(monkeypatch):
    """The made cars are in no published list: train and validate on all of them."""
    monkeypatch.setattr("carseg.train.run.select", lambda pairs, *_: pairs)
    monkeypatch.setattr("carseg.train.run.LEG", 4)


def test_bce_dice_is_its_formula():
    torch.manual_seed(0)
    logits, target = torch.randn(2, 1, 7, 9), (torch.rand(2, 1, 7, 9) > 0.6).float()
    p, t = torch.sigmoid(logits).double().numpy(), target.double().numpy()
    bce = -(t * np.log(p) + (1 - t) * np.log(1 - p)).mean()
    dice = 1 - (2 * (p * t).sum() + 1) / (p.sum() + t.sum() + 1)
    assert float(LOSSES["bce+dice"](logits, target)) == pytest.approx(bce + dice, abs=1e-5)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_are_whole(name):
    preset = PRESETS[name]
    assert Preset.from_dict(json.loads(json.dumps(preset.as_dict()))) == preset
    legs = plan(preset)
    assert legs[-1].stop == preset.pictures
    assert all(b.start == a.stop for a, b in pairwise(legs))
    assert all(leg.stop - leg.start == LEG for leg in legs)


def test_a_frozen_encoder_keeps_weights_and_statistics():
    preset = Preset("", "", "smp-unet-vgg16", TINY.phases, 1e-2, frozen=("encoder",))
    module = Segmenter(preset, 4).train()
    module.log = lambda *_, **__: None
    assert not module.network.encoder.training
    assert module.network.decoder.training
    before = {k: v.clone() for k, v in module.network.encoder.state_dict().items()}
    optimizer = module.configure_optimizers()["optimizer"]
    pictures = torch.randint(0, 255, (2, 3, 32, 32), dtype=torch.uint8)
    for _ in range(2):
        module.training_step((pictures, pictures[:, :1] > 99), 0).backward()
        optimizer.step()
    after = module.network.encoder.state_dict()
    assert all(torch.equal(v, after[k]) for k, v in before.items())


def test_train_publish_predict(carvana, tmp_path, tiny_weights, all_cars, picture):
    run = tmp_path / "runs" / "tiny"
    train(TINY, find_pairs(carvana), run)
    config = publish(run, "made", tiny_weights)
    assert config.pictures_seen == 16
    assert config.area == 32 * 48
    assert config.pretrained == "nothing"
    assert "It knows discs only." in (tiny_weights / "made" / "README.md").read_text()
    history = (tiny_weights / "made" / "history.csv").read_text().splitlines()
    assert history[0].startswith("pictures,loss")
    assert len(history) == 5
    network, _ = load("made", tiny_weights)
    state = torch.load(run / "network.pt", weights_only=True)
    for key, value in network.state_dict().items():
        torch.testing.assert_close(value, state[key].to(value.dtype), atol=2e-3, rtol=2e-3)
    assert Predictor("cpu", tiny_weights).predict(picture, "made").grid[0] > 16


def test_going_on_from_a_checkpoint_counts_its_pictures(
    carvana, tmp_path, tiny_weights, all_cars, monkeypatch
):
    pairs, runs = find_pairs(carvana), tmp_path / "runs"
    train(TINY, pairs, runs / "first")
    base = publish(runs / "first", "first", tiny_weights)
    frozen = replace(TINY, frozen=("encoder", "decoder", "head"), learning_rate=1e-9)
    monkeypatch.setattr(Segmenter, "configure_optimizers", lambda _: None)
    monkeypatch.setattr(Segmenter, "training_step", lambda *_: None)
    train(frozen, pairs, runs / "second", base="first")
    config = publish(runs / "second", "second", tiny_weights)
    assert config.pictures_seen == 32
    curve = (tiny_weights / "second" / "history.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in curve[1:]] == [str(n) for n in range(4, 33, 4)]
    assert hours_of(config.trained) == config.trained["hours"] + base.trained["hours"]
    assert config.trained["base"]["sha256"] == base.sha256 == config.sha256


def test_an_interrupted_run_goes_on_to_the_same_weights(carvana, tmp_path, all_cars, monkeypatch):
    pairs = find_pairs(carvana)
    train(TINY, pairs, tmp_path / "whole")
    steps = []
    original = Segmenter.training_step

    def interrupted(self, *args):
        steps.append(1)
        if len(steps) == 3:
            raise RuntimeError("killed")
        return original(self, *args)

    monkeypatch.setattr(Segmenter, "training_step", interrupted)
    with pytest.raises(RuntimeError, match="killed"):
        train(TINY, pairs, tmp_path / "cut")
    monkeypatch.setattr(Segmenter, "training_step", original)
    train(TINY, pairs, tmp_path / "cut")
    whole, cut = (
        torch.load(tmp_path / name / "network.pt", weights_only=True) for name in ("whole", "cut")
    )
    for key, value in whole.items():
        torch.testing.assert_close(cut[key], value, atol=1e-6, rtol=0, msg=key)


def test_an_unfinished_run_is_not_published(tmp_path, tiny_weights):
    with pytest.raises(RunError, match="no finished run"):
        publish(tmp_path, "x", tiny_weights)
