"""Reads pictures with masks from what a stranger sends: a ZIP, or the files of a folder.

Usable files are stored under made-up names in a private folder, which is deleted with its owner.
Bytes are counted while they are unpacked; what the archive says about its size is not trusted.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple

from carseg.core.errors import CarsegError
from carseg.data.archive_match import Match, Remark, match, remark_lines
from carseg.data.pairs import CARVANA_ASPECT, DataError, Pair
from carseg.data.private_folder import private_folder
from carseg.imaging import codec
from carseg.imaging.untrusted import PictureError, open_picture

MOST_FILES = 10_000
"""Entries of a ZIP, including those that are not used, or files of a folder."""
MOST_FILE_BYTES = 25 * 2**20
"""The limit for the file of one picture or mask."""
MOST_SENT = 500 * 2**20
"""The limit for a ZIP, or for all files of a folder together."""
MOST_UNPACKED = 2 * 2**30
RATIO = 100
"""The highest ratio of unpacked to packed bytes. Photographs hardly shrink in a ZIP; uncompressed
masks do, but they are the smaller part."""
MOST_PIXELS = 4_000_000_000
"""The limit for the pixels of all pictures and masks together: 330 photos of 12 million."""
LITTLE = 64 * 2**20
"""A ZIP may always unpack to this many bytes, whatever its ratio."""

NO_MEMORY = "There is not enough memory for this set: send fewer pictures."

Progress = Callable[[int, int], Any]
"""Called with the number of pairs done and the number of all pairs."""


class ArchiveError(DataError):
    """Nothing that was sent can be used; the text is one sentence for its owner."""


@dataclass(frozen=True)
class Item:
    """A pair under made-up names. ``pair.id`` is the name to show; hashes are of the sent bytes."""

    pair: Pair
    layout: str
    picture_sha256: str
    truth_sha256: str


@dataclass(frozen=True)
class Found:
    """The recognised pairs, by id. Their files exist as long as ``folder`` does."""

    folder: TemporaryDirectory
    items: tuple[Item, ...]
    remarks: tuple[Remark, ...]

    @property
    def pairs(self) -> list[Pair]:
        """The pairs, as ``carseg.evaluation.evaluate`` takes them."""
        return [item.pair for item in self.items]

    def summary(self, show: Callable[[str], str] = str) -> str:
        """'48 pairs in images/ and masks/; 2 pictures without a mask: a.jpg, b.jpg'.

        ``show`` escapes a name for the place where the text is shown.
        """
        layouts = " or ".join(dict.fromkeys(item.layout for item in self.items))
        number = len(self.items)
        own = f"{number:,} pair{'' if number == 1 else 's'} {layouts}"
        return "; ".join([own, *remark_lines(self.remarks, show)])


def from_zip(data: bytes, progress: Progress = lambda *_: None) -> Found:
    """The pairs in a ZIP; ``archive_names.match`` says which files belong together.

    The remarks name every file that cannot be used.

    Raises:
        ArchiveError: no ZIP, damaged, locked, over a limit, or without a usable pair.
    """
    if len(data) > MOST_SENT:
        raise ArchiveError(f"This ZIP is larger than {MOST_SENT // 2**20} MB: send fewer pictures.")
    # Every entry of the table of contents begins with these bytes, and zipfile creates an object
    # for each entry: so entries are counted before zipfile opens the file.
    if data.count(b"PK\x01\x02") > MOST_FILES:
        raise ArchiveError(_too_many("ZIP"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # A member without a name is none; ``is_dir`` would fail at it.
            members = [info for info in archive.infolist() if info.filename and not info.is_dir()]
            _check(members)
            offers = [_Offer(_name(info), partial(archive.open, info)) for info in members]
            return _gather(offers, min(MOST_UNPACKED, max(LITTLE, RATIO * len(data))), progress)
    except CarsegError:
        raise
    except MemoryError as error:
        raise ArchiveError(NO_MEMORY) from error
    except Exception as error:
        # A hostile archive may raise nearly anything: struct.error, OverflowError, IndexError, ...
        raise ArchiveError(
            "This is not a ZIP, or it is damaged or cut off: pack or send it again."
        ) from error


def from_files(files: Iterable[tuple[str, bytes]], progress: Progress = lambda *_: None) -> Found:
    """The pairs among files given as (name with folders, bytes). Raises as ``from_zip``."""
    files = list(files)
    if len(files) > MOST_FILES:
        raise ArchiveError(_too_many("folder"))
    if sum(len(data) for _, data in files) > MOST_SENT:
        raise ArchiveError(
            f"This folder holds more than {MOST_SENT // 2**20} MB: send fewer pictures."
        )
    offers = [_Offer(name, partial(io.BytesIO, data)) for name, data in files]
    return _gather(offers, MOST_UNPACKED, progress)


class _Offer(NamedTuple):
    name: str
    open: Callable[[], IO[bytes]]


class _LeftOutError(Exception):
    """A pair is left out; ``kind`` and ``detail`` are those of a remark."""

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


class _Meter:
    """Counts the unpacked bytes and the pixels, also those of pairs that are left out."""

    def __init__(self, allowed: int) -> None:
        self.left, self.pixels = allowed, MOST_PIXELS

    def see(self, data: bytes) -> None:
        """Count a picture's pixels by its header, before it is decoded."""
        with open_picture(data) as image:
            self.pixels -= image.width * image.height
        if self.pixels < 0:
            raise ArchiveError(
                f"These pictures have more than {MOST_PIXELS // 10**9} billion pixels together: "
                "send fewer of them, or smaller ones."
            )

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise ArchiveError(
                f"This unpacks to more than {MOST_UNPACKED // 2**30} GB, or to more than {RATIO} "
                "times its size: send fewer pictures."
            )


