from dataclasses import replace

import numpy as np
import pytest
import torch

from carseg.compositing import edges
from carseg.core.journal import Journal
from carseg.core.shard import Shard
from carseg.data.pairs import DataError, find_pairs
from carseg.evaluation.evaluate import MOST_PIXELS, by_model, evaluate, rows_of
from carseg.evaluation.loaded_pairs import GRID_WORDS, Grid, read
from carseg.evaluation.loop import here
from carseg.imaging import codec
from carseg.imaging.grid import resize_mask
from carseg.inference.device import Device
from carseg.inference.predictor import Predictor
from carseg.measures.overlap import boundary_iou

SMALL = Grid.parse("16x24")
FP32 = Device("cpu", torch.float32, "test", "for tests")


@pytest.fixture
def predictor(tiny_weights):
    return Predictor(FP32, tiny_weights)


def test_counts_are_those_of_each_picture_alone(carvana, predictor):
    pairs = find_pairs(carvana)
    scores = evaluate(by_model(predictor, "tiny-a"), pairs[::-1], SMALL)
    assert [s.id for s in scores] == [p.id for p in pairs]
    for pair, score in zip(pairs, scores, strict=True):
        rgb, _, stored, _ = read(pair)
        mask = predictor.predict(rgb, "tiny-a").mask(size=(16, 24))
        wanted = resize_mask(stored, (16, 24))
        assert score.counts.tp == np.sum(mask & wanted)
        assert score.counts.fp == np.sum(mask & ~wanted)
        assert score.counts.fn == np.sum(~mask & wanted)
        assert score.counts.total == 16 * 24
        assert score.group == pair.group


def test_native_size_is_the_pictures_own(carvana, predictor):
    (score, *_) = evaluate(by_model(predictor, "tiny-a"), find_pairs(carvana), Grid("native"))
    assert score.counts.total == 24 * 36


def test_refined_masks_are_scored_apart(carvana, predictor):
    (pair, *_) = find_pairs(carvana)
    rgb, truth, _, _ = read(pair)
    said = predictor.predict(rgb, "tiny-a")
    soft = edges.alpha(said.at(), rgb, edges.Edges(), said.threshold, said.cell())
    (score,) = evaluate(by_model(predictor, "tiny-a"), [pair], Grid("native"), edges.Edges())
    assert score.counts.tp == np.sum((soft >= 0.5) & truth)
    assert score.counts.fp == np.sum((soft >= 0.5) & ~truth)


def test_the_same_scores_twice(carvana, predictor):
    pairs = find_pairs(carvana)
    first, second = (evaluate(by_model(predictor, "tiny-b"), pairs, SMALL) for _ in range(2))
    assert first == second


def test_a_squashed_copy_gets_its_aspect_back(tmp_path):
    from tests.factories.pictures import write_carvana

    (pair, *_) = find_pairs(write_carvana(tmp_path / "square", 1, 1, (32, 32)))
    rgb, truth, stored, _ = read(pair)
    assert stored.shape == (32, 32)
    assert rgb.shape == (32, 48, 3)
    assert truth.shape == (32, 48)
    squashed = codec.decode_mask(pair.mask)
    assert truth.mean() == pytest.approx(squashed.mean(), abs=0.02)


def test_a_mask_of_another_size_is_named(carvana, predictor):
    from PIL import Image

    pairs = find_pairs(carvana)
    Image.new("L", (7, 5)).save(pairs[0].mask)
    with pytest.raises(DataError, match=pairs[0].id):
        evaluate(by_model(predictor, "tiny-a"), pairs, Grid("native"))


@pytest.mark.parametrize("text", ["", "160", "x240", "0x10", "ax5", "16x24x3", "-1x5"])
def test_bad_sizes(text):
    with pytest.raises(DataError, match="is not a size"):
        Grid.parse(text)


def test_sizes():
    assert Grid.parse("160x240").size == (160, 240)
    assert [Grid.parse(word).size for word in GRID_WORDS] == [None] * 3


def test_each_size_counts_its_own_pixels(tmp_path, predictor):
    from tests.factories.pictures import write_carvana

    (pair, *_) = find_pairs(write_carvana(tmp_path / "square", 1, 1, (32, 32)))
    sample = read(pair)
    said = predictor.predict(sample.rgb, "tiny-a")
    totals = {}
    for word in (*GRID_WORDS, "11x7"):
        (scored,) = evaluate(by_model(predictor, "tiny-a"), [pair], Grid.parse(word))
        totals[word] = scored.counts.total
        if word == "stored":
            np.testing.assert_equal(scored.counts.tp + scored.counts.fn, sample.stored.sum())
            # Boundaries are those of the restored aspect.
            assert scored.boundary_iou == boundary_iou(said.mask(), sample.truth)
    rows, columns = said.grid
    assert totals == {"native": 1536, "model": rows * columns, "stored": 1024, "11x7": 77}


