import hashlib
import logging

import pytest
from PIL import Image

from carseg.data.pairs import (
    DataError,
    find_backgrounds,
    find_pairs,
    find_pictures,
    held_backgrounds,
    picture_files,
)
from carseg.data.sets import NamedSet, find
from carseg.imaging.codec import PICTURE_EXTENSIONS


def test_carvana_layout(carvana):
    pairs = find_pairs(carvana)
    assert [p.id for p in pairs] == sorted(p.id for p in pairs)
    assert len(pairs) == 6
    assert {p.group for p in pairs} == {f"{n:012x}" for n in range(3)}
    assert all(
        p.mask.suffix == ".gif" and p.aspect == pytest.approx(1.498, abs=0.001) for p in pairs
    )


def test_pairs_layout(tmp_path):
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    Image.new("RGB", (8, 6)).save(tmp_path / "images" / "a.jpg")
    Image.new("L", (8, 6)).save(tmp_path / "masks" / "a.png")
    (tmp_path / "images" / "notes.txt").write_text("not a picture")
    (pair,) = find_pairs(tmp_path, "pairs")
    assert (pair.id, pair.group, pair.aspect) == ("a", "a", None)


def test_masks_may_be_named_as_masks(tmp_path):
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for name in ("a", "b", "c", "d_mask"):
        Image.new("RGB", (8, 6)).save(tmp_path / "images" / f"{name}.png")
    for name in ("a_mask", "b.truth", "c", "c_mask", "d_mask"):
        Image.new("L", (8, 6)).save(tmp_path / "masks" / f"{name}.png")
    found = {pair.id: pair.mask.name for pair in find_pairs(tmp_path, "pairs")}
    assert found == {
        **{"a": "a_mask.png", "b": "b.truth.png", "c": "c.png", "d_mask": "d_mask.png"},
    }


def test_an_unpaired_picture_is_named_or_an_error(carvana, caplog):
    (carvana / "train_masks" / "000000000001_02_mask.gif").unlink()
    with caplog.at_level(logging.WARNING):
        assert len(find_pairs(carvana)) == 5
    assert "000000000001_02" in caplog.text
    with pytest.raises(DataError, match="000000000001_02"):
        find_pairs(carvana, strict=True)


def test_bad_folders_say_what_is_missing(tmp_path):
    with pytest.raises(DataError, match="train"):
        find_pairs(tmp_path)
    with pytest.raises(DataError, match="Known are"):
        find_pairs(tmp_path, "coco")
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    with pytest.raises(DataError, match="no picture with a mask"):
        find_pairs(tmp_path, "pairs")


def test_what_was_annotated_goes_with_its_mask(tmp_path):
    for folder in ("images", "masks", "parts"):
        (tmp_path / folder).mkdir()
        for stem in ("a", "b"):
            Image.new("L", (8, 6)).save(tmp_path / folder / f"{stem}.png")
    (tmp_path / "parts" / "b.png").unlink()
    a, b = find_pairs(tmp_path, "pairs")
    assert a.annotated == tmp_path / "parts" / "a.png"
    assert len(a.files) == 3
    assert b.annotated is None
    assert len(b.files) == 2


def test_a_clean_mask_takes_the_place_of_one_that_was_completed(tmp_path):
    for folder in ("images", "masks", "parts", "clean"):
        (tmp_path / folder).mkdir()
        for stem in ("a", "b"):
            Image.new("L", (8, 6)).save(tmp_path / folder / f"{stem}.png")
    (tmp_path / "clean" / "b.png").unlink()
    a, b = find_pairs(tmp_path, "pairs")
    assert (a.mask.parent.name, a.annotated) == ("clean", None)
    assert (b.mask.parent.name, b.annotated.parent.name) == ("masks", "parts")
    certain = NamedSet("pairs", "street", certain=True)
    assert [pair.id for pair in find(tmp_path, certain)] == ["a"]
    (tmp_path / "clean" / "a.png").unlink()
    with pytest.raises(DataError, match="clean/"):
        find(tmp_path, certain)


