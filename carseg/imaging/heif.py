"""Reads HEIC, the format of iPhones, through pillow-heif, within limits of our own.

libheif allows a thousand million pixels and 4 GB of memory for each part of a file (the picture,
its alpha, a tile). Pillow tells the size of the picture alone. So the sizes of all parts are read
here first, and libheif's limits, which also hold against a file that lies, are lowered to ours.
"""

import ctypes
import importlib.util
import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from functools import cache

BYTES_PER_PIXEL = 12
"""What a picture may take while it is decoded: its parts, 16 bits deep, and RGB made of them."""
_SIZE = re.compile(rb"\x00\x00\x00\x14ispe\x00{4}(.{8})", re.DOTALL)  # ISO/IEC 23008-12, 6.5.3


class _Limits(ctypes.Structure):
    """The first fields of libheif's ``heif_security_limits``; later versions add to the end."""

    _fields_ = (
        ("version", ctypes.c_uint8),
        ("image_pixels", ctypes.c_uint64),
        ("tiles", ctypes.c_uint64),
        ("bayer_pixels", ctypes.c_uint32),
        ("items", ctypes.c_uint32),
        ("colour_profile", ctypes.c_uint32),
        ("memory_block", ctypes.c_uint64),
        ("components", ctypes.c_uint32),
        ("extents", ctypes.c_uint32),
        ("entity_group", ctypes.c_uint32),
        ("children", ctypes.c_uint32),
        ("memory", ctypes.c_uint64),  # since version 2
    )


@cache
def is_readable() -> bool:
    """Whether this installation reads HEIC."""
    return importlib.util.find_spec("pillow_heif") is not None


def sizes(start: bytes) -> Iterator[tuple[int, int]]:
    """(width, height) of each part of a file, as its first bytes say."""
    for found in _SIZE.finditer(start):
        width, height = struct.unpack(">II", found[1])
        yield width, height


@cache
def register(pixels: int) -> None:
    """Make Pillow read HEIC, in one thread and without what we do not show.

    Args:
        pixels: the most that any part of a file may have.

    Raises:
        ImportError: pillow-heif is not installed, or does not work here.
    """
    from pillow_heif import register_heif_opener

    register_heif_opener(
        decode_threads=1,
        thumbnails=False,
        depth_images=False,
        aux_images=False,
    )
    # Where libheif is linked in such a way that its limits cannot be found, its own ones hold.
    with suppress(OSError, AttributeError):
        limit(pixels)


def limit(pixels: int) -> None:
    """Lower libheif's limits, which all files opened from now on get, to pictures of this size.

    Raises:
        OSError, AttributeError: libheif's limits cannot be found.
    """
    limits = _limits()
    limits.image_pixels = pixels
    limits.memory_block = pixels * BYTES_PER_PIXEL
    if limits.version >= 2:
        limits.memory = pixels * BYTES_PER_PIXEL


def _limits() -> _Limits:
    import _pillow_heif

    found = ctypes.CDLL(_pillow_heif.__file__).heif_get_global_security_limits
    found.restype = ctypes.POINTER(_Limits)
    limits: _Limits = found().contents
    return limits
