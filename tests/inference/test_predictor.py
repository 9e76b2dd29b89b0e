import io
import json
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from carseg.imaging.codec import PictureError
from carseg.imaging.grid import grid_for, resize_picture
from carseg.imaging.regions import Box
from carseg.inference.device import Device
from carseg.inference.prediction import Detail, Prediction, detail_box, share_words
from carseg.inference.predictor import Predictor, fingerprint
from carseg.models.checkpoint import CheckpointError
from carseg.models.weights import load

FP32 = Device("cpu", torch.float32, "test", "for tests")


@pytest.fixture
def predictor(tiny_weights):
    return Predictor(FP32, tiny_weights)


def test_an_answer_that_is_not_finite_is_no_mask(predictor, picture, monkeypatch):
    engine, _ = predictor.engine("tiny-a")
    real = engine.logits

    def spoilt(batch):
        logits = np.array(real(batch))
        logits[0, 0, 3, 5] = np.nan
        return logits

    monkeypatch.setattr(type(engine), "logits", lambda _self, batch: spoilt(batch))
    with pytest.raises(CheckpointError, match="'tiny-a' answers this picture with numbers that"):
        predictor.predict(picture, "tiny-a")


def make(probability, size, detail=None):
    return Prediction("m", "s", np.asarray(probability, np.float16), size, 0.5, detail=detail)


def test_it_is_the_network_on_the_resized_normalised_picture(predictor, tiny_weights, picture):
    network, config = load("tiny-a", tiny_weights)
    small = resize_picture(picture, grid_for(picture.shape[:2], config.area))
    x = torch.from_numpy(small.copy()).permute(2, 0, 1)[None].double() / 255
    x = (x - torch.tensor(config.mean)[:, None, None]) / torch.tensor(config.std)[:, None, None]
    expected = torch.sigmoid(network(x.float()))[0, 0].numpy()
    prediction = predictor.predict(picture, "tiny-a")
    np.testing.assert_allclose(prediction.probability, expected, atol=2e-3)
    assert prediction.threshold == config.threshold == 0.4
    assert set(prediction.seconds) == {"decode", "prepare", "network"}


def test_array_picture_bytes_and_path_agree(predictor, picture, tmp_path):
    pil = Image.fromarray(picture)
    pil.save(tmp_path / "p.png")
    buffer = io.BytesIO()
    pil.save(buffer, "PNG")
    sources = [picture, pil, buffer.getvalue(), tmp_path / "p.png"]
    results = [predictor.predict(source, "tiny-a").probability for source in sources]
    for result in results[1:]:
        np.testing.assert_array_equal(result, results[0])


@pytest.mark.parametrize("size", [(97, 143), (143, 97), (31, 400), (500, 24), (1, 1), (700, 701)])
def test_any_shape_keeps_its_aspect(predictor, size):
    prediction = predictor.predict(np.full((*size, 3), 90, np.uint8), "tiny-a")
    assert prediction.at().shape == prediction.mask().shape == size
    assert prediction.grid == grid_for(size, 48 * 72)
    assert prediction.probability.dtype == np.float16


def test_a_batch_is_its_pictures(predictor, picture):
    flipped = np.ascontiguousarray(picture[:, ::-1])
    both = predictor.predict_batch([picture, flipped], "tiny-a")
    for rgb, joint in zip((picture, flipped), both, strict=True):
        alone = predictor.predict(rgb, "tiny-a")
        np.testing.assert_allclose(joint.probability, alone.probability, atol=2e-3)


def test_a_batch_of_mixed_aspects_is_refused(predictor):
    with pytest.raises(ValueError, match="aspect"):
        predictor.predict_batch(
            [np.zeros((50, 50, 3), np.uint8), np.zeros((50, 90, 3), np.uint8)], "tiny-a"
        )


