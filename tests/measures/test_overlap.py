"""Counts against smp and against pixels counted by hand; the rim against a loop over pixels."""

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage
from segmentation_models_pytorch import metrics as smp

from carseg.measures.overlap import (
    Counts,
    boundary,
    boundary_iou,
    boundary_width,
    counts,
    surface_dice,
)

SCORES = ("dice", "iou", "background_iou", "mean_iou")
SCORES += ("precision", "recall", "specificity", "accuracy")


def square(size: tuple[int, int], top: int, left: int, side: int) -> np.ndarray:
    mask = np.zeros(size, bool)
    mask[top : top + side, left : left + side] = True
    return mask


def disc(size: tuple[int, int], centre: tuple[float, float], radius: float) -> np.ndarray:
    y, x = np.ogrid[: size[0], : size[1]]
    return (y - centre[0]) ** 2 + (x - centre[1]) ** 2 <= radius**2


def rim_by_hand(mask: np.ndarray, width: int) -> np.ndarray:
    """Car pixels that see a background pixel, or the outside, within ``width`` (Chebyshev)."""
    rim = np.zeros_like(mask)
    height, length = mask.shape
    for y, x in zip(*np.nonzero(mask), strict=True):
        inside = width <= y < height - width and width <= x < length - width
        window = mask[max(0, y - width) : y + width + 1, max(0, x - width) : x + width + 1]
        rim[y, x] = not (inside and window.all())
    return rim


