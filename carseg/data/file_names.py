"""File names as they come from disks: spellings of accents, bytes that are no text, our results."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath
from typing import TypeVar

from carseg.core.errors import CarsegError
from carseg.imaging.codec import PICTURE_EXTENSIONS

_VIEWS = "mask|overlay|outline|cutout|probability"
_COMMON = "grey|background"
"""Views whose names photographs also have."""
_OURS = re.compile(rf"(?P<stem>.+)\.[^.]+\.(?:{_VIEWS})|.+\.[^.]+\.against\.[^.]+")
_MAYBE_OURS = re.compile(rf"(?P<stem>.+?)\.(?:.+\.(?:{_VIEWS}|{_COMMON})|truth)")
_WRITTEN = {".png", ".webp"}
_Path = TypeVar("_Path", bound=PurePath)


class DataError(CarsegError):
    """A data folder cannot be used; the message says what is missing."""


def shown(text: str) -> str:
    """A name that can be printed and stored: bytes that are no text become ``\\xfc``."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # a name of another system
        return text.encode("utf-8", "backslashreplace").decode()


def plain(name: str) -> str:
    """A name in one spelling (Unicode's NFC), which can be stored: names are compared in it."""
    return unicodedata.normalize("NFC", shown(name))


def picture_files(folder: Path) -> list[Path]:
    """The picture files of a folder by name, without hidden files and without folders.

    Raises:
        DataError: it cannot be read.
    """
    return files_of(folder, PICTURE_EXTENSIONS)


def files_of(folder: Path, suffixes: Iterable[str]) -> list[Path]:
    """The files of a folder with these suffixes (lower case) by name, without hidden ones.

    Raises:
        DataError: it cannot be read.
    """
    wanted = set(suffixes)
    try:
        return sorted(
            path
            for path in folder.iterdir()
            if path.suffix.lower() in wanted and not path.name.startswith(".") and path.is_file()
        )
    except OSError as error:
        raise DataError(unreadable(folder, error)) from error


def photo_files(folder: Path) -> list[Path]:
    """``picture_files`` without the results that carseg wrote beside them.

    Raises:
        DataError: it cannot be read.
    """
    return without_results(picture_files(folder))


def without_results(files: Sequence[_Path]) -> list[_Path]:
    """The files of one folder that are not named like results of carseg."""
    stems = {plain(path.stem).lower() for path in files}
    return [path for path in files if not _is_result(path, stems)]


def _is_result(path: PurePath, stems: set[str]) -> bool:
    """Whether a file is named like a result.

    Names that photographs have too are results only if their picture is in the folder.
    """
    if path.suffix.lower() not in _WRITTEN:
        return False
    stem = plain(path.stem).lower()
    if _OURS.fullmatch(stem):
        return True
    parts = stem.split(".")
    before = (".".join(parts[:end]) for end in range(1, len(parts)))
    beside = any(re.sub(r"-\d+$", "", each) in stems or each in stems for each in before)
    return beside and _MAYBE_OURS.fullmatch(stem) is not None


def unreadable(path: Path, error: OSError) -> str:
    """One sentence on a file or folder that cannot be opened."""
    return f"'{shown(str(path))}' cannot be read ({error.strerror or error})."
