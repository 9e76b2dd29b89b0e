"""Decodes any picture file to plain sRGB pixels, and encodes pixels as files.

Encoded files carry no EXIF, no location and no other metadata, only pixels.
"""

import hashlib
import io
from bisect import bisect_right
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from carseg.core.gate import PIXELS
from carseg.imaging import apart, heif, work
from carseg.imaging.colour import image_to_srgb
from carseg.imaging.grid import Size
from carseg.imaging.masks import read_mask
from carseg.imaging.small import proxy_size as proxy_size
from carseg.imaging.small import small_copy
from carseg.imaging.untrusted import (
    AVIF_IS_READABLE,
    File,
    apart_bytes,
    check_size,
    open_picture,
    sniff,
    upright,
)
from carseg.imaging.untrusted import PictureError as PictureError

PICTURE_EXTENSIONS = (
    ".jpg", ".jpeg", ".jfif", ".png", ".webp", ".avif", ".bmp", ".gif", ".tif", ".tiff", ".mpo",
    ".heic", ".heif",
)  # fmt: skip
"""The endings of pictures in a folder. Some installations cannot read all of them: see
``readable_types``."""
MOST_MB = 50
LEAST_QUALITY = 40
"""Of WebP and JPEG, where a file has to fit into a size: below, blocks show."""
"""The limit for a picture file in the app. The server itself accepts larger files: ZIPs."""
Source = File | np.ndarray


def readable_types() -> list[str]:
    """For file choosers: the endings, without a dot, of the pictures that can be read here."""
    unreadable: set[str] = set()
    unreadable |= set() if heif.is_readable() else {".heic", ".heif"}
    unreadable |= set() if AVIF_IS_READABLE else {".avif"}
    return [ending.lstrip(".") for ending in PICTURE_EXTENSIONS if ending not in unreadable]


def decode(source: Source) -> np.ndarray:
    """The picture as uint8 (H, W, 3), upright, sRGB, alpha flattened on white; its first frame.

    Args:
        source: the bytes of a file, a path, a Pillow image (left as it is) or an array, uint8 or
            bool, of (H, W), (H, W, 1), (H, W, 3) or (H, W, 4).

    Returns:
        The pixels. The array may be read-only, or it may be ``source`` itself: copy it before you
        write to it.

    Raises:
        PictureError: not a picture, damaged, cut off, or over the limits.
    """
    if isinstance(source, np.ndarray):
        if source.dtype == np.uint8 and source.ndim == 3 and source.shape[2] == 3 and source.size:
            check_size(source.shape[1::-1])
            return np.ascontiguousarray(source)
        source = _from_array(source)
    with open_picture(source) as image, PIXELS.enter(image.width * image.height):
        processes, data = apart.pool(), apart_bytes(image)
        if processes is not None and data is not None:
            return processes.rgb(data)
        return np.asarray(image_to_srgb(upright(image)))


class Copy(NamedTuple):
    """A picture's pixels, perhaps at a smaller scale, and the (height, width) of the picture."""

    rgb: np.ndarray
    size: Size

    def proxy(self, longest: int = 1600) -> np.ndarray:
        """``proxy`` of the picture itself, uint8 (h, w, 3), but for the resampling."""
        return _shrunk(self.rgb, proxy_size(self.size, longest))


def decode_copy(source: Source, longest: int = 1600) -> Copy:
    """The picture for display, with a longer side of at least ``longest`` if it has so many pixels.

    libjpeg decodes straight to 1/2, 1/4 or 1/8 of the size, which takes half the time; files of
    other kinds are decoded in full. Raises PictureError as ``decode`` does.
    """
    if isinstance(source, np.ndarray | Image.Image):
        rgb = decode(source)
        return Copy(rgb, rgb.shape[:2])
    with open_picture(source) as image, PIXELS.enter(image.width * image.height):
        processes, data = apart.pool(), apart_bytes(image)
        if processes is not None and data is not None:
            return Copy(*processes.copy(data, longest))
        pixels, size = small_copy(image, longest)
        return Copy(np.asarray(pixels), size)


def note_on(data: bytes) -> str:
    """What a person should know about a picture that was read, a sentence or ''."""
    if sniff(data[:64]) == "JPEG" and not work.has_end(data):
        return "The end of this JPEG is missing, but all of its pixels are here."
    return ""


def decode_proxy(source: Source, longest: int = 1600) -> np.ndarray:
    """``proxy(decode(source), longest)`` for display, much faster where the file is a JPEG.

    The result has the same shape, its pixels differ only by the resampling. Raises PictureError as
    ``decode`` does.
    """
    return decode_copy(source, longest).proxy(longest)


def decode_mask(source: Source) -> np.ndarray:
    """The car in a true mask, bool (H, W): ``carseg.imaging.masks.read_mask`` without its void.

    An array of bool (H, W) says itself what is the car.

    Raises PictureError as ``decode`` does, and UnsureMaskError.
    """
    if isinstance(source, np.ndarray) and source.dtype == bool and source.ndim == 2 and source.size:
        return source
    return read_mask(_from_array(source) if isinstance(source, np.ndarray) else source).car