def test_backgrounds_that_are_held_out_are_never_learned(tmp_path, monkeypatch):
    for number in range(4):
        Image.new("RGB", (8, 6), (number, 0, 0)).save(tmp_path / f"scene{number}.png")
    held = hashlib.sha256((tmp_path / "scene2.png").read_bytes()).hexdigest()
    monkeypatch.setattr("carseg.data.pairs.held_backgrounds", lambda: {held})
    assert [p.id for p in find_backgrounds(tmp_path)] == ["scene0", "scene1", "scene3"]
    (kept,) = find_backgrounds(tmp_path, held_out=True)
    assert (kept.id, kept.mask) == ("scene2", None)
    (tmp_path / "scene2.png").unlink()
    with pytest.raises(DataError, match="none of the 1 published"):
        find_backgrounds(tmp_path, held_out=True)


def test_a_hundred_backgrounds_are_held_out():
    assert len(held_backgrounds()) == 100


def test_a_folder_that_is_not_there_is_named(tmp_path):
    for search in (find_pairs, find_backgrounds, find_pictures):
        with pytest.raises(DataError, match=r"^There is no folder '.*nowhere'\.$"):
            search(tmp_path / "nowhere")


def test_the_other_layout_is_pointed_to(carvana, tmp_path):
    with pytest.raises(DataError, match=r"images'.* train/ and train_masks/.*--layout carvana"):
        find_pairs(carvana, "pairs")
    (tmp_path / "own").mkdir()
    for folder in ("images", "masks"):
        (tmp_path / "own" / folder).mkdir()
    with pytest.raises(DataError, match=r"train'.* images/ and masks/.*--layout pairs"):
        find_pairs(tmp_path / "own")
    (tmp_path / "own" / "masks").rmdir()
    with pytest.raises(DataError, match="train'") as error:
        find_pairs(tmp_path / "own")
    assert "--layout" not in str(error.value)


def pictures(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        Image.new("L", (8, 6)).save(folder / name, "png")


def test_what_the_app_takes_is_found_and_what_is_hidden_is_not(tmp_path):
    shown = [f"{number:02d}{suffix}" for number, suffix in enumerate(PICTURE_EXTENSIONS)]
    pictures(tmp_path, *shown, "._00.jpg", ".hidden.png", "upper.PNG", "notes.txt")
    assert [path.name for path in picture_files(tmp_path)] == [*shown, "upper.PNG"]
    assert [pair.picture.name for pair in find_pictures(tmp_path)] == [*shown, "upper.PNG"]


def test_two_pictures_of_one_stem_are_both_named(tmp_path):
    pictures(tmp_path / "images", "a.jpg", "a.png", "b.png")
    pictures(tmp_path / "masks", "a.png", "b.png")
    with pytest.raises(DataError, match=r"'a\.jpg' and 'a\.png'"):
        find_pairs(tmp_path, "pairs")
    with pytest.raises(DataError, match=r"'a\.jpg' and 'a\.png'"):
        find_backgrounds(tmp_path / "images")


def test_two_masks_of_one_picture_are_both_named(carvana):
    mask = carvana / "train_masks" / "000000000001_02_mask.gif"
    mask.with_name("000000000001_02.gif").write_bytes(mask.read_bytes())
    with pytest.raises(DataError, match=r"'000000000001_02\.gif' and '000000000001_02_mask\.gif'"):
        find_pairs(carvana)


def test_backgrounds_that_are_all_held_out_are_not_learned_from(tmp_path, monkeypatch):
    pictures(tmp_path, "a.png")
    held = {hashlib.sha256((tmp_path / "a.png").read_bytes()).hexdigest()}
    with pytest.raises(DataError, match="none of the 100 published"):
        find_backgrounds(tmp_path, held_out=True)
    monkeypatch.setattr("carseg.data.pairs.held_backgrounds", lambda: held)
    with pytest.raises(DataError, match="held out"):
        find_backgrounds(tmp_path)
    (tmp_path / "a.png").unlink()
    for held_out in (True, False):
        with pytest.raises(DataError, match="no picture"):
            find_backgrounds(tmp_path, held_out=held_out)
