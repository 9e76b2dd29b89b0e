"""Pictures under the data folder: found by id, and nothing read that lies outside of it."""

from pathlib import Path

import pytest

from carseg.core import settings
from carseg.data.pairs import Pair
from carseg.evaluation import local_files
from carseg.imaging import codec
from tests.factories.pictures import write_carvana, write_pairs

IDS = [f"IMG_2020_{i}" for i in range(4)]


def test_the_folder_is_off_by_default(monkeypatch):
    monkeypatch.delenv("CARSEG_DATA_ROOT", raising=False)
    assert settings.data_root() is None
    assert local_files.local_pairs(None, "street-photo", IDS) == {}
    monkeypatch.setenv("CARSEG_DATA_ROOT", "")
    assert settings.data_root() is None
    monkeypatch.setenv("CARSEG_DATA_ROOT", "/data")
    assert settings.data_root() == Path("/data")


@pytest.mark.parametrize("below", ["", "intelecai", "kaggle/intelecai"])
def test_pairs_are_found_by_id_up_to_two_folders_below(tmp_path, below):
    folder = write_pairs(tmp_path / below, IDS)
    found = local_files.local_pairs(tmp_path, "street-photo", IDS[:3])
    assert set(found) == set(IDS[:3]), "only what was asked for"
    assert found[IDS[1]].picture == folder / "images" / f"{IDS[1]}.png"
    assert set(local_files.local_pairs(tmp_path, "street-photo-refined", IDS)) == set(IDS)


@pytest.mark.parametrize("below", ["a/b/c", ".hidden"])
def test_deeper_and_hidden_folders_are_not_looked_at(tmp_path, below):
    write_pairs(tmp_path / below, IDS)
    assert local_files.local_pairs(tmp_path, "street-photo", IDS) == {}


def test_the_folder_with_most_of_the_ids_counts(tmp_path):
    write_pairs(tmp_path / "a-other", IDS[:2])
    right = write_pairs(tmp_path / "b-right", IDS)
    found = local_files.local_pairs(tmp_path, "street-photo", IDS)
    assert {pair.picture.parent.parent for pair in found.values()} == {right}


def test_a_few_equal_names_do_not_make_it_the_set(tmp_path):
    write_pairs(tmp_path, [IDS[0], "x", "y"])
    assert local_files.local_pairs(tmp_path, "street-web", IDS) == {}
    assert set(local_files.local_pairs(tmp_path, "street-web", IDS[:2])) == {IDS[0]}, (
        "half is enough"
    )


@pytest.mark.parametrize("name", ["mine", "rendered-street", "car-free", "../street-photo"])
def test_of_other_sets_no_layout_is_known(tmp_path, name):
    write_pairs(tmp_path, IDS)
    assert local_files.local_pairs(tmp_path, name, IDS) == {}


@pytest.mark.parametrize("name", ["nothing", "a file"])
def test_no_folder_holds_nothing(tmp_path, name):
    (tmp_path / "a file").write_text("no folder")
    assert local_files.local_pairs(tmp_path / name, "street-photo", IDS) == {}


@pytest.mark.parametrize("link", ["set", "images", "picture", "mask"])
def test_a_link_that_leads_out_is_refused(tmp_path, link):
    root, outside = tmp_path / "root", write_pairs(tmp_path / "outside", IDS)
    root.mkdir()
    if link == "set":
        (root / "set").symlink_to(outside)
    elif link == "images":
        write_pairs(root / "set", IDS[:0])
        (root / "set" / "images").rmdir()
        (root / "set" / "images").symlink_to(outside / "images")
        (root / "set" / "masks").rmdir()
        (root / "set" / "masks").symlink_to(outside / "masks")
    else:
        folder = "images" if link == "picture" else "masks"
        write_pairs(root / "set", IDS)
        file = root / "set" / folder / f"{IDS[0]}.png"
        file.unlink()
        file.symlink_to(outside / folder / f"{IDS[0]}.png")
    found = local_files.local_pairs(root, "street-photo", IDS)
    if link in ("set", "images"):
        assert found == {}
        return
    for read in (local_files.checked_pair, local_files.files, local_files.thumbnail):
        with pytest.raises(codec.PictureError, match="outside of the data folder"):
            read(root, found[IDS[0]])
    assert local_files.thumbnail(root, found[IDS[1]]).shape == (30, 45, 3)


def test_the_folder_itself_may_be_a_link_and_links_inside_are_fine(tmp_path):
    real = write_pairs(tmp_path / "real" / "set", IDS)
    inner = real / "images" / f"{IDS[0]}.png"
    inner.rename(tmp_path / "real" / "moved.png")
    inner.symlink_to(tmp_path / "real" / "moved.png")
    (tmp_path / "root").symlink_to(tmp_path / "real")
    found = local_files.local_pairs(tmp_path / "root", "street-photo", IDS)
    assert local_files.files(tmp_path / "root", found[IDS[0]])[0] == inner.read_bytes()


def test_a_pair_with_dots_in_its_path_is_refused(tmp_path):
    outside = write_pairs(tmp_path / "outside", IDS)
    root = write_pairs(tmp_path / "root", IDS)
    path = root / ".." / "outside" / "images" / f"{IDS[0]}.png"
    assert path.is_file()
    assert outside.is_dir()
    with pytest.raises(codec.PictureError, match="outside"):
        local_files.checked_pair(root, Pair(IDS[0], path, None, ""))


def test_too_large_or_gone_is_one_sentence(tmp_path, monkeypatch):
    root = write_pairs(tmp_path, IDS)
    found = local_files.local_pairs(root, "street-photo", IDS)
    found[IDS[0]].picture.unlink()
    with pytest.raises(codec.PictureError, match="gone"):
        local_files.files(root, found[IDS[0]])
    monkeypatch.setattr(local_files, "_MOST_BYTES", 10)
    with pytest.raises(codec.PictureError, match="make it smaller"):
        local_files.thumbnail(root, found[IDS[1]])


def test_files_are_those_of_the_data_set(tmp_path):
    root = write_pairs(tmp_path, IDS)
    pair = local_files.local_pairs(root, "street-photo", IDS)[IDS[2]]
    assert local_files.files(root, pair) == (pair.picture.read_bytes(), pair.mask.read_bytes())
    assert (codec.decode(local_files.files(root, pair)[0]) == 42).all()


def test_squashed_copies_get_their_aspect_back(tmp_path):
    write_carvana(tmp_path, cars=2, angles=1, size=(64, 64))
    ids = [f"{car:012x}_01" for car in range(2)]
    pair = local_files.local_pairs(tmp_path, "carvana-test", ids)[ids[1]]
    assert local_files.thumbnail(tmp_path, pair, 48).shape == (32, 48, 3)
    picture, mask = local_files.files(tmp_path, pair)
    assert codec.decode(picture).shape == (64, 96, 3)
    assert codec.decode_mask(mask).shape == (64, 96)
    assert codec.decode_mask(mask).mean() == pytest.approx(
        codec.decode_mask(pair.mask).mean(), abs=0.01
    )


def test_whole_pictures_keep_their_files(tmp_path):
    write_carvana(tmp_path, cars=1, angles=1, size=(24, 36))
    pair = local_files.local_pairs(tmp_path, "carvana-test", ["000000000000_01"])["000000000000_01"]
    assert local_files.files(tmp_path, pair)[0] == pair.picture.read_bytes()
    assert local_files.thumbnail(tmp_path, pair).shape == (24, 36, 3)
