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

from PIL import Image

TOO_MUCH = (
    "This file is built so that reading it would take too long: open it elsewhere and save it "
    "again as JPEG or PNG."
)
MOST_SCANS, MOST_SCAN_PIXELS = 100, 2_000_000_000
"""Of a JPEG. Encoders make 10 to 20 scans: of 64 million pixels, 30 are read."""
MOST_SEGMENTS, MOST_JUNK = 2_000, 2**17
"""Segments of a JPEG before its pixels, and bytes between them that belong to none."""
MOST_CHUNKS = 25_000
"""Of a PNG or WebP: encoders cut 50 MB into 6,400 or 12,800 parts."""
MOST_BLOCKS = 20_000
"""Of 255 bytes, in what stands before a GIF's first frame."""
MOST_TAGS, MOST_TAG_BYTES, MOST_STRIPS = 2_000, 2**25, 70_000
"""Of a TIFF's first directory: entries, bytes of all of them, and values of one entry."""
MOST_RLE = 2**21
"""Bytes of a compressed BMP, which Pillow unpacks run by run in Python."""

END = b"\xff\xd9"

_NO_FF = re.compile(rb"[^\xff]")
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SHOWN = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"bKGD", b"pHYs",
}  # fmt: skip
"""Chunks of a PNG that its pixels depend on. Others are left out: texts, times, private ones."""
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


def _jpeg(data: bytes) -> str:
    scan, pixels = _first_scan(data)
    if scan < 0 or pixels < 0:
        return TOO_MUCH if pixels < 0 else ""
    # Counting the two bytes is quick, but they may also stand in a thumbnail or behind the picture.
    scans = sum(1 for _ in _places(data, b"\xff\xda", scan))
    if scans <= MOST_SCANS and scans * pixels <= MOST_SCAN_PIXELS:
        return ""
    scans = sum(1 for _ in _scans(data, scan))
    return TOO_MUCH if scans > MOST_SCANS or scans * pixels > MOST_SCAN_PIXELS else ""


def _first_scan(data: bytes) -> tuple[int, int]:
    """The place of the first scan and the pixels of the frame; pixels -1: too many segments."""
    at, segments, junk, pixels = 2, 0, 0, 0
    while segments < MOST_SEGMENTS and junk < MOST_JUNK:
        start = data.find(b"\xff", at)
        code = _NO_FF.search(data, start + 1) if start >= 0 else None
        if code is None:
            return -1, 0
        junk += code.start() - at - 1
        at, segments = code.end(), segments + 1
        marker = data[code.start()]
        if marker == 0xDA:
            return code.start() - 1, pixels
        if marker == 0xD9:
            return -1, 0
        if marker < 0xC0 or 0xD0 <= marker <= 0xD8:
            continue
        (length,) = struct.unpack(">H", data[at : at + 2])
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 3 : at + 7])
            pixels = height * width
        at += max(2, length)
    return -1, -1


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
    scan, _ = _first_scan(data)
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
        return kind == "BMP" or (kind == "TIFF" and _strips_are_there(data))
    except (struct.error, IndexError):
        return False


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
