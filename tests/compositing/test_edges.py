"""Edges against pictures whose alpha and foreground are known."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from carseg.compositing.edges import Edges, alpha, cell_of, guided_filter
from carseg.compositing.foreground import foreground_colours
from carseg.imaging.regions import clean_mask
from carseg.imaging.tiles import tiles
from tests.factories.guided import guided_filter as reference_filter

HARD = Edges(refine=False)


def texture(rng: np.random.Generator, size, colour) -> np.ndarray:
    grains = (rng.standard_normal((size[0] // k + 2, size[1] // k + 2, 3)) for k in (2, 8, 40))
    pairs = zip(grains, (4, 8, 14), strict=True)
    layers = [cv2.resize(g.astype(np.float32), size[::-1]) * a for g, a in pairs]
    return np.clip(np.array(colour, np.float32) + sum(layers), 0, 255)


def disc(size, softness: float = 3.0) -> np.ndarray:
    """Alpha of a disc whose edge fades over ``softness`` pixels."""
    y, x = np.mgrid[: size[0], : size[1]]
    distance = np.hypot(y - size[0] * 0.5, x - size[1] * 0.48) - 0.33 * size[0]
    return np.clip(0.5 - distance / softness, 0, 1).astype(np.float32)


def composite(size=(480, 640), softness=3.0, seed=0):
    """(photo uint8, true alpha, true foreground) of a red disc on blue-grey texture."""
    rng = np.random.default_rng(seed)
    car, back = texture(rng, size, (180, 35, 30)), texture(rng, size, (90, 150, 190))
    soft = disc(size, softness)
    photo = car * soft[..., None] + back * (1 - soft[..., None])
    return np.rint(photo).astype(np.uint8), soft, car


def coarse(soft: np.ndarray, grid, hard: bool = False) -> np.ndarray:
    """What a network on ``grid`` could know, upsampled bilinearly."""
    small = cv2.resize(soft, grid[::-1], interpolation=cv2.INTER_AREA)
    small = (small >= 0.5).astype(np.float32) if hard else small
    return cv2.resize(small, soft.shape[::-1], interpolation=cv2.INTER_LINEAR)


def edge_error(found: np.ndarray, true: np.ndarray) -> float:
    """The sum of absolute errors of alpha, in pixels of area."""
    return float(np.abs(found - true).sum())


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize(
    ("size", "grid"), [((480, 640), (40, 53)), ((960, 1280), (40, 53)), ((301, 457), (75, 114))]
)
def test_refinement_brings_alpha_closer_to_the_truth(size, grid, hard):
    photo, true, _ = composite(size)
    p = coarse(true, grid, hard)
    refined = alpha(p, photo, cell=size[0] / grid[0])
    assert edge_error(refined, true) < 0.6 * edge_error(p, true)
    wrong = [np.count_nonzero((soft >= 0.5) != (true >= 0.5)) for soft in (p, refined)]
    assert wrong[1] < 0.7 * wrong[0]


def test_no_steps_are_left_of_a_coarse_mask():
    """The outline of a hard 40x60 mask on a large flat picture, against the ideal circle."""
    size, grid = (1200, 1800), (40, 60)
    true = disc(size)
    p = coarse(true, grid, hard=True)
    flat = np.full((*size, 3), 128, np.uint8)  # the photo gives no help at all

    def radii(soft: np.ndarray) -> np.ndarray:
        """Distance of the 0.5 crossing from the centre, 720 directions, in cells."""
        angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
        r = np.arange(0.25 * size[0], 0.42 * size[0], 0.5)
        rows = 0.5 * size[0] + np.outer(np.sin(angles), r)
        columns = 0.48 * size[1] + np.outer(np.cos(angles), r)
        profile = ndimage.map_coordinates(soft, np.stack([rows, columns]), order=1)
        return r[np.argmax(profile < 0.5, axis=1)] / (size[0] / grid[0])

    def turning(outline: np.ndarray) -> float:
        """Standard deviation of the outline's slope over 5 degrees: steps make it jump."""
        return float(np.std(outline - np.roll(outline, 10)))

    stepped, smooth = radii(p), radii(alpha(p, flat, cell=30.0))
    assert turning(smooth) < 0.55 * turning(stepped)
    assert np.std(smooth) < 0.8 * np.std(stepped)
    assert abs(np.mean(smooth) - 0.33 * grid[0]) < 0.15

    photo, _, _ = composite(size)
    helped = radii(alpha(p, photo, cell=30.0))
    assert np.std(helped) < 0.35 * np.std(stepped)


