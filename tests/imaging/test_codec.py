"""Pictures from strangers: limits, formats, colours and what comes out, against other sources."""

import hashlib
import io
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile

from carseg.imaging import codec, untrusted
from carseg.imaging.codec import (
    PictureError,
    decode,
    decode_mask,
    decode_proxy,
    encode,
    proxy,
)

# Pillow also warns about the damaged files that are made here on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:Corrupt EXIF data", "ignore:Truncated File Read")
DECODERS = [decode, decode_mask, decode_proxy]


def scene(height: int = 61, width: int = 83) -> np.ndarray:
    """A smooth picture, its four corners all different; uint8 (H, W, 3)."""
    y, x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]
    rgb = np.stack([x, y, (1 - x) * y], axis=-1)
    return (rgb * 255).round().astype(np.uint8)


def saved(picture: np.ndarray | Image.Image, format: str, **options: object) -> bytes:
    image = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int) -> bytes:
    """A whole black PNG of 1 bit per pixel, made without ever holding its pixels."""
    pack = zlib.compressobj(9)
    row = bytes(1 + -(-width // 8))
    rows = b"".join(pack.compress(row) for _ in range(height)) + pack.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def tiff(pixels: bytes, width: int, height: int, tile: tuple[int, int]) -> bytes:
    """A grey deflate TIFF cut into one tile."""
    values = {
        256: width, 257: height, 258: 8, 259: 8, 262: 1, 277: 1, 322: tile[0], 323: tile[1],
        324: 0, 325: len(pixels),
    }  # fmt: skip
    values[324] = 8 + 2 + 12 * len(values) + 4
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values.items())
    start = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(values))
    return start + entries + struct.pack("<I", 0) + pixels


LOSSLESS = [
    ("PNG", {}), ("WEBP", {"lossless": True}), ("BMP", {}), ("TIFF", {}),
    ("TIFF", {"compression": "tiff_lzw"}), ("TIFF", {"compression": "tiff_deflate"}),
]  # fmt: skip
LOSSY = [
    ("JPEG", {"quality": 95}), ("JPEG", {"quality": 95, "progressive": True}),
    ("MPO", {"quality": 95}), ("WEBP", {"quality": 95}), ("AVIF", {"quality": 95, "speed": 10}),
    ("GIF", {}),
]  # fmt: skip


@pytest.mark.parametrize(("format", "options"), LOSSLESS)
def test_lossless_formats_come_back_exactly(format: str, options: dict) -> None:
    np.testing.assert_array_equal(decode(saved(scene(), format, **options)), scene())


@pytest.mark.parametrize(("format", "options"), LOSSY)
def test_lossy_formats_come_back_closely(format: str, options: dict) -> None:
    pixels = decode(saved(scene(), format, **options))
    assert pixels.dtype == np.uint8
    assert pixels.shape == scene().shape
    assert np.abs(pixels.astype(int) - scene()).mean() < (14 if format == "GIF" else 3)


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_sources_agree(wrap: type, tmp_path: Path) -> None:
    data = saved(scene(), "PNG")
    path = tmp_path / "car with no extension"
    path.write_bytes(data)
    for source in (wrap(data), path, str(path), Image.open(path), scene()):
        np.testing.assert_array_equal(decode(source), scene())


def test_pillow_image_of_the_caller_is_left_alone() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    image = Image.open(io.BytesIO(saved(scene(), "JPEG", exif=exif)))
    assert decode(image).shape == (83, 61, 3)
    assert image.size == (83, 61)
    assert image.getexif()[0x0112] == 6


def test_arrays_of_other_kinds() -> None:
    grey = scene()[:, :, 0]
    np.testing.assert_array_equal(decode(grey), np.repeat(grey[:, :, None], 3, axis=2))
    np.testing.assert_array_equal(decode(grey[:, :, None]), decode(grey))
    assert set(np.unique(decode(grey > 99))) == {0, 255}
    whole = scene()
    assert np.shares_memory(decode(whole), whole)
    np.testing.assert_array_equal(decode(whole[:, ::-1]), whole[:, ::-1])
    with pytest.raises(PictureError, match="too large"):
        decode(np.broadcast_to(np.uint8(0), (9000, 9000, 3)))
    for bad in (scene().astype(float), scene()[None], scene()[:, :, :2], np.zeros((0, 4), "u1")):
        with pytest.raises(PictureError, match="is not a picture"):
            decode(bad)


