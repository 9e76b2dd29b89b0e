import csv
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from carseg.data.pairs import DataError, find_pairs
from carseg.inference.predictor import Predictor
from carseg.models import build
from carseg.models.checkpoint import CheckpointError, hours_of, shelf
from carseg.models.weights import load
from carseg.train.legs import TrainingData, plan_legs
from carseg.train.module import Segmenter
from carseg.train.presets import Phase, Preset, Stream
from carseg.train.publish import RunError, log_of, publish_run
from carseg.train.rates import compare_rates
from carseg.train.run import Job, Machine, train

FP32 = Machine(device="cpu", precision="float32")
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
def job(carvana, tmp_path, monkeypatch) -> Job:
    """TINY in legs of one batch; made cars are in no published list: all are learned from."""
    monkeypatch.setattr("carseg.train.legs.select", lambda pairs, *_: pairs)
    monkeypatch.setattr("carseg.train.legs.LEG_PIXELS", 1)
    return Job(TINY, TrainingData(find_pairs(carvana)), tmp_path / "runs" / "tiny", machine=FP32)


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return torch.load(folder / "network.pt", weights_only=True)


def assert_same(a: dict, b: dict, atol: float = 1e-6) -> None:
    assert a.keys() == b.keys()
    for key, value in a.items():
        torch.testing.assert_close(b[key], value, atol=atol, rtol=0, msg=key)


def test_train_publish_predict(job, tiny_weights, picture):
    assert train(job)
    config = publish_run(job.folder, "made", tiny_weights)
    assert config.pictures_seen == 16
    assert config.area == 32 * 48
    assert config.pretrained == "nothing"
    assert config.trained["precision"] == "float32"
    assert "It knows discs only." in (tiny_weights / "made" / "README.md").read_text()
    history = (tiny_weights / "made" / "history.csv").read_text().splitlines()
    assert history[0].startswith("pictures,loss,val_loss,val_dice,val_miou")
    assert [row.split(",")[0] for row in history[1:]] == ["4", "8", "12", "16"]
    network, _ = load("made", tiny_weights)
    state = weights_of(job.folder)
    for key, value in network.state_dict().items():
        torch.testing.assert_close(value, state[key].to(value.dtype), atol=2e-3, rtol=2e-3)
    assert Predictor("cpu", tiny_weights).predict(picture, "made").grid[0] > 16


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def pictures_of(folder: Path) -> list[int]:
    return [int(row["pictures"]) for row in curve(folder)]


def test_snapshots_can_be_published(job, tiny_weights):
    train(replace(job, preset=replace(TINY, snapshots=(4, 12))))
    early = publish_run(job.folder, "early", tiny_weights, snapshot=4)
    assert early.pictures_seen == 4
    assert pictures_of(tiny_weights / "early") == [4]
    assert "hours" not in early.trained
    told = (tiny_weights / "early" / "README.md").read_text()
    assert "| pictures seen | 4 |" in told
    assert "| sizes | 4 at 16x24 |" in told
    assert "hours" not in told
    # Each is used on the grid that it was trained at by then.
    assert early.area == 16 * 24
    assert publish_run(job.folder, "later", tiny_weights, snapshot=12).area == 32 * 48
    last = publish_run(job.folder, "last", tiny_weights)
    assert len({early.sha256, last.sha256}) == 2
    assert last.area == 32 * 48
    assert sorted(p.name for p in (job.folder / "snapshots").iterdir()) == ["12.pt", "4.pt"]
    full = publish_run(job.folder, "full", tiny_weights, full=True)
    assert full.bytes > last.bytes
    assert_same(weights_of(job.folder), load("full", tiny_weights)[0].state_dict(), atol=0)
    with pytest.raises(RunError, match=r"has no 'snapshots/5.pt'"):
        publish_run(job.folder, "x", tiny_weights, snapshot=5)


