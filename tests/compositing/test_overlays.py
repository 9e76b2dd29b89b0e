"""Pictures of masks: exact values on small arrays, properties on odd sizes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from carseg.compositing import overlays
from carseg.compositing.overlays import COLOURS

MASKS = array_shapes(min_dims=2, max_dims=2, max_side=23).flatmap(
    lambda shape: st.tuples(arrays(bool, shape), arrays(bool, shape))
)


def luminance(rgb) -> np.ndarray:
    return np.asarray(rgb, float) @ [0.299, 0.587, 0.114]


def disc_mask(size=(101, 121), radius=30) -> np.ndarray:
    y, x = np.mgrid[: size[0], : size[1]]
    return np.hypot(y - size[0] // 2, x - size[1] // 2) < radius


def test_mask_picture():
    made = overlays.mask_picture(np.array([[True, False]]))
    assert made.dtype == np.uint8
    assert made.tolist() == [[255, 0]]


def test_probability_map_has_one_scale_for_all_pictures():
    low = overlays.probability_map(np.array([[0.0, 0.25]]))
    full = overlays.probability_map(np.array([[0.25, 1.0]], np.float16))
    np.testing.assert_array_equal(low[0, 1], full[0, 0])
    ramp = overlays.probability_map(np.linspace(0, 1, 256)[None])[0]
    assert (np.diff(luminance(ramp)) > -0.5).all()
    assert np.ptp(luminance(ramp)) > 180
    assert ramp[0, 2] > ramp[0, 0]
    assert ramp[-1, 0] > ramp[-1, 2]
    assert overlays.probability_map(np.array([[np.nan, -1.0, 7.0]])).shape == (1, 3, 3)


def test_overlay_tints_the_car_alone_and_keeps_its_shading():
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (20, 31, 3), np.uint8)
    mask = rng.random((20, 31)) < 0.5
    np.testing.assert_array_equal(overlays.overlay(rgb, mask, opacity=0), rgb)
    for opacity in (0.3, 0.6, 1.0):
        made = overlays.overlay(rgb, mask, (0, 114, 178), opacity)
        np.testing.assert_array_equal(made[~mask], rgb[~mask])
        assert np.corrcoef(luminance(rgb[mask]), luminance(made[mask]))[0, 1] > 0.95
    black = np.zeros((1, 2, 3), np.uint8)
    assert overlays.overlay(black, np.ones((1, 2), bool), (255, 255, 255), 1).min() > 60


@pytest.mark.parametrize("width", [1, 3, 8])
@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize("colour", [COLOURS["car"], (0, 0, 0), (255, 255, 255)])
def test_outline_is_as_wide_as_asked_and_shows_on_any_ground(width, ground, colour):
    rgb, mask = np.full((101, 121, 3), ground, np.uint8), disc_mask()
    made = overlays.outline(rgb, mask, colour, width)
    row = made[50].astype(int)
    line = row[70:]  # the right border of the disc only
    share = 1 - np.abs(line - np.array(colour)).max(1) / 255
    if abs(luminance(colour) - ground) > 120:
        assert np.count_nonzero(share > 0.75) == pytest.approx(width, abs=2.1)
    # The line or its halo stands out by a fair step of lightness.
    assert np.abs(luminance(line) - ground).max() > 60
    np.testing.assert_array_equal(made[50, 60], rgb[50, 60])
    np.testing.assert_array_equal(made[0, 0], rgb[0, 0])


def test_outline_is_anti_aliased():
    rgb = np.full((101, 121, 3), 0, np.uint8)
    made = overlays.outline(rgb, disc_mask(), (255, 255, 255), 3)
    assert len(np.unique(made[..., 0])) > 20


def test_outline_of_nothing_is_the_photo():
    rgb = np.random.default_rng(0).integers(0, 256, (9, 7, 3), np.uint8)
    for mask in (np.zeros((9, 7), bool), np.ones((9, 7), bool)):
        np.testing.assert_array_equal(overlays.outline(rgb, mask), rgb)


@settings(max_examples=60, deadline=None)
@given(MASKS)
def test_disagreement_and_its_shares(pair):
    a, b = pair
    shares = overlays.disagreement_shares(a, b)
    assert shares.a_only == pytest.approx(np.mean(a & ~b))
    assert shares.b_only == pytest.approx(np.mean(b & ~a))
    assert shares.both == pytest.approx(np.mean(a & b))
    assert shares.different == pytest.approx(np.mean(a ^ b))
    total = a.sum() + b.sum()
    assert shares.dice == pytest.approx(2 * (a & b).sum() / total if total else 1)
    made = overlays.disagreement(a, b)
    for chosen, name in ((a & ~b, "a_only"), (b & ~a, "b_only"), (a & b, "both")):
        assert (made[chosen] == COLOURS[name]).all()
    assert (made[~(a | b)] == 40).all()
    wrong = overlays.errors(a, b)
    for chosen, name in ((a & ~b, "fp"), (b & ~a, "fn"), (a & b, "tp")):
        assert (wrong[chosen] == COLOURS[name]).all()


@settings(max_examples=30, deadline=None)
@given(MASKS, st.floats(0, 12), st.floats(-1, 2))
def test_odd_sizes_and_the_input_stays_as_it_was(pair, width, opacity):
    a, b = pair
    rgb = np.random.default_rng(a.size).integers(0, 256, (*a.shape, 3), np.uint8)
    kept = rgb.copy(), a.copy(), b.copy()
    for made in (
        overlays.overlay(rgb, a, opacity=opacity),
        overlays.outline(rgb, a, width=width),
        overlays.disagreement(a, b, rgb),
        overlays.errors(a, b, rgb),
    ):
        assert made.shape == rgb.shape
        assert made.dtype == np.uint8
    for now, before in zip((rgb, a, b), kept, strict=True):
        np.testing.assert_array_equal(now, before)


def test_on_a_photo_the_parts_stay_apart():
    rgb = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    a, b = disc_mask((40, 40), 12), np.roll(disc_mask((40, 40), 12), 6, 1)
    made = overlays.disagreement(a, b, rgb).astype(float)
    means = [made[m].mean(0) for m in (a & ~b, b & ~a, a & b, ~(a | b))]
    for i, one in enumerate(means):
        for other in means[i + 1 :]:
            assert np.linalg.norm(one - other) > 40


def test_sizes_and_types_that_do_not_fit():
    mask, rgb = np.zeros((4, 5), bool), np.zeros((5, 4, 3), np.uint8)
    for call in (
        lambda: overlays.overlay(rgb, mask),
        lambda: overlays.outline(rgb, mask),
        lambda: overlays.disagreement(mask, mask, rgb),
        lambda: overlays.disagreement_shares(mask, mask.T),
        lambda: overlays.errors(mask, mask.T),
    ):
        with pytest.raises(ValueError, match="Sizes differ"):
            call()
    with pytest.raises(ValueError, match="boolean"):
        overlays.errors(mask.astype(np.uint8), mask)