# What numpy does to the stored pixels for each EXIF orientation (EXIF 2.32, table 6).
TURNS = {
    1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2), 6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2), 8: lambda a: np.rot90(a),
}  # fmt: skip


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("format", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF"])
def test_orientation(format: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95}, "AVIF": {"quality": 95}}
    data = saved(scene(), format, exif=exif, **options.get(format, {}))
    # Browsers do not turn a WebP.
    expected = TURNS[1 if format == "WEBP" else orientation](scene()).astype(int)
    pixels = decode(data)
    assert pixels.shape == expected.shape
    assert np.abs(pixels - expected).mean() < 3
    assert decode_proxy(data, 40).shape == proxy(pixels, 40).shape


def test_damaged_exif_does_not_cost_the_picture() -> None:
    data = saved(scene(), "PNG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(20))
    np.testing.assert_array_equal(decode(data), scene())


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG", "TIFF", "MPO"])
def test_first_frame(format: str) -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue", "lime")]
    data = saved(frames[0], format, save_all=True, append_images=frames[1:])
    assert np.abs(decode(data).astype(int) - (255, 0, 0)).max() <= 3


# Limits


@pytest.mark.parametrize("read", DECODERS)
@pytest.mark.parametrize("size", [(8001, 8000), (9000, 9000), (12000, 12000), (20000, 20000)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_bomb_is_refused_before_memory_is_used(read, size: tuple[int, int], monkeypatch) -> None:
    data = png(*size)
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: pytest.fail("it was decoded"))
    tracemalloc.start()
    with pytest.raises(PictureError, match="64 million pixels") as refusal:
        read(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "Make it smaller" in str(refusal.value)
    assert peak < 2**20


@pytest.mark.parametrize("size", [(16001, 3), (3, 16001)])
def test_side_limit(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match="16,000 on a side"):
        decode(png(*size))
    with pytest.raises(PictureError, match="16,000 on a side"):
        decode(Image.new("L", size))
    assert decode(png(16000, 2)).shape == (2, 16000, 3)


WEBP_BOMBS = {
    "VP8X": bytes([2, 0, 0, 0]) + (12999).to_bytes(3, "little") * 2,
    "VP8L": b"\x2f" + (12999 | 12999 << 14).to_bytes(4, "little") + bytes(5),
    "VP8 ": bytes(3) + b"\x9d\x01\x2a" + struct.pack("<HH", 13000, 13000),
}


@pytest.mark.parametrize("kind", WEBP_BOMBS)
def test_webp_canvas_is_checked_before_the_file_is_opened(kind: str, monkeypatch) -> None:
    data = b"RIFF" + struct.pack("<I", 99) + b"WEBP" + kind.encode() + bytes(4) + WEBP_BOMBS[kind]
    monkeypatch.setattr(Image, "open", lambda *_, **_options: pytest.fail("it was opened"))
    with pytest.raises(PictureError, match=r"13,000 x 13,000"):
        decode(data + bytes(60))


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 80}])
def test_webp_size_is_read_right(options: dict) -> None:
    for mode in ("RGB", "RGBA"):
        data = saved(Image.new(mode, (301, 207)), "WEBP", **options)
        assert untrusted._webp_size(data[:64]) == (301, 207)


def test_giant_tile_in_a_small_tiff_is_refused() -> None:
    tile = zlib.compress(bytes(64 * 64))
    assert decode(tiff(tile, 16, 16, (64, 64))).shape == (16, 16, 3)
    with pytest.raises(PictureError, match=r"30,000 x 30,000"):
        decode(tiff(tile, 16, 16, (30_000, 30_000)))


def test_pillow_is_left_as_it_was() -> None:
    decode(saved(scene(), "PNG"))
    assert Image.MAX_IMAGE_PIXELS == 89_478_485
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


# Bad files


@pytest.mark.parametrize("read", DECODERS)
@pytest.mark.parametrize(("format", "options"), LOSSLESS + LOSSY)
def test_truncated_is_an_error_not_grey_fill(read, format: str, options: dict) -> None:
    data = saved(scene(), format, **options)
    for share in (0.1, 0.4, 0.7, 0.95):
        with pytest.raises(PictureError) as refusal:
            read(data[: int(len(data) * share)])
        assert str(refusal.value) in {untrusted.BROKEN, untrusted.UNKNOWN_FORMAT}


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><html>", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"x",
        b"BM, said the car, is short for brake more often. This is a text.", bytes(500),
        b"\0\0\1\0" + bytes(80), b"8BPS" + bytes(80), b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"P6 2 2 255\n" + bytes(12), b"RIFF....WAVEfmt ",
    ],
)  # fmt: skip
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(PictureError, match="is not a picture that can be read here"):
        decode(data)


