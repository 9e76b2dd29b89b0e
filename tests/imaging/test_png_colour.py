"""What a PNG tells by numbers: gamma, primaries and coding points, in the order of browsers."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from carseg.imaging import codec
from tests.factories.shown_files import shown_files, told_by_chunks
from tests.imaging.test_codec import ADOBE, SRGB, to_srgb_by_hand
from tests.imaging.test_work import chunk, saved

COLOURS = np.random.default_rng(2).integers(0, 256, (8, 12, 3), dtype=np.uint8)


def told(chunks: bytes) -> np.ndarray:
    whole = saved(Image.fromarray(COLOURS), "PNG")
    return codec.decode(whole[:33] + chunks + whole[33:])


def gama(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


ADOBE_CHRM = chunk(
    b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)
)


@pytest.mark.parametrize("gamma", [0.2, 0.55556, 1.0])
def test_gamma_alone_is_that_of_the_usual_primaries(gamma):
    expected = to_srgb_by_hand(COLOURS, SRGB, 1 / gamma)
    assert np.abs(told(gama(round(100_000 * gamma))) - expected).max() <= 2


def test_gamma_with_primaries_matches_the_formula():
    expected = to_srgb_by_hand(COLOURS, ADOBE, 1 / 0.45455)
    assert np.abs(told(gama(45_455) + ADOBE_CHRM) - expected).max() <= 2


@pytest.mark.parametrize(
    "chunks",
    [gama(45_455), gama(0), ADOBE_CHRM, chunk(b"sRGB", b"\0") + gama(100_000) + ADOBE_CHRM],
)
def test_what_says_nothing_changes_nothing(chunks):
    np.testing.assert_array_equal(told(chunks), COLOURS)


def test_coding_points_come_first():
    usual = chunk(b"cICP", bytes((1, 13, 0, 1)))
    np.testing.assert_array_equal(told(usual + gama(100_000)), COLOURS)
    linear = chunk(b"cICP", bytes((1, 8, 0, 1)))
    assert np.abs(told(linear) - to_srgb_by_hand(COLOURS, SRGB, 1.0)).max() <= 2


@pytest.mark.parametrize("places", [bytes(32), b"\xff" * 32, struct.pack(">8I", *[1] * 8)])
def test_primaries_that_cannot_be_change_nothing(places):
    np.testing.assert_array_equal(told(gama(100_000) + chunk(b"cHRM", places)), COLOURS)


@pytest.mark.parametrize(("curve", "power"), [(1, 2.4), (4, 2.2), (5, 2.8), (14, 2.4)])
def test_curves_of_television_and_film(curve: int, power: float):
    found = told(chunk(b"cICP", bytes((1, curve, 0, 1))))
    assert np.abs(found - to_srgb_by_hand(COLOURS, SRGB, power)).max() <= 2


def test_chunks_that_come_late_or_again_say_nothing():
    np.testing.assert_array_equal(told(gama(45_455) + gama(100_000)), COLOURS)
    whole = saved(Image.fromarray(COLOURS), "PNG")
    np.testing.assert_array_equal(codec.decode(whole[:-12] + gama(100_000) + whole[-12:]), COLOURS)


@pytest.mark.parametrize(("bits", "step"), [(2, 85), (4, 17)])
def test_a_transparent_value_of_few_bits_shows_the_page(bits: int, step: int):
    head = struct.pack(">IIBBBBB", 8 // bits, 1, bits, 0, 0, 0, 0)
    body = zlib.compress(b"\0" + bytes([sum(n << (8 - bits - bits * n) for n in range(8 // bits))]))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"tRNS", b"\0\1")
    data += chunk(b"IDAT", body) + chunk(b"IEND", b"")
    expected = [255 if n == 1 else step * n for n in range(8 // bits)]
    assert codec.decode(data)[0, :, 0].tolist() == expected


def test_a_transparent_value_of_16_bits_shows_the_page():
    values = np.array([[0, 1000, 65535]], np.uint16)
    head = struct.pack(">IIBBBBB", 3, 1, 16, 0, 0, 0, 0)
    body = zlib.compress(b"\0" + values.astype(">u2").tobytes())
    key = chunk(b"tRNS", struct.pack(">H", 1000))
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + key + chunk(b"IDAT", body)
    assert codec.decode(data + chunk(b"IEND", b""))[0, :, 0].tolist() == [0, 255, 255]


def test_every_made_file_is_read():
    files = shown_files()
    assert {name for name, _ in told_by_chunks()} < files.keys()
    for name, data in files.items():
        larger = name.startswith(("gif-larger", "gif-moved"))
        assert sorted(codec.decode(data).shape) == ([3, 60, 76] if larger else [3, 48, 72]), name
