"""Decoding in a process of its own: the same pixels, and whatever a decoder does, a sentence."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from carseg.imaging import apart, codec
from carseg.imaging.codec import PictureError
from carseg.imaging.masks import read_mask
from tests.imaging.test_work import BOMBS, photo, saved


@pytest.fixture
def processes():
    """Decoding apart for the length of a test."""
    apart.begin()
    yield apart.pool()
    apart.end()


@pytest.fixture
def odd(monkeypatch):
    """One process of the kind that goes wrong."""
    monkeypatch.setattr(apart, "WORKER", "tests.factories.odd_worker")
    pool = apart.Pool(1)
    yield pool
    pool.close()


def files():
    exif = Image.Exif()
    exif[0x0112] = 6
    yield "jpeg", saved(photo(), "JPEG", exif=exif)
    yield "grey", saved(photo().convert("L"), "PNG")
    yield "bilevel", saved(photo().convert("1"), "PNG")
    yield "palette", saved(photo().quantize(9), "PNG")
    yield "key", saved(photo().quantize(9), "PNG", transparency=2)
    yield "alpha", saved(photo().convert("LA"), "PNG")
    yield "gif", saved(photo().quantize(9), "GIF", transparency=1)
    yield "cmyk", saved(photo().convert("CMYK"), "TIFF")
    yield (
        "deep",
        saved(Image.fromarray(np.arange(5400, dtype=np.uint16).reshape(60, 90) * 12), "PNG"),
    )
    yield (
        "float",
        saved(Image.fromarray(np.linspace(0, 1, 5400, dtype=np.float32).reshape(60, 90)), "TIFF"),
    )
    yield "webp", saved(photo().convert("RGBA"), "WEBP", lossless=True)


def test_pixels_and_masks_are_those_of_this_process(processes):
    masks = {
        "few": saved(Image.fromarray(np.eye(40, dtype=np.uint8) * 255), "PNG"),
        "labels": saved(Image.fromarray(np.eye(40, dtype=np.uint8)), "PNG"),
        "cutout": saved(
            Image.fromarray(
                np.dstack([np.asarray(photo(40, 40)), np.eye(40, dtype=np.uint8) * 255])
            ),
            "PNG",
        ),
    }
    apart_rgb = {name: codec.decode(data) for name, data in files()}
    apart_masks = {name: read_mask(data).car for name, data in masks.items()}
    assert processes._all
    apart.end()
    for name, data in files():
        np.testing.assert_array_equal(apart_rgb[name], codec.decode(data), err_msg=name)
    for name, data in masks.items():
        np.testing.assert_array_equal(apart_masks[name], read_mask(data).car, err_msg=name)


@pytest.mark.usefixtures("processes")
@pytest.mark.parametrize(("turn", "shape"), [(1, (67, 100, 3)), (6, (100, 67, 3))])
def test_the_copy_for_display_keeps_its_sides(turn: int, shape: tuple[int, int, int]):
    exif = Image.Exif()
    exif[0x0112] = turn
    data = saved(photo(900, 600), "JPEG", exif=exif)
    found = codec.decode_proxy(data, 100)
    assert found.shape == shape
    wanted = codec.proxy(codec.decode(data), 100)
    assert np.abs(found.astype(int) - wanted).mean() < 3


@pytest.mark.parametrize("turn", [1, 6])
def test_a_copy_made_apart_is_that_made_at_home(turn: int):
    exif = Image.Exif()
    exif[0x0112] = turn
    data = saved(photo(900, 603), "JPEG", exif=exif)
    at_home = codec.decode_copy(data, 200)
    apart.begin()
    try:
        away = codec.decode_copy(data, 200)
    finally:
        apart.end()
    assert away.size == at_home.size == codec.decode(data).shape[:2]
    np.testing.assert_array_equal(away.rgb, at_home.rgb)


@pytest.mark.usefixtures("processes")
def test_errors_are_the_same_sentences():
    whole = saved(photo(900, 600), "JPEG")
    with pytest.raises(PictureError, match="damaged or cut off"):
        codec.decode(whole[: len(whole) // 2])
    with pytest.raises(PictureError, match="take too long"):
        codec.decode(BOMBS["scans of many pixels"])
    with pytest.raises(PictureError, match="not a picture"):
        codec.decode(b"<html>")
    np.testing.assert_array_equal(codec.decode(saved(photo(), "PNG")), np.asarray(photo()))


def test_files_of_ones_own_are_decoded_here(processes, tmp_path, monkeypatch):
    (tmp_path / "a.png").write_bytes(saved(photo(), "PNG"))
    monkeypatch.setattr(processes, "rgb", lambda _: pytest.fail("sent away"))
    assert codec.decode(tmp_path / "a.png").shape == (60, 90, 3)


def test_a_process_is_used_again_and_threads_share_them(processes):
    data = saved(photo(), "PNG")
    done = []
    threads = [threading.Thread(target=lambda: done.append(codec.decode(data))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 12
    assert all((rgb == np.asarray(photo())).all() for rgb in done)
    assert len(processes._all) <= apart.WORKERS


@pytest.mark.parametrize("way", [b"busy", b"crash", b"sleep"])
def test_a_decoder_that_goes_wrong_costs_its_process_only(odd, monkeypatch, way):
    monkeypatch.setattr(apart, "SLOWEST", 3.0)
    with pytest.raises(apart.ApartError, match="took too long"):
        odd.image(way)
    assert not odd._all
    monkeypatch.setattr(apart, "SLOWEST", 60.0)  # a busy machine starts the next one slowly
    assert np.asarray(odd.image(b"good")).tolist()[0][0] == [1, 2, 3]


def test_memory_that_is_not_there_is_a_sentence_and_the_process_goes_on(odd):
    with pytest.raises(apart.ApartError, match="not enough memory"):
        odd.image(b"memory")
    (worker,) = odd._all
    assert odd.image(b"good").size == (3, 2)
    assert odd._all == {worker}


def test_the_processes_end_with_the_pool(processes):
    codec.decode(saved(photo(), "PNG"))
    workers = list(processes._all)
    apart.end()
    assert workers
    assert all(worker.process.poll() is not None for worker in workers)
    assert apart.pool() is None
    assert codec.decode(io.BytesIO(saved(photo(), "PNG")).getvalue()).shape == (60, 90, 3)