def proxy(rgb: np.ndarray, longest: int = 1600) -> np.ndarray:
    """A copy for display with no side above ``longest`` pixels, antialiased.

    uint8 (H, W), (H, W, 3) or (H, W, 4) to the same kind; the same array if it is small enough.
    """
    size = proxy_size(rgb.shape[:2], longest)
    if size == rgb.shape[:2]:
        return rgb
    return _shrunk(rgb, size)


def encode(array: np.ndarray, format: str = "png", quality: int = 90, exif: bytes = b"") -> bytes:
    """A file that holds these pixels and nothing else: no place, no profile (sRGB).

    Args:
        array: uint8 or bool (H, W), uint8 (H, W, 3) or (H, W, 4).
        format: ``png`` (lossless), ``webp`` (lossless for (H, W), so that a mask stays one) or
            ``jpeg`` (alpha flattened on white).
        quality: 1 to 100 for WebP and JPEG.
        exif: written into the file, see ``carseg.imaging.exif.without_place``; none by default.

    Raises:
        PictureError: any other array or format.
    """
    image = _from_array(array)
    file = io.BytesIO()
    more = {"exif": exif} if exif else {}
    match format.lower():
        case "png" if exif:
            image.save(file, "PNG", compress_level=1, exif=exif)
        case "png":
            return _png(np.asarray(image))
        case "webp":
            mask = image.mode == "L"
            # An exact alpha takes twice as long and is no smaller than one of this quality.
            image.save(
                file,
                "WEBP",
                quality=quality,
                alpha_quality=quality,
                lossless=mask,
                method=2,
                **more,
            )
        case "jpeg" | "jpg":
            flat = image if image.mode == "L" else image_to_srgb(image)
            # 4:4:4 from 90 on: outlines in pure colours turn to mud with halved chroma.
            chroma = "4:4:4" if quality >= 90 else "4:2:0"
            flat.save(file, "JPEG", quality=quality, subsampling=chroma, **more)
        case _:
            raise PictureError(f"Pictures are written as png, webp or jpeg, not as {format}.")
    return file.getvalue()


def encode_within(
    array: np.ndarray, most_bytes: int, format: str, quality: int = 90, exif: bytes = b""
) -> bytes:
    """``encode`` at the highest quality, at most ``quality``, whose file fits into ``most_bytes``.

    Raises:
        PictureError: it does not fit at LEAST_QUALITY either, or a PNG does not fit.
    """
    file = encode(array, format, quality, exif)
    if len(file) <= most_bytes:
        return file
    made: dict[int, bytes] = {}

    def size(tried: int) -> int:
        made[tried] = encode(array, format, tried, exif)
        return len(made[tried])

    worse = range(LEAST_QUALITY, LEAST_QUALITY if format == "png" else quality)
    fitting = bisect_right(worse, most_bytes, key=size)
    if fitting == 0:
        raise PictureError(
            f"The result does not fit into {most_bytes / 1e6:g} MB: allow more, or take JPEG or "
            "WebP."
        )
    return made[worse[fitting - 1]]


def _png(array: np.ndarray) -> bytes:
    """uint8 (H, W), (H, W, 3) or (H, W, 4) as a PNG, in half of the time that Pillow takes.

    Pillow tries five filters on each row. One filter for all rows gives a file of the same size:
    each row of colours is told by the row above, and a mask is told as it is.
    """
    order = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    flat = array.ndim == 2
    row = cv2.IMWRITE_PNG_FILTER_NONE if flat else cv2.IMWRITE_PNG_FILTER_UP
    _, file = cv2.imencode(
        ".png",
        array if flat else cv2.cvtColor(array, order[array.shape[2]]),
        # Level 6 makes a cut-out a fifth smaller in nearly three times the time.
        [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_FILTER, row],
    )
    return file.tobytes()


def digest(data: bytes) -> str:
    """The sha256 of these bytes in hexadecimal: the key of everything made from them."""
    return hashlib.sha256(data).hexdigest()


def _shrunk(array: np.ndarray, size: Size) -> np.ndarray:
    """At most as large as before, by the mean of what each pixel covers."""
    if array.shape[:2] == tuple(size):
        return array
    if array.ndim == 3 and array.shape[2] == 4:  # Pillow weighs colours by their alpha
        image = Image.fromarray(array)
        return np.asarray(image.resize(size[::-1], Image.Resampling.BOX, reducing_gap=3.0))
    return cv2.resize(array, size[::-1], interpolation=cv2.INTER_AREA)


def _from_array(array: np.ndarray) -> Image.Image:
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if (
        array.dtype != np.uint8
        or not array.size
        or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4)))
    ):
        raise PictureError(
            f"An array of shape {array.shape} and type {array.dtype} is not a picture: "
            "give uint8 (H, W), (H, W, 3) or (H, W, 4)."
        )
    return Image.fromarray(np.ascontiguousarray(array))
