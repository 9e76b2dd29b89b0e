"""Reads pictures with masks from what a stranger sends: a ZIP, or the files of a folder.

Usable files are stored under made-up names in a private folder, which is deleted with its owner.
Bytes are counted while they are unpacked; what the archive says about its size is not trusted.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple

import numpy as np

from carseg.core.atomic import write_atomically
from carseg.core.errors import CarsegError
from carseg.data.annotations import (
    MOST_ENTRIES,
    Drawing,
    car_labels,
    entries,
    labels_of,
    mask_of,
    read_annotations,
)
from carseg.data.archive_match import DRAWN, Match, Remark, annotation_files, match, remark_lines
from carseg.data.pairs import CARVANA_ASPECT, DataError, Pair
from carseg.data.polygons import AnnotationError
from carseg.data.private_folder import private_folder
from carseg.imaging import codec
from carseg.imaging.car_choice import CarChoice, Label
from carseg.imaging.grid import Size
from carseg.imaging.masks import TrueMask, UnsureMaskError, VoidMaskError, read_mask
from carseg.imaging.untrusted import PictureError, open_picture, upright

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
    """A pair under made-up names. ``pair.id`` is the name to show; hashes are of the sent bytes.

    A mask that an annotation file draws, or in which a person chose the car, has the hash of the
    PNG that was made of it. ``unsure`` holds the labels of a mask whose car nobody has chosen yet,
    ``doubt`` those of a mask that was read, though another label may be the car.
    """

    pair: Pair
    layout: str
    picture_sha256: str
    truth_sha256: str
    unsure: tuple[Label, ...] = ()
    drawing: Drawing | None = None
    doubt: tuple[Label, ...] = ()


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

    @property
    def unsure(self) -> tuple[Label, ...]:
        """The labels to choose the car from, where a mask is not sure; each once."""
        return _each_once(label for item in self.items for label in item.unsure)

    @property
    def doubt(self) -> tuple[Label, ...]:
        """The labels to choose from, where another one than was taken may be the car."""
        return _each_once(label for item in self.items for label in item.doubt)

    def with_car(self, car: CarChoice) -> "Found":
        """The same set, where a person said what is the car in the masks that were not sure.

        If all are sure, it is said of those that were read with a doubt.

        Raises:
            ArchiveError: none of these masks has that label.
        """
        kind = "unsure" if self.unsure else "doubt"
        chosen = {
            item.pair.mask: self._chosen(item, item.pair.mask, car)
            for item in self.items
            if getattr(item, kind) and item.pair.mask is not None
        }
        if not any(true.car.any() for true in chosen.values()):
            raise ArchiveError(f"None of these masks has the label '{car}': choose another.")
        items, remarks = [], [r for r in self.remarks if r.kind != kind]
        for item in self.items:
            mask = item.pair.mask
            if mask is None or mask not in chosen:
                items.append(item)
                continue
            data = chosen[mask].encoded()
            write_atomically(mask, data)
            digest = codec.digest(data)
            items.append(replace(item, truth_sha256=digest, unsure=(), drawing=None, doubt=()))
            remarks += _remarks(chosen[mask], item.pair.id)
        return replace(self, items=tuple(items), remarks=tuple(remarks))

    def summary(self, show: Callable[[str], str] = str) -> str:
        """'48 pairs in images/ and masks/; 2 pictures without a mask: a.jpg, b.jpg'.

        ``show`` escapes a name for the place where the text is shown.
        """
        layouts = " or ".join(dict.fromkeys(item.layout for item in self.items))
        number = len(self.items)
        own = f"{number:,} pair{'' if number == 1 else 's'} {layouts}"
        return "; ".join([own, *remark_lines(self.remarks, show)])

    @staticmethod
    def _chosen(item: Item, mask: Path, car: CarChoice) -> TrueMask:
        if item.drawing is None:
            return read_mask(mask, car)
        return mask_of(item.drawing, read_mask(mask).car.shape, car)


def _each_once(labels: Iterable[Label]) -> tuple[Label, ...]:
    return tuple({label.name: replace(label, share=None) for label in labels}.values())


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
            check_members(members)
            offers = [_Offer(member_name(info), partial(archive.open, info)) for info in members]
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


def check_members(members: Iterable[zipfile.ZipInfo]) -> None:
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


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name. Many programs write UTF-8 without setting the flag for it."""
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            return info.filename.encode("cp437").decode()
    return info.filename


