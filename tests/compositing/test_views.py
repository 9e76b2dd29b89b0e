"""Views are painted from what they are given, and nothing else shines through."""

import numpy as np

from carseg.compositing.views import Background, Look, hex_colour, paint, text_of


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
