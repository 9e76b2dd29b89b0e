"""Void goes through every effect with the picture: it moves, hides nothing and adds nothing."""

from dataclasses import replace

import numpy as np
import pytest

from carseg.dials import LabelledPicture
from carseg.dials.dial import EFFECTS
from carseg.dials.effect import NO_MATERIALS
from carseg.dials.seeded import generator

SIZE = (80, 120)
MAGENTA = (255, 0, 255)


@pytest.fixture(scope="module")
def sample() -> LabelledPicture:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    rgb = np.stack([90 + x // 2, 140 - y // 2, 70 + y // 2], -1).astype(np.uint8)
    truth, void = np.zeros(SIZE, bool), np.zeros(SIZE, bool)
    truth[30:60, 30:90] = True
    void[30:60, 90:104] = True
    rgb[truth], rgb[void] = (30, 60, 30), MAGENTA
    return LabelledPicture(rgb, truth, void)


@pytest.mark.parametrize("name", EFFECTS)
@pytest.mark.parametrize("severity", [1.0, 3.0, 5.0])
def test_void_changes_neither_picture_nor_truth(name, severity, sample) -> None:
    effect = EFFECTS[name]

    def changed(one: LabelledPicture) -> LabelledPicture:
        return effect.apply(one, severity, generator(0, "p", name), NO_MATERIALS)

    with_void, without = changed(sample), changed(replace(sample, void=None))
    np.testing.assert_array_equal(with_void.rgb, without.rgb)
    np.testing.assert_array_equal(with_void.truth, without.truth)
    assert without.void is None
    assert with_void.void.dtype == bool
    assert not (with_void.void & with_void.truth).any()


@pytest.mark.parametrize("name", [name for name, effect in EFFECTS.items() if effect.geometric])
@pytest.mark.parametrize("severity", [1.0, 3.0])
def test_void_moves_with_its_pixels(name, severity, sample) -> None:
    draw = generator(0, "p", name)
    moved = EFFECTS[name].apply(sample, severity, draw, NO_MATERIALS)
    seen = np.abs(moved.rgb.astype(int) - MAGENTA).max(-1) < 110
    # Beyond the old border the picture is mirrored, and void may be seen there once more.
    assert (seen & moved.void).sum() >= 0.85 * moved.void.sum()
