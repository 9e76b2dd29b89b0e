"""HEIC, the format of iPhones: what comes out, and what is refused before it costs anything."""

import io
import struct
from contextlib import suppress
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from carseg.imaging import codec, heif, untrusted
from carseg.imaging.codec import PictureError, decode, decode_mask, decode_proxy
from tests.imaging.test_codec import icc, saved, scene

pillow_heif = pytest.importorskip("pillow_heif")
heif.register(untrusted.MAX_PIXELS)
if not pillow_heif.libheif_info()["HEIF"]:
    pytest.skip("This build of libheif has no encoder.", allow_module_level=True)

P3 = icc((0.5151, 0.2412, -0.0011), (0.2919, 0.6922, 0.0419), (0.1572, 0.0666, 0.7841), 2.2)
"""Display P3 (its D50 columns), with a plain gamma."""
TURNS = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a),
}
"""What each EXIF orientation (TIFF 6.0, tag 274) asks of a reader."""


def heic(picture: np.ndarray | Image.Image, **options: object) -> bytes:
    return saved(picture, "HEIF", **{"quality": 95, **options})


@cache
def plain() -> bytes:
    return heic(scene())


def with_size(data: bytes, width: int, height: int) -> bytes:
    """The same file, claiming another size of its picture in every ``ispe``."""
    changed = bytearray(data)
    at = changed.find(b"ispe")
    while at >= 0:
        changed[at + 8 : at + 16] = struct.pack(">II", width, height)
        at = changed.find(b"ispe", at + 1)
    return bytes(changed)


def near(data: bytes, wanted: np.ndarray, most: float = 3) -> None:
    found = decode(data)
    assert found.shape == wanted.shape
    assert np.abs(found.astype(int) - wanted).mean() < most


def refused(data: bytes, words: str) -> None:
    for read in (decode, decode_mask, decode_proxy):
        with pytest.raises(PictureError, match=words):
            read(data)


def test_pixels_come_out_as_they_went_in():
    near(plain(), scene())


@pytest.mark.parametrize("turn", TURNS)
def test_a_turned_picture_is_turned_once(turn: int):
    """Phones write the turn twice, as irot and as EXIF; only the first one counts."""
    exif = Image.Exif()
    exif[0x0112] = turn
    data = heic(scene(), exif=exif.tobytes())
    assert exif.tobytes()[6:] in data
    assert (b"irot" in data or b"imir" in data) is (turn > 1)
    near(data, TURNS[turn](scene()))


def test_grey():
    grey = scene()[:, :, 0]
    near(heic(grey), np.dstack([grey] * 3))


@pytest.mark.parametrize(("mode", "channels"), [("RGB;16", 3), ("L;16", 1)])
def test_ten_bits_become_eight(mode: str, channels: int):
    picture = scene()[:, :, :channels]
    file, size = io.BytesIO(), picture.shape[1::-1]
    deep = (picture.astype(np.uint16) * 257).tobytes()
    pillow_heif.from_bytes(mode, size, deep).save(file, quality=95)
    (depth,) = {item.info["bit_depth"] for item in pillow_heif.open_heif(file.getvalue())}
    assert depth == 10
    near(file.getvalue(), np.broadcast_to(picture, scene().shape))


def test_alpha_is_flattened_on_white_and_is_the_mask_of_a_cutout():
    clear = np.zeros(scene().shape[:2], bool)
    clear[:, :40] = True
    data = heic(np.dstack([scene(), np.where(clear, 0, 255).astype(np.uint8)]))
    found = decode(data)
    assert (found[:, :36] > 250).all()
    assert np.abs(found[:, 44:].astype(int) - scene()[:, 44:]).mean() < 4
    assert (decode_mask(data)[:, :36] == 0).all()
    assert decode_mask(data)[:, 44:].all()


def test_display_p3_is_shown_in_srgb():
    """Against LittleCMS, which converts the same pixels with the same profile."""
    profiles = ImageCms.ImageCmsProfile(io.BytesIO(P3)), ImageCms.createProfile("sRGB")
    wanted = ImageCms.profileToProfile(Image.fromarray(scene()), *profiles, outputMode="RGB")
    assert np.abs(np.asarray(wanted).astype(int) - scene()).mean() > 5
    near(heic(scene(), icc_profile=P3), np.asarray(wanted))


def test_the_copy_for_display_is_smaller():
    assert decode_proxy(plain(), 40).shape == (29, 40, 3)


def test_a_bomb_is_refused_by_what_it_claims():
    refused(with_size(plain(), 20_000, 20_000), "too large.*64 million pixels")
    refused(with_size(plain(), 16_001, 10), "too large")


def test_a_bomb_is_refused_by_what_it_holds():
    """The header claims 64 x 64; the stream would make a thousand times as many pixels."""
    refused(with_size(heic(Image.new("RGB", (2_048, 2_048)), quality=10), 64, 64), "damaged")


def test_libheif_refuses_a_part_larger_than_the_limit():
    data = heic(Image.new("RGB", (300, 300)))

    def load() -> tuple[int, int]:
        with Image.open(io.BytesIO(data), formats=("HEIF",)) as image:
            image.load()
            return image.size

    assert load() == (300, 300)
    heif.limit(70_000)
    try:
        with pytest.raises(Exception, match="Security limit exceeded"):
            load()
    finally:
        heif.limit(untrusted.MAX_PIXELS)
    assert load() == (300, 300)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_an_error(share: float):
    refused(plain()[: int(share * len(plain()))], "damaged or cut off")


@settings(deadline=None, max_examples=60)
@given(edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_damaged_bytes_give_pixels_or_our_error(edits: list):
    data = bytearray(plain())
    for where, value in edits:
        data[int(where * (len(data) - 1))] = value
    with suppress(PictureError):
        assert decode(bytes(data)).size > 0


def test_choosers_offer_what_can_be_read(monkeypatch):
    every = {ending.lstrip(".") for ending in codec.PICTURE_EXTENSIONS}
    assert {"heic", "heif", "avif", "jpg"} <= set(codec.readable_types()) == every
    monkeypatch.setattr(heif, "is_readable", lambda: False)
    assert every - set(codec.readable_types()) == {"heic", "heif"}
    monkeypatch.setattr(codec, "AVIF_IS_READABLE", False)
    assert every - set(codec.readable_types()) == {"heic", "heif", "avif"}


def test_without_the_reader_the_sentence_names_the_phone_setting(monkeypatch):
    heif.register.cache_clear()
    monkeypatch.setitem(__import__("sys").modules, "pillow_heif", None)
    refused(plain(), "Settings > Camera > Formats > Most Compatible")
