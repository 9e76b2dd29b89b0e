"""Very thin and very small pictures go through everything that draws, and through every dial."""

import numpy as np
import pytest

from carseg.compositing import backgrounds, foreground, framing, overlays, placement, shadow
from carseg.compositing.edges import Edges, alpha
from carseg.dials.dial import EFFECTS
from carseg.dials.effect import NO_MATERIALS, LabelledPicture
from carseg.dials.seeded import generator

SIZES = [(1, 1), (1, 2), (2, 1), (1, 300), (300, 1), (2, 401), (7, 1)]
WHERE = ["nothing", "everything", "some"]


def made(size: tuple[int, int], where: str) -> tuple[np.ndarray, np.ndarray]:
    """A picture and its mask."""
    draw = np.random.default_rng(1)
    rgb = draw.integers(0, 256, (*size, 3), dtype=np.uint8)
    share = {"nothing": 0.0, "everything": 1.0, "some": 0.5}[where]
    return rgb, draw.random(size) < share


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("where", WHERE)
def test_every_effect_keeps_the_size(size: tuple[int, int], where: str):
    rgb, mask = made(size, where)
    for void in (None, ~mask & (rgb[..., 0] > 128)):
        sample = LabelledPicture(rgb, mask, void)
        for name, effect in EFFECTS.items():
            found = effect.apply(sample, 5.0, generator(0, "p", name), NO_MATERIALS)
            assert found.rgb.shape == rgb.shape, name
            assert found.truth.shape == size, name


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("where", WHERE)
def test_everything_that_draws_keeps_the_size(size: tuple[int, int], where: str):
    rgb, mask = made(size, where)
    soft = np.where(mask, 0.9, 0.1).astype(np.float32)
    drawn = {
        "shadow": shadow.ground_shadow(mask.astype(np.float32)),
        "overlay": overlays.overlay(rgb, mask),
        "outline": overlays.outline(rgb, mask),
        "disagreement": overlays.disagreement(mask, ~mask, rgb),
        "errors": overlays.errors(mask, ~mask, rgb),
        "probability": overlays.probability_map(soft),
        "foreground": foreground.foreground_colours(rgb, soft),
        "blurred": backgrounds.blurred(rgb, 20.0, soft),
        "fitted": backgrounds.fitted(np.zeros((40, 60, 3), np.uint8), size),
        "alpha": alpha(soft, rgb, Edges(), 0.5, 1.0),
    }
    for name, found in drawn.items():
        assert found.shape[:2] == size, name
        assert np.isfinite(found).all(), name
    placement.box_of(soft)
    framing.car_window(soft, framing.Frame())
