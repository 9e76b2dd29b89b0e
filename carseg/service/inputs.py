"""Inputs of the command line: files, folders, ZIPs and URLs become names and bytes."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from carseg.data.file_names import DataError, photo_files, plain, shown, unreadable
from carseg.data.zip_photos import read_photo, zip_photos
from carseg.imaging.codec import PictureError
from carseg.imaging.net.fetch import fetch
from carseg.service.naming import unique

_UNSAFE = re.compile(r"[^\w.-]+")
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.IGNORECASE)
_LONGEST = 300
"""Characters of an input that are shown."""
_LONGEST_STEM = 150
"""Bytes: a file name has at most 255, and the model and the kind are added to the stem."""

Read = Callable[[], bytes]


@dataclass(frozen=True)
class Input:
    """One picture that will be read. It can be pickled.

    Attributes:
        source: the text that the user gave, or the file found in their folder, as it is shown.
        stem: a file name without suffix, unique among all inputs of its folder.
        read: returns its bytes, or raises an error with a sentence for people.
        folder: its place below the folder that was given, with slashes; '' for right there.
    """

    source: str
    stem: str
    read: Read
    folder: str = ""

    @property
    def file(self) -> str:
        """A file name that no other input has: its place, its stem and its ending."""
        name = f"{self.stem}{Path(link_name(self.source)).suffix.lower()}"
        return f"{self.folder}/{name}" if self.folder else name

    @property
    def parent(self) -> str:
        """The name of the folder that it is in; '' if it is not known."""
        is_address = re.match("https?://", self.source, re.IGNORECASE)
        return Path(_path_in(self.source) if is_address else self.source).parent.name


def expand(
    arguments: Iterable[str], *, subfolders: bool = False, without: Path | None = None
) -> list[Input]:
    """The inputs of files, folders and ZIPs (their pictures by name) and http(s) URLs.

    Results that carseg wrote are no pictures of a folder. Nothing is read yet. A second ``car``
    becomes ``car-2``, so that no result overwrites another. What cannot be used is an input whose
    ``read`` says why.

    Args:
        subfolders: take those of a folder, too, but hidden ones; links are not followed. Of a ZIP
            they are taken in any case.
        without: a subfolder that is left out: that of the results.
    """
    taken: set[str] = set()
    return [
        Input(_short(shown(source)), unique(stem, taken, within=folder), read, folder)
        for argument in arguments
        for folder, source, stem, read in _sources(argument, subfolders, without)
    ]


def brought(files: Iterable[tuple[str, Read]], taken: set[str]) -> list[Input]:
    """The inputs of files that a visitor sent, given as (name with its folders, what reads it).

    Args:
        taken: names of inputs that are there already; the new ones are added.
    """
    found = []
    for name, read in files:
        text = plain(name).replace("\\", "/")
        parts = [part for part in text.split("/") if part not in {"", ".", ".."}] or ["picture"]
        folder, stem = "/".join(parts[:-1]), _stem(Path(parts[-1]).stem)
        found.append(Input(_short(shown(name)), unique(stem, taken, within=folder), read, folder))
    return found


def read_file(path: Path) -> Read:
    """What reads a file of this machine."""
    return partial(_read, path)


def link_name(address: str) -> str:
    """The file name in the address of a picture, in plain letters: ``my car.png``."""
    name = unquote(_path_in(address)).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return "".join(letter for letter in plain(name) if letter.isprintable()) or "picture"


def _path_in(address: str) -> str:
    """The path of an address; '' where it is none."""
    try:
        return urlsplit(address.strip()).path
    except ValueError:
        return ""


Source = tuple[str, str, str, Read]
"""Its place below the folder that was given, its text, its stem, and what reads it."""


def _sources(argument: str, subfolders: bool, without: Path | None) -> Iterator[Source]:
    path = Path(argument)
    try:
        is_folder, is_there = path.is_dir(), path.exists()
    except (OSError, ValueError) as error:
        is_folder = is_there = False
        if _SCHEME.match(argument) is None:
            reason = error if isinstance(error, OSError) else OSError(0, "no file name")
            sentence = unreadable(Path(_short(argument)), reason)
            yield "", argument, _stem(path.stem), _failing(sentence)
            return
    scheme = _SCHEME.match(argument.strip())
    if scheme and not is_there:
        yield _address(argument, scheme[1].lower())
    elif is_folder:
        yield from _in_folder(argument, path, subfolders, without)
    elif is_there and path.suffix.lower() == ".zip" and path.is_file():
        yield from _in_zip(argument, path)
    else:
        yield "", argument, _stem(path.stem), read_file(path)


def _address(argument: str, scheme: str) -> Source:
    if scheme in {"http", "https"}:
        name = _UNSAFE.sub("_", Path(link_name(argument)).stem).strip("._")
        return "", argument, _stem(name), partial(_fetched, argument.strip())
    if scheme == "data":
        return "", argument, "picture", _failing("A data: address is not read: save it as a file.")
    text = f"There is no file of this name, and {scheme}: is no address that is read: use https."
    return "", argument, "picture", _failing(text)


def _in_folder(
    argument: str, path: Path, subfolders: bool, without: Path | None
) -> Iterator[Source]:
    found = False
    for place in [path, *(_below(path, without) if subfolders else ())]:
        folder = "" if place == path else place.relative_to(path).as_posix()
        try:
            files = photo_files(place)
        except DataError as error:
            found = True
            yield folder, str(place), _stem(place.name), _failing(str(error))
            continue
        for file in files:
            found = True
            yield folder, str(file), _stem(file.stem), read_file(file)
    if not found:
        yield "", argument, _stem(path.name), _failing(f"'{path}' holds no pictures.")


def _in_zip(argument: str, path: Path) -> Iterator[Source]:
    try:
        found = zip_photos(path)
    except DataError as error:
        yield "", argument, _stem(path.stem), _failing(str(error))
        return
    for number, name in found:
        place = PurePosixPath(name)
        folder = "" if str(place.parent) == "." else str(place.parent)
        yield folder, f"{argument}/{name}", _stem(place.stem), partial(read_photo, path, number)
    if not found:
        yield "", argument, _stem(path.stem), _failing(f"'{path}' holds no pictures.")


def _below(path: Path, without: Path | None) -> Iterator[Path]:
    """The folders below, by name, but hidden ones, links and ``without``."""
    left_out = None if without is None else without.resolve()
    for here, folders, _ in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in folders if Path(here, name).resolve() != left_out]
        yield from (Path(here, name) for name in folders if not Path(here, name).is_symlink())


def _stem(text: str) -> str:
    """A file name's stem that every disk takes: bytes that are no text become ``_``."""
    clean = plain(re.sub("[\udc80-\udcff]", "_", text)).strip(".") if text else ""
    while len(clean.encode()) > _LONGEST_STEM:
        clean = clean[:-1]
    return clean or "picture"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."


# What reads is a function of this module with its argument, which other processes can be given.


def _read(path: Path) -> bytes:
    try:
        special = path.exists() and not path.is_file()
        data = b"" if special else path.read_bytes()
    except (OSError, ValueError) as error:
        reason = "is not there" if isinstance(error, FileNotFoundError) else "cannot be opened"
        raise PictureError(f"'{_short(shown(str(path)))}' {reason}.") from None
    if special:  # a pipe or a device may never end
        raise PictureError(f"'{_short(shown(str(path)))}' is no file.")
    return data


def _fetched(address: str) -> bytes:
    return fetch(address)


def _failing(text: str) -> Read:
    return partial(_fail, text)


def _fail(text: str) -> bytes:
    raise PictureError(text)