def test_far_from_the_outline_alpha_is_exact_and_the_middle_follows_the_map():
    photo, true, _ = composite()
    p = coarse(true, (60, 80)) * 0.6 + 0.2  # an unsure network: nothing below 0.2 or above 0.8
    found = alpha(p, photo, cell=8.0)
    inside = ndimage.binary_erosion(true > 0.5, iterations=30)
    outside = ndimage.binary_erosion(true < 0.5, iterations=30)
    assert (found[inside] == 1).all()
    assert (found[outside] == 0).all()


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_without_refinement_the_hard_mask_is_the_threshold(threshold):
    p = np.random.default_rng(1).random((33, 47), np.float32)
    rgb = np.zeros((33, 47, 3), np.uint8)
    own = alpha(p, rgb, HARD, threshold=threshold)
    chosen = alpha(p, rgb, Edges(threshold=threshold, refine=False), threshold=0.3)
    np.testing.assert_array_equal(own >= 0.5, p >= np.float32(threshold))
    np.testing.assert_array_equal(own, chosen)


def test_threshold_moves_the_refined_outline():
    photo, true, _ = composite()
    p = coarse(true, (60, 80))
    areas = [(alpha(p, photo, Edges(threshold=t), cell=8.0) >= 0.5).sum() for t in (0.1, 0.5, 0.9)]
    assert areas[0] > areas[1] > areas[2]


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 41),
    width=st.integers(1, 41),
    kind=st.sampled_from(["noise", "empty", "full", "half", "nan"]),
    edges=st.builds(
        Edges,
        threshold=st.none() | st.floats(0, 1),
        refine=st.booleans(),
        feather=st.sampled_from([0.0, 0.4, 3.0, 90.0]),
        cars=st.sampled_from([None, (), ((0.5, 0.5),), ((0.0, 0.0), (1.0, 1.0))]),
        fill_holes=st.booleans(),
    ),
    cell=st.none() | st.floats(0.1, 60),
)
def test_any_size_any_setting(height, width, kind, edges, cell):
    rng = np.random.default_rng(height * 100 + width)
    rgb = rng.integers(0, 256, (height, width, 3), np.uint8)
    p = {
        "noise": rng.random((height, width), np.float32),
        "empty": np.zeros((height, width), np.float32),
        "full": np.ones((height, width), np.float32),
        "half": np.full((height, width), 0.5, np.float32),
        "nan": np.full((height, width), np.nan, np.float32),
    }[kind]
    given_p, given_rgb = p.copy(), rgb.copy()
    soft = alpha(p, rgb, edges, cell=cell)
    assert soft.dtype == np.float32
    assert soft.shape == (height, width)
    assert np.isfinite(soft).all()
    assert soft.min() >= 0
    assert soft.max() <= 1
    colours = foreground_colours(rgb, soft)
    assert colours.dtype == np.uint8
    assert colours.shape == rgb.shape
    np.testing.assert_array_equal(colours[soft == 1], rgb[soft == 1])
    np.testing.assert_array_equal(p, given_p)
    np.testing.assert_array_equal(rgb, given_rgb)


def test_sizes_and_thresholds_that_make_no_sense():
    rgb = np.zeros((4, 6, 3), np.uint8)
    with pytest.raises(ValueError, match="upsample"):
        alpha(np.zeros((2, 3), np.float32), rgb)
    with pytest.raises(ValueError, match="one size"):
        foreground_colours(rgb, np.zeros((2, 3), np.float32))
    with pytest.raises(ValueError, match="between 0 and 1"):
        alpha(np.zeros((4, 6), np.float32), rgb, Edges(threshold=1.5))


def test_cars_and_holes_take_their_soft_edges_with_them():
    p = np.zeros((120, 160), np.float32)
    p[20:100, 20:90] = 1
    p[50:60, 40:50] = 0  # a hole
    p[40:60, 110:130] = 1  # a second piece
    p = cv2.GaussianBlur(p, (0, 0), 2)
    rgb = np.random.default_rng(0).integers(0, 256, (120, 160, 3), np.uint8)
    for refine in (False, True):
        soft = alpha(p, rgb, Edges(refine=refine, cars=((0.5, 0.35),), fill_holes=True), cell=4.0)
        assert (soft[:, 102:] == 0).all()
        assert (soft[44:66, 34:56] == 1).all()
        assert np.count_nonzero((soft > 0) & (soft < 1)) > 0


@pytest.mark.parametrize("largest", [False, True])
@pytest.mark.parametrize("fill", [False, True])
@pytest.mark.parametrize("size", [(1, 1), (7, 5), (40, 61)])
def test_clean_against_scipy(size, largest, fill):
    for seed in range(5):
        mask = np.random.default_rng(seed).random(size) < 0.55
        expected = mask.copy()
        if largest and mask.any():
            labels, count = ndimage.label(mask, np.ones((3, 3)))
            areas = ndimage.sum_labels(mask, labels, range(1, count + 1))
            result = clean_mask(mask, True, False)
            assert result.sum() == max(areas)  # pieces of one area are equally good
            expected = result
        if fill:
            expected = ndimage.binary_fill_holes(expected)
        np.testing.assert_array_equal(clean_mask(mask, largest, fill), expected)


