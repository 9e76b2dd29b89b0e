"""Pictures in a ZIP: every folder is kept, and nothing that is in it does harm."""

import zipfile
from pathlib import Path

import pytest

from carseg.data import zip_photos
from carseg.data.archive import ArchiveError
from carseg.data.zip_photos import read_photo
from carseg.imaging.untrusted import PictureError
from tests.data.test_archive import patched


def packed(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, f"this is {name}")
    return path


def test_pictures_by_folder_without_what_is_hidden_and_without_results(tmp_path):
    path = packed(
        tmp_path / "a.zip",
        "b/car.JPG", "a.png", "b/notes.txt", "__MACOSX/b/._car.jpg", "b/.hidden.png",
        "b/car.street-best.mask.png", "b/c/car.jpg",
    )  # fmt: skip
    found = zip_photos.zip_photos(path)
    assert [name for _, name in found] == ["a.png", "b/car.JPG", "b/c/car.jpg"]
    assert [read_photo(path, number) for number, _ in found] == [
        f"this is {name}".encode() for _, name in found
    ]


def test_names_stay_within_the_archive(tmp_path):
    path = packed(tmp_path / "a.zip", "../../etc/x.png", "/r/y.png", "..\\w\\z.png")
    assert [name for _, name in zip_photos.zip_photos(path)] == [
        "etc/x.png",
        "r/y.png",
        "w/z.png",
    ]


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_zip_is_said(tmp_path, data):
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    with pytest.raises(ArchiveError, match=r"a\.zip' is no ZIP"):
        zip_photos.zip_photos(path)


def test_a_locked_one_and_one_of_too_many_files_are_refused(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", "a.png", "b.png", "c.png")
    monkeypatch.setattr(zip_photos, "MOST_FILES", 2)
    with pytest.raises(ArchiveError, match="more than 2 files"):
        zip_photos.zip_photos(path)
    path.write_bytes(patched(packed(path, "a.png").read_bytes(), 6, 8, lambda flags: flags | 1))
    with pytest.raises(ArchiveError, match="password"):
        zip_photos.zip_photos(path)


def test_a_damaged_or_huge_member_is_one_sentence(tmp_path, monkeypatch):
    path = packed(tmp_path / "a.zip", "a.png")
    whole = path.read_bytes()
    place = whole.index(b"a.png") + 5
    path.write_bytes(whole[:place] + b"\xff" * 4 + whole[place + 4 :])
    with pytest.raises(PictureError, match="damaged"):
        read_photo(path, 0)
    path.write_bytes(whole)
    monkeypatch.setattr(zip_photos, "MOST_MB", 0)
    with pytest.raises(PictureError, match="larger than 0 MB"):
        read_photo(path, 0)
