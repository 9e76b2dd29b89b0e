"""Made picture files whose look depends on more than values: turned, profiled, see-through."""

import struct
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms

from tests.imaging.test_codec import ADOBE, SRGB, grey_icc, icc
from tests.imaging.test_work import chunk, saved, segment

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
    parts = (
        turned,
        told_to_turn,
        profiled,
        told_by_chunks,
        told_oddly,
        of_other_depths,
        see_through,
        keyed,
        with_frames,
        frames_within,
        jpegs,
        jpegs_of_other_programs,
        bitmaps,
    )
    return {name: data for part in parts for name, data in part()}


def turned() -> Iterator[tuple[str, bytes]]:
    for number in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = number
        for kind, options in {**SHARP, "AVIF": {"quality": 95}}.items():
            yield f"turn-{kind}-{number}", saved(PICTURE, kind, exif=exif, **options)


def told_to_turn() -> Iterator[tuple[str, bytes]]:
    """EXIF blocks that count, and those that browsers leave out."""
    jpeg, exif = saved(PICTURE, "JPEG", **SHARP["JPEG"]), Image.Exif()
    for order in ("II", "MM"):
        for name, kind, count, value in (
            ("short", 3, 1, 6), ("long", 4, 1, 6), ("two", 3, 2, 6), ("zero", 3, 1, 0),
        ):  # fmt: skip
            block = segment(0xE1, exif_block(order, kind, count, value))
            yield f"exif-{order}-{name}", jpeg[:2] + block + jpeg[2:]
    blocks = [segment(0xE1, exif_block("II", 3, 1, value)) for value in (3, 6)]
    yield "exif-of-two", jpeg[:2] + b"".join(blocks) + jpeg[2:]
    exif[0x0112] = 6
    whole, body = saved(PICTURE, "PNG"), exif.tobytes()[6:]
    yield "exif-behind-the-pixels", whole[:-12] + chunk(b"eXIf", body) + whole[-12:]
    hidden = b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n 26\n" + body.hex().encode())
    yield "exif-in-a-text", _with(PICTURE, chunk(b"zTXt", hidden))


def exif_block(order: str, kind: int, count: int, value: int) -> bytes:
    """An EXIF block whose only entry is the orientation."""
    sign = "<" if order == "II" else ">"
    number = struct.pack(sign + ("HH" if kind == 3 else "I"), *((value, 0)[: 5 - kind]))
    head = order.encode() + struct.pack(sign + "HIHHHI", 42, 8, 1, 0x0112, kind, count)
    return b"Exif\0\0" + head + number + bytes(4)


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


