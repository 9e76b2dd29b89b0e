"""A packed copy trains and splits as its original does."""

import numpy as np
import pytest

from carseg.data.decoded import CAR, ESTIMATED, load_pair
from carseg.data.pack import pack
from carseg.data.pairs import find_pairs
from carseg.imaging import codec
from carseg.imaging.grid import resize_mask
from carseg.measures.overlap import counts
from tests.factories.pictures import write_carvana, write_pairs


def test_ids_groups_and_masks_are_those_of_the_original(tmp_path):
    root = write_carvana(tmp_path / "whole", size=(48, 72))
    before, done = find_pairs(root), []
    size = pack(before, tmp_path / "small", "carvana", 24 * 36, done.append)
    after = find_pairs(tmp_path / "small", strict=True)
    assert [(p.id, p.group, p.aspect) for p in after] == [(p.id, p.group, p.aspect) for p in before]
    assert sum(done) == len(before)
    assert size == sum(f.stat().st_size for f in (tmp_path / "small").rglob("*.webp"))
    for old, new in zip(before, after, strict=True):
        mask = codec.decode_mask(new.mask)
        assert mask.shape == (24, 36)
        np.testing.assert_array_equal(mask, resize_mask(codec.decode_mask(old.mask), mask.shape))
        assert (
            counts(
                load_pair(old, 600)[1][..., CAR] > 127, load_pair(new, 600)[1][..., CAR] > 127
            ).dice
            > 0.9
        )


def test_what_was_estimated_stays_known(tmp_path):
    root = write_pairs(tmp_path / "whole", ["a", "b", "c"])
    for folder, name, columns in (("parts", "a", 12), ("clean", "b", 40)):
        (root / folder).mkdir()
        mask = np.zeros((30, 45), bool)
        mask[5:20, 5:columns] = True
        (root / folder / f"{name}.png").write_bytes(codec.encode(mask))
    before = find_pairs(root, "pairs")
    pack(before, tmp_path / "small", "pairs", 10_000)
    after = find_pairs(tmp_path / "small", "pairs")
    assert [p.annotated is not None for p in after] == [True, False, False]
    for old, new in zip(before, after, strict=True):
        np.testing.assert_array_equal(load_pair(new, 600)[1], load_pair(old, 600)[1])
    assert load_pair(after[0], 600)[1][..., ESTIMATED].any()


def test_a_picture_never_grows(tmp_path):
    root = write_pairs(tmp_path / "whole", ["a"], size=(20, 31))
    pack(find_pairs(root, "pairs"), tmp_path / "small", "pairs", 10**6)
    (pair,) = find_pairs(tmp_path / "small", "pairs")
    assert codec.decode(pair.picture).shape == (20, 31, 3)


def test_a_broken_file_is_named(tmp_path):
    root = write_pairs(tmp_path / "whole", ["a"])
    (root / "images" / "a.png").write_bytes(b"no picture")
    with pytest.raises(codec.PictureError):
        pack(find_pairs(root, "pairs"), tmp_path / "small", "pairs", 900)
