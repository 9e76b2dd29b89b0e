"""Files that cost much are refused by their bytes, and ordinary ones are not."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from carseg.imaging import codec, work
from carseg.imaging.codec import PictureError


def photo(width=90, height=60, seed=1) -> Image.Image:
    small = np.random.default_rng(seed).integers(0, 255, (6, 9, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def saved(image: Image.Image, format: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def scan_bomb(side: int, scans: int) -> bytes:
    """A progressive JPEG of ``side`` squared pixels whose scans are all nearly empty."""
    frame = struct.pack(">BHHB", 8, side, side, 1) + bytes((1, 0x11, 0))
    table = bytes((0x00,)) + bytes([1] + [0] * 15) + b"\0"
    ac = bytes((0x10,)) + bytes([0, 1] + [0] * 14) + bytes((0xE0,))
    head = b"\xff\xd8" + segment(0xDB, b"\0" + bytes([1] * 64)) + segment(0xC2, frame)
    head += segment(0xC4, table) + segment(0xC4, ac)
    scan = segment(0xDA, bytes((1, 1, 0x10, 1, 63, 0))) + bytes(60)
    return head + scan * scans + b"\xff\xd9"


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_with(chunks: bytes) -> bytes:
    whole = saved(photo(), "PNG")
    return whole[:33] + chunks + whole[33:]


def many_idats(number: int) -> bytes:
    """A PNG whose pixels are cut into chunks without a byte."""
    return png_with(chunk(b"IDAT", b"") * number)


def gif_with(blocks: bytes) -> bytes:
    whole = saved(photo().quantize(16), "GIF")
    at = 13 + 3 * 2 ** ((whole[10] & 7) + 1)
    return whole[:at] + blocks + whole[at:]


def tiff_with(tags: int, values: int) -> bytes:
    """A TIFF with many entries that all point to the same bytes."""
    entries = [struct.pack("<HHII", 256, 3, 1, 4), struct.pack("<HHII", 257, 3, 1, 4)]
    entries += [struct.pack("<HHII", 262, 3, 1, 1), struct.pack("<HHII", 273, 4, 1, 8)]
    entries += [struct.pack("<HHII", 40000 + n % 20000, 7, values, 8) for n in range(tags)]
    body = bytes(values)
    head = b"II*\0" + struct.pack("<I", 8 + len(body))
    return head + body + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)


JPEG = saved(photo(), "JPEG")
BOMBS = {
    "scans of many pixels": scan_bomb(7992, 1000),
    "scans of few pixels": scan_bomb(64, 5000),
    "comments": JPEG[:2] + segment(0xFE, b"") * 500_000 + JPEG[2:],
    "padding": JPEG[:2] + b"\xff" * 10_000_000 + JPEG[2:],
    "junk": JPEG[:20] + b"\0" * 10_000_000 + JPEG[20:],
    "restart markers": JPEG[:2] + b"\xff\xd0" * 2_000_000 + JPEG[2:],
    "tables": JPEG[:2] + segment(0xDB, (b"\0" + bytes([1] * 64)) * 1000) * 70 + JPEG[2:],
    "profiles": JPEG[:2] + segment(0xE2, b"ICC_PROFILE\0\1\1" + bytes(60_000)) * 70 + JPEG[2:],
    "runs of a bitmap": saved(photo().quantize(16), "BMP")[:30] + b"\1\0\0\0" + bytes(600_000),
    "idat": many_idats(400_000),
    "text chunks": png_with(chunk(b"tEXt", b"a\0b") * 400_000),
    "gif comments": gif_with(b"\x21\xfe\x01a\0" * 1_000_000),
    "gif sub-blocks": gif_with(b"\x21\xfe" + b"\x01a" * 2_000_000 + b"\0"),
    "webp chunks": saved(photo(), "WEBP")[:12] + b"JUNK\0\0\0\0" * 500_000,
    "tags": tiff_with(60_000, 4),
    "tags of the same bytes": tiff_with(1_000, 5_000_000),
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("read", [codec.decode, codec.decode_mask, codec.decode_proxy])
def test_every_bomb_is_refused_before_a_decoder_sees_it(name, read, monkeypatch):
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("opened"))
    with pytest.raises(PictureError, match="take too long"):
        read(BOMBS[name])


def test_bombs_are_refused_as_files_too(tmp_path):
    for name, data in BOMBS.items():
        path = tmp_path / "file"
        path.write_bytes(data)
        with pytest.raises(PictureError, match="take too long"):
            codec.decode(path)
        assert name


@pytest.mark.parametrize(
    ("format", "options"),
    [
        ("JPEG", {}),
        ("JPEG", {"progressive": True}),
        ("JPEG", {"comment": b"x" * 60_000, "exif": b"Exif\0\0" + b"MM\0*" + bytes(60_000)}),
        ("PNG", {}),
        ("GIF", {}),
        ("WEBP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "jpeg"}),
        ("BMP", {}),
        ("MPO", {"save_all": True, "append_images": [photo(seed=2)] * 5}),
    ],
)
def test_ordinary_files_are_not(format, options):
    data = saved(photo(900, 600), format, **options)
    assert codec.decode(data).shape == (600, 900, 3)


def test_scans_behind_the_picture_do_not_count():
    data = JPEG + JPEG * 200 + b"\xff\xda" * 500
    np.testing.assert_array_equal(codec.decode(data), codec.decode(JPEG))


def test_large_texts_in_a_png_cost_nothing():
    texts = chunk(b"tEXt", b"a\0" + b"b" * 20_000_000)
    texts += chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000))) * 20
    np.testing.assert_array_equal(codec.decode(png_with(texts)), np.asarray(photo()))


NOTES = {
    "exif": segment(0xE1, b"Exif\0\0II*\0" + bytes(60_000)),
    "xmp": segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<a>" * 20_000),
    "photoshop": segment(0xED, b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\0" * 5000),
    "more pictures": segment(0xE2, b"MPF\0II*\0" + bytes(60_000)),
    "comment": segment(0xFE, bytes(60_000)),
}


@pytest.mark.parametrize("name", NOTES)
def test_notes_in_a_jpeg_cost_nothing(name):
    exif = Image.Exif()
    exif[0x0112] = 6
    first = segment(0xE1, exif.tobytes()) if name == "exif" else b""
    plain = JPEG[:2] + first + JPEG[2:]
    data = JPEG[:2] + first + NOTES[name] * 300 + JPEG[2:]
    assert work.jpeg_to_show(data) == plain
    np.testing.assert_array_equal(codec.decode(data), codec.decode(plain))


def with_frame(marker=0xC0, bits=8, height=60, channels=3) -> bytes:
    at = JPEG.find(b"\xff\xc0")
    frame = (
        struct.pack(">BHHB", bits, height, 90, channels) + JPEG[at + 10 : at + 10 + 3 * channels]
    )
    return JPEG[:at] + segment(marker, frame) + JPEG[at + 19 :]


RARE = {
    "12 bits": with_frame(0xC1, 12),
    "without loss": with_frame(0xC3),
    "of several sizes": with_frame(0xC5),
    "JPEG-LS": with_frame(0xF7),
    "two channels": with_frame(channels=2),
    "height behind the pixels": with_frame(height=0),
}


@pytest.mark.parametrize("name", RARE)
def test_a_rare_jpeg_is_not_called_damaged(name):
    with pytest.raises(PictureError, match="a kind of JPEG that is not read here"):
        codec.decode(RARE[name])


def test_other_rare_files_are_not_called_damaged():
    bitmap = bytearray(saved(photo(), "BMP"))
    bitmap[30] = 4  # a JPEG within
    other = struct.pack(">I", 24) + b"ftypmif1\0\0\0\0mif1vvic" + bytes(80)
    for data, kind in ((bytes(bitmap), "BMP"), (other, "HEIF")):
        with pytest.raises(PictureError, match=f"a kind of {kind} that is not read here"):
            codec.decode(data)


@pytest.mark.parametrize("tags", [{50706: b"\1\4\0\0"}, {254: 1, 330: 8}])
def test_the_preview_in_a_raw_photo_is_not_taken_for_the_photo(tags):
    data = saved(photo(), "TIFF", tiffinfo=tags)
    with pytest.raises(PictureError, match="a kind of raw photo that is not read here"):
        codec.decode(data)
    assert codec.decode(saved(photo(), "TIFF", tiffinfo={254: 1})).shape == (60, 90, 3)


def test_a_chunk_about_colours_with_a_wrong_checksum_is_left_out():
    wrong = chunk(b"gAMA", struct.pack(">I", 10_000))[:-1] + b"\0"
    np.testing.assert_array_equal(codec.decode(png_with(wrong)), np.asarray(photo()))


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_a_jpeg_that_only_lacks_its_last_marker_is_read(options):
    whole = saved(photo(900, 600), "JPEG", **options)
    np.testing.assert_array_equal(codec.decode(whole[:-2]), codec.decode(whole))
    np.testing.assert_array_equal(codec.decode(whole[:-1]), codec.decode(whole))
    assert not work.has_end(whole[:-1])
    assert work.has_end(whole)


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.97])
def test_a_jpeg_that_lacks_pixels_is_an_error(options, share):
    whole = saved(photo(900, 600), "JPEG", **options)
    with pytest.raises(PictureError, match="cut off"):
        codec.decode(whole[: int(share * len(whole))])


@pytest.mark.parametrize("number", range(1, 9))
def test_the_way_a_picture_is_turned_is_read_from_its_first_directory(number):
    exif = Image.Exif()
    exif[0x010F], exif[0x0112], exif[0x9003] = "Maker", number, "2026:01:01 00:00:00"
    assert work.orientation(exif.tobytes()) == number
    assert work.orientation(exif.tobytes()[6:]) == number


@pytest.mark.parametrize("block", [b"", b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"junk"])
def test_a_damaged_block_turns_nothing(block):
    assert work.orientation(block) == 1
