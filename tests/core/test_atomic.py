"""A file that is written stands there whole, or stays what it was."""

import os
from pathlib import Path

import pytest

from carseg.core.atomic import write_atomically


def test_a_new_file_has_its_bytes_and_its_folder(tmp_path: Path):
    path = tmp_path / "new" / "folder" / "a.txt"
    write_atomically(path, b"\x00\xff\n")
    assert path.read_bytes() == b"\x00\xff\n"
    write_atomically(path, "größer\n")
    assert path.read_bytes() == "größer\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.txt"
    write_atomically(path, "old")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomically(path, "new and longer")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("unnamed", [True, False])
def test_the_same_with_and_without_files_that_have_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unnamed: bool
):
    if not unnamed:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    path = tmp_path / "a.txt"
    write_atomically(path, "old")
    write_atomically(path, "new")
    assert path.read_text() == "new"
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_locked_is_named(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        write_atomically(tmp_path / "file" / "a.txt", "x")