@pytest.mark.parametrize("format", ["ICO", "TGA", "PPM", "JPEG2000", "EPS", "PCX"])
def test_formats_off_the_list_are_refused(format: str) -> None:
    with pytest.raises(PictureError, match="is not a picture that can be read here"):
        decode(saved(scene(), format))


def test_empty_missing_and_folder(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="is empty"):
        decode(b"")
    with pytest.raises(PictureError, match="no picture file"):
        decode(tmp_path / "missing.png")
    with pytest.raises(PictureError, match="no picture file"):
        decode(tmp_path)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"]),
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
)
@pytest.mark.filterwarnings("ignore")
def test_damaged_bytes_give_pixels_or_one_clear_error(kind: str, edits: list) -> None:
    data = bytearray(saved(scene(9, 14), kind))
    for where, value in edits:
        data[int(where * (len(data) - 1))] = value
    for read in DECODERS:
        try:
            assert read(bytes(data)).size > 0
        except PictureError as error:
            sentence = str(error)
            assert 10 < len(sentence) < 200


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heicmiaf", "HEIF"),
        (b"\0\0\0\x18ftypmsf1\0\0\0\0msf1hevc", "HEIF"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp42", None),
    ],
)
def test_containers_are_told_apart(head: bytes, expected: str | None) -> None:
    assert untrusted.sniff(head + bytes(40)) == expected


# Colours


def icc(red: tuple, green: tuple, blue: tuple, gamma: float) -> bytes:
    """A version 2 matrix profile (ICC.1:2001-04) with D50 XYZ columns and one gamma."""
    xyz = {b"rXYZ": red, b"gXYZ": green, b"bXYZ": blue, b"wtpt": (0.9642, 1.0, 0.8249)}
    tags = {
        name: b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(v * 65536) for v in value))
        for name, value in xyz.items()
    }
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def grey_icc(gamma: float) -> bytes:
    white = b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061)
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return profile(b"GRAY", {b"wtpt": white, b"kTRC": curve})


def profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 2) + b"x\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0\0\0\0",
        **tags,
    }
    table, body = struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        table += name + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(">I4sI4s4s4s", 0, b"lcms", 0x02400000, b"mntr", space, b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    whole = header.ljust(128, b"\0") + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


# Columns of RGB to XYZ under D50, from Bruce Lindbloom's tables.
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def to_srgb_by_hand(rgb: np.ndarray, columns: tuple, gamma: float) -> np.ndarray:
    """IEC 61966-2-1, written out."""
    xyz = (rgb / 255.0) ** gamma @ np.array(columns)
    linear = np.clip(xyz @ np.linalg.inv(np.array(SRGB)), 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return curved * 255


@pytest.mark.parametrize(("columns", "gamma"), [(ADOBE, 2.199), (SRGB, 1.0), (ADOBE[::-1], 1.8)])
def test_profile_to_srgb_matches_the_formula(columns: tuple, gamma: float) -> None:
    data = saved(scene(), "PNG", icc_profile=icc(*columns, gamma))
    expected = to_srgb_by_hand(scene(), columns, gamma)
    difference = np.abs(decode(data) - expected)
    assert difference.mean() < 1
    # Where one channel clips, the steep start of the curve magnifies 16 bit rounding.
    assert np.percentile(difference, 99) < 5
    assert np.abs(expected - scene()).mean() > 3, "the profile has to matter"


def test_grey_profile_and_cutout_with_profile() -> None:
    grey = scene()[:, :, 0]
    data = saved(grey, "PNG", icc_profile=grey_icc(1.0))
    expected = to_srgb_by_hand(np.repeat(grey[:, :, None], 3, axis=2), SRGB, 1.0)
    assert np.abs(decode(data) - expected).mean() < 1
    clear = np.dstack([scene(), np.zeros_like(grey)])
    assert (decode(saved(clear, "PNG", icc_profile=icc(*ADOBE, 2.199))) == 255).all()


@pytest.mark.parametrize("junk", [b"no profile", bytes(200), icc(*ADOBE, 2.199)[:150]])
def test_damaged_or_foreign_profile_is_left_out(junk: bytes) -> None:
    np.testing.assert_array_equal(decode(saved(scene(), "PNG", icc_profile=junk)), scene())
    cmyk = Image.fromarray(scene()).convert("CMYK")
    data = saved(cmyk, "TIFF", icc_profile=icc(*ADOBE, 2.199))
    np.testing.assert_array_equal(decode(data), decode(saved(cmyk, "TIFF")))
    np.testing.assert_array_equal(decode(saved(scene(), "PNG", icc_profile=grey_icc(1.0))), scene())


def test_grey_in_a_profile_for_colours_takes_its_curve_as_in_browsers() -> None:
    grey = scene()[:, :, 0]
    data = saved(grey, "PNG", icc_profile=icc(*ADOBE, 1.8))
    expected = to_srgb_by_hand(np.repeat(grey[:, :, None], 3, axis=2), ADOBE, 1.8)
    assert np.abs(decode(data) - expected).max() <= 3


def test_srgb_under_any_name_changes_no_pixel() -> None:
    from PIL import ImageCms

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    np.testing.assert_array_equal(decode(saved(scene(), "PNG", icc_profile=srgb)), scene())


@pytest.mark.parametrize(("dtype", "format"), [("u2", "PNG"), ("u2", "TIFF"), ("f4", "TIFF")])
def test_deep_grey_keeps_its_whole_range(dtype: str, format: str) -> None:
    ramp = np.linspace(0, 1, 64 * 40).reshape(64, 40)
    deep = (ramp * 65535).round().astype("u2") if dtype == "u2" else ramp.astype("f4")
    pixels = decode(saved(deep, format))
    assert np.abs(pixels - (ramp * 255)[:, :, None]).max() <= 0.51


def test_sixteen_bit_colour() -> None:
    rows = b"".join(b"\0" + (row.astype(">u2") * 257).tobytes() for row in scene())
    header = struct.pack(">IIBBBBB", 83, 61, 16, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    np.testing.assert_array_equal(decode(b"\x89PNG\r\n\x1a\n" + parts), scene())


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk(format: str) -> None:
    cmyk = np.dstack([255 - scene(), np.full((61, 83), 51, np.uint8)])
    data = saved(Image.fromarray(cmyk, "CMYK"), format)
    expected = scene() * (204 / 255)
    assert np.abs(decode(data) - expected).mean() < 3


def test_palette_grey_and_bilevel() -> None:
    colours = Image.fromarray(scene()).quantize(40)
    for format in ("PNG", "GIF", "BMP", "TIFF"):
        expected = np.asarray(colours.convert("RGB"))
        np.testing.assert_array_equal(decode(saved(colours, format)), expected)
    bits = Image.fromarray(scene()).convert("1")
    assert set(np.unique(decode(saved(bits, "PNG")))) == {0, 255}
    assert decode(saved(scene()[:, :, 0], "JPEG")).shape == (61, 83, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX",
                                  "CMYK", "YCbCr", "LAB", "HSV", "I", "F", "I;16"])  # fmt: skip
def test_every_pillow_mode_is_converted(mode: str) -> None:
    image = Image.fromarray(scene()).convert("LA" if mode == "La" else "RGB").convert(mode)
    assert decode(image).shape == (61, 83, 3)
    if mode not in {"1", "P", "PA", "I;16"}:  # Pillow does not scale to the depth of I;16
        grey = np.asarray(Image.fromarray(decode(image)).convert("L"), int)
        assert np.abs(grey - np.asarray(Image.fromarray(scene()).convert("L"), int)).mean() < 4


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_flattened_on_white(format: str) -> None:
    alpha = np.linspace(0, 255, 61 * 83).reshape(61, 83).astype(np.uint8)
    data = saved(np.dstack([scene(), alpha]), format, **({"lossless": True, "exact": True}
                 if format == "WEBP" else {}))  # fmt: skip
    weight = alpha[:, :, None] / 255
    expected = scene() * weight + 255 * (1 - weight)
    assert np.abs(decode(data) - expected).max() <= 1


def test_transparent_palette_and_colour_key_are_flattened_on_white() -> None:
    indices = Image.new("P", (8, 8), 1)
    indices.putpalette([255, 0, 0, 0, 0, 255])
    indices.paste(0, (0, 0, 4, 8))
    pixels = decode(saved(indices, "PNG", transparency=0))
    assert (pixels[:, :4] == 255).all()
    assert (pixels[:, 4:] == (0, 0, 255)).all()
    keyed = decode(saved(Image.new("RGB", (4, 4), (9, 9, 9)), "PNG", transparency=(9, 9, 9)))
    assert (keyed == 255).all()


# Proxies and writing


@pytest.mark.parametrize(
    ("size", "expected"),
    [((4000, 6000), (1067, 1600)), ((6000, 4000), (1600, 1067)), ((1600, 1600), (1600, 1600)),
     ((1, 16000), (1, 1600)), ((1601, 3), (1600, 3)), ((7, 9), (7, 9))],
)  # fmt: skip
def test_proxy_size(size: tuple, expected: tuple) -> None:
    assert codec.proxy_size(size) == expected


def test_proxy_is_antialiased_and_small_ones_are_the_same_array() -> None:
    small = scene()
    assert proxy(small) is small
    stripes = np.zeros((64, 4000, 3), np.uint8)
    stripes[:, ::2] = 255
    assert np.abs(proxy(stripes)[:, 8:-8].astype(int) - 127).max() <= 40
    assert proxy(stripes[:, :, 0], 100).shape == (2, 100)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("shape", [(601, 903), (903, 601), (640, 640)])
def test_decode_proxy_is_the_proxy_of_decode(format, orientation: int, shape: tuple) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(scene(*shape), format, exif=exif, icc_profile=icc(*ADOBE, 2.199))
    expected = proxy(decode(data), 150)
    pixels = decode_proxy(data, 150)
    assert pixels.shape == expected.shape
    assert np.abs(pixels.astype(int) - expected).mean() < 2
    assert decode_proxy(data).shape == decode(data).shape


@pytest.mark.parametrize(("turn", "shape"), [(1, (301, 452)), (6, (452, 301)), (3, (301, 452))])
def test_a_copy_of_a_large_jpeg_is_half_the_picture_and_knows_its_size(turn: int, shape: tuple):
    exif = Image.Exif()
    exif[0x0112] = turn
    data = saved(scene(601, 903), "JPEG", exif=exif)
    full = decode(data)
    copy = codec.decode_copy(data, 400)
    assert copy.size == full.shape[:2]
    assert copy.rgb.shape[:2] == shape
    there = Image.fromarray(full).resize(shape[::-1], Image.Resampling.BOX)
    assert np.abs(copy.rgb.astype(int) - np.asarray(there)).mean() < 3
    # What is not twice as large, or no JPEG, has all its pixels.
    np.testing.assert_array_equal(codec.decode_copy(data, 500).rgb, full)
    png = saved(scene(601, 903), "PNG")
    np.testing.assert_array_equal(codec.decode_copy(png, 100).rgb, decode(png))


@pytest.mark.parametrize("array", [scene(), scene()[:, :, 1], scene()[:, :, 0] > 100,
                                   np.dstack([scene(), scene()[:, :, 2]])])  # fmt: skip
def test_png_is_lossless_and_the_others_have_the_same_shape(array: np.ndarray) -> None:
    plain = array.astype(np.uint8) * (255 if array.dtype == bool else 1)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(encode(array)))), plain)
    for format in ("webp", "jpeg", "JPEG", "jpg"):
        assert decode(encode(array, format)).shape == (61, 83, 3)
    if array.ndim == 2:
        np.testing.assert_array_equal(decode(encode(array, "webp"))[:, :, 0], plain)


