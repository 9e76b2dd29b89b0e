"""The pictures in a ZIP on disk, read one by one: nothing is unpacked beside it."""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path, PurePosixPath

from carseg.core.errors import CarsegError
from carseg.data.archive import MOST_FILES, ArchiveError, check_members, member_name
from carseg.data.file_names import plain, shown, without_results
from carseg.imaging.codec import MOST_MB, PICTURE_EXTENSIONS
from carseg.imaging.untrusted import PictureError

_ENTRY = re.compile(rb"PK\x01\x02")
"""Every entry of the table of contents begins with these bytes."""


def zip_photos(path: Path, title: str = "") -> list[tuple[int, str]]:
    """The number and the name of each picture in a ZIP, by folder and name.

    Hidden files and results that carseg wrote are left out, as in a folder.

    Args:
        title: what errors call it; '' for its path's name.

    Raises:
        ArchiveError: no ZIP, damaged, locked, or with too many files.
    """
    with _opened(path, title or path.name, count=True) as archive:
        members = archive.infolist()
        check_members(members)
        folders = defaultdict[str, dict[PurePosixPath, int]](dict)
        for number, info in enumerate(members):
            if (name := _photo_name(info)) is not None:
                folders[str(name.parent)].setdefault(name, number)
    return [
        (folders[folder][name], str(name))
        for folder in sorted(folders)
        for name in without_results(sorted(folders[folder]))
    ]


def read_photo(path: Path, number: int) -> bytes:
    """The bytes of a member.

    Raises:
        PictureError: it is damaged, or too large.
    """
    most = MOST_MB * 2**20
    try:
        with _opened(path, path.name) as archive, archive.open(archive.infolist()[number]) as file:
            data = file.read(most + 1)
    except ArchiveError as error:
        raise PictureError(str(error)) from error
    if len(data) > most:
        raise PictureError(f"This file is larger than {MOST_MB} MB.")
    return data


@contextmanager
def _opened(path: Path, title: str, *, count: bool = False) -> Iterator[zipfile.ZipFile]:
    try:
        if count:
            _count(path, title)
        with zipfile.ZipFile(path) as archive:
            yield archive
    except CarsegError:
        raise
    except Exception as error:
        # A hostile archive may raise nearly anything: struct.error, OverflowError, zlib.error, ...
        raise ArchiveError(
            f"'{shown(title)}' is no ZIP, or damaged or cut off: pack or send it again."
        ) from error


def _count(path: Path, title: str) -> None:
    """Raise ArchiveError for too many: zipfile makes an object for each as it opens a file."""
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        many = any(number >= MOST_FILES for number, _ in enumerate(_ENTRY.finditer(data)))
    if many:
        raise ArchiveError(f"'{shown(title)}' holds more than {MOST_FILES:,} files.")


def _photo_name(info: zipfile.ZipInfo) -> PurePosixPath | None:
    """A member's name with its folders; None for what is no picture, or hidden."""
    text = plain(member_name(info)).replace("\\", "/")
    name = PurePosixPath(*[part for part in text.split("/") if part not in {"", ".", ".."}])
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in name.parts)
    taken = name.suffix.lower() in PICTURE_EXTENSIONS and not info.is_dir() and not hidden
    return name if taken else None
