"""Counts what a picture file would cost, by its bytes, before a decoder sees it.

A limit for pixels is not enough. A progressive JPEG of 70 KB may hold a thousand scans of 64
million pixels each; ten megabytes of empty comments, chunks or tags keep Pillow busy for seconds.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from io import BytesIO
from typing import NamedTuple

from PIL import Image

TOO_MUCH = (
    "This file is built so that reading it would take too long: open it elsewhere and save it "
    "again as JPEG or PNG."
)
MOST_SCANS, MOST_SCAN_PIXELS = 100, 2_000_000_000
"""Of a JPEG. Encoders make 10 to 20 scans: of 64 million pixels, 30 are read."""
MOST_SEGMENTS, MOST_JUNK, MOST_HEAD = 2_000, 2**17, 2**22
"""Segments of a JPEG before its pixels, bytes between them that belong to none, and bytes of those
that its pixels depend on: profiles of 3 MB exist."""
MOST_CHUNKS = 25_000
"""Of a PNG or WebP: encoders cut 50 MB into 6,400 or 12,800 parts."""
MOST_BLOCKS = 20_000
"""Of 255 bytes, in what stands before a GIF's first frame."""
MOST_TAGS, MOST_TAG_BYTES, MOST_STRIPS = 2_000, 2**25, 70_000
"""Of a TIFF's first directory: entries, bytes of all of them, and values of one entry."""
MOST_RLE = 2**19
"""Bytes of a compressed BMP, which Pillow unpacks run by run in Python."""

END = b"\xff\xd9"

_TOLD = {0xE0: b"JFIF\0", 0xE1: b"Exif\0\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Segments of a JPEG from applications that its look depends on, by their first bytes."""
_NO_FF = re.compile(rb"[^\xff]")
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_RARE = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF, 0xF7}
"""Frames without loss, of several sizes, or of JPEG-LS."""
_SHOWN = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"bKGD", b"pHYs",
}  # fmt: skip
"""Chunks of a PNG that its pixels depend on. Others are left out: texts, times, private ones."""
_HEVC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_PIXELS = {b"IHDR", b"PLTE", b"IDAT", b"fdAT", b"IEND"}
"""Chunks whose checksum Pillow looks at; others with a wrong one are left out."""
_ANYWHERE = {b"IDAT", b"fcTL", b"fdAT", b"IEND"}
"""Chunks that count behind the first pixels, and more than once. Of others the first one counts."""
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
               16: 8, 17: 8, 18: 8}  # fmt: skip


def too_much(kind: str, data: bytes) -> str:
    """Why a file is not decoded, in one sentence; empty if it may be.

    Args:
        kind: Pillow's name of the format.
        data: the whole file; also a ``mmap``.
    """
    check = _CHECKS.get(kind)
    try:
        return check(data) if check else ""
    except (struct.error, IndexError):  # cut off in a header: the decoder says so
        return ""


class _Segment(NamedTuple):
    """A part of a JPEG before its pixels: from its marker to the next."""

    marker: int
    start: int
    end: int


class _TooMuchError(Exception):
    """A file that costs too much."""


def _segments(data: bytes) -> Iterator[_Segment]:
    """The segments of a JPEG up to its first scan, which is the last one.

    Raises:
        _TooMuchError: they are too many.
    """
    at, number, junk = 2, 0, 0
    while True:
        first = data.find(b"\xff", at)
        code = _NO_FF.search(data, first + 1) if first >= 0 else None
        if code is None or data[code.start()] == 0xD9:
            return
        junk, number = junk + code.start() - at - 1, number + 1
        if number > MOST_SEGMENTS or junk > MOST_JUNK:
            raise _TooMuchError
        marker, at = data[code.start()], code.end()
        if marker >= 0xC0 and not 0xD0 <= marker <= 0xD8:
            (length,) = struct.unpack(">H", data[at : at + 2])
            at += max(2, length)
        yield _Segment(marker, code.start() - 1, at)
        if marker == 0xDA:
            return


