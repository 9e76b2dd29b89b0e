"""Views are painted from what they are given, and nothing else shines through."""

import numpy as np
import pytest

from carseg.compositing import edges
from carseg.compositing.edges import Edges
from carseg.compositing.foreground import foreground_colours
from carseg.compositing.retouch import stroke
from carseg.compositing.views import (
    BACKGROUNDS,
    VIEWS,
    Background,
    Look,
    hex_colour,
    paint,
    text_of,
)


def test_a_blurred_original_keeps_no_ghost_of_the_car():
    rgb = np.full((60, 90, 3), 200, np.uint8)
    alpha = np.zeros((60, 90), np.float32)
    alpha[20:40, 30:60] = 1
    rgb[alpha > 0] = (220, 0, 0)
    look = Look(background=Background("blur", blur=60))
    shown = paint("background", look, rgb, alpha, alpha)
    assert np.abs(shown[alpha == 0].astype(int) - 200).max() <= 2
    assert (shown[25:35, 35:55] == (220, 0, 0)).all()


def test_a_colour_there_and_back():
    assert text_of((230, 159, 0)) == "#e69f00"
    assert hex_colour(text_of((0, 5, 255))) == (0, 5, 255)


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (4000, 1), (2, 1600), (3, 5)])
def test_the_thinnest_picture_has_every_view(size):
    rgb = np.full((*size, 3), 120, np.uint8)
    alpha = np.ones(size, np.float32)
    alpha[: size[0] // 2, : size[1] // 2] = 0
    for kind in BACKGROUNDS:
        look = Look(background=Background(kind, standing=True))
        for view in VIEWS:
            colours = foreground_colours(rgb, alpha)
            made = paint(view, look, rgb, alpha, alpha, foreground=colours, own=rgb)
            assert made.shape[:2] == size, (kind, view)


def test_a_cut_out_shows_the_main_car_unless_cars_are_chosen():
    alpha = np.zeros((60, 120), np.float32)
    alpha[10:50, 10:50] = 1
    alpha[20:40, 70:110] = 1
    rgb = np.full((60, 120, 3), 90, np.uint8)
    left, right = alpha.copy(), alpha.copy()
    left[:, 60:] = right[:, :60] = 0

    def cut(view="cutout", **settings):
        made = paint(view, Look(Edges(**settings)), rgb, alpha, alpha)
        return made[..., 3] / 255 if view == "cutout" else made

    np.testing.assert_array_equal(cut(), left)
    np.testing.assert_array_equal(cut(cars=()), alpha)
    np.testing.assert_array_equal(cut("mask"), alpha * 255)
    drawn = stroke(True, 0.01, [(0.75, 0.5)])
    np.testing.assert_array_equal(cut(strokes=(drawn,)), alpha)
    chosen = edges.alpha(alpha, rgb, Edges(refine=False, cars=((0.5, 0.75),)))
    np.testing.assert_array_equal(chosen, right)