def test_a_snapshot_within_a_leg_has_the_curve_up_to_the_leg_before(job, tiny_weights, monkeypatch):
    monkeypatch.setattr("carseg.train.legs.LEG_PIXELS", 8 * 16 * 24)
    train(replace(job, preset=replace(TINY, snapshots=(4, 12))))
    publish_run(job.folder, "in-the-first", tiny_weights, snapshot=4)
    assert pictures_of(tiny_weights / "in-the-first") == []
    publish_run(job.folder, "in-the-second", tiny_weights, snapshot=12)
    assert pictures_of(tiny_weights / "in-the-second") == [8, 12]
    publish_run(job.folder, "whole", tiny_weights)
    assert pictures_of(tiny_weights / "whole") == [8, 12, 16]


@pytest.mark.parametrize("best_leg", [0, 1, 3])
def test_the_best_network_claims_what_it_has_seen(job, tiny_weights, monkeypatch, best_leg):
    def judged(self, *_, **__):
        self.log("val_dice", 0.9 if self.trainer.current_epoch == best_leg else 0.5)

    monkeypatch.setattr(Segmenter, "validation_step", judged)
    preset = replace(TINY, snapshots=(4, 8, 12, 16))
    train(replace(job, preset=preset))
    seen = 4 * (best_leg + 1)
    best = publish_run(job.folder, "best", tiny_weights, best=True)
    assert best.pictures_seen == seen
    assert pictures_of(tiny_weights / "best") == list(range(4, seen + 1, 4))
    assert best.area == (16 * 24 if seen <= 8 else 32 * 48)
    assert best.sha256 == publish_run(job.folder, "same", tiny_weights, snapshot=seen).sha256
    whole = publish_run(job.folder, "whole", tiny_weights)
    assert whole.pictures_seen == 16
    assert pictures_of(tiny_weights / "whole") == [4, 8, 12, 16]
    assert 0 <= best.trained["hours"] <= whole.trained["hours"]
    sizes = "8 at 16x24, then 8 at 32x48" if seen == 16 else f"{seen} at 16x24"
    told = (tiny_weights / "best" / "README.md").read_text()
    assert f"| sizes | {sizes} |" in told
    assert f"| pictures seen | {seen} |" in told


def test_the_grid_that_was_chosen_for_a_run_is_not_that_of_its_snapshots(job, tiny_weights):
    train(replace(job, preset=replace(TINY, snapshots=(4,), area=20 * 30)))
    assert publish_run(job.folder, "whole", tiny_weights).area == 600
    assert publish_run(job.folder, "best", tiny_weights, best=True).area == 600
    assert publish_run(job.folder, "early", tiny_weights, snapshot=4).area == 16 * 24


def test_going_on_from_a_checkpoint_counts_its_pictures(job, tiny_weights, monkeypatch):
    train(job)
    base = publish_run(job.folder, "first", tiny_weights)
    monkeypatch.setattr(Segmenter, "configure_optimizers", lambda _: None)
    monkeypatch.setattr(Segmenter, "training_step", lambda *_: None)
    frozen = replace(TINY, frozen=("encoder", "decoder", "head"))
    second = replace(job, preset=frozen, folder=job.folder.with_name("second"), base="first")
    train(second)
    config = publish_run(second.folder, "second", tiny_weights)
    assert config.pictures_seen == 32
    assert pictures_of(tiny_weights / "second") == list(range(4, 33, 4))
    assert hours_of(config.trained) == config.trained["hours"] + base.trained["hours"]
    assert config.trained["base"]["sha256"] == base.sha256 == config.sha256