def _jpeg(data: bytes) -> str:
    try:
        head = list(_segments(data))
    except _TooMuchError:
        return TOO_MUCH
    if not head or head[-1].marker != 0xDA:
        return ""
    scan = head[-1].start
    if sum(part.end - part.start for part in _kept(data, head)) > MOST_HEAD:
        return TOO_MUCH
    pixels = max((height * width for _, height, width, _ in _frames(data, head)), default=0)
    # Counting the two bytes is quick, but they may also stand in a thumbnail or behind the picture.
    scans = sum(1 for _ in _places(data, b"\xff\xda", scan))
    if scans <= MOST_SCANS and scans * pixels <= MOST_SCAN_PIXELS:
        return ""
    scans = sum(1 for _ in _scans(data, scan))
    return TOO_MUCH if scans > MOST_SCANS or scans * pixels > MOST_SCAN_PIXELS else ""


def _frames(data: bytes, head: list[_Segment]) -> Iterator[tuple[int, int, int, int]]:
    """(bits, height, width, channels) of each frame."""
    for part in head:
        if part.marker in _FRAMES and part.end - part.start >= 10:
            yield struct.unpack(">BHHB", data[part.start + 4 : part.start + 10])


def _kept(data: bytes, head: list[_Segment]) -> Iterator[_Segment]:
    """The segments that the pixels depend on, and of EXIF blocks the first."""
    exif = False
    for part in head:
        told = _TOLD.get(part.marker, b"" if part.marker < 0xE0 else None)
        if told is None or part.marker < 0xC0 or 0xD0 <= part.marker <= 0xD8:
            continue
        body = data[part.start + 4 : part.start + 4 + len(told)]
        if body != told or (exif and part.marker == 0xE1):
            continue
        exif |= part.marker == 0xE1
        yield part


def jpeg_to_show(data: bytes) -> bytes:
    """A JPEG without what no pixel depends on: comments, previews, other programs' notes."""
    try:
        head = list(_segments(data))
    except (_TooMuchError, struct.error):
        return data
    if not head or head[-1].marker != 0xDA:
        return data
    kept = [data[part.start : part.end] for part in _kept(data, head)]
    return b"".join((data[:2], *kept, data[head[-1].end :]))


def is_rare_jpeg(data: bytes) -> bool:
    """Whether a JPEG is of a kind that nearly no program reads: 12 bits, without loss, ..."""
    try:
        head = list(_segments(data))
    except (_TooMuchError, struct.error):
        return False
    if any(part.marker in _RARE for part in head):
        return True
    frames = list(_frames(data, head))
    return any(bits != 8 or not height or n not in {1, 3, 4} for bits, height, _, n in frames)


def _first_scan(data: bytes) -> int:
    """The place of the first scan, or -1."""
    try:
        return next((part.start for part in _segments(data) if part.marker == 0xDA), -1)
    except (_TooMuchError, struct.error):
        return -1


def _places(data: bytes, needle: bytes, at: int) -> Iterator[int]:
    while (at := data.find(needle, at)) >= 0:
        yield at
        at += len(needle)


def _scans(data: bytes, at: int) -> Iterator[int]:
    """The places of the scans, up to the end of the picture."""
    while (found := _MARKER.search(data, at)) is not None:
        marker, at = data[found.start() + 1], found.end()
        if marker == 0xD9:
            return
        if marker == 0xDA:
            yield found.start()
        if marker >= 0xC0 and marker != 0xD8:
            at += max(2, int.from_bytes(data[at : at + 2], "big"))


def has_end(data: bytes) -> bool:
    """Whether a JPEG has its last marker (0xFF 0xD9) behind its first scan."""
    scan = _first_scan(data)
    return scan < 0 or data.rfind(b"\xff\xd9") > scan