def rim_of_the_authors(mask: np.ndarray, width: int) -> np.ndarray:
    """As in the paper's code: one pixel of zeros around, then ``width`` erosions by 3x3."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    for _ in range(width):
        padded = cv2.erode(padded, np.ones((3, 3), np.uint8))
    return mask & ~padded[1:-1, 1:-1].astype(bool)


masks = st.tuples(
    st.integers(1, 23), st.integers(1, 31), st.integers(0, 2**32 - 1), st.floats(0, 1)
)


def random_mask(drawn: tuple[int, int, int, float], seed: int = 0) -> np.ndarray:
    height, width, own_seed, share = drawn
    return np.random.default_rng((own_seed, seed)).random((height, width)) < share


def test_two_squares_by_hand() -> None:
    # 10x10 squares that overlap in 10x5 of 20x30 pixels.
    found = counts(square((20, 30), 5, 10, 10), square((20, 30), 5, 5, 10))
    assert found == Counts(tp=50, fp=50, fn=50, tn=450)
    assert found.dice == found.precision == found.recall == pytest.approx(0.5)
    assert found.iou == pytest.approx(1 / 3)
    assert found.mean_iou == pytest.approx((1 / 3 + 450 / 550) / 2)
    assert found.specificity == pytest.approx(0.9)
    assert found.accuracy == pytest.approx(500 / 600)


@given(masks)
@settings(deadline=None, max_examples=60)
def test_counts_and_scores_agree_with_smp(drawn: tuple[int, int, int, float]) -> None:
    pred, truth = random_mask(drawn), random_mask(drawn, seed=1)
    ours = counts(pred, truth)
    tensors = (torch.from_numpy(mask)[None, None].long() for mask in (pred, truth))
    theirs = smp.get_stats(*tensors, mode="binary")
    assert (ours.tp, ours.fp, ours.fn, ours.tn) == tuple(int(count) for count in theirs)
    if pred.any() and truth.any() and not (pred.all() or truth.all()):
        assert ours.iou == pytest.approx(smp.iou_score(*theirs).item(), abs=1e-6)
        assert ours.dice == pytest.approx(smp.f1_score(*theirs).item(), abs=1e-6)
        assert ours.precision == pytest.approx(smp.precision(*theirs).item(), abs=1e-6)
        assert ours.recall == pytest.approx(smp.recall(*theirs).item(), abs=1e-6)
        assert ours.specificity == pytest.approx(smp.specificity(*theirs).item(), abs=1e-6)
        assert ours.accuracy == pytest.approx(smp.accuracy(*theirs).item(), abs=1e-6)


@given(masks)
@settings(deadline=None, max_examples=60)
def test_scores_stay_in_range_and_dice_follows_from_iou(
    drawn: tuple[int, int, int, float],
) -> None:
    found = counts(random_mask(drawn), random_mask(drawn, seed=1))
    assert all(0 <= getattr(found, score) <= 1 for score in SCORES)
    assert found.dice == pytest.approx(2 * found.iou / (1 + found.iou))
    assert found.total == drawn[0] * drawn[1]


def test_two_empty_masks_agree() -> None:
    nothing = np.zeros((7, 9), bool)
    found = counts(nothing, nothing)
    assert {score: getattr(found, score) for score in SCORES} == dict.fromkeys(SCORES, 1.0)
    assert boundary_iou(nothing, nothing) == 1


@pytest.mark.parametrize("swap", [False, True])
def test_exactly_one_empty_mask_is_zero(swap: bool) -> None:
    pair = [np.zeros((7, 9), bool), square((7, 9), 2, 2, 3)]
    found = counts(*(pair[::-1] if swap else pair))
    assert found.dice == found.iou == found.precision == found.recall == 0
    assert boundary_iou(*(pair[::-1] if swap else pair)) == 0


def test_a_truth_without_background() -> None:
    everything = np.ones((7, 9), bool)
    assert counts(everything, everything).specificity == 1
    assert counts(~everything, everything).specificity == 0
    assert counts(everything, everything).mean_iou == 1


def test_pooling_adds_pixels() -> None:
    pooled = sum([Counts(1, 2, 3, 4), Counts(10, 20, 30, 40)], Counts())
    assert pooled == Counts(11, 22, 33, 44)
    assert pooled.dice == pytest.approx(22 / (22 + 22 + 33))


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Counts(tp=-1)


@pytest.mark.parametrize("score", [counts, boundary_iou])
def test_bad_masks_are_refused_with_a_sentence(score) -> None:
    mask = np.zeros((4, 6), bool)
    with pytest.raises(ValueError, match="6x4 pixels and the truth 4x6"):
        score(mask, mask.T)
    with pytest.raises(ValueError, match="threshold it"):
        score(mask.astype(np.float32), mask)
    with pytest.raises(ValueError, match="truth is bool of shape"):
        score(mask, mask[None])
    with pytest.raises(ValueError, match="not a bool"):
        score(mask[:0], mask[:0])


@given(masks, st.integers(1, 9))
@settings(deadline=None, max_examples=150)
def test_rim_agrees_with_a_loop_and_with_the_authors(
    drawn: tuple[int, int, int, float], width: int
) -> None:
    mask = random_mask(drawn)
    assert np.array_equal(boundary(mask, width), rim_by_hand(mask, width))
    assert np.array_equal(boundary(mask, width), rim_of_the_authors(mask, width))


@pytest.mark.parametrize("size", [(160, 240), (97, 61), (33, 150)])
def test_boundary_iou_of_discs_agrees_with_the_authors(size: tuple[int, int]) -> None:
    truth = disc(size, (size[0] / 2, size[1] / 2), min(size) / 2.5)
    pred = disc(size, (size[0] / 2 + 2, size[1] / 3), min(size) / 2.4)  # reaches over the edge
    width = max(1, round(0.02 * np.sqrt(size[0] ** 2 + size[1] ** 2)))
    a, b = rim_of_the_authors(pred, width), rim_of_the_authors(truth, width)
    assert boundary_iou(pred, truth) == pytest.approx((a & b).sum() / (a | b).sum())


def test_the_rim_of_a_large_square_is_a_frame() -> None:
    rim = boundary(square((200, 300), 50, 60, 100), 7)
    assert rim.sum() == 100**2 - 86**2


def test_boundary_width() -> None:
    assert boundary_width((160, 240)) == 6
    assert boundary_width((1280, 1918)) == 46
    assert boundary_width((5, 5)) == 1


def test_boundary_iou_sees_what_dice_forgives() -> None:
    truth, pred = square((300, 300), 50, 50, 200), square((300, 300), 52, 52, 200)
    assert counts(pred, truth).dice > 0.97
    assert boundary_iou(pred, truth) < 0.7
    assert boundary_iou(truth, truth) == 1


def test_masks_that_are_views_are_left_alone() -> None:
    mask = square((30, 40), 5, 5, 20)
    before = mask.copy()
    assert boundary_iou(mask[::-1, ::-1], mask) == pytest.approx(
        boundary_iou(mask[::-1, ::-1].copy(), mask)
    )
    assert np.array_equal(mask, before)


def test_a_boundary_without_width_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 0"):
        boundary_iou(np.ones((3, 3), bool), np.ones((3, 3), bool), fraction=0)


@pytest.mark.parametrize("size", [(23, 31), (40, 17)])
@pytest.mark.parametrize("tolerance", [0, 1, 2.5])
def test_surface_dice_counts_outline_pixels_that_are_near(size, tolerance):
    rng = np.random.default_rng(1)
    pred, truth = (ndimage.gaussian_filter(rng.normal(size=size), 3) > 0 for _ in range(2))

    def outline(mask):
        inner = ndimage.binary_erosion(mask, np.ones((3, 3)), border_value=0)
        return np.argwhere(mask & ~inner)

    a, b = outline(pred), outline(truth)
    gaps = np.linalg.norm(a[:, None] - b[None], axis=-1)
    near = (gaps.min(1) <= tolerance).sum() + (gaps.min(0) <= tolerance).sum()
    assert surface_dice(pred, truth, tolerance) == pytest.approx(near / (len(a) + len(b)))
    assert surface_dice(truth, truth, tolerance) == 1
    nothing = np.zeros(size, bool)
    assert surface_dice(nothing, nothing) == 1
    assert surface_dice(pred, nothing) == surface_dice(nothing, truth) == 0


def test_void_is_not_counted():
    rng = np.random.default_rng(8)
    for _ in range(20):
        pred, truth, void = (rng.random((23, 31)) < share for share in (0.5, 0.4, 0.2))
        truth &= ~void
        found = counts(pred, truth, void)
        assert found == counts(pred[~void][None], truth[~void][None])
        assert found.total == (~void).sum()
        assert found == counts(pred ^ void, truth, void), "what is said in the void is no matter"


def test_boundary_iou_finds_no_mistake_in_the_void():
    truth = np.zeros((60, 90), bool)
    truth[15:45, 20:70] = True
    void = np.zeros_like(truth)
    void[15:45, 60:80] = True
    pred = truth | void
    assert boundary_iou(pred, truth & ~void, void=void) == 1.0
    assert boundary_iou(pred, truth & ~void) < 1.0
    pred[:15] = True
    assert boundary_iou(pred, truth & ~void, void=void) < 1.0
