import hashlib
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from carseg.data.audit import audit
from carseg.data.pairs import DataError
from carseg.data.sets import SETS, NamedSet, find
from carseg.evaluation.loaded_pairs import read
from carseg.imaging import codec


@pytest.mark.parametrize(("group", "at_least"), [("studio", 17), ("street", 8)])
def test_the_shipped_samples_are_sets_of_their_own(group, at_least):
    chosen = SETS[f"rendered-{group}"]
    pairs = find(None, chosen)
    assert len(pairs) >= at_least
    assert {pair.id.partition("/")[0] for pair in pairs} == {group}
    assert chosen.domain == "rendered"
    for pair in pairs:
        sample = read(pair)
        assert sample.rgb.shape[:2] == sample.truth.shape
        assert 0.02 < np.mean(sample.truth) < 0.7


def test_the_car_free_set_holds_what_nothing_was_trained_on(tmp_path, monkeypatch):
    for number in range(3):
        Image.new("RGB", (8, 6), (number, 0, 0)).save(tmp_path / f"scene{number}.png")
    held = hashlib.sha256((tmp_path / "scene1.png").read_bytes()).hexdigest()
    monkeypatch.setattr("carseg.data.pairs.held_backgrounds", lambda: {held})
    (pair,) = find(tmp_path, SETS["car-free"])
    assert pair.id == "scene1"
    assert not read(pair).truth.any()
    np.testing.assert_array_equal(read(pair).rgb, codec.decode(tmp_path / "scene1.png"))


@pytest.mark.parametrize("name", sorted(n for n, one in SETS.items() if one.layout != "samples"))
def test_other_sets_need_their_folder(name):
    with pytest.raises(DataError, match="--data"):
        find(None, SETS[name])


def test_pictures_of_one_place_are_one_group(tmp_path):
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
        for stem in list(audit())[:40]:
            Image.new("L", (8, 6)).save(tmp_path / folder / f"{stem}.png")
    pairs = find(tmp_path, SETS["street-web"]) + find(tmp_path, SETS["street-photo"])
    assert len(pairs) == 40
    assert {p.group for p in pairs} == {audit()[p.id].cluster for p in pairs}
    assert len({p.group for p in pairs}) < 40


def test_any_folder_of_pictures_without_cars_is_a_set(tmp_path):
    for number in range(3):
        Image.new("RGB", (9, 7), (number, 0, 0)).save(tmp_path / f"scene{number}.png")
    chosen = NamedSet("backgrounds", "street")
    pairs = find(tmp_path, chosen)
    assert [pair.id for pair in pairs] == ["scene0", "scene1", "scene2"]
    assert not any(read(pair).truth.any() for pair in pairs)
    with pytest.raises(DataError, match="--split all"):
        find(tmp_path, replace(chosen, split="test"))