@pytest.mark.parametrize("format", ["png", "webp", "jpeg"])
def test_nothing_written_carries_metadata(format: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    exif.get_ifd(0x8825)[1] = "N"
    profile_bytes = icc(*ADOBE, 2.199)
    source = saved(scene(), "JPEG", exif=exif, icc_profile=profile_bytes, comment=b"SECRET")
    assert b"SECRET" in source
    data = encode(decode(source), format)
    image = Image.open(io.BytesIO(data))
    assert b"SECRET" not in data
    assert not dict(image.getexif())
    assert not {"exif", "icc_profile", "xmp", "comment", "dpi"} & {
        key for key, value in image.info.items() if value
    }


def test_encode_refuses_other_things() -> None:
    with pytest.raises(PictureError, match="png, webp or jpeg"):
        encode(scene(), "tiff")
    with pytest.raises(PictureError, match="is not a picture"):
        encode(scene().astype(float))


def test_digest() -> None:
    assert codec.digest(b"car") == hashlib.sha256(b"car").hexdigest()


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_a_file_that_has_to_fit_has_the_best_quality_that_does(picture, format):
    sizes = {quality: len(codec.encode(picture, format, quality)) for quality in range(40, 91)}
    bound = sorted(sizes.values())[len(sizes) // 2]
    made = codec.encode_within(picture, bound, format, 90)
    assert len(made) == max(size for size in sizes.values() if size <= bound)
    assert codec.encode_within(picture, 10**6, format, 90) == codec.encode(picture, format, 90)
    with pytest.raises(codec.PictureError, match="does not fit"):
        codec.encode_within(picture, 100, format, 90)


def test_a_png_fits_or_does_not(picture):
    with pytest.raises(codec.PictureError, match="JPEG or WebP"):
        codec.encode_within(picture, 100, "png")
