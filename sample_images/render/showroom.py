"""A showroom with a glass front."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_boxes, add_mesh, grid
from grounds import plane
from materials import Graph, glass, simple
from shot import area_light, tubes
from skies import sun_sky
from trees import add_tree, plant


def _tiles() -> bpy.types.Material:
    """Polished stone in squares of 1.2 m."""
    g = Graph("tiles")
    tile = g.node(
        "TexBrick",
        {
            "Vector": g.place(),
            "Color1": (0.36, 0.355, 0.345),
            "Color2": (0.40, 0.395, 0.385),
            "Mortar": (0.17, 0.165, 0.16),
            "Scale": 1.0,
            "Brick Width": 1.2,
            "Row Height": 1.2,
            "Mortar Size": 0.004,
        },
        offset=0.0,
    )
    rough = g.math("ADD", 0.10, g.math("MULTIPLY", g.noise(1.5, 8.0), 0.12))
    return g.done(g.principled(tile.outputs[0], rough))


def _oak() -> bpy.types.Material:
    """Wood with its grain upright."""
    g = Graph("oak")
    squeeze = {0: g.place(), 1: (9.0, 9.0, 0.35)}
    grain = g.noise(3.0, 8.0, g.node("VectorMath", squeeze, operation="MULTIPLY").outputs[0])
    return g.done(g.principled(g.blend(grain, (0.16, 0.085, 0.035), (0.34, 0.20, 0.095)), 0.5))


def _planters(places: tuple[tuple[float, float], ...]) -> None:
    """Small trees in dark tubs, and larger ones outside the glass front."""
    tree = add_tree(41, 2.6, 2600, 0.12)
    for i, (x, y) in enumerate(places):
        plant(tree, (x, y, 0.35), 1.7 * i, 1.0)
    for i, y in enumerate(np.arange(-6, 60, 7.5)):
        plant(tree, (-27.0 - 3 * (i % 2), y, 0.0), 2.3 * i, 2.6)
    for part in tree:
        part.location = (40, 40, 0)
    tubs = [((x, y, 0.28), (0.62, 0.62, 0.56)) for x, y in places]
    add_boxes("tubs", tubs, simple("tub", (0.035, 0.035, 0.037), 0.5))


def _glass_front(x: float) -> None:
    """Panes between dark posts in the plane `x`, a paved yard behind them."""
    posts = [((x, y, 2.3), (0.12, 0.08, 4.6)) for y in np.arange(-10, 14.1, 2.4)]
    rails = [((x, 2, z), (0.12, 24, 0.08)) for z in (0.04, 2.9, 4.55)]
    add_boxes("frames", [*posts, *rails], simple("frame", (0.03, 0.03, 0.032), 0.4))
    y, z = np.meshgrid([-10.0, 14.0], [0.0, 4.6])
    pane = grid(np.stack([np.full((2, 2), x - 0.02), y, z], -1))  # one face: it has no inside
    add_mesh("front", pane, glass("front", (0.9, 0.93, 0.92)), smooth=False)
    yard = simple("forecourt", (0.20, 0.195, 0.185), 0.85)
    add_mesh("forecourt", plane(-120, x - 0.1, -60, 90, -0.05), yard, smooth=False)


def showroom() -> None:
    """A hall of 26 by 24 m: glass on the left, light strips above, a wall of oak slats."""
    add_mesh("floor", plane(-14, 12, -10, 14, 0), _tiles(), smooth=False)
    shell = [((12.1, 2, 2.3), (0.2, 24, 4.6)), ((-1, 2, 4.7), (26, 24, 0.2))]
    shell += [((-1, -10.1, 2.3), (26, 0.2, 4.6)), ((-10.0, 14.0, 2.3), (8.2, 0.2, 4.6))]
    frame = ((4.0, 13.6, 1.3), (5.2, 0.08, 1.7))
    add_boxes("shell", [*shell, frame], simple("plaster", (0.74, 0.73, 0.71), 0.7))
    add_boxes(
        "sign", [((4.0, 13.54, 1.3), (5.0, 0.06, 1.5))], simple("sign", (0.02, 0.05, 0.09), 0.3)
    )
    slats = [((x, 13.9, 2.3), (0.07, 0.10, 4.6)) for x in np.arange(-5.9, 12, 0.14)]
    add_boxes("slats", slats, _oak())
    add_boxes("wall", [((3, 14.05, 2.3), (18, 0.1, 4.6))], simple("dark", (0.03, 0.03, 0.03), 0.8))
    _glass_front(-14.0)
    _planters(((-12.6, 12.2), (-4.9, 13.0), (11.0, 12.6), (-12.9, 3.0)))
    tubes([(x, y) for x in (-9.0, -4.5, 0.0, 4.5, 9.0) for y in (-5.0, 1.0, 7.0)], 4.45, 9.0, 4.6)
    area_light((-13.6, 2, 2.6), (0, 2, 1.0), (20.0, 3.8), 500, seen=False)
    sun_sky(42, 235, 0.16)
