"""A car park under a house."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_boxes, add_mesh, lathe
from grounds import plane
from materials import Colour, Graph, simple
from shot import tubes
from skies import glow
from solid import Mesh

BAY = 2.6  # metres between the yellow lines
COLUMNS = [(x, y) for x in np.arange(-27.3, 30, 2 * BAY) for y in (-2.55, 2.9)]


def _concrete(name: str, low: Colour, high: Colour, rough: float) -> bpy.types.Material:
    """Cast concrete: clouds, stains, pores."""
    g = Graph(name)
    where = g.place()
    stain = g.ramp(g.noise(2.3, 9.0, where), 0.52, 0.8)
    colour = g.blend(g.ramp(g.noise(0.5, 8.0, where), 0.3, 0.7), low, high)
    colour = g.blend(g.math("MULTIPLY", stain, 0.5), colour, tuple(0.45 * c for c in low))
    shine = g.math("ADD", rough, g.math("MULTIPLY", stain, 0.2))
    return g.done(g.principled(colour, shine, Normal=g.bump(g.noise(70.0, 3.0, where), 0.002, 0.4)))


def _bay_floor() -> bpy.types.Material:
    """Sealed concrete with yellow bay lines every 2.6 m, tyre marks along the lane."""
    g = Graph("bay_floor")
    where = g.place()
    x, y, _ = (g.node("SeparateXYZ", {0: where}).outputs[i] for i in range(3))
    cloud = g.ramp(g.noise(0.6, 8.0, where), 0.3, 0.7)
    colour = g.blend(cloud, (0.19, 0.19, 0.185), (0.27, 0.268, 0.26))
    spot = g.ramp(g.noise(1.6, 6.0, where), 0.60, 0.75)
    colour = g.blend(g.math("MULTIPLY", spot, 0.6), colour, (0.05, 0.048, 0.045))
    beside = g.math("PINGPONG", g.math("SUBTRACT", x, 1.3), 1.3)
    line = g.math("LESS_THAN", beside, 0.055)
    line = g.math("MULTIPLY", line, g.math("GREATER_THAN", y, -2.6))
    worn = g.ramp(g.noise(9.0, 9.0, where), 0.70, 0.50)
    colour = g.blend(g.math("MULTIPLY", line, worn), colour, (0.62, 0.43, 0.04))
    track = g.math("LESS_THAN", g.math("ABSOLUTE", g.math("ADD", y, 5.0)), 0.16)
    rubber = g.math("MULTIPLY", track, g.ramp(g.noise(0.9, 4.0, where), 0.4, 0.7))
    colour = g.blend(g.math("MULTIPLY", rubber, 0.6), colour, (0.05, 0.05, 0.05))
    rough = g.math("ADD", 0.26, g.math("MULTIPLY", g.noise(3.0, 6.0, where), 0.25))
    return g.done(g.principled(colour, rough))


def _pipe(z: float, y: float, radius: float, colour: Colour) -> None:
    """A pipe along x with a collar every three metres."""
    profile = [(-30.0, radius)]
    for at in np.arange(-28.5, 30, 3.0):
        profile += [
            (at, radius),
            (at, radius * 1.25),
            (at + 0.08, radius * 1.25),
            (at + 0.08, radius),
        ]
    mesh = lathe([*profile, (30.0, radius)], 20)
    vertices = mesh.vertices[:, [1, 0, 2]] + np.array([0, y, z])
    add_mesh("pipe", Mesh(vertices, mesh.faces, None), simple("pipe", colour, 0.45))


def _columns(concrete: bpy.types.Material) -> None:
    """A column between every second bay, ringed in yellow and black up to 1.2 m."""
    add_boxes("columns", [((x, y, 1.35), (0.42, 0.42, 2.7)) for x, y in COLUMNS], concrete)
    for first, colour in enumerate(((0.62, 0.40, 0.02), (0.02, 0.02, 0.02))):
        rings = [
            ((x, y, 0.15 + 0.2 * step), (0.432, 0.432, 0.2))
            for x, y in COLUMNS
            for step in range(first, 6, 2)
        ]
        add_boxes("rings", rings, simple("ring", colour, 0.5))


def garage() -> None:
    """Bays along x at y = 0, a lane in front of them (y < -2.6), tubes under the beams."""
    add_mesh("floor", plane(-30, 30, -14, 3.2, 0), _bay_floor(), smooth=False)
    grey = _concrete("ceiling", (0.30, 0.30, 0.29), (0.40, 0.395, 0.385), 0.8)
    pale = _concrete("wall", (0.46, 0.455, 0.44), (0.56, 0.555, 0.54), 0.75)
    beams = [((x, -5.4, 2.62), (0.40, 17.2, 0.36)) for x in np.arange(-27.3, 30, 2 * BAY)]
    add_boxes("ceiling", [*beams, ((0, -5.4, 2.95), (60, 17.2, 0.3))], grey)
    ends = [((x, -5.4, 1.4), (0.25, 17.2, 2.8)) for x in (-30, 30)]
    add_boxes("walls", [*ends, *[((0, y, 1.4), (60, 0.25, 2.8)) for y in (3.3, -14.0)]], pale)
    band = simple("band", (0.06, 0.16, 0.27), 0.5)
    add_boxes("band", [((0, 3.165, 0.55), (60, 0.012, 1.1))], band)
    _columns(pale)
    _pipe(2.42, 1.9, 0.075, (0.35, 0.03, 0.025))
    _pipe(2.40, 1.45, 0.05, (0.45, 0.45, 0.45))
    tubes([(x, y) for x in np.arange(-23.4, 24, 2 * BAY) for y in (-5.2, -0.6)], 2.42, 16.0, 1.5)
    glow((0.9, 0.95, 1.0), 0.03)