def _too_many(what: str) -> str:
    return f"This {what} holds more than {MOST_FILES:,} files: send fewer pictures."


def _check(members: Iterable[zipfile.ZipInfo]) -> None:
    """Raises ArchiveError if a member is locked or packed in an unusual way."""
    for info in members:
        if info.flag_bits & 0x41:
            raise ArchiveError("This ZIP is locked with a password: pack it again without one.")
        # LZMA may ask for gigabytes of memory before it has unpacked a byte.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ArchiveError(
                "This ZIP is packed in a way that is not read here: pack it again with the usual "
                "method (Deflate)."
            )


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name. Many programs write UTF-8 without setting the flag for it."""
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode()
    return info.filename


def _gather(offers: Sequence[_Offer], allowed: int, progress: Progress) -> Found:
    matches, remarks = match([offer.name for offer in offers])
    folder = private_folder()
    meter = _Meter(allowed)
    items: dict[tuple[str, str], Item] = {}
    try:
        for number, one in enumerate(matches):
            try:
                item, kinds = _keep(offers, one, Path(folder.name) / f"{number:05}", items, meter)
            except _LeftOutError as reason:
                remarks.append(Remark(reason.kind, one.id, reason.detail))
            else:
                items[item.picture_sha256, item.truth_sha256] = item
                remarks += [Remark(kind, one.id) for kind in kinds]
            progress(number + 1, len(matches))
        if not items:
            raise ArchiveError(_nothing(remarks))
    except BaseException:
        folder.cleanup()
        raise
    return Found(folder, tuple(items.values()), tuple(remarks))


def _nothing(remarks: Iterable[Remark]) -> str:
    rest = "; ".join(remark_lines(remarks))
    return "There is no picture with a mask of its size here" + (f": {rest}." if rest else ".")


def _keep(
    offers: Sequence[_Offer], one: Match, place: Path, known: dict, meter: _Meter
) -> tuple[Item, list[str]]:
    """Write a pair to ``place``.picture and .mask; the item, and kinds of remarks on it."""
    picture = _bytes(offers[one.picture], meter)
    truth = _bytes(offers[one.mask], meter, "its mask: ")
    hashes = codec.digest(picture), codec.digest(truth)
    if hashes in known:
        raise _LeftOutError("again", f"as {known[hashes].pair.id}")
    height, width = _decoded(codec.decode, picture, meter).shape[:2]
    mask = _decoded(codec.decode_mask, truth, meter, "its mask: ")
    if mask.shape != (height, width):
        sizes = f"{width}x{height}, its mask {mask.shape[1]}x{mask.shape[0]}"
        raise _LeftOutError("size", sizes)
    files = place.with_suffix(".picture"), place.with_suffix(".mask")
    try:
        for file, data in zip(files, (picture, truth), strict=True):
            file.write_bytes(data)
    except OSError as error:
        raise ArchiveError(
            "There is no room here to unpack this: send fewer pictures, or try again later."
        ) from error
    squashed = bool(one.car) and abs(width / height / CARVANA_ASPECT - 1) > 0.02
    pair = Pair(one.id, *files, one.car or one.id, CARVANA_ASPECT if squashed else None)
    kinds = ["answer"] * one.answer + ["empty"] * (not mask.any())
    return Item(pair, one.layout, *hashes), kinds


def _bytes(offer: _Offer, meter: _Meter, what: str = "") -> bytes:
    """A file's bytes, counted as they come."""
    data = bytearray()
    try:
        with offer.open() as file:
            # In small blocks: if a member is damaged, at most one block is not counted.
            while chunk := file.read(2**16):
                meter.take(len(chunk))
                data += chunk
                if len(data) > MOST_FILE_BYTES:
                    text = f"{what}This file is larger than {MOST_FILE_BYTES // 2**20} MB."
                    raise _LeftOutError("unreadable", text)
    except (ArchiveError, _LeftOutError):
        raise
    except Exception as error:
        # Like its table of contents, a ZIP's members may be damaged in many ways.
        text = f"{what}This file is damaged inside the archive."
        raise _LeftOutError("unreadable", text) from error
    return bytes(data)


def _decoded(decode: Callable[[bytes], Any], data: bytes, meter: _Meter, what: str = "") -> Any:
    try:
        meter.see(data)
        return decode(data)
    except PictureError as error:
        raise _LeftOutError("unreadable", f"{what}{error}") from error
