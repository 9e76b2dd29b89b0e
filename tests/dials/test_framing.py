"""Framing: the truth moves exactly with the picture. Compared with scipy and with arithmetic."""

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from carseg.dials import DIALS, LabelledPicture
from carseg.dials.framing import CROP, LARGER, ROTATION, SHIFT, SMALLER
from tests.factories.dials import made

FRAMING = ("framing.scale", "framing.shift", "framing.crop", "framing.rotation")


def blocky(size=(120, 180), box=(50, 40, 130, 90)) -> LabelledPicture:
    """A red rectangle (left, top, right, bottom) on a grey that changes slowly."""
    y, x = np.mgrid[: size[0], : size[1]]
    rgb = np.repeat((100 + x // 4 + y // 3)[..., None], 3, 2).astype(np.uint8)
    truth = np.zeros(size, bool)
    truth[box[1] : box[3], box[0] : box[2]] = True
    rgb[truth] = (230, 20, 20)
    return LabelledPicture(rgb, truth)


def box_of(truth: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(truth.any(1)), np.flatnonzero(truth.any(0))
    return columns[0], rows[0], columns[-1] + 1, rows[-1] + 1


def moved(x: np.ndarray, down: int, right: int) -> np.ndarray:
    """The array shifted by whole pixels, zeros from beyond the border."""
    height, width = x.shape
    result = np.zeros_like(x)
    result[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = x[
        max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)
    ]
    return result


@pytest.mark.parametrize("name", FRAMING)
@pytest.mark.parametrize("severity", [0.7, 2, 3.5, 5])
def test_what_looks_like_the_car_is_the_truth_and_nothing_else_is(name, severity):
    # A car that is mirrored at the border and that the truth does not know would be red as well.
    for picture in "abcdef":
        done = DIALS[name].apply(blocky(), severity, picture)
        redness = (done.rgb[..., 0].astype(int) - done.rgb[..., 1]) / 210
        # At half a pixel of car the rounding of the picture decides.
        assert (((redness > 0.5) == done.truth) | (np.abs(redness - 0.5) < 0.01)).all()


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_shift_is_exact(severity):
    sample, found = made((97, 145)), set()
    for picture in "abcdefgh":
        done = DIALS["framing.shift"].apply(sample, severity, picture)
        reach = [round(SHIFT[severity] * side) + 1 for side in (97, 145)]
        moves = [
            (down, right)
            for down in range(-reach[0], reach[0] + 1)
            for right in range(-reach[1], reach[1] + 1)
            if np.array_equal(moved(sample.truth, down, right), done.truth)
        ]
        assert len(moves) == 1
        ((down, right),) = moves
        assert abs(np.hypot(down / 97, right / 145) / SHIFT[severity] - 1) < 0.15
        # The part of the picture that is still in view is the same, byte for byte.
        old = sample.rgb[max(-down, 0) : 97 - max(down, 0), max(-right, 0) : 145 - max(right, 0)]
        new = done.rgb[max(down, 0) : 97 + min(down, 0), max(right, 0) : 145 + min(right, 0)]
        assert np.array_equal(old, new)
        found.add((down, right))
    assert len(found) == 8


@pytest.mark.parametrize("severity", [1, 3, 5])
def test_rotation_is_that_of_scipy(severity):
    sample, signs = made((96, 144), box=(0.35, 0.3, 0.65, 0.7)), set()
    for picture in "abcdefgh":
        done = DIALS["framing.rotation"].apply(sample, severity, picture)
        soft = sample.truth.astype(float)
        options = {
            sign: ndimage.rotate(soft, sign * ROTATION[severity], order=1, reshape=False) >= 0.5
            for sign in (-1, 1)
        }
        fits = {sign: (option ^ done.truth).sum() for sign, option in options.items()}
        sign = min(fits, key=fits.get)
        assert fits[sign] <= 2, "no more than ties at half a pixel"
        signs.add(sign)
    assert signs == {-1, 1}


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_scale_changes_the_car_by_its_factor_and_keeps_its_shape(severity):
    sample, directions = made((240, 360), box=(0.3, 0.3, 0.7, 0.65)), set()
    left, top, right, bottom = box_of(sample.truth)
    for picture in "abcdefgh":
        done = DIALS["framing.scale"].apply(sample, severity, picture)
        smaller = done.truth.sum() < sample.truth.sum()
        zoom = (SMALLER if smaller else LARGER)[severity]
        directions.add(smaller)
        assert abs(done.truth.sum() / sample.truth.sum() / zoom**2 - 1) < 0.015
        x0, y0, x1, y1 = box_of(done.truth)
        assert abs((x1 - x0) - zoom * (right - left)) <= 1.01
        assert abs((y1 - y0) - zoom * (bottom - top)) <= 1.01
        if smaller:
            # Both margins of an axis by the same factor.
            assert abs(x0 / (360 - x1) - left / (360 - right)) < 0.06
        else:
            assert abs((x0 + x1) - (left + right)) <= 1
            assert abs((y0 + y1) - (top + bottom)) <= 1
        crop = Image.fromarray(sample.truth[top:bottom, left:right].astype(np.float32))
        small = np.asarray(crop.resize((x1 - x0, y1 - y0), Image.Resampling.BOX)) >= 0.5
        both = (small & done.truth[y0:y1, x0:x1]).sum()
        assert 2 * both / (small.sum() + done.truth.sum()) > 0.975
    assert directions == {True, False}


def test_a_car_at_the_border_stays_there_when_it_shrinks():
    sample = blocky(box=(0, 40, 90, 90))
    results = [DIALS["framing.scale"].apply(sample, 4, p).truth for p in "abcdefgh"]
    small = [truth for truth in results if truth.sum() < sample.truth.sum()]
    assert small
    for truth in small:
        assert truth[:, 0].any()
        assert not truth[:, -1].any()


def test_a_car_that_spans_the_picture_only_becomes_larger():
    sample = blocky(box=(0, 40, 180, 90))
    for picture in "abcdefgh":
        truth = DIALS["framing.scale"].apply(sample, 5, picture).truth
        assert truth.sum() > sample.truth.sum()


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_crop_cuts_the_share_of_the_car_at_one_border(severity):
    sample, sides = blocky((240, 360), (100, 80, 260, 180)), set()
    for picture in range(12):
        truth = DIALS["framing.crop"].apply(sample, severity, f"{picture}").truth
        borders = {"top": truth[0], "bottom": truth[-1], "left": truth[:, 0], "right": truth[:, -1]}
        touched = [side for side, line in borders.items() if line.any()]
        x0, y0, x1, y1 = box_of(truth)
        if severity == 1:
            # A tight frame: the whole car, larger.
            assert not touched
            assert truth.sum() > sample.truth.sum()
            continue
        (side,) = touched
        cut_across = side in ("left", "right")
        kept = (x1 - x0) / (y1 - y0) / 1.6 if cut_across else 1.6 / ((x1 - x0) / (y1 - y0))
        assert abs(kept - (1 - CROP[severity])) < 0.015
        sides.add(side)
    assert severity == 1 or len(sides) >= 3


def test_the_truth_does_not_depend_on_the_colours():
    plain = made((97, 145))
    noisy = LabelledPicture(
        np.random.default_rng(0).integers(0, 256, plain.rgb.shape, np.uint8), plain.truth
    )
    for name in FRAMING:
        one, two = (DIALS[name].apply(s, 4, "a") for s in (plain, noisy))
        assert np.array_equal(one.truth, two.truth)