def told_oddly() -> Iterator[tuple[str, bytes]]:
    """Chunks that are damaged, late, double or rare."""
    linear, adobe = icc(*SRGB, 1.0), icc(*ADOBE, 2.2)
    chunks = {
        **{f"gama-{n}": _gama(n) for n in (1, 900, 1_000_000, 2**31 - 1)},
        "gama-twice": _gama(100_000) + _gama(45_455),
        "profile-twice": _profile(adobe) + _profile(linear),
        "srgb-of-no-kind": chunk(b"sRGB", b"\x09") + _gama(100_000),
        "profile-damaged": chunk(b"iCCP", b"x\0\0junk") + _gama(100_000),
        "profile-packed-oddly": chunk(b"iCCP", b"x\0\1" + zlib.compress(adobe)),
        "profile-without-name": chunk(b"iCCP", b"\0\0" + zlib.compress(adobe)),
        "chrm-of-zeros": _gama(45_455) + _chrm((0,) * 8),
        **{f"cicp-places-{n}": _cicp(n, 13) for n in (2, 4, 5, 6, 7, 8, 11, 22)},
        **{f"cicp-curve-{n}": _cicp(1, n) for n in (1, 4, 5, 6, 7, 11, 14, 15, 17)},
        "cicp-unknown": _cicp(2, 2) + _gama(100_000),
        "cicp-wide": _cicp(9, 14),
    }
    for name, some in chunks.items():
        yield f"odd-{name}", _with(PICTURE, some)
    whole = saved(PICTURE, "PNG")
    yield "odd-gama-behind-the-pixels", whole[:-12] + _gama(100_000) + whole[-12:]
    yield "odd-without-an-end", whole[:-12]
    yield "odd-more-behind", whole + b"more" * 99
    for name, place, value in (("printer", 12, b"prtr"), ("scanner", 12, b"scnr")):
        yield (
            f"odd-profile-{name}",
            saved(PICTURE, "PNG", icc_profile=adobe[:place] + value + adobe[place + 4 :]),
        )
    halves = adobe[: len(adobe) // 2], adobe[len(adobe) // 2 :]
    parts = [
        segment(0xE2, b"ICC_PROFILE\0" + bytes((at, 2)) + half) for at, half in enumerate(halves, 1)
    ]
    jpeg = saved(PICTURE, "JPEG", **SHARP["JPEG"])
    for name, some in {"in-two": parts, "swapped": parts[::-1], "half": parts[:1]}.items():
        yield f"odd-profile-{name}", jpeg[:2] + b"".join(some) + jpeg[2:]


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


def keyed() -> Iterator[tuple[str, bytes]]:
    """Transparent values of every depth, and palettes that do not know all values."""
    grey = np.asarray(PICTURE.convert("L"))
    for depth in (1, 2, 4, 8):
        values = grey >> (8 - depth)
        bits = np.unpackbits(values[..., None], axis=2)[..., 8 - depth :].reshape(48, -1)
        rows = [np.packbits(row).tobytes() for row in bits]
        key = struct.pack(">H", int(values[20, 20]))
        yield f"key-grey-{depth}", _raw(depth, 0, rows, chunk(b"tRNS", key))
    rows = [((np.arange(72) + y) % 20).astype(np.uint8).tobytes() for y in range(48)]
    yield "key-beyond-palette", _raw(8, 3, rows, chunk(b"PLTE", bytes(range(30))))
    deep = np.dstack([DEEP[..., 0], _RAMP.astype(np.uint16) * 257])
    yield "alpha-deep-grey", _raw(16, 4, _deep_rows(deep), _gama(100_000))


def with_frames() -> Iterator[tuple[str, bytes]]:
    more = {"save_all": True, "duration": 60_000}
    few, inverse = PICTURE.quantize(64), INVERSE.quantize(64)
    yield "gif", saved(few, "GIF")
    yield "gif-moving", saved(few, "GIF", append_images=[inverse], **more)
    yield "webp-moving", saved(PICTURE, "WEBP", append_images=[INVERSE], lossless=True, **more)
    yield "png-moving", saved(PICTURE, "PNG", append_images=[INVERSE], **more)
    still = {"append_images": [PICTURE, PICTURE], "default_image": True}
    yield "png-moving-after-a-still", saved(INVERSE, "PNG", **still, **more)


def frames_within() -> Iterator[tuple[str, bytes]]:
    """GIF frames that do not fill their canvas: the rest is empty."""
    few = PICTURE.quantize(64)
    for name, options in {"": {}, "-key": {"transparency": 3}}.items():
        data = bytearray(saved(few, "GIF", **options))
        data[6:10] = struct.pack("<HH", 76, 60)
        yield f"gif-larger-canvas{name}", bytes(data)
        at = data.find(b"\x2c\0\0\0\0")
        data[at + 1 : at + 5] = struct.pack("<HH", 3, 5)
        yield f"gif-moved-on-its-canvas{name}", bytes(data)


def jpegs() -> Iterator[tuple[str, bytes]]:
    yield "jpeg-grey", saved(PICTURE.convert("L"), "JPEG", quality=95)
    yield "jpeg-progressive", saved(PICTURE, "JPEG", progressive=True, quality=95)
    yield "jpeg-halved", saved(PICTURE, "JPEG", quality=95)
    yield "jpeg-rgb", saved(PICTURE, "JPEG", quality=95, keep_rgb=True)
    yield "jpeg-cmyk", saved(PICTURE.convert("CMYK"), "JPEG", quality=95)
    inks = np.dstack([255 - SCENE, np.full((48, 72), 40, np.uint8)])
    yield "jpeg-cmyk-black", saved(Image.fromarray(inks, "CMYK"), "JPEG", quality=95)


def jpegs_of_other_programs() -> Iterator[tuple[str, bytes]]:
    """Markers that say, or do not say, which colours a JPEG has."""
    whole = saved(PICTURE, "JPEG", quality=95, subsampling=0)
    bare = whole[:2] + whole[20:]  # without JFIF
    yield "jpeg-bare", bare
    for kind in (0, 1, 2):
        marker = segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([kind]))
        yield f"jpeg-adobe-{kind}", bare[:2] + marker + bare[2:]
        yield f"jpeg-jfif-adobe-{kind}", whole[:20] + marker + whole[20:]
    for names in (b"RGB", b"\0\1\2"):
        data = bytearray(bare)
        frame, scan = data.find(b"\xff\xc0"), data.find(b"\xff\xda")
        data[frame + 10 : frame + 17 : 3] = data[scan + 5 : scan + 10 : 2] = names
        yield f"jpeg-named-{names.hex()}", bytes(data)
    yield "jpeg-restarts", saved(PICTURE, "JPEG", quality=95, restart_marker_blocks=2)
    yield "jpeg-more-behind", whole + saved(INVERSE, "JPEG")
    yield "jpeg-mpo", saved(PICTURE, "MPO", append_images=[INVERSE], save_all=True, quality=95)


def bitmaps() -> Iterator[tuple[str, bytes]]:
    """BMPs of 16 and 32 bits, with and without alpha."""
    turned = SCENE[::-1].astype("<u2")
    high = turned[..., 0] >> 3 << 11 | turned[..., 1] >> 2 << 5 | turned[..., 2] >> 3
    yield "bmp-565", _bmp(16, high.astype("<u2"), 3, (0xF800, 0x7E0, 0x1F))
    alpha = np.dstack([SCENE[::-1, :, ::-1], _RAMP])
    masks = (0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    yield "bmp-32", _bmp(32, alpha)
    for header in (56, 108, 124):
        yield f"bmp-32-alpha-{header}", _bmp(32, alpha, 3, masks, header)
    yield "bmp-32-no-alpha", _bmp(32, alpha, 3, masks[:3])


def _bmp(
    bits: int, pixels: np.ndarray, packed: int = 0, masks: tuple[int, ...] = (), header: int = 40
) -> bytes:
    """A BMP of 72 x 48 pixels, from below."""
    rest = b"".join(struct.pack("<I", mask) for mask in masks)
    rest = rest if header == 40 else rest.ljust(header - 40, b"\0")
    body, start = pixels.tobytes(), 54 + len(rest)
    head = struct.pack("<IiiHHIIiiII", header, 72, 48, 1, bits, packed, len(body), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + rest + body


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