def test_what_is_taken_from_a_run_that_went_on_counts_what_was_before(job, tiny_weights):
    """From a snapshot of a first run to a snapshot and the best of a second one."""
    preset = replace(TINY, snapshots=(4, 12))
    train(replace(job, preset=preset))
    publish_run(job.folder, "first", tiny_weights, snapshot=12)
    before = curve(tiny_weights / "first")
    second = replace(job, preset=preset, folder=job.folder.with_name("second"), base="first")
    train(second)
    run = curve_of_run(second.folder)
    best_leg = max(range(4), key=lambda leg: (float(run[leg]["val_dice"]), -leg))
    for name, seen, options in (
        ("snapshot", 4, {"snapshot": 4}),
        ("best", 4 * (best_leg + 1), {"best": True}),
        ("whole", 16, {}),
    ):
        config = publish_run(second.folder, name, tiny_weights, **options)
        assert config.pictures_seen == 12 + seen
        assert curve(tiny_weights / name)[:3] == before
        assert pictures_of(tiny_weights / name) == list(range(4, 12 + seen + 1, 4))
        # The hours of the first snapshot are not known: neither are those of what came of it.
        assert hours_of(config.trained) is None
        told = (tiny_weights / name / "README.md").read_text()
        assert f"| pictures seen | {12 + seen} |" in told
        assert "| went on from | `first`, after 12 pictures |" in told
        own = "" if seen <= 8 else f", then {seen - 8} at 32x48"
        assert f"| sizes | 8 at 16x24, then 4 at 32x48, then {min(seen, 8)} at 16x24{own} |" in told
        assert "hours" not in told


def curve_of_run(run: Path) -> list[dict[str, str]]:
    """The validation rows of Lightning's own log, leg by leg."""
    (path,) = run.glob("logs/*/metrics.csv")
    with path.open(newline="") as file:
        return [row for row in csv.DictReader(file) if row["val_dice"]]


def test_a_killed_run_goes_on_to_the_same_weights(job, tiny_weights, monkeypatch):
    train(job)
    cut = replace(job, folder=job.folder.with_name("cut"))
    original, steps = Segmenter.training_step, []

    def killed(self, *args):
        steps.append(1)
        if len(steps) == 3:
            raise RuntimeError("killed")
        return original(self, *args)

    monkeypatch.setattr(Segmenter, "training_step", killed)
    with pytest.raises(RuntimeError, match="killed"):
        train(cut)
    monkeypatch.setattr(Segmenter, "training_step", original)
    assert train(cut, resume=True)
    assert_same(weights_of(job.folder), weights_of(cut.folder))
    whole, mended = (
        publish_run(folder, name, tiny_weights)
        and (tiny_weights / name / "history.csv").read_text()
        for folder, name in ((job.folder, "whole"), (cut.folder, "cut"))
    )
    assert whole == mended


