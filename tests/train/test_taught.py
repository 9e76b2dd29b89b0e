import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from carseg.data.decoded import CAR, ESTIMATED, Cached, Writer, kept
from carseg.data.pairs import find_pairs
from carseg.models.weights import load
from carseg.train.legs import LegData, TrainingData
from carseg.train.presets import Phase, Preset, Teaching
from carseg.train.run import Job, Machine, RunError, train
from carseg.train.teacher import teacher_of
from carseg.train.views.taught import Again, answered
from tests.factories.exported import write_network

SMALL = {"width": 0.25, "channels": 8}
STUDENT = Preset(
    title="Student",
    summary="For tests.",
    architecture="mini",
    arguments=SMALL,
    learning_rate=1e-2,
    encoder="teacher",
    phases=(Phase((16, 24), 8, 4),),
    teaching=Teaching("teacher", share=0.5, views=8, size=(32, 48)),
)


def test_what_is_learned_is_between_truth_and_answer():
    truth = np.zeros((1, 3, 2), np.uint8)
    truth[0, :, CAR] = 255, 255, 0
    truth[0, :, ESTIMATED] = 0, 255, 0
    found = answered(truth, np.array([[0.5, 0.2, 0.4]]), 0.25)
    # A quarter of the answer beside three quarters of the truth; an estimate is not learned.
    assert found[0, :, CAR].tolist() == [round(255 * 0.875), round(255 * 0.2), round(255 * 0.1)]
    assert not found[..., ESTIMATED].any()


def views(tmp_path, sizes) -> Cached:
    """Each view is of one colour: its number."""

    def fill(folder):
        with Writer(folder) as writer:
            for number, size in enumerate(sizes):
                rgb = np.full((*size, 3), number, np.uint8)
                writer.add(str(number), rgb, np.zeros((*size, 2), np.uint8))

    return kept(tmp_path / "views", fill)


def test_every_pass_has_every_view_in_batches_of_one_size(tmp_path, monkeypatch):
    monkeypatch.setattr("carseg.train.views.taught.view", lambda rgb, *_: int(rgb[0, 0, 0]))
    data = views(tmp_path, [(8, 12)] * 6 + [(12, 8)] * 4)
    again = Again([data], (16, 24), 2, range(30), seed=3)
    seen = [again[item] for item in range(30)]
    passes = [seen[start : start + 10] for start in (0, 10, 20)]
    assert all(sorted(one) == list(range(10)) for one in passes)
    assert len({tuple(one) for one in passes}) == 3
    for first, second in zip(seen[::2], seen[1::2], strict=True):
        assert (first < 6) == (second < 6)
    later = Again([data], (16, 24), 2, range(14, 30), seed=3)
    assert [later[item] for item in range(16)] == seen[14:]


def test_upright_views_stay_upright(tmp_path):
    data = views(tmp_path, [(8, 12)] * 2 + [(12, 8)] * 2)
    again = Again([data], (16, 24), 2, range(8), seed=0)
    for item in range(8):
        picture, truth = again[item]
        number = round(float(picture.float().mean()))
        assert picture.shape[1:] == truth.shape[1:] == ((16, 24) if number < 2 else (24, 16))
    with pytest.raises(ValueError, match="8 views"):
        Again([data], (16, 24), 8, range(8), seed=0)


@pytest.fixture
def job(carvana, tiny_weights, tmp_path, monkeypatch) -> Job:
    write_network(tiny_weights, "teacher", "mini", **SMALL)
    monkeypatch.setattr("carseg.train.legs.select", lambda pairs, *_: pairs)
    monkeypatch.setattr("carseg.train.legs.LEG_PIXELS", 1)
    machine = Machine(device="cpu", precision="float32")
    return Job(STUDENT, TrainingData(find_pairs(carvana)), tmp_path / "runs" / "x", machine=machine)


def test_a_teacher_answers_each_view_once(job, tmp_path, monkeypatch):
    asked = []
    teach, facts = teacher_of("teacher")
    assert facts[0] == "teacher"

    def counted(pictures):
        asked.append(len(pictures))
        return teach(pictures)

    monkeypatch.setattr("carseg.train.legs.teacher_of", lambda _: (counted, facts))
    data = LegData(STUDENT, job.data, tmp_path / "cache", 0)
    (chunk,) = data._taught()
    assert sum(asked) == len(chunk) == 8
    LegData(STUDENT, job.data, tmp_path / "cache", 0)._taught()
    assert sum(asked) == 8
    # What is kept is half of the studio's truth and half of what the network itself says.
    network, config = load("teacher")
    rgb, target = chunk[0]
    x = (torch.tensor(rgb).permute(2, 0, 1)[None] / 255 - 0.5) / 0.5
    assert config.mean == (0.5, 0.5, 0.5)
    with torch.inference_mode():
        said = torch.sigmoid(network(x))[0, 0].numpy()
    truth = data._made((32, 48), 8, 0, 8)[0][1].numpy()[CAR] / 255
    np.testing.assert_allclose(target[..., CAR] / 255, (truth + said) / 2, atol=0.02)


def test_a_student_begins_with_its_teachers_encoder(job):
    still = tuple(f"encoder.features.{layer}" for layer in range(19 - 1))
    frozen = replace(job, preset=replace(STUDENT, frozen=still))
    assert train(frozen)
    own = torch.load(job.folder / "network.pt", weights_only=True)
    teacher = load("teacher")[0].state_dict()
    for key, value in own.items():
        if key.startswith("encoder."):
            torch.testing.assert_close(value, teacher[key], msg=key)
    assert not torch.equal(own["head.weight"], teacher["head.weight"])
    facts = json.loads((job.folder / "run.json").read_text())
    assert facts["pretrained"] == "encoder of teacher (nothing)"
    assert facts["mean"] == [0.5, 0.5, 0.5]
    with pytest.raises(RunError, match="with its teacher's encoder: leave out --encoder"):
        train(replace(frozen, folder=job.folder / "other", encoder="x.safetensors"))


def test_a_run_of_an_older_preset_can_be_resumed(job):
    preset = replace(STUDENT, encoder="random", teaching=None)
    stopped = replace(job, preset=preset, machine=replace(job.machine, max_hours=0.0))
    assert not train(stopped)
    path = job.folder / "begun.json"
    begun = json.loads(path.read_text())
    del begun["preset"]["teaching"]
    path.write_text(json.dumps(begun))
    assert train(replace(stopped, machine=job.machine), resume=True)
