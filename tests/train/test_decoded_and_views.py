import logging
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from carseg.data import decoded
from carseg.data.decoded import CAR, ESTIMATED, cached, load_pair
from carseg.data.pairs import DataError, Pair, find_pairs
from carseg.evaluation.evaluate import read
from carseg.imaging import codec
from carseg.imaging.grid import coverage, resize_mask
from carseg.train.views.stream import Part, Views, Whole

AREA = 16 * 24


def test_the_cache_holds_the_resized_pairs_and_is_built_once(carvana, tmp_path):
    pairs = find_pairs(carvana)
    data = cached(pairs, AREA, tmp_path / "cache")
    assert len(data) == 6
    for item, pair in enumerate(pairs):
        rgb, truth = data[item]
        assert rgb.shape == (16, 24, 3)
        assert truth.shape == (16, 24, 2)
        assert truth[..., CAR].mean() / 255 == pytest.approx(
            codec.decode_mask(pair.mask).mean(), abs=0.001
        )
        assert not truth[..., ESTIMATED].any()
    shutil.rmtree(carvana / "train_masks")
    (carvana / "train_masks").mkdir()
    for pair in pairs:  # same names, other bytes: another key, and nothing readable
        pair.mask.write_bytes(b"")
    with pytest.raises(DataError):
        cached(pairs, AREA, tmp_path / "cache")


def test_two_runs_that_build_the_same_cache_at_once_both_get_it(carvana, tmp_path, monkeypatch):
    pairs, root, fill = find_pairs(carvana), tmp_path / "cache", decoded._fill

    def while_another_is_faster(*arguments):
        monkeypatch.setattr(decoded, "_fill", fill)
        cached(pairs, AREA, root)
        fill(*arguments)

    monkeypatch.setattr(decoded, "_fill", while_another_is_faster)
    assert len(cached(pairs, AREA, root)) == 6
    assert len(list(root.iterdir())) == 1  # no draft is left


def test_a_broken_file_is_named_and_skipped_or_an_error(carvana, tmp_path, caplog):
    (carvana / "train" / "000000000000_01.jpg").write_bytes(b"broken")
    pairs = find_pairs(carvana)
    with pytest.raises(DataError, match="000000000000_01"):
        cached(pairs, AREA, tmp_path / "strict", strict=True)
    assert list((tmp_path / "strict").iterdir()) == []
    with caplog.at_level(logging.WARNING):
        data = cached(pairs, AREA, tmp_path / "cache")
    assert len(data) == 5
    assert "000000000000_01" in caplog.text


def test_pictures_keep_their_own_shape_and_carvana_gets_its_own_back(tmp_path):
    sides = {"tall": (90, 40), "wide": (31, 77), "square": (50, 50)}
    for name, (height, width) in sides.items():
        Image.new("RGB", (width, height), (9, 9, 9)).save(tmp_path / f"{name}.png")
        Image.new("L", (width, height), 255).save(tmp_path / f"{name}.mask.png")
    pairs = [
        Pair(
            n, tmp_path / f"{n}.png", tmp_path / f"{n}.mask.png", n, 1.5 if n == "square" else None
        )
        for n in sides
    ]
    data = cached(pairs, 600, tmp_path / "cache")
    for item, name in enumerate(sides):
        rgb, truth = data[item]
        height, width = truth.shape[:2]
        assert rgb.shape == (height, width, 3)
        assert (truth[..., CAR] == 255).all()
        assert height * width == pytest.approx(600, rel=0.1)
        aspect = 1.5 if name == "square" else sides[name][1] / sides[name][0]
        assert width / height == pytest.approx(aspect, rel=0.1)


def test_what_nobody_annotated_is_an_estimate(tmp_path):
    mask, part = np.zeros((20, 30), np.uint8), np.zeros((20, 30), np.uint8)
    mask[5:15, 5:25] = part[5:15, 5:15] = 255
    for name, plane in (("picture", mask), ("mask", mask), ("part", part)):
        Image.fromarray(plane).save(tmp_path / f"{name}.png")
    files = [tmp_path / f"{name}.png" for name in ("picture", "mask", "part")]
    _, truth = load_pair(Pair("a", files[0], files[1], "a", annotated=files[2]), 600)
    car, estimated = truth[..., CAR] == 255, truth[..., ESTIMATED] == 255
    np.testing.assert_array_equal(car, mask == 255)
    np.testing.assert_array_equal(estimated, (mask == 255) & (part == 0))


def test_a_truth_on_a_grid_is_that_of_the_evaluation(carvana):
    for pair in find_pairs(carvana):
        sample = read(pair)
        _, truth = load_pair(pair, 11 * 16)
        size = truth.shape[:2]
        clear = abs(coverage(sample.stored, size) - 0.5) > 1 / 255
        both = resize_mask(sample.stored, size), truth[..., CAR] > 127
        np.testing.assert_array_equal(*(mask[clear] for mask in both))


def test_positions_cover_each_pass_once_and_can_be_cut_anywhere(carvana, tmp_path):
    data = cached(find_pairs(carvana), AREA, tmp_path / "cache")
    parts = [Part(data, "studio"), Part(data, "none", repeat=2)]
    whole = Views(parts, (16, 24), 4, range(54), seed=3)
    orders = [order.tolist() for order in whole.orders.values()]
    assert all(sorted(order) == list(range(18)) for order in orders)
    assert len({tuple(order) for order in orders}) == len(orders) == 3
    later = Views(parts, (16, 24), 4, range(23, 54), seed=3)
    for item in range(len(later)):
        for a, b in zip(later[item], whole[item + 23], strict=True):
            assert torch.equal(a, b)


def test_a_batch_has_one_size_and_some_are_portrait(carvana, tmp_path):
    data = cached(find_pairs(carvana), AREA, tmp_path / "cache")
    views = Views([Part(data, "street")], (16, 24), 4, range(80), seed=0, backgrounds=data)
    shapes = [tuple(views[item][0].shape[1:]) for item in range(len(views))]
    batches = [set(shapes[start : start + 4]) for start in range(0, 80, 4)]
    assert all(len(batch) == 1 for batch in batches)
    assert set.union(*batches) == {(16, 24), (24, 16)}


def test_validation_pictures_come_as_they_are(carvana, tmp_path):
    data = cached(find_pairs(carvana), AREA, tmp_path / "cache")
    some = Whole(data, every=4)
    assert len(some) == 2
    picture, truth = some[1]
    np.testing.assert_array_equal(picture.permute(1, 2, 0).numpy(), data[4][0])
    np.testing.assert_array_equal(truth.permute(1, 2, 0).numpy(), data[4][1])
