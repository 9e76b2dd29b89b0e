"""Photo studios: the turntable with its light boxes, a sweep of paper."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_mesh, grid
from materials import Graph, simple
from shot import area_light
from skies import glow


def _turntable_floor() -> bpy.types.Material:
    """Grey floor with stains and a turntable's ring of 3.25 m radius."""
    g = Graph("studio_floor")
    x, y, _ = (g.node("SeparateXYZ", {0: g.place()}).outputs[i] for i in range(3))
    r = g.math("SQRT", g.math("ADD", g.math("MULTIPLY", x, x), g.math("MULTIPLY", y, y)))
    ring = g.math("LESS_THAN", g.math("ABSOLUTE", g.math("SUBTRACT", r, 3.25)), 0.010)
    stain = g.ramp(g.noise(0.9, 6.0), 0.35, 0.75)
    scuff = g.ramp(g.noise(7.0, 8.0), 0.5, 0.8)
    disc = g.blend(stain, (0.27, 0.27, 0.262), (0.215, 0.21, 0.195))
    floor = g.blend(stain, (0.215, 0.225, 0.24), (0.19, 0.20, 0.21))
    colour = g.blend(g.math("LESS_THAN", r, 3.25), floor, disc)
    colour = g.blend(g.math("MULTIPLY", scuff, 0.25), colour, (0.15, 0.15, 0.15))
    colour = g.blend(g.math("MULTIPLY", ring, 0.8), colour, (0.05, 0.05, 0.05))
    rough = g.math("ADD", 0.28, g.math("MULTIPLY", scuff, 0.25))
    return g.done(g.principled(colour, rough, **{"Specular IOR Level": 0.35}))


def turntable() -> None:
    """Turntable, a white wall curving around, light boxes above and at the sides."""
    size = np.linspace(-16, 16, 3)
    floor = grid(np.stack([*np.meshgrid(size, size), np.zeros((3, 3))], -1))
    add_mesh("floor", floor, _turntable_floor(), smooth=False)
    wall = simple("studio_wall", (0.88, 0.88, 0.88), 0.7)
    angle = np.linspace(0, 2 * np.pi, 97)
    curve = np.linspace(0, np.pi / 2, 8)
    profile = [(8.6 + 0.35 * np.sin(a), 0.35 - 0.35 * np.cos(a)) for a in curve] + [(8.95, 6.0)]
    rows = np.array([[(r * np.cos(a), r * np.sin(a), z) for a in angle] for r, z in profile])
    add_mesh("wall", grid(rows), wall)
    for x in (-3.4, 0.0, 3.4):
        area_light((x, 0.0, 4.9), (x, 0.0, 0.0), (1.5, 9.0), 330)
    area_light((0.0, -7.5, 3.6), (0, 0, 0.6), (9.0, 1.8), 260)
    area_light((-7.5, 0.0, 3.2), (0, 0, 0.6), (4.0, 1.8), 120)
    area_light((7.5, 0.0, 3.2), (0, 0, 0.6), (4.0, 1.8), 120)
    glow((1.0, 1.0, 1.0), 0.25)


def paper_sweep() -> None:
    """A seamless sweep of paper, lit so that it fades from light to dark."""
    curve = np.linspace(0, np.pi / 2, 14)
    profile = [(-14.0, 0.0), (5.0, 0.0)]
    profile += [(5.0 + 2.5 * np.sin(a), 2.5 - 2.5 * np.cos(a)) for a in curve] + [(7.5, 9.0)]
    rows = np.array([[(x, y, z) for x in (-16.0, 0.0, 16.0)] for y, z in profile])
    g = Graph("paper")
    soft = g.ramp(g.noise(0.6, 5.0), 0.3, 0.7)
    paper = g.principled(g.blend(soft, (0.50, 0.51, 0.53), (0.53, 0.54, 0.55)), 0.55)
    add_mesh("paper", grid(rows), g.done(paper))
    area_light((0.0, 0.5, 5.6), (0.0, 0.5, 0.0), (7.0, 3.2), 420, seen=False)
    area_light((-6.5, -2.0, 3.4), (0.0, 0.5, 0.5), (1.6, 4.5), 150, seen=False)
    glow((0.86, 0.92, 1.0), 0.05)
