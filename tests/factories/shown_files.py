"""Made picture files whose look depends on more than values: turned, profiled, see-through."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms

from tests.imaging.test_codec import ADOBE, SRGB, grey_icc, icc
from tests.imaging.test_work import chunk, saved

P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
"""Columns of Display P3 to XYZ under D50."""
SRGB_PLACES = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
ADOBE_PLACES = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
SHARP = {"JPEG": {"quality": 95, "subsampling": 0}, "PNG": {}, "WEBP": {"lossless": True}}

_rng = np.random.default_rng(5)
_patches = _rng.integers(0, 256, (6, 9, 3), dtype=np.uint8)
_patches[0] = np.linspace(0, 255, 9)[:, None]
SCENE = np.repeat(np.repeat(_patches, 8, 0), 8, 1)
PICTURE, INVERSE = Image.fromarray(SCENE), Image.fromarray(255 - SCENE)
DEEP = SCENE.astype(np.uint16) * 257
_RAMP = np.linspace(0, 255, 72).astype(np.uint8)[None].repeat(48, 0)


def shown_files() -> dict[str, bytes]:
    """All of them, by name."""
    parts = (turned, profiled, told_by_chunks, of_other_depths, see_through, with_frames, jpegs)
    return {name: data for part in parts for name, data in part()}


def turned() -> Iterator[tuple[str, bytes]]:
    for number in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = number
        for kind, options in {**SHARP, "AVIF": {"quality": 95}}.items():
            yield f"turn-{kind}-{number}", saved(PICTURE, kind, exif=exif, **options)


def profiled() -> Iterator[tuple[str, bytes]]:
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profiles = {
        "adobe": icc(*ADOBE, 2.2),
        "p3": icc(*P3, 2.2),
        "linear": icc(*SRGB, 1.0),
        "swapped": icc(*ADOBE[::-1], 1.8),
        "srgb": usual,
    }
    for name, profile in profiles.items():
        for kind, options in SHARP.items():
            yield f"icc-{name}-{kind}", saved(PICTURE, kind, icc_profile=profile, **options)
    grey = PICTURE.convert("L")
    for kind in ("PNG", "JPEG"):
        yield f"icc-grey-{kind}", saved(grey, kind, icc_profile=grey_icc(1.0), **SHARP[kind])
    yield "icc-rgb-in-grey", saved(grey, "PNG", icc_profile=profiles["swapped"])
    yield "icc-grey-in-rgb", saved(PICTURE, "PNG", icc_profile=grey_icc(1.0))


def told_by_chunks() -> Iterator[tuple[str, bytes]]:
    usual = chunk(b"sRGB", b"\0")
    linear, adobe = _profile(icc(*SRGB, 1.0)), _profile(icc(*ADOBE, 2.2))
    chunks = {
        **{f"gama-{n}": _gama(n) for n in (0, 20_000, 45_455, 55_556, 100_000)},
        "gama-chrm": _gama(45_455) + _chrm(SRGB_PLACES),
        "gama-chrm-adobe": _gama(45_455) + _chrm(ADOBE_PLACES),
        "linear-chrm-adobe": _gama(100_000) + _chrm(ADOBE_PLACES),
        "chrm-alone": _chrm(ADOBE_PLACES),
        "srgb": usual,
        "srgb-before-gama": usual + _gama(100_000) + _chrm(ADOBE_PLACES),
        "profile-before-srgb": linear + usual,
        "profile-before-gama": adobe + _gama(100_000),
        "cicp-p3": _cicp(12, 13),
        "cicp-linear": _cicp(1, 8),
        "cicp-before-gama": _cicp(1, 13) + _gama(100_000),
        "cicp-before-profile": _cicp(12, 13) + linear,
    }
    for name, some in chunks.items():
        yield f"png-{name}", _with(PICTURE, some)
    yield "png-grey-gama", _with(PICTURE.convert("L"), _gama(100_000))
    yield "png-palette-gama", _with(PICTURE.quantize(32), _gama(100_000))
    yield "png-deep-gama", _raw(16, 2, _deep_rows(DEEP), _gama(100_000))


def of_other_depths() -> Iterator[tuple[str, bytes]]:
    yield "png-deep", _raw(16, 2, _deep_rows(DEEP))
    yield "png-deep-grey", _raw(16, 0, _deep_rows(DEEP[..., 0]))
    grey = np.asarray(PICTURE.convert("L"))
    for depth in (1, 2, 4):
        values = (grey >> (8 - depth))[..., None]
        bits = np.unpackbits(values, axis=2)[..., 8 - depth :].reshape(48, -1)
        yield f"png-grey-{depth}", _raw(depth, 0, [np.packbits(row).tobytes() for row in bits])
    for name, image in {
        "": PICTURE,
        "-1": PICTURE.convert("1"),
        "-8": PICTURE.quantize(16),
    }.items():
        yield f"bmp{name}", saved(image, "BMP")


def see_through() -> Iterator[tuple[str, bytes]]:
    image = Image.fromarray(np.dstack([SCENE, _RAMP]))
    yield "alpha-png", saved(image, "PNG")
    yield "alpha-webp", saved(image, "WEBP", lossless=True, exact=True)
    yield "alpha-grey", saved(image.convert("LA"), "PNG")
    yield "alpha-p3", saved(image, "PNG", icc_profile=icc(*P3, 2.2))
    deep = np.dstack([DEEP, _RAMP.astype(np.uint16) * 257])
    yield "alpha-deep", _raw(16, 6, _deep_rows(deep))
    yield "alpha-palette", saved(PICTURE.quantize(8), "PNG", transparency=bytes((0, 60, 120, 255)))
    key, deep_key = map(int, SCENE[20, 20]), [int(v) for v in DEEP[20, 20]]
    yield "key-rgb", _with(PICTURE, chunk(b"tRNS", struct.pack(">3H", *key)))
    yield "key-deep", _raw(16, 2, _deep_rows(DEEP), chunk(b"tRNS", struct.pack(">3H", *deep_key)))
    one = chunk(b"tRNS", struct.pack(">H", deep_key[0]))
    yield "key-deep-grey", _raw(16, 0, _deep_rows(DEEP[..., 0]), one)
    yield "key-gif", saved(PICTURE.quantize(64), "GIF", transparency=3)


def with_frames() -> Iterator[tuple[str, bytes]]:
    more = {"save_all": True, "duration": 60_000}
    few, inverse = PICTURE.quantize(64), INVERSE.quantize(64)
    yield "gif", saved(few, "GIF")
    yield "gif-moving", saved(few, "GIF", append_images=[inverse], **more)
    yield "webp-moving", saved(PICTURE, "WEBP", append_images=[INVERSE], lossless=True, **more)
    yield "png-moving", saved(PICTURE, "PNG", append_images=[INVERSE], **more)
    still = {"append_images": [PICTURE, PICTURE], "default_image": True}
    yield "png-moving-after-a-still", saved(INVERSE, "PNG", **still, **more)


def jpegs() -> Iterator[tuple[str, bytes]]:
    yield "jpeg-grey", saved(PICTURE.convert("L"), "JPEG", quality=95)
    yield "jpeg-progressive", saved(PICTURE, "JPEG", progressive=True, quality=95)
    yield "jpeg-halved", saved(PICTURE, "JPEG", quality=95)
    yield "jpeg-rgb", saved(PICTURE, "JPEG", quality=95, keep_rgb=True)
    yield "jpeg-cmyk", saved(PICTURE.convert("CMYK"), "JPEG", quality=95)
    inks = np.dstack([255 - SCENE, np.full((48, 72), 40, np.uint8)])
    yield "jpeg-cmyk-black", saved(Image.fromarray(inks, "CMYK"), "JPEG", quality=95)


def _with(image: Image.Image, chunks: bytes) -> bytes:
    """A PNG with these chunks behind its header."""
    whole = saved(image, "PNG")
    return whole[:33] + chunks + whole[33:]


def _raw(depth: int, kind: int, rows: list[bytes], chunks: bytes = b"") -> bytes:
    """A PNG of 72 x 48 pixels from its rows."""
    head = struct.pack(">IIBBBBB", 72, 48, depth, kind, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = (chunk(b"IHDR", head), chunks, chunk(b"IDAT", body), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _deep_rows(values: np.ndarray) -> list[bytes]:
    return [row.astype(">u2").tobytes() for row in values]


def _gama(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def _chrm(places: tuple[float, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(x * 100_000) for x in places)))


def _cicp(primaries: int, curve: int) -> bytes:
    return chunk(b"cICP", bytes((primaries, curve, 0, 1)))


def _profile(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"x\0\0" + zlib.compress(profile))
