"""Opens a stranger's picture file: checks its format and limits, and turns its first frame upright.

Pillow itself warns at 89 million pixels and stops at 179 million; our limits are lower and hold
before a pixel is decoded. Its global switches are left alone.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, cast

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError, features
from PIL.TiffImagePlugin import TiffImageFile

from carseg.core.errors import CarsegError
from carseg.core.gate import PIXELS
from carseg.imaging import apart, heif, work

MAX_PIXELS = 64_000_000
"""Phones make 50 million; a file of 76 KiB can hold 81 million."""
MAX_SIDE = 16_000
BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)

EMPTY = "This file is empty: choose the picture again."
AVIF_IS_READABLE = bool(features.check("avif"))
FORMATS = (
    f"JPEG, {'HEIC, ' * heif.is_readable()}PNG, WebP, {'AVIF, ' * AVIF_IS_READABLE}BMP, GIF or TIFF"
)
"""The formats that this installation reads, in words."""
UNKNOWN_FORMAT = f"This file is not a picture that can be read here: use {FORMATS}."
BROKEN = "This picture is damaged or cut off: download or send it again."
UNKNOWN_VARIANT = (
    "This is a kind of {kind} that is not read here: open it elsewhere and save it as JPEG or PNG."
)
HEIC = (
    "This is a HEIC picture, which cannot be read here: send it as JPEG, or set "
    "Settings > Camera > Formats > Most Compatible on the phone and take it again."
)
NO_MEMORY = "There is not enough memory for this picture: make it smaller."

_NOT_OF_A_KNOWN_KIND = (UnidentifiedImageError, SyntaxError, KeyError, NotImplementedError)
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_90,
}  # fmt: skip

File = bytes | bytearray | memoryview | str | Path | Image.Image


class PictureError(CarsegError):
    """A picture that cannot be used; the text is one clear sentence for its owner."""


@contextmanager
def open_picture(source: File) -> Iterator[Image.Image]:
    """The picture, within our limits and not decoded yet; every failure becomes a PictureError."""
    try:
        if isinstance(source, Image.Image):
            check_size(source.size)
            copy = source.copy()
            copy.format = source.format
            yield copy
        elif isinstance(source, str | Path):
            with _file(Path(source)) as file, _mapped(file) as data, _lazily(data) as image:
                yield image
        else:
            data = bytes(source)
            with _lazily(data) as image:
                image.encoded = data  # type: ignore[attr-defined]  # for a process of its own
                yield image
    except PictureError:
        raise
    except apart.ApartError as error:
        raise PictureError(str(error)) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError(_too_large()) from error
    except MemoryError as error:
        raise PictureError(NO_MEMORY) from error
    except Exception as error:
        # Hostile files make decoders raise nearly anything: struct.error, KeyError, OSError, ...
        raise PictureError(BROKEN) from error


def _file(path: Path) -> io.BufferedReader:
    # is_file() also keeps us from reading a pipe or a device, which may never end.
    if not path.is_file():
        raise PictureError(f"There is no picture file {path}.")
    try:
        return path.open("rb")
    except OSError as error:
        raise PictureError(f"The file {path} cannot be opened.") from error


@contextmanager
def _mapped(file: io.BufferedReader) -> Iterator[bytes]:
    """The bytes of a file, read as they are needed."""
    if not file.seek(0, io.SEEK_END):
        raise PictureError(EMPTY)
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        yield cast(bytes, data)


def _lazily(data: bytes) -> ImageFile.ImageFile:
    """The image with only its header read, by the decoder that the magic number names.

    Its size is checked, and what it would cost to read it.
    """
    kind = _kind(data)
    if kind == "HEIF":
        _register_heif()
        for size in heif.sizes(data[: 2**20]):
            check_size(size)
    if kind == "WEBP":
        check_size(_webp_size(data[:64]))
    if reason := work.too_much(kind, data):
        raise PictureError(reason)
    if (kind == "JPEG" and work.is_rare_jpeg(data)) or (kind == "TIFF" and work.is_raw(data)):
        raise PictureError(UNKNOWN_VARIANT.format(kind="raw photo" if kind == "TIFF" else kind))
    try:
        image = Image.open(_to_read(kind, data), formats=(kind,))
    except (*_NOT_OF_A_KNOWN_KIND, OSError, ValueError, RuntimeError) as error:
        raise PictureError(_unreadable(kind, data)) from error
    check_size(image.size)
    if kind == "PNG":
        _note_png(image, data)
    frame = image.tile[0][1] if kind == "GIF" and image.tile else None
    if frame not in {None, (0, 0, *image.size)}:
        image.info["frame"] = frame
    if isinstance(image, TiffImageFile):
        _check_tiles(image)
    return image


def _note_png(image: ImageFile.ImageFile, data: bytes) -> None:
    """What Pillow leaves out or takes wrongly: cICP, and a transparent value of 2 or 4 bits."""
    if cicp := work.png_cicp(data):
        image.info["cicp"] = cicp
    key = image.info.get("transparency")
    step = {"L;2": 85, "L;4": 17}.get(str(image.tile[0][3]) if image.tile else "", 1)
    if isinstance(key, int) and step > 1:
        image.info["transparency"] = key * step  # decoded values are spread over 8 bits


def _kind(data: bytes) -> str:
    """Pillow's name of the format; raises PictureError for one that is not read here."""
    if not data:
        raise PictureError(EMPTY)
    kind = sniff(data[:64])
    if kind is None:
        raise PictureError(UNKNOWN_FORMAT)
    return kind


def _to_read(kind: str, data: bytes) -> IO[bytes]:
    """What Pillow reads: the file, without what no pixel depends on."""
    if kind == "PNG":
        return io.BytesIO(work.png_to_show(data))
    if kind == "JPEG":
        return io.BytesIO(work.jpeg_to_show(data))
    return io.BytesIO(data) if isinstance(data, bytes) else cast(IO[bytes], data)