def test_a_run_whose_log_a_kill_has_cut_has_its_whole_curve(job):
    train(job)
    whole = log_of(job.folder)
    assert list(whole) == [0, 1, 2, 3]
    assert all({"loss", "val_loss", "val_dice"} <= set(row) for row in whole.values())
    (log,) = job.folder.glob("logs/*/metrics.csv")
    log.write_text(log.read_text()[: log.stat().st_size // 3])
    cut = log_of(job.folder)
    for leg, row in whole.items():
        assert {k: float(v) for k, v in cut[leg].items()} == {k: float(v) for k, v in row.items()}


def test_a_run_whose_time_is_up_goes_on_to_the_same_weights(job):
    train(job)
    short = replace(job, folder=job.folder.with_name("short"), machine=replace(FP32, max_hours=0.0))
    calls = [train(short)]
    while not calls[-1]:
        assert not (short.folder / "run.json").exists()
        calls.append(train(short, resume=True))
    assert calls == [False, False, False, True]
    assert_same(weights_of(job.folder), weights_of(short.folder))


def test_a_seed_gives_other_weights_and_the_same_seed_the_same(job):
    folders = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        folders.append(job.folder.with_name(name))
        train(replace(job, folder=folders[-1], seed=seed))
    first, same, other = map(weights_of, folders)
    assert_same(first, same, atol=0)
    assert not torch.equal(first["head.weight"], other["head.weight"])


def test_the_last_leg_is_kept_also_when_it_is_no_better(job, monkeypatch):
    monkeypatch.setattr(Segmenter, "configure_optimizers", lambda _: None)
    monkeypatch.setattr(Segmenter, "training_step", lambda *_: None)
    still = replace(TINY, frozen=("encoder", "decoder", "head"), phases=(Phase((16, 24), 12, 4),))
    assert train(replace(job, preset=still))
    kept = {f: torch.load(job.folder / f"{f}.ckpt")["epoch"] for f in ("best", "last")}
    assert kept == {"best": 0, "last": 2}


def test_early_stopping_ends_a_run_that_gets_no_better(job, monkeypatch, tiny_weights):
    monkeypatch.setattr(Segmenter, "configure_optimizers", lambda _: None)
    monkeypatch.setattr(Segmenter, "training_step", lambda *_: None)
    frozen = replace(TINY, frozen=("encoder", "decoder", "head"))
    frozen = replace(frozen, phases=(Phase((16, 24), 40, 4),))
    assert train(replace(job, preset=frozen, patience=2))
    assert publish_run(job.folder, "stopped", tiny_weights).pictures_seen == 12
    assert pictures_of(tiny_weights / "stopped") == [4, 8, 12]
    assert "| sizes | 12 at 16x24 |" in (tiny_weights / "stopped" / "README.md").read_text()


def test_only_the_run_that_was_begun_is_resumed(job):
    short = replace(job, machine=replace(FP32, max_hours=0))
    assert not train(short)
    for other, named in (
        (replace(job, preset=replace(TINY, learning_rate=1e-3)), "preset"),
        (replace(job, seed=1), "seed"),
        (replace(job, data=TrainingData(job.data.carvana[:-1])), "set of pictures"),
    ):
        with pytest.raises(RunError, match=f"another {named}"):
            train(other, resume=True)
    # Its title is not what a run does.
    assert train(replace(job, preset=replace(TINY, title="Other")), resume=True)


def test_nothing_is_overwritten_or_resumed_by_accident(job):
    with pytest.raises(RunError, match="nothing to resume"):
        train(job, resume=True)
    train(replace(job, machine=replace(FP32, max_hours=0.0)))
    with pytest.raises(RunError, match="--resume"):
        train(job)


def test_what_a_preset_needs_is_asked_for(job):
    street = replace(TINY, streams=(Stream("carvana", "street"),))
    with pytest.raises(DataError, match="--backgrounds"):
        train(replace(job, preset=street))
    photos = replace(TINY, streams=(Stream("carvana"), Stream("carparts", "photo")))
    with pytest.raises(DataError, match="--photos"):
        train(replace(job, preset=photos))
    for name in ("street", "traffic"):
        preset = replace(TINY, streams=(Stream(name, "traffic"),))
        with pytest.raises(DataError, match=f"--{name}"):
            train(replace(job, preset=preset))


def test_street_views_and_photographs_are_learned_and_validated(job, carvana, tiny_weights):
    (carvana / "train").rename(carvana / "images")
    (carvana / "train_masks").rename(carvana / "masks")
    for path in (carvana / "masks").iterdir():
        path.rename(path.with_name(path.name.replace("_mask", "")))
    pairs = find_pairs(carvana, "pairs")
    data = TrainingData(pairs, pairs, [replace(p, mask=None) for p in pairs])
    data = replace(data, street=pairs[:3], traffic=pairs[:2])
    streams = ("carvana", "street"), ("carparts", "photo", 2), ("street", "outdoors")
    preset = replace(
        TINY, streams=(*(Stream(*one) for one in streams), Stream("traffic", "traffic"))
    )
    train(replace(job, preset=preset, data=data))
    config = publish_run(job.folder, "street", tiny_weights)
    assert "street photographs" in config.data
    assert "3 photographs of cars on lots and roads; 2 street scenes" in config.data
    assert "6 backgrounds" in config.data
    header = (tiny_weights / "street" / "history.csv").read_text().splitlines()[0]
    assert header.endswith("street_val_dice")


def test_an_encoder_is_scaled_before_it_learns(job, tmp_path, tiny_weights):
    torch.manual_seed(0)
    encoder = build("smp-unet-vgg16").encoder.state_dict()
    save_file(encoder, tmp_path / "vgg16.safetensors")
    preset = replace(
        TINY,
        architecture="smp-unet-vgg16",
        arguments={},
        encoder="imagenet",
        unit_activations=True,
        frozen=("encoder",),
        phases=(Phase((32, 48), 4, 4),),
    )
    train(replace(job, preset=preset, encoder=str(tmp_path / "vgg16.safetensors")))
    config = publish_run(job.folder, "scaled", tiny_weights)
    assert config.pretrained.endswith("scaled to unit activations")
    means = config.encoder["activation_means"]
    assert len(means) == 13
    first = weights_of(job.folder)["encoder.features.0.weight"]
    torch.testing.assert_close(first * means[0], encoder["features.0.weight"], rtol=1e-4, atol=1e-6)


def test_learning_rates_are_compared_on_validation_cars(job):
    table = compare_rates(job, rates=(1e-6, 1e-2), steps=4)
    assert set(table["rate"]) == {1e-6, 1e-2}
    assert table["val_dice"].is_monotonic_decreasing
    assert not job.folder.exists()


@pytest.mark.parametrize("share", [1.0, 0.25])
def test_the_encoder_gets_its_share_of_the_rate_at_every_step(share):
    preset = replace(TINY, architecture="smp-unet-mobilenet_v2", arguments={}, encoder_share=share)
    module = Segmenter(preset, steps=20)
    made = module.configure_optimizers()
    optimizer, schedule = made["optimizer"], made["lr_scheduler"]["scheduler"]
    where = {id(p): g for g in optimizer.param_groups for p in g["params"]}
    peaks = {"encoder": 0.0, "decoder": 0.0}
    for _ in range(19):
        rates = {}
        for name, weight in module.network.named_parameters():
            part = "encoder" if name.startswith("encoder.") else "decoder"
            rates.setdefault(part, set()).add(where[id(weight)]["lr"])
        (encoder,), (decoder,) = rates["encoder"], rates["decoder"]
        assert encoder == pytest.approx(share * decoder)
        peaks = {
            "encoder": max(peaks["encoder"], encoder),
            "decoder": max(peaks["decoder"], decoder),
        }
        optimizer.step()
        schedule.step()
    assert peaks["decoder"] == pytest.approx(TINY.learning_rate, rel=0.02)


def test_shares_of_a_rate_are_compared_and_none_is_frozen(job):
    light = replace(TINY, architecture="smp-unet-mobilenet_v2", arguments={})
    table = compare_rates(replace(job, preset=light), (1e-3,), (1.0, 0.1, 0.0), steps=2)
    assert sorted(table["encoder_share"]) == [0.0, 0.1, 1.0]


def test_an_unfinished_run_is_not_published(tmp_path, tiny_weights):
    with pytest.raises(RunError, match="no finished run"):
        publish_run(tmp_path, "x", tiny_weights)


def test_a_broken_picture_is_skipped_or_with_strict_an_error(job, carvana):
    (carvana / "train" / "000000000000_01.jpg").write_bytes(b"broken")
    with pytest.raises(DataError, match="000000000000_01"):
        train(replace(job, data=replace(job.data, strict=True)))
    assert train(job)
    assert (job.folder / "ids.txt").read_text().split() == [p.id for p in job.data.carvana]


def test_legs_are_whole_batches_of_about_one_size():
    preset = replace(TINY, phases=(Phase((160, 240), 1200, 8), Phase((320, 480), 600, 4)))
    assert [(leg.start, leg.stop) for leg in plan_legs(preset)] == [
        (0, 1024), (1024, 1200), (1200, 1456), (1456, 1712), (1712, 1800),
    ]  # fmt: skip


ROOT = str(Path(__file__).parents[2])
TWO_PROCESSES = """
import sys
from pathlib import Path
from unittest import mock
from torch import nn
from carseg.data.pairs import find_pairs
from carseg.models.registry import ARCHITECTURES, Architecture
from carseg.train.legs import TrainingData
from carseg.train.presets import Phase, Preset
from carseg.train.run import Job, Machine, train

# No batch norm and a mean over pixels: then the average of two gradients is the gradient.
def one(classes):
    return nn.Conv2d(3, classes, 3, padding=1)

ARCHITECTURES["one"] = Architecture("One", "__main__:one")
phases = (Phase((16, 24), 24, 4),)
preset = Preset("One", "For tests.", "one", 1e-2, phases=phases, loss="bce")
data, folder, devices = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
machine = Machine("cpu", "float32", devices=devices)
if __name__ == "__main__":
    with mock.patch("carseg.train.legs.select", lambda pairs, *_: pairs):
        train(Job(preset, TrainingData(find_pairs(data)), folder, machine=machine))
"""


def test_two_processes_learn_what_one_does(carvana, tmp_path):
    script = tmp_path / "two.py"
    script.write_text(TWO_PROCESSES)
    for devices in (1, 2):
        command = [sys.executable, script, carvana, tmp_path / f"on-{devices}", str(devices)]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=300,
            env=os.environ | {"PYTHONPATH": ROOT},
        )
        assert done.returncode == 0, done.stderr[-2000:]
    assert_same(weights_of(tmp_path / "on-1"), weights_of(tmp_path / "on-2"), atol=1e-4)
    assert json.loads((tmp_path / "on-2" / "run.json").read_text())["pictures_seen"] == 24


def test_controls_keep_their_scores_only(job, tiny_weights):
    from carseg.models.checkpoint import drop_weights

    train(job)
    publish_run(job.folder, "control", tiny_weights)
    drop_weights(tiny_weights / "control")
    found = shelf(tiny_weights)
    assert list(found.controls) == ["control"]
    assert "control" not in found.configs
    assert "control" in found.known
    assert not found.problems
    with pytest.raises(CheckpointError, match=r"Only the scores of the control .* are kept"):
        load("control", tiny_weights)


@pytest.mark.usefixtures("tiny_weights")
def test_a_base_must_be_of_the_same_network(job):
    # A three-level U-Net for a preset of two levels, then another architecture.
    for preset in (TINY, replace(TINY, architecture="cnn-plain", arguments={})):
        with pytest.raises(RunError, match=r"'tiny-a' .*does not fit"):
            train(replace(job, preset=preset, base="tiny-a"))


@pytest.mark.usefixtures("tiny_weights")
def test_an_encoder_that_would_not_be_used_is_refused(job):
    with pytest.raises(RunError, match="leave out --encoder"):
        train(replace(job, encoder="vgg16.safetensors"))
    light = replace(TINY, architecture="smp-unet-mobilenet_v2", arguments={}, encoder="imagenet")
    with pytest.raises(RunError, match="leave out --encoder"):
        train(replace(job, preset=light, encoder="vgg16.safetensors", base="tiny-a"))
    with pytest.raises(RunError, match="leave out --encoder"):
        train(replace(job, preset=replace(light, encoder="random"), encoder="vgg16.safetensors"))


def test_another_run_never_takes_a_name_by_accident(job, tiny_weights):
    other = replace(job, folder=job.folder.with_name("other"), seed=1)
    train(job)
    train(other)
    first = publish_run(job.folder, "mine", tiny_weights)
    assert publish_run(job.folder, "mine", tiny_weights).sha256 == first.sha256
    with pytest.raises(RunError, match=r"'mine'.*--replace"):
        publish_run(other.folder, "mine", tiny_weights)
    assert load("mine", tiny_weights)[1].sha256 == first.sha256
    second = publish_run(other.folder, "mine", tiny_weights, overwrite=True)
    assert load("mine", tiny_weights)[1].sha256 == second.sha256 != first.sha256
    (tiny_weights / "mine" / "config.json").write_text("{")
    with pytest.raises(RunError, match="--replace"):
        publish_run(other.folder, "mine", tiny_weights)


@pytest.mark.parametrize("name", ["../up", "my model", "", ".", "x" * 61])
def test_a_checkpoint_gets_a_plain_name(job, tiny_weights, name):
    job.folder.mkdir(parents=True)
    (job.folder / "run.json").write_text("{}")
    with pytest.raises(RunError, match="name"):
        publish_run(job.folder, name, tiny_weights)
