"""Places in town: a street with houses, a car park; their asphalt, paving, kerbs and lamps."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_mesh, box, grid, join, lathe
from buildings import Facade, row, terrace
from materials import Graph, Socket, simple
from shot import bulb
from solid import Mesh
from trees import add_hedge, add_tree, plant


def plane(x0: float, x1: float, y0: float, y1: float, z: float) -> Mesh:
    """A flat rectangle."""
    x, y = np.meshgrid([x0, x1], [y0, y1])
    return grid(np.stack([x, y, np.full((2, 2), z)], -1))


def asphalt(
    name: str, marks: list[tuple[str, float, float, float]], wet: float = 0.0
) -> bpy.types.Material:
    """Asphalt with stones, stains, cracks and worn white marks.

    Each mark is (axis "x"|"y", centre, width, period): a line at that coordinate across the axis,
    repeated every `period` metres when positive, dashed 3 m on 6 m off when negative.
    """
    g = Graph(name)
    where = g.place()
    x, y, _ = (g.node("SeparateXYZ", {0: where}).outputs[i] for i in range(3))
    stones = g.node("TexVoronoi", {"Vector": where, "Scale": 75.0}).outputs[0]
    tone = g.node("TexVoronoi", {"Vector": where, "Scale": 75.0}).outputs[1]
    value = g.math("MULTIPLY", g.node("SeparateColor", {0: tone}).outputs[0], 0.6)
    wide = g.ramp(g.noise(0.22, 6.0, where), 0.3, 0.7)
    mid = g.noise(2.3, 6.0, where)
    shade = g.math(
        "ADD", g.math("MULTIPLY", wide, 0.35), g.math("ADD", value, g.math("MULTIPLY", mid, 0.5))
    )
    colour = g.blend(g.ramp(shade, 0.2, 1.2), (0.045, 0.045, 0.047), (0.135, 0.132, 0.126))
    bent = g.node(
        "VectorMath",
        {0: where, 1: g.node("TexNoise", {"Vector": where, "Scale": 1.5}).outputs[1]},
        operation="ADD",
    ).outputs[0]
    crack = g.node(
        "TexVoronoi", {"Vector": bent, "Scale": 0.28}, feature="DISTANCE_TO_EDGE"
    ).outputs[0]
    cracked = g.math(
        "MULTIPLY", g.math("LESS_THAN", crack, 0.0035), g.ramp(g.noise(0.4, 2.0, where), 0.48, 0.56)
    )
    colour = g.blend(g.math("MULTIPLY", cracked, 0.85), colour, (0.012, 0.012, 0.012))
    oil = g.ramp(g.noise(0.9, 3.0, where), 0.66, 0.76)
    colour = g.blend(g.math("MULTIPLY", oil, 0.6), colour, (0.02, 0.02, 0.02))
    painted: Socket = 0.0
    for axis, centre, width, period in marks:
        along = x if axis == "x" else y
        offset = g.math("SUBTRACT", along, centre)
        if period > 0:
            offset = g.math(
                "SUBTRACT",
                g.math("MODULO", g.math("ADD", offset, 1000 * period + period / 2), period),
                period / 2,
            )
        line = g.math("LESS_THAN", g.math("ABSOLUTE", offset), width / 2)
        if period < 0:
            other = y if axis == "x" else x
            line = g.math(
                "MULTIPLY",
                line,
                g.math("LESS_THAN", g.math("MODULO", g.math("ADD", other, 900.5), 9.0), 3.0),
            )
        painted = g.math("MAXIMUM", painted, line)
    worn = g.ramp(
        g.math("ADD", g.noise(6.0, 9.0, where), g.math("MULTIPLY", value, 0.35)), 0.86, 0.62
    )
    colour = g.blend(g.math("MULTIPLY", painted, worn), colour, (0.60, 0.60, 0.57))
    height = g.math("ADD", g.math("MULTIPLY", stones, -0.6), g.math("MULTIPLY", mid, 0.5))
    puddle = g.ramp(g.noise(0.35, 3.0, where), 0.62 - 0.3 * wet, 0.70 - 0.3 * wet) if wet else 0.0
    damp = 0.82 - 0.40 * wet
    rough = g.math("SUBTRACT", damp, g.math("MULTIPLY", puddle, damp - 0.04)) if wet else 0.82
    if wet:
        colour = g.blend(
            g.math("MULTIPLY_ADD", puddle, 0.3, 0.45 * wet), colour, (0.01, 0.01, 0.011)
        )
        height = g.math("MULTIPLY", height, g.math("SUBTRACT", 1.0, puddle))
    return g.done(g.principled(colour, rough, Normal=g.bump(height, 0.006, 0.6)))


def paving(wet: float = 0.0) -> bpy.types.Material:
    """Concrete slabs of a pavement."""
    g = Graph("paving")
    where = g.place()
    tile = g.node(
        "TexBrick",
        {
            "Vector": where,
            "Color1": (0.33, 0.32, 0.30),
            "Color2": (0.26, 0.255, 0.24),
            "Mortar": (0.10, 0.095, 0.085),
            "Scale": 1.0,
            "Brick Width": 0.6,
            "Row Height": 0.6,
            "Mortar Size": 0.006,
        },
    )
    dirt = g.ramp(g.noise(1.1, 8.0, where), 0.35, 0.75)
    colour = g.blend(g.math("MULTIPLY", dirt, 0.5), tile.outputs[0], (0.13, 0.125, 0.115))
    colour = g.blend(0.5 * wet, colour, (0.02, 0.02, 0.02))
    relief = g.bump(g.math("SUBTRACT", g.noise(60.0), tile.outputs[1]), 0.005, 0.5)
    return g.done(g.principled(colour, 0.8 - 0.5 * wet, Normal=relief))


def kerb(x0: float, x1: float, y: float, height: float = 0.13) -> None:
    """Granite kerb stones of a metre each, with thin joints."""
    stones = [
        box((x + 0.5, y, height / 2 - 0.05), (0.992, 0.15, height + 0.1))
        for x in np.arange(x0, x1, 1.0)
    ]
    g = Graph("kerb")
    speck = g.ramp(g.noise(130.0, 2.0), 0.4, 0.65)
    colour = g.blend(speck, (0.36, 0.35, 0.34), (0.20, 0.195, 0.19))
    stain = g.math("MULTIPLY", g.ramp(g.noise(1.7, 6.0), 0.4, 0.7), 0.5)
    material = g.done(g.principled(g.blend(stain, colour, (0.10, 0.095, 0.09)), 0.7))
    add_mesh("kerb", join(stones), material, smooth=False)


def lamp_post(x: float, y: float, height: float = 6.0, watts: float = 0.0) -> None:
    """A steel post with a round head, alight with `watts`."""
    steel = simple("post", (0.05, 0.055, 0.055), 0.45, Metallic=0.7)
    profile = [
        (0.0, 0.10),
        (0.9, 0.09),
        (0.95, 0.055),
        (height, 0.04),
        (height, 0.22),
        (height + 0.12, 0.25),
        (height + 0.2, 0.05),
    ]
    mesh = lathe(profile, 24)
    add_mesh(
        "post", Mesh(mesh.vertices[:, [0, 2, 1]] + np.array([x, y, 0]), mesh.faces, None), steel
    )
    if watts:
        bulb((x, y, height - 0.16), (1.0, 0.62, 0.30), watts, 0.13)


def street(wet: float = 0.0, lit: float = 0.0, watts: float = 0.0) -> None:
    """A town street along x: road, pavement and houses behind the car (y > 0), houses opposite.

    Args:
        wet: 0 dry to 1 rained on.
        lit: share of windows with light behind them.
        watts: of each street lamp.
    """
    marks = [("y", -1.25, 0.10, 0), ("y", -4.4, 0.13, -1)]
    add_mesh("road", plane(-60, 120, -9, 1.3, 0), asphalt("road", marks, wet), smooth=False)
    for side, y0, y1 in ((1, 1.3, 5.2), (-1, -17.5, -9.0)):
        add_mesh("pavement", plane(-60, 120, y0, y1, 0.125), paving(wet), smooth=False)
        kerb(-40, 90, 1.22 if side > 0 else -8.95)
    row(terrace(-22, 95, seed=5, lit=lit), 5.2)
    row(terrace(-80, -38, seed=15, lit=lit), 5.2)
    row(terrace(-60, 45, seed=8, lit=lit), 17.5, turned=True)
    tree = add_tree(3, 7.5)
    for part in tree:
        part.location = (-4.6, 2.35, 0.12)
    for i, x in enumerate((5.6, 15.0, 25.0, 36.0, 50.0, 66.0)):
        plant(tree, (x, 2.4, 0.12), 1.3 * i + 0.8, 0.8 + 0.12 * (i % 3))
    for x in (9.8, 32.0) if not watts else (-9.0, 9.8, 21.0, 32.0, 45.0, 60.0):
        lamp_post(x, 1.75, watts=watts)


def car_park() -> None:
    """Bays with white lines, a hedge and trees behind, a low building further off."""
    marks = [("x", 1.3, 0.11, 2.6), ("y", 2.75, 0.11, 0)]
    add_mesh("lot", plane(-40, 40, -30, 5.0, 0), asphalt("lot", marks, wet=0.25), smooth=False)
    kerb(-30, 30, 3.4, 0.12)
    g = Graph("grass")
    green = g.blend(g.ramp(g.noise(3.0, 8.0), 0.35, 0.7), (0.045, 0.07, 0.018), (0.09, 0.10, 0.035))
    grass = g.done(g.principled(green, 0.95, Normal=g.bump(g.noise(80.0), 0.03, 1.0)))
    add_mesh("verge", plane(-60, 60, 3.4, 60, 0.10), grass, smooth=False)
    add_hedge(-14, 14, 4.7, 1.15, 0.9, seed=2)
    tree = add_tree(11, 8.0, count=20000)
    for part in tree:
        part.location = (-4.2, 8.4, 0.1)
    for i, (x, y) in enumerate(
        ((2.6, 9.6), (9.5, 8.3), (-10.5, 9.5), (6.0, 14.0), (-1.5, 15.0), (16.0, 12.0))
    ):
        plant(tree, (x, y, 0.1), 2.1 * i + 1, 0.85 + 0.12 * (i % 4))
    row(
        [
            Facade(-26, 12, 2, (0.42, 0.40, 0.37), bay=3.4, window=(2.4, 1.5), shop=True),
            Facade(15, 8, 1, (0.25, 0.10, 0.07), True, bay=3.0),
        ],
        26.0,
    )
    lamp_post(4.3, 4.0, 7.0)