def _gather(offers: Sequence[_Offer], allowed: int, progress: Progress) -> Found:
    names, meter = [offer.name for offer in offers], _Meter(allowed)
    drawings, remarks = _drawings(offers, meter)
    matches, more = match(names, {stem: place for stem, (place, _) in drawings.stems.items()})
    remarks += more
    folder = private_folder()
    items: dict[tuple[str, str], Item] = {}
    try:
        for number, one in enumerate(matches):
            try:
                item, more = _keep(
                    offers, one, Path(folder.name) / f"{number:05}", items, meter, drawings=drawings
                )
            except _LeftOutError as reason:
                remarks.append(Remark(reason.kind, one.id, reason.detail))
            else:
                items[item.picture_sha256, item.truth_sha256] = item
                remarks += more
            progress(number + 1, len(matches))
        if not items:
            raise ArchiveError(_nothing(remarks))
    except BaseException:
        folder.cleanup()
        raise
    return Found(folder, tuple(items.values()), tuple(remarks))


@dataclass(frozen=True)
class _Drawings:
    """What annotation files draw: the file's position and the drawing, by the picture's stem.

    ``car`` are the labels that are the car, in all files together, or None where that is not sure:
    then ``unsure`` are those to choose from.
    """

    stems: Mapping[str, tuple[int, Drawing]]
    car: CarChoice | None
    unsure: tuple[Label, ...] = ()

    def of(self, name: str) -> Drawing:
        """The drawing of a picture."""
        return self.stems[PurePosixPath(name).stem][1]


def _drawings(offers: Sequence[_Offer], meter: "_Meter") -> tuple[_Drawings, list[Remark]]:
    """What the annotation files among the offers draw, and a remark on each damaged one."""
    stems: dict[str, tuple[int, Drawing]] = {}
    remarks, left = [], MOST_ENTRIES
    for place in annotation_files([offer.name for offer in offers]):
        name = offers[place].name
        try:
            found = read_annotations(_bytes(offers[place], meter), name, left)
        except _LeftOutError as error:
            remarks.append(Remark("notes", name, error.detail))
        except AnnotationError as error:
            remarks.append(Remark("notes", name, str(error)))
        else:
            left -= entries(found or {})
            stems |= {stem: (place, drawing) for stem, drawing in (found or {}).items()}
    try:
        car = car_labels(labels_of(drawing for _, drawing in stems.values()))
    except UnsureMaskError as error:
        return _Drawings(stems, None, error.labels), remarks
    return _Drawings(stems, car), remarks


def _nothing(remarks: Iterable[Remark]) -> str:
    rest = "; ".join(remark_lines(remarks))
    return "There is no picture with a mask of its size here" + (f": {rest}." if rest else ".")


def _keep(
    offers: Sequence[_Offer],
    one: Match,
    place: Path,
    known: dict,
    meter: _Meter,
    *,
    drawings: _Drawings,
) -> tuple[Item, list[Remark]]:
    """Write a pair to ``place``.picture and .mask; the item, and remarks on it."""
    picture = _bytes(offers[one.picture], meter)
    height, width = _decoded(codec.decode, picture, meter).shape[:2]
    drawing, unsure = None, drawings.unsure
    if one.layout == DRAWN:
        drawing = drawings.of(one.id)
        true = _shaped(drawing, (height, width), drawings.car)
        truth = true.encoded()
    else:
        truth = _bytes(offers[one.mask], meter, "its mask: ")
        true, unsure = _decoded(_read_mask, truth, meter, "its mask: ")
    hashes = codec.digest(picture), codec.digest(truth)
    if hashes in known:
        raise _LeftOutError("again", f"as {known[hashes].pair.id}")
    if true.car.shape != (height, width):
        sizes = f"{width}x{height}, its mask {true.car.shape[1]}x{true.car.shape[0]}"
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
    remarks = [Remark("answer", one.id)] * one.answer
    remarks += [Remark("unsure", one.id)] if unsure else _remarks(true, one.id)
    return Item(pair, one.layout, *hashes, unsure, drawing, true.doubt), remarks


def _remarks(true: TrueMask, name: str) -> list[Remark]:
    """Remarks on a mask that was read."""
    found = [Remark("empty", name)] * (not true.car.any())
    found += [Remark("void", name)] * (true.void is not None)
    return found + ([Remark("doubt", name, true.note)] if true.doubt else [])


def _read_mask(data: bytes) -> tuple[TrueMask, tuple[Label, ...]]:
    """A mask; and if it is not sure which part is the car, the labels to choose from."""
    try:
        return read_mask(data), ()
    except VoidMaskError:
        raise
    except UnsureMaskError as error:
        if not error.labels:
            raise
        with open_picture(data) as image:
            width, height = upright(image).size
        return TrueMask(np.zeros((height, width), bool)), error.labels


def _shaped(drawing: Drawing, size: Size, car: CarChoice | None) -> TrueMask:
    """What an annotation file draws; nothing as long as nobody has chosen the car's label."""
    try:
        return TrueMask(np.zeros(size, bool)) if car is None else mask_of(drawing, size, car)
    except AnnotationError as error:
        raise _LeftOutError("unreadable", str(error)) from error


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