def ended(data: bytes) -> bytes:
    """A JPEG with the last marker that it lacks; the same bytes if pixels are missing too.

    Some cameras and transfers lose the marker, and viewers show the picture. Whether its pixels are
    all there shows by what may follow them: if anything else makes another picture, they are not.
    """
    pictures, data = [], bytes(data).rstrip(b"\xff")  # half of the marker may be there
    for more in (b"", b"\x5a\xa5" * 64):
        with (
            suppress(Exception),
            Image.open(BytesIO(data + more + END), formats=("JPEG",)) as image,
        ):
            image.load()
            pictures.append(image.tobytes())
    alike = len(pictures) == 2 and pictures[0] == pictures[1]
    return data + END if alike else data


def is_whole(kind: str, data: bytes) -> bool:
    """Whether a file that Pillow does not know is of a rare kind, rather than damaged."""
    try:
        if kind == "HEIF":
            return not {data[at : at + 4] for at in range(8, _brands_end(data), 4)} & _HEVC
        if kind == "BMP":
            return len(data) >= int.from_bytes(data[10:14], "little")
        return kind == "TIFF" and _strips_are_there(data)
    except (struct.error, IndexError):
        return False


def _brands_end(data: bytes) -> int:
    return min(int.from_bytes(data[:4], "big"), 64)


def is_raw(data: bytes) -> bool:
    """Whether a TIFF is a camera's raw file, whose first picture is only a preview."""
    known = dict(_short_tags(data))
    return 50706 in known or (330 in known and bool(known.get(254, 0) & 1))


def _strips_are_there(data: bytes) -> bool:
    """Whether all that a TIFF's directory speaks of lies within the file."""
    known = {tag: size for tag, _, _, size in tiff_tags(data)}
    return {256, 257, 262} <= known.keys() and (273 in known or 324 in known)


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, end) of each chunk with its length and checksum, up to the last one."""
    at = 8
    while at + 12 <= len(data):
        length, name = struct.unpack(">I4s", data[at : at + 8])
        yield name, at, at + 12 + length
        if name == b"IEND":
            return
        at += 12 + length


def _png(data: bytes) -> str:
    number = 0
    for number, _ in enumerate(_png_chunks(data)):
        if number > MOST_CHUNKS:
            return TOO_MUCH
    return ""


def png_to_show(data: bytes) -> bytes:
    """A PNG without the chunks that no pixel depends on; the same bytes if there are none.

    Chunks about colours that are damaged, come too late or come again are left out too, as browsers
    do.
    """
    kept, whole, seen = [(0, 8)], True, set[bytes]()
    for name, start, end in _png_chunks(data):
        late = name not in _ANYWHERE and (name in seen or b"IDAT" in seen)
        seen.add(name)
        if name in _SHOWN and not late and (name in _PIXELS or _counts(data, name, start, end)):
            if kept[-1][1] == start:
                kept[-1] = kept[-1][0], end
            else:
                kept.append((start, end))
        else:
            whole = False
    return data if whole else b"".join(data[start:end] for start, end in kept)


def _counts(data: bytes, name: bytes, start: int, end: int) -> bool:
    """Whether a chunk is whole and says something."""
    body = data[start + 8 : min(end - 4, start + 8 + 81)]
    if name == b"sRGB" and (end - start != 13 or body[0] > 3):
        return False
    if name == b"iCCP":  # a name of 1 to 79 letters, and the one known compression
        long = body.find(b"\0")
        if not 1 <= long <= 79 or body[long + 1 : long + 2] != b"\0":
            return False
    return _is_right(data, start, end)


def png_cicp(data: bytes) -> bytes:
    """The four numbers of a PNG's cICP chunk, which Pillow does not read; empty without one."""
    for name, start, end in _png_chunks(data):
        if name == b"cICP" and end - start == 16 and _is_right(data, start, end):
            return bytes(data[start + 8 : start + 12])
        if name == b"IDAT":
            break
    return b""


def _is_right(data: bytes, start: int, end: int) -> bool:
    return zlib.crc32(data[start + 4 : end - 4]) == int.from_bytes(data[end - 4 : end], "big")