def test_a_picture_without_a_mask_has_no_car(carvana, predictor):
    (pair, *_) = find_pairs(carvana)
    (scored,) = evaluate(by_model(predictor, "tiny-a"), [replace(pair, mask=None)], SMALL)
    assert scored.counts.tp == scored.counts.fn == 0


def test_a_stopped_evaluation_goes_on_where_it_was(carvana, predictor, tmp_path, monkeypatch):
    monkeypatch.setattr("carseg.evaluation.evaluate.BATCH", 2)
    pairs, done = find_pairs(carvana), []
    whole = evaluate(by_model(predictor, "tiny-a"), pairs, SMALL)
    journal = Journal(tmp_path / "journal", {"what": "test"})

    def stop(number):
        done.append(number)
        if len(done) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(by_model(predictor, "tiny-a"), pairs, SMALL, journal=journal, progress=stop)
    seen = []
    predict = by_model(predictor, "tiny-a")
    rows = rows_of(predict, SMALL, timed=lambda name, _: seen.append(name))
    again = evaluate(predict, pairs, SMALL, journal=journal, measure=here(rows))
    assert again == whole
    assert seen == [p.id for p in pairs[4:]]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_parts_merge_to_the_same_scores(carvana, predictor, tmp_path, monkeypatch, count):
    monkeypatch.setattr("carseg.evaluation.evaluate.BATCH", 2)
    pairs = find_pairs(carvana)
    whole = evaluate(by_model(predictor, "tiny-a"), pairs, SMALL)
    journal = Journal(tmp_path / "journal", {"what": "test"})
    results = [
        evaluate(
            by_model(predictor, "tiny-a"), pairs, SMALL, journal=journal, shard=Shard(index, count)
        )
        for index in range(count)
    ]
    # Whoever is the last to have something to do has all of it.
    assert whole in results
    assert all(result in (None, whole) for result in results)
    assert results[0] is None or results[0] == whole


def test_details_tell_whether_masks_hold_still(carvana, predictor):
    (pair, *_) = find_pairs(carvana)
    rgb = read(pair).rgb
    (scored,) = evaluate(by_model(predictor, "tiny-a"), [pair], Grid("native"), details=True)
    mask = predictor.predict(rgb, "tiny-a").mask(size=(48, 72))
    back = predictor.predict(np.ascontiguousarray(rgb[:, ::-1]), "tiny-a").mask(size=(48, 72))
    both = np.sum(mask & back[:, ::-1])
    expected = 2 * both / (mask.sum() + back.sum()) if mask.any() or back.any() else 1
    assert scored.details["mirror_trust"] == pytest.approx(expected)
    assert scored.details["edge_fp"] + scored.details["inner_fp"] == scored.counts.fp


@pytest.mark.parametrize("text", ["\uff11\uff16x\uff12\uff14", "\u00b2x5", "16x24\n"])
def test_a_size_is_written_in_plain_digits(text):
    with pytest.raises(DataError, match="is not a size"):
        Grid.parse(text)


def test_a_file_that_cannot_be_read_is_named(carvana):
    (pair, *_) = find_pairs(carvana)
    for path in (pair.mask, pair.picture):
        path.write_bytes(b"broken")
        with pytest.raises(codec.PictureError, match=f"'{path.parent.name}/{path.name}'"):
            read(pair)


def test_large_pictures_share_no_forward_pass_and_score_the_same(carvana, predictor, monkeypatch):
    pairs, shapes = find_pairs(carvana), []
    forward = by_model(predictor, "tiny-a")

    def watched(samples):
        shapes.append([sample.rgb.shape for sample in samples])
        return forward(samples)

    whole = evaluate(watched, pairs, Grid("native"))
    assert [len(batch) for batch in shapes] == [6], "six pictures of one size are one batch"
    # Two of 24 x 36 fit, three do not.
    monkeypatch.setattr("carseg.evaluation.evaluate.MOST_PIXELS", 2 * 24 * 36 + 1)
    shapes.clear()
    parts = evaluate(watched, pairs, Grid("native"))
    assert [len(batch) for batch in shapes] == [2, 2, 2]
    assert [score.id for score in parts] == [score.id for score in whole]
    monkeypatch.setattr("carseg.evaluation.evaluate.MOST_PIXELS", 1)
    shapes.clear()
    assert len(evaluate(watched, pairs, Grid("native"))) == 6
    assert [len(batch) for batch in shapes] == [1] * 6, "a picture alone is always taken"


def test_eight_originals_are_one_batch():
    assert MOST_PIXELS > 8 * 1918 * 1280
