"""Inputs of the command line: files, folders and URLs become names and bytes."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from carseg.data.pairs import picture_files
from carseg.imaging.codec import PictureError
from carseg.imaging.net.fetch import fetch

_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Input:
    """One picture that will be read.

    Attributes:
        source: the text that the user gave, or the file found in their folder.
        stem: a file name without suffix, unique among all inputs.
        read: returns its bytes, or raises an error with a sentence for people.
    """

    source: str
    stem: str
    read: Callable[[], bytes]


def expand(arguments: Iterable[str]) -> list[Input]:
    """The inputs of files, folders (their pictures by name, without subfolders) and http(s) URLs.

    Nothing is read yet. A second ``car`` becomes ``car-2``, so that no result overwrites another.
    """
    taken: set[str] = set()
    return [
        Input(source, unique(stem, taken), read)
        for argument in arguments
        for source, stem, read in _sources(argument)
    ]


def _sources(argument: str) -> Iterator[tuple[str, str, Callable[[], bytes]]]:
    if argument.startswith(("http://", "https://")):
        name = Path(unquote(urlsplit(argument).path)).stem
        yield argument, _UNSAFE.sub("_", name).strip("._") or "picture", lambda: fetch(argument)
        return
    path = Path(argument)
    if path.is_dir():
        files = picture_files(path)
        if not files:
            yield argument, path.name or "folder", lambda: _fail(f"'{path}' holds no pictures.")
        for file in files:
            yield str(file), file.stem, _reader(file)
    else:
        yield argument, path.stem or "picture", _reader(path)


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be opened"
            raise PictureError(f"'{path}' {reason}.") from None

    return read


def _fail(text: str) -> bytes:
    raise PictureError(text)


def unique(stem: str, taken: set[str]) -> str:
    """``stem``, or ``stem-2`` and so on if it is in ``taken`` (lower case); adds it there."""
    name, number = stem, 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name.lower())
    return name
