import numpy as np
import pytest
import torch

from carseg import images, matte
from carseg.data.pairs import DataError, find_pairs
from carseg.device import Device
from carseg.evaluate import evaluate, parse_size, read
from carseg.grid import resize_mask
from carseg.predict import Predictor

FP32 = Device("cpu", torch.float32, "test", "for tests")


@pytest.fixture
def predictor(tiny_weights):
    return Predictor(FP32, tiny_weights)


def test_counts_are_those_of_each_picture_alone(carvana, predictor):
    pairs = find_pairs(carvana)
    scores = list(evaluate(predictor, "tiny-a", pairs[::-1], (16, 24)))
    assert [s.id for s in scores] == [p.id for p in pairs]
    for pair, score in zip(pairs, scores, strict=True):
        rgb, truth = read(pair)
        mask = predictor.predict(rgb, "tiny-a").mask(size=(16, 24))
        wanted = resize_mask(truth, (16, 24))
        assert score.counts.tp == np.sum(mask & wanted)
        assert score.counts.fp == np.sum(mask & ~wanted)
        assert score.counts.fn == np.sum(~mask & wanted)
        assert score.counts.total == 16 * 24
        assert score.group == pair.group


def test_native_size_is_the_pictures_own(carvana, predictor):
    (score, *_) = evaluate(predictor, "tiny-a", find_pairs(carvana), None)
    assert score.counts.total == 24 * 36


def test_refined_masks_are_scored_apart(carvana, predictor):
    (pair, *_) = find_pairs(carvana)
    rgb, truth = read(pair)
    said = predictor.predict(rgb, "tiny-a")
    soft = matte.alpha(said.at(), rgb, matte.Edges(), said.threshold, said.cell())
    (score,) = evaluate(predictor, "tiny-a", [pair], None, matte.Edges())
    assert score.counts.tp == np.sum((soft >= 0.5) & truth)
    assert score.counts.fp == np.sum((soft >= 0.5) & ~truth)


def test_the_same_scores_twice(carvana, predictor):
    pairs = find_pairs(carvana)
    first, second = (list(evaluate(predictor, "tiny-b", pairs, (16, 24))) for _ in range(2))
    assert first == second


def test_a_squashed_copy_gets_its_aspect_back(tmp_path):
    from tests.conftest import write_carvana

    (pair, *_) = find_pairs(write_carvana(tmp_path / "square", 1, 1, (32, 32)))
    rgb, truth = read(pair)
    assert rgb.shape == (32, 48, 3)
    assert truth.shape == (32, 48)
    squashed = images.decode_mask(pair.mask)
    assert truth.mean() == pytest.approx(squashed.mean(), abs=0.02)


def test_a_mask_of_another_size_is_named(carvana, predictor):
    from PIL import Image

    pairs = find_pairs(carvana)
    Image.new("L", (7, 5)).save(pairs[0].mask)
    with pytest.raises(DataError, match=pairs[0].id):
        list(evaluate(predictor, "tiny-a", pairs, None))


@pytest.mark.parametrize("text", ["", "160", "x240", "0x10", "ax5", "16x24x3", "-1x5"])
def test_bad_sizes(text):
    with pytest.raises(DataError, match="is not a size"):
        parse_size(text)


def test_sizes():
    assert parse_size("160x240") == (160, 240)
    assert parse_size("native") is None