def test_feather_fades_over_its_pixels_and_no_further():
    p = np.zeros((80, 200), np.float32)
    p[:, 100:] = 1
    rgb = np.zeros((80, 200, 3), np.uint8)
    soft = alpha(p, rgb, Edges(refine=False, feather=12))
    row = soft[40]
    assert (np.diff(row) >= 0).all()
    assert (row[:84] == 0).all()
    assert (row[116:] == 1).all()
    assert row[94] > 0.02
    assert row[105] < 0.98
    np.testing.assert_array_equal(row >= 0.5, p[40] >= 0.5)


def test_fringe_of_the_old_background_falls():
    """Colour error against the true foreground: to a fifth with the true alpha, to half refined."""
    photo, true, car = composite((600, 800), softness=8)
    edge = (true > 0.02) & (true < 0.98)

    def fringe(colours: np.ndarray) -> float:
        return float((np.abs(colours - car).mean(-1) * true)[edge].mean())

    assert fringe(foreground_colours(photo, true)) < 0.2 * fringe(photo)
    refined = alpha(coarse(true, (75, 100)), photo, cell=8.0)
    assert fringe(foreground_colours(photo, refined)) < 0.5 * fringe(photo)


def test_cell_is_read_off_a_sharp_map_and_bounded_by_the_usual_grid():
    true = disc((640, 960), 1.0)
    assert cell_of(coarse(true, (320, 480), hard=True)) == pytest.approx(2, abs=1)
    assert cell_of(coarse(true, (20, 30), hard=True)) == pytest.approx(4, rel=0.01)
    assert cell_of(np.zeros((5, 5), np.float32)) == 1


def test_guided_filter_against_the_window_by_window_definition():
    rng = np.random.default_rng(3)
    p, rgb = rng.random((17, 21), np.float32), rng.integers(0, 256, (17, 21, 3), np.uint8)
    radius, epsilon = 2, 1e-2
    pad = ((radius,) * 2, (radius,) * 2)
    colours = np.pad(rgb / 255, (*pad, (0, 0)), mode="edge")
    values = np.pad(p.astype(float), pad, mode="edge")
    fits = np.zeros((17, 21, 4))
    for y in range(17):
        for x in range(21):
            window = colours[y : y + 5, x : x + 5].reshape(-1, 3)
            target = values[y : y + 5, x : x + 5].ravel()
            covariance = np.cov(window.T, bias=True) + epsilon * np.eye(3)
            slope = np.linalg.solve(covariance, (window - window.mean(0)).T @ target / 25)
            fits[y, x] = [*slope, target.mean() - slope @ window.mean(0)]
    around = ndimage.uniform_filter(fits, (5, 5, 1), mode="nearest")
    expected = (around[..., :3] * (rgb / 255)).sum(-1) + around[..., 3]
    np.testing.assert_allclose(reference_filter(p, rgb, radius, epsilon), expected, atol=1e-4)
    # How windows go on beyond the picture's border is no part of the definition.
    inside = (slice(2 * radius, -2 * radius),) * 2
    found = guided_filter(p, rgb, radius, epsilon)
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-4)


@pytest.mark.parametrize("radius", [1, 2, 4])
@pytest.mark.parametrize("flat", [False, True])
def test_guided_filter_against_the_reference(radius, flat):
    photo, soft, _ = composite((120, 160))
    photo = np.full_like(photo, 77) if flat else photo
    expected = reference_filter(soft, photo, radius, 1e-3)
    found = guided_filter(soft, photo, radius, 1e-3)
    assert found.dtype == np.float32
    inside = (slice(2 * radius, -2 * radius),) * 2
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-5)
    np.testing.assert_allclose(found, expected, atol=0.02)


@pytest.mark.parametrize("size", [(1, 1), (50, 33), (64, 64)])
def test_tiles_give_what_the_whole_gives(size):
    rng = np.random.default_rng(0)
    x, active = rng.random(size), rng.random(size) < 0.01
    active[0, 0] = True
    result, done = np.full(size, np.nan), np.zeros(size, int)
    for inner, outer, crop in tiles(active, 16, 3):
        # Reflection at a cut inside the picture stays within the margin.
        result[inner] = ndimage.uniform_filter(x[outer], 7, mode="nearest")[crop]
        done[inner] += 1
    whole = ndimage.uniform_filter(x, 7, mode="nearest")
    assert (done <= 1).all()
    assert (done[active] == 1).all()
    np.testing.assert_allclose(result[done == 1], whole[done == 1], atol=1e-12)
