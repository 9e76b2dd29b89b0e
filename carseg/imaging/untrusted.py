"""Opens a stranger's picture file: checks its format and limits, and turns its first frame upright.

Pillow itself warns at 89 million pixels and stops at 179 million; our limits are lower and hold
before a pixel is decoded. Its global switches are left alone.
"""

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image, ImageOps, features
from PIL.TiffImagePlugin import TiffImageFile

from carseg.core.errors import CarsegError
from carseg.imaging import heif

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
HEIC = (
    "This is a HEIC picture, which cannot be read here: send it as JPEG, or set "
    "Settings > Camera > Formats > Most Compatible on the phone and take it again."
)
NO_MEMORY = "There is not enough memory for this picture: make it smaller."

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
            with _file(Path(source)) as file, _lazily(file) as image:
                yield image
        else:
            with _lazily(io.BytesIO(source)) as image:
                yield image
    except PictureError:
        raise
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


def _lazily(file: io.BytesIO | io.BufferedReader) -> Image.Image:
    """The image with only its header read, by the decoder that the magic number names.

    Its size is checked.
    """
    head = file.read(64)
    kind = sniff(head)
    if not head:
        raise PictureError(EMPTY)
    if kind is None:
        raise PictureError(UNKNOWN_FORMAT)
    if kind == "HEIF":
        _register_heif()
        for size in heif.sizes(head + file.read(2**20)):
            check_size(size)
    if kind == "WEBP":
        check_size(_webp_size(head))
    image = Image.open(file, formats=(kind,))
    check_size(image.size)
    if isinstance(image, TiffImageFile):
        _check_tiles(image)
    return image


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


def upright(image: Image.Image) -> Image.Image:
    """The decoded first frame, turned as its EXIF says. Changes ``image``."""
    image.load()
    # The pixels are good even if the EXIF block is damaged.
    with suppress(Exception):
        ImageOps.exif_transpose(image, in_place=True)
    return image


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