def _unreadable(kind: str, data: bytes) -> str:
    """Why Pillow does not know a file of a kind that it reads: it is damaged, or a rare variant."""
    return UNKNOWN_VARIANT.format(kind=kind) if work.is_whole(kind, data) else BROKEN


def _register_heif() -> None:
    try:
        heif.register(MAX_PIXELS)
    except ImportError as error:
        raise PictureError(HEIC) from error


def check_size(size: tuple[int, int]) -> None:
    """Refuse a (width, height) over our limits.

    Raises:
        PictureError: it is.
    """
    width, height = size
    if width * height > MAX_PIXELS or max(size) > MAX_SIDE:
        raise PictureError(_too_large(f" ({width:,} x {height:,} pixels)"))


def _too_large(size: str = "") -> str:
    return (
        f"This picture is too large{size}: the limit is {MAX_PIXELS // 1_000_000} million pixels "
        f"and {MAX_SIDE:,} on a side. Make it smaller and try again."
    )


def _webp_size(head: bytes) -> tuple[int, int]:
    # libwebp asks for two whole canvases as soon as the file is opened: 1.3 GB for 34 bytes of
    # file at 13,000 x 13,000. So the size is read here first (RFC 9649, sections 2.5 to 2.7).
    number = int.from_bytes(head[20:30], "little")
    match head[12:16]:
        case b"VP8X":
            return (number >> 32 & 0xFFFFFF) + 1, (number >> 56) + 1
        case b"VP8L":
            return (number >> 8 & 0x3FFF) + 1, (number >> 22 & 0x3FFF) + 1
        case _:
            return number >> 48 & 0x3FFF, number >> 64 & 0x3FFF


def _check_tiles(image: TiffImageFile) -> None:
    # A TIFF of 16 x 16 pixels may be cut from one tile of 30,000 x 30,000, which is decoded whole.
    tile_width, tile_height = (image.tag_v2.get(tag, 1) for tag in (322, 323))
    check_size((tile_width, tile_height))


def apart_bytes(image: Image.Image) -> bytes | None:
    """The file of an image that is decoded in a process of its own; None for one that is not."""
    return getattr(image, "encoded", None) if apart.pool() else None


def upright(image: Image.Image) -> Image.Image:
    """The decoded first frame, turned as its EXIF says. It may be ``image`` itself, changed."""
    with PIXELS.enter(image.width * image.height):
        processes, data = apart.pool(), apart_bytes(image)
        if processes is None or data is None:
            return _upright(image)
        made = processes.image(data)
        made.format, made.info = image.format, image.info
        return made


def _upright(image: Image.Image) -> Image.Image:
    if image.info.get("default_image"):
        image.seek(1)  # this animated PNG's still picture is no frame: viewers leave it out
    if image.format in {"JPEG", "MPO"} and isinstance(image, ImageFile.ImageFile):
        image = _ended(image)
    try:
        image.load()
    except (OSError, ValueError) as error:
        if isinstance(image, TiffImageFile) and _is_strange(image, error):
            raise PictureError(UNKNOWN_VARIANT.format(kind="TIFF")) from error
        raise
    if not isinstance(image, ImageFile.ImageFile) or isinstance(image, TiffImageFile):
        # The pixels are good even if the EXIF block is damaged.
        with suppress(Exception):
            ImageOps.exif_transpose(image, in_place=True)
        return image
    # Browsers leave it out in a WebP.
    exif = b"" if image.format == "WEBP" else image.info.get("exif") or b""
    turn = _TURNS.get(work.orientation(exif))
    if turn is not None:
        image.im = image.im.transpose(turn)
        image._size = image.im.size
    return image


def _ended(image: ImageFile.ImageFile) -> ImageFile.ImageFile:
    """The same JPEG, and if it only lacks its last marker, then with it."""
    if image.fp is None:  # its pixels are there already
        return image
    place = image.fp.tell()
    image.fp.seek(0)
    data = image.fp.read()
    image.fp.seek(place)
    if work.has_end(data):
        return image
    whole = Image.open(io.BytesIO(work.ended(data)), formats=("JPEG",))
    whole.draft(None, image.size)  # where a smaller copy was asked for
    return whole


def _is_strange(image: TiffImageFile, error: Exception) -> bool:
    """Whether libtiff does not know this kind of TIFF, rather than find it damaged."""
    known = {1, 2, 3, 4, 5, 7, 8, 32773, 32946}
    return image.tag_v2.get(259, 1) not in known or "not supported" in str(error).lower()


def sniff(head: bytes) -> str | None:
    """Pillow's name of the format whose magic these first 32 or more bytes show, else None."""
    if head[4:8] == b"ftyp":
        return _sniff_heif(head)
    if head[:4] == b"RIFF":
        return "WEBP" if head[8:12] == b"WEBP" else None
    if head[:2] == b"BM":  # two letters prove little, so the second header's length is checked too
        return "BMP" if head[14:18] in {struct.pack("<I", n) for n in BMP_HEADERS} else None
    magics = {
        b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF87a": "GIF", b"GIF89a": "GIF",
        b"II*\0": "TIFF", b"MM\0*": "TIFF", b"II+\0": "TIFF", b"MM\0+": "TIFF",
    }  # fmt: skip
    return next((name for magic, name in magics.items() if head.startswith(magic)), None)


def _sniff_heif(head: bytes) -> str | None:
    # mif1 and msf1 only mean "a picture in this container"; the compatible brands say which kind.
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    heic = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
    return "HEIF" if brands & (heic | {b"mif1", b"msf1"}) else None
