"""The crop to the car, against a search over every window of whole pixels."""

import itertools

import numpy as np
import pytest

from carseg.compositing.framing import ASPECTS, Frame, Window, car_window, cropped
from carseg.compositing.views import Background, Look, paint


def car(size: tuple[int, int], top: int, left: int, bottom: int, right: int) -> np.ndarray:
    alpha = np.zeros(size, np.float32)
    alpha[top:bottom, left:right] = 1
    return alpha


PLACES = {
    "inside": (11, 14, 30, 43),
    "one pixel": (20, 20, 21, 21),
    "at the left": (11, 0, 30, 43),
    "at the bottom right": (25, 30, 41, 67),
    "from side to side": (11, 0, 30, 67),
    "everywhere": (0, 0, 41, 67),
}


@pytest.mark.parametrize("margin", [0, 7, 50])
@pytest.mark.parametrize("place", PLACES)
def test_a_free_crop_is_the_car_and_its_margins_within_the_picture(place: str, margin: int):
    size, (top, left, bottom, right) = (41, 67), PLACES[place]
    around = round(margin / 100 * max(bottom - top, right - left))
    found = car_window(car(size, top, left, bottom, right), Frame(margin))
    assert found.top == max(0, top - around)
    assert found.left == max(0, left - around)
    assert found.bottom == min(41, bottom + around)
    assert found.right == min(67, right + around)


@pytest.mark.parametrize("size", [(41, 67), (67, 41), (53, 53)])
@pytest.mark.parametrize("aspect", [a for a in ASPECTS if ASPECTS[a]])
@pytest.mark.parametrize("margin", [0, 12])
def test_an_aspect_holds_everywhere_and_the_crop_is_the_smallest(size, aspect, margin):
    rng = np.random.default_rng(3)
    for _ in range(60):
        rows, columns = (sorted(rng.choice(side + 1, 2, replace=False)) for side in size)
        alpha = car(size, rows[0], columns[0], rows[1], columns[1])
        free, found = (car_window(alpha, Frame(margin, a)) for a in ("free", aspect))
        height, width = found.size
        assert abs(width - height * ASPECTS[aspect]) <= max(1, ASPECTS[aspect])
        assert found.top <= free.top <= free.bottom <= found.bottom
        assert found.left <= free.left <= free.right <= found.right
        # One of the two sides is not longer than it must be.
        assert height == free.size[0] or width == free.size[1]
        for low, high, first, last, side in (
            (found.top, found.bottom, rows[0], rows[1], size[0]),
            (found.left, found.right, columns[0], columns[1], size[1]),
        ):
            if high - low <= side:
                assert 0 <= low <= high <= side, "there is room within the picture"
            elif (first == 0) != (last == side):
                assert low == 0 or high == side
                assert (low == 0) == (first == 0), "a car that is cut off stays at that side"
            else:
                assert abs(-low - (high - side)) <= 1, "as much on both sides"


def test_specks_do_not_count_but_a_second_car_does():
    alpha = car((100, 200), 40, 20, 80, 90)
    alpha[0:2, 198:200] = 1
    assert car_window(alpha, Frame(0)) == Window(40, 20, 80, 90)
    alpha[45:70, 120:160] = 1
    assert car_window(alpha, Frame(0)) == Window(40, 20, 80, 160)


def test_without_a_car_nothing_is_cropped():
    assert car_window(np.zeros((41, 67), np.float32), Frame(10, "1:1")) == Window(0, 0, 41, 67)


def test_cropping_beyond_the_picture_repeats_its_border_or_is_empty():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    window = Window(-2, 3, 6, 10)
    repeated, empty = cropped(picture, window), cropped(picture, window, replicate=False)
    for y, x in itertools.product(range(8), range(7)):
        row, column = y - 2, x + 3
        nearest = picture[min(max(row, 0), 4), min(max(column, 0), 6)]
        assert (repeated[y, x] == nearest).all()
        inside = 0 <= row < 5 and 0 <= column < 7
        assert (empty[y, x] == (nearest if inside else 0)).all()


@pytest.mark.parametrize("aspect", ASPECTS)
def test_cut_out_and_background_are_cropped_alike_and_other_views_are_not(aspect: str):
    rng = np.random.default_rng(0)
    rgb = rng.integers(0, 256, (41, 67, 3), dtype=np.uint8)
    alpha = car((41, 67), 11, 0, 30, 60)
    look = Look(frame=Frame(5, aspect), background=Background("colour", colour=(1, 2, 3)))
    window = car_window(alpha, look.frame)
    cut = paint("cutout", look, rgb, alpha, alpha)
    new = paint("background", look, rgb, alpha, alpha)
    assert cut.shape[:2] == new.shape[:2] == window.size
    assert (cut[..., 3] > 0).sum() == (alpha > 0).sum()
    behind = cut[..., 3] == 0
    assert (new[behind] == (1, 2, 3)).all()
    assert (new[~behind] == cut[~behind][:, :3]).all()
    assert paint("overlay", look, rgb, alpha, alpha).shape == rgb.shape
