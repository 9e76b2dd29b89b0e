import logging
import shutil

import numpy as np
import pytest
import torch

from carseg import images
from carseg.data.augment import AUGMENTATIONS, view
from carseg.data.cache import cached
from carseg.data.pairs import DataError, find_pairs
from carseg.data.views import Views


def test_the_cache_holds_the_resized_pairs_and_is_built_once(carvana, tmp_path):
    pairs = find_pairs(carvana)
    data = cached(pairs, (16, 24), tmp_path / "cache")
    assert data.pictures.shape == (6, 16, 24, 3)
    assert data.masks.shape == (6, 16, 24)
    truth = images.decode_mask(pairs[0].mask)
    assert data.masks[0].mean() == pytest.approx(truth.mean(), abs=0.05)
    shutil.rmtree(carvana / "train_masks")
    (carvana / "train_masks").mkdir()
    for pair in pairs:  # same sizes, other bytes: the cache is not read again from them
        pair.mask.write_bytes(b"")
    with pytest.raises(DataError):  # another key, and nothing readable
        cached(pairs, (16, 24), tmp_path / "cache")


def test_a_broken_file_is_named_and_skipped_or_an_error(carvana, tmp_path, caplog):
    (carvana / "train" / "000000000000_01.jpg").write_bytes(b"broken")
    pairs = find_pairs(carvana)
    with pytest.raises(DataError, match="000000000000_01"):
        cached(pairs, (16, 24), tmp_path / "strict", strict=True)
    assert list((tmp_path / "strict").iterdir()) == []
    with caplog.at_level(logging.WARNING):
        data = cached(pairs, (16, 24), tmp_path / "cache")
    assert len(data) == len(data.pictures) == 5
    assert "000000000000_01" in caplog.text


@pytest.mark.parametrize("name", sorted(AUGMENTATIONS))
def test_picture_and_mask_move_together(name):
    mask = np.zeros((20, 30), bool)
    mask[4:12, 3:11] = True
    rgb = np.where(mask[..., None], 220, 20).astype(np.uint8).repeat(3, -1)
    for seed in range(20):
        picture, truth = view(rgb, mask, AUGMENTATIONS[name](), seed)
        assert picture.shape == (3, 20, 30)
        assert truth.shape == (1, 20, 30)
        assert picture.float().mean(0)[truth[0]].min() > picture.float().mean(0)[~truth[0]].max()


def test_a_view_depends_on_its_seed_alone():
    rgb = np.random.default_rng(0).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    mask = rgb[..., 0] > 99
    transform = AUGMENTATIONS["flip-light"]()
    torch.manual_seed(5)
    first = view(rgb, mask, transform, 7)
    after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(after, torch.rand(1))
    assert torch.equal(first[0], view(rgb, mask, transform, 7)[0])
    assert any(not torch.equal(first[0], view(rgb, mask, transform, s)[0]) for s in range(5))


def test_positions_cover_each_pass_once_and_can_be_cut_anywhere(carvana, tmp_path):
    data = cached(find_pairs(carvana), (16, 24), tmp_path / "cache")
    whole = Views(data, "flip-light", 3, 0, 18)
    orders = [order.tolist() for order in whole.orders.values()]
    assert all(sorted(order) == list(range(6)) for order in orders)
    assert len({tuple(order) for order in orders}) > 1
    later = Views(data, "flip-light", 3, 7, 18)
    for item in range(len(later)):
        for a, b in zip(later[item], whole[item + 7], strict=True):
            assert torch.equal(a, b)