def test_threads_get_the_same_bytes(predictor, picture):
    expected = predictor.predict(picture, "tiny-a").probability
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(predictor.predict(picture, "tiny-a")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    for result in results:
        np.testing.assert_array_equal(result.probability, expected)


def test_bf16_stays_near_fp32(tiny_weights, picture):
    half = Predictor(Device("cpu", torch.bfloat16, "t", "t"), tiny_weights)
    full = Predictor(FP32, tiny_weights)
    a, b = (p.predict(picture, "tiny-a").probability.astype(float) for p in (half, full))
    assert np.abs(a - b).max() < 0.02


def test_upsampling_is_torchs_bilinear():
    low = np.random.default_rng(1).random((7, 11)).astype(np.float16)
    expected = F.interpolate(
        torch.from_numpy(low).float()[None, None], (43, 60), mode="bilinear", align_corners=False
    )
    np.testing.assert_allclose(make(low, (43, 60)).at(), expected[0, 0].numpy(), atol=1e-5)


def test_probabilities_are_scaled_before_the_threshold():
    low = np.array([[0.0, 1.0]])
    ramp = make(low, (1, 100)).mask()
    assert ramp.sum() == 50
    assert make(low, (1, 100)).mask(0.9).sum() < 50


def test_a_detail_replaces_its_box_without_touching_the_rest():
    fine = Detail(Box(0.25, 0.25, 0.75, 0.75), np.ones((20, 20), np.float16))
    full = make(np.zeros((10, 10)), (200, 200), fine).at()
    assert full[100, 100] == pytest.approx(1)
    outside = full.copy()
    outside[50:150, 50:150] = 0
    assert outside.max() == 0
    assert np.abs(np.diff(full[100])).max() < 0.25


def test_a_cell_is_measured_on_the_finest_grid():
    plain = make(np.zeros((10, 20)), (200, 400))
    assert plain.cell() == 20
    assert plain.cell((50, 100)) == 5
    fine = Detail(Box(0.25, 0.25, 0.75, 0.75), np.zeros((20, 20), np.float16))
    assert make(np.zeros((10, 20)), (200, 400), fine).cell() == 5


def test_a_box_at_the_border_is_not_faded_there():
    fine = Detail(Box(0, 0, 0.5, 1), np.ones((10, 20), np.float16))
    full = make(np.zeros((10, 10)), (100, 100), fine).at()
    assert full[0].min() == pytest.approx(1)


def test_car_box():
    probability = np.zeros((100, 200))
    assert detail_box(probability, 0.5) is None
    probability[40:60, 50:150] = 0.9
    box = detail_box(probability, 0.5, margin=0)
    assert (box.top, box.bottom, box.left, box.right) == (0.4, 0.6, 0.25, 0.75)
    grown = detail_box(probability, 0.5, margin=10)
    assert (grown.top, grown.bottom, grown.left, grown.right) == (0, 1, 0, 1)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "No car found"), (0.0049, "No car found"), (0.005, "0.5% car"), (0.1234, "12.3% car")],
)
def test_the_share_in_words(share, words):
    assert share_words(share) == words


def test_the_second_look_changes_only_the_box(predictor, picture, monkeypatch):
    monkeypatch.setattr("carseg.inference.predictor.detail_box", lambda *_: Box(0.3, 0.3, 0.8, 0.8))
    plain = predictor.predict(picture, "tiny-a").at()
    detailed = predictor.predict(picture, "tiny-a", detail=True)
    assert "detail" in detailed.seconds
    difference = np.abs(detailed.at() - plain)
    assert difference[:28].max() == difference[:, :42].max() == 0
    assert difference.max() > 0


def test_errors_are_sentences(predictor):
    with pytest.raises(CheckpointError, match="no checkpoint 'none'"):
        predictor.predict(np.zeros((9, 9, 3), np.uint8), "none")
    with pytest.raises(PictureError):
        predictor.predict(b"not a picture", "tiny-a")


def test_a_changed_config_is_used_at_once(predictor, tiny_weights, picture):
    before, config = predictor.predict(picture, "tiny-a"), predictor.network("tiny-a")[1]
    path = tiny_weights / "tiny-a" / "config.json"
    facts = json.loads(path.read_text())
    for name, value in (("area", 24 * 36), ("mean", [0.1, 0.2, 0.3]), ("threshold", 0.7)):
        path.write_text(json.dumps(facts | {name: value}))
        said, now = predictor.predict(picture, "tiny-a"), predictor.network("tiny-a")[1]
        assert said.sha256 == before.sha256
        assert fingerprint(now) != fingerprint(config)
        assert (said.grid != before.grid) == (name == "area")
        assert (said.threshold == 0.7) == (name == "threshold")
        if name == "mean":
            assert not np.array_equal(said.probability, before.probability)


def test_words_for_people_do_not_change_a_fingerprint(predictor):
    config = predictor.network("tiny-a")[1]
    assert fingerprint(replace(config, title="Other", limits=("x",))) == fingerprint(config)
    for change in ({"std": (1.0, 1.0, 1.0)}, {"arguments": {"widths": [4, 8]}}, {"sha256": "0"}):
        assert fingerprint(replace(config, **change)) != fingerprint(config)


def test_networks_can_be_used_on_another_grid(predictor, tiny_weights, picture):
    own, (_, config) = predictor.predict(picture, "tiny-a"), predictor.network("tiny-a")
    other = Predictor(FP32, tiny_weights, area=20 * 31)
    tried, (_, used) = other.predict(picture, "tiny-a"), other.network("tiny-a")
    assert tried.grid == grid_for(picture.shape[:2], 20 * 31) != own.grid
    assert used == replace(config, area=20 * 31)
    assert fingerprint(used) != fingerprint(config)
    # It is the one that a config with that area gives.
    path = tiny_weights / "tiny-a" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"area": 20 * 31}))
    stated = predictor.predict(picture, "tiny-a")
    np.testing.assert_array_equal(stated.probability, tried.probability)
    assert fingerprint(predictor.network("tiny-a")[1]) == fingerprint(used)
