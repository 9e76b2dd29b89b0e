"""Colours that stand for something stay apart for colour-blind readers.

Simulated as Machado, Oliveira and Fernandes (2009), doi 10.1109/TVCG.2009.113, at full severity;
the distance is that of CIELAB (CIE 1976), where about 2 is just noticed side by side.
"""

from itertools import combinations

import numpy as np
import pytest

from carseg.compositing.overlays import COLOURS, disagreement, errors
from carseg.ui.shared.charts import CURVES, DOMAIN_MARKS, MARKS

EYES = {
    "all colours": np.eye(3),
    "no red cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no green cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no blue cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def seen(rgb: tuple[int, int, int] | np.ndarray, eyes: str) -> np.ndarray:
    """CIELAB of an sRGB colour as these eyes see it."""
    value = np.asarray(rgb, float) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    ratio = XYZ @ np.clip(np.array(EYES[eyes]) @ linear, 0, 1) / XYZ.sum(1)
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colours: list, eyes: str) -> float:
    """The smallest distance between two of these colours."""
    labs = [seen(colour, eyes) for colour in colours]
    return min(float(np.linalg.norm(a - b)) for a, b in combinations(labs, 2))


def of(text: str) -> tuple[int, ...]:
    """A colour written #rrggbb."""
    return tuple(bytes.fromhex(text.lstrip("#")))


def test_the_simulation_knows_what_red_and_green_look_like():
    red, green = (190, 60, 0), (100, 110, 0)
    assert nearest([red, green], "no green cones") < nearest([red, green], "all colours") / 2
    assert np.allclose(seen((255, 255, 255), "no red cones"), [100, 0, 0], atol=0.1)


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("names", [("a_only", "b_only", "both"), ("tp", "fp", "fn")])
def test_areas_in_the_legend(names, eyes: str):
    assert nearest([COLOURS[name] for name in names], eyes) > 15


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("grey", [25, 128, 230])
@pytest.mark.parametrize("paint", [disagreement, errors])
def test_areas_on_a_photo(paint, grey: int, eyes: str):
    a, b = np.array([[True, True, False, False]]), np.array([[True, False, True, False]])
    photo = np.full((1, 4, 3), grey, np.uint8)
    assert nearest(list(paint(a, b, photo)[0]), eyes) > 14


@pytest.mark.parametrize("eyes", EYES)
def test_lines_differ_in_more_than_colour_where_colours_are_near(eyes: str):
    assert nearest([of(colour) for colour, _ in DOMAIN_MARKS.values()], eyes) > 40
    assert len({symbol for _, symbol in DOMAIN_MARKS.values()}) == len(DOMAIN_MARKS)
    assert nearest([of(colour) for colour, _, _ in MARKS], eyes) > 8
    assert len({symbol for _, symbol, _ in MARKS}) == len({dash for _, _, dash in MARKS}) == 6
    for together in (("loss", "val_loss"), ("val_dice", "val_miou", "street_val_dice")):
        assert nearest([of(CURVES[name][1]) for name in together], eyes) > 12