def _gif(data: bytes) -> str:
    at, blocks = 13, 0
    if data[10] & 0x80:
        at += 3 * 2 ** ((data[10] & 7) + 1)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at, blocks = at + 1 + data[at], blocks + 1
            if blocks > MOST_BLOCKS:
                return TOO_MUCH
        at, blocks = at + 1, blocks + 1
    return ""


def _webp(data: bytes) -> str:
    at, chunks = 12, 0
    while at + 8 <= len(data):
        (length,) = struct.unpack("<I", data[at + 4 : at + 8])
        at, chunks = at + 8 + length + length % 2, chunks + 1
        if chunks > MOST_CHUNKS:
            return TOO_MUCH
    return ""


def _short_tags(data: bytes) -> Iterator[tuple[int, int]]:
    """(tag, first number) of each entry of the first directory of a TIFF of 32 bits."""
    order = "<" if data[:2] == b"II" else ">"
    if data[2:4] not in {b"*\0", b"\0*"}:
        return
    (at,) = struct.unpack(order + "I", data[4:8])
    (number,) = struct.unpack(order + "H", data[at : at + 2])
    for place in range(at + 2, at + 2 + 12 * min(number, MOST_TAGS), 12):
        tag, kind, _, value = struct.unpack(order + "HHII", data[place : place + 12])
        yield tag, value >> 16 if kind == 3 and order == ">" else value


def tiff_tags(data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(tag, type, number of values, bytes) of each entry of the first directory."""
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in {b"+\0", b"\0+"}
    (at,) = struct.unpack(order + ("Q" if big else "I"), data[8:16] if big else data[4:8])
    head, entry = ("Q", "HHQ") if big else ("H", "HHI")
    size = struct.calcsize("=" + head)
    (number,) = struct.unpack(order + head, data[at : at + size])
    step, used = (20 if big else 12), struct.calcsize("=" + entry)
    for place in range(at + size, at + size + step * min(number, MOST_TAGS + 1), step):
        tag, kind, values = struct.unpack(order + entry, data[place : place + used])
        yield tag, kind, values, values * _TYPE_BYTES.get(kind, 1)


def _tiff(data: bytes) -> str:
    total = 0
    for number, (_, kind, values, size) in enumerate(tiff_tags(data)):
        total += size
        listed = kind not in {1, 2, 6, 7}  # bytes and texts are read as a whole
        if number >= MOST_TAGS or total > MOST_TAG_BYTES or (listed and values > MOST_STRIPS):
            return TOO_MUCH
    scans = sum(1 for _ in _places(data, b"\xff\xda", 8))
    # A TIFF may hold JPEGs, a scan of each strip or tile; others hold the two bytes by chance.
    return TOO_MUCH if _has_jpegs(data) and scans > MOST_STRIPS else ""


def _has_jpegs(data: bytes) -> bool:
    return data.find(b"\xff\xd8\xff") >= 0


def _bmp(data: bytes) -> str:
    packed = len(data) >= 34 and int.from_bytes(data[30:34], "little") in {1, 2}
    return TOO_MUCH if packed and len(data) > MOST_RLE else ""


_CHECKS: dict[str, Callable[[bytes], str]] = {
    "JPEG": _jpeg, "PNG": _png, "GIF": _gif, "WEBP": _webp, "TIFF": _tiff, "BMP": _bmp,
}  # fmt: skip


def orientation(exif: bytes) -> int:
    """The way that a picture is turned, 1 to 8, from its EXIF block; 1 if it does not say.

    Only the first directory is looked at, entry by entry: nothing else of the block is read.
    """
    body = exif.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(body[:4])
    if order is None:
        return 1
    try:
        (at,) = struct.unpack(order + "I", body[4:8])
        (number,) = struct.unpack(order + "H", body[at : at + 2])
        for place in range(at + 2, at + 2 + 12 * number, 12):
            tag, kind, values, value = struct.unpack(order + "HHIH", body[place : place + 10])
            if tag == 0x0112:
                return value if kind == 3 and values == 1 and 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
