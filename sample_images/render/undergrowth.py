"""What grows between the trees: conifers, grass blades, dry shrubs."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_mesh, grid, join
from materials import Colour, Graph, simple
from solid import Array, Mesh
from trees import leaf_material, leaves, taper


def add_conifer(
    seed: int, height: float = 9.0, count: int = 90000, *, snowy: bool = False
) -> list[bpy.types.Object]:
    """A spruce at the origin: trunk, drooping whorls of needle tufts, snow on them if `snowy`."""
    rng = np.random.default_rng(seed)
    trunk = np.stack([0 * (t := np.linspace(0, 1, 9)), 0 * t, t * height], 1)
    trunk[:, :2] += np.cumsum(rng.normal(0, 0.006 * height, (9, 2)), axis=0) * t[:, None]
    wood, tufts = [taper(trunk, 0.016 * height, 0.15)], []
    for whorl in np.linspace(0.10, 0.97, 30):
        for angle in rng.uniform(0, 2 * np.pi, 8):
            share = float(np.clip(whorl + rng.normal(0, 0.022), 0.06, 0.985))
            reach = height * 0.23 * (1 - share) ** 0.9 + 0.08
            out, t = reach * rng.uniform(0.6, 1.15), np.linspace(0, 1, 6)
            fall = -0.42 * out * t + 0.20 * out * t**3
            base = trunk[:, :2][min(8, int(share * 8))]
            line = np.stack(
                [
                    base[0] + np.cos(angle) * out * t,
                    base[1] + np.sin(angle) * out * t,
                    share * height + fall,
                ],
                1,
            )
            if share < 0.6:
                wood.append(taper(line, 0.0022 * height, 0.3))
            tufts.append(line)
    lines = np.array(tufts)
    which, along = rng.integers(0, len(lines), count), rng.uniform(0.12, 1, count) ** 0.7 * 4.99
    low = along.astype(int)
    part = (along - low)[:, None]
    at = lines[which, low] * (1 - part) + lines[which, low + 1] * part
    spread = 0.0075 * height * (1.35 - along / 5)[:, None]
    centres = at + rng.normal(0, 1, (count, 3)) * spread * np.array([1, 1, 0.6])
    mesh, shade = leaves(centres, 0.019 * height, rng, lift=0.3, half=0.07)
    needles = leaf_material("needles", (0.006, 0.018, 0.006), (0.022, 0.048, 0.016))
    parts = [
        add_mesh("wood", join(wood), simple("spruce_bark", (0.06, 0.045, 0.035), 0.95)),
        add_mesh("needles", mesh, needles, attributes={"shade": shade}, smooth=False),
    ]
    if snowy:
        top = centres[: 3 * count // 4] + np.array([0, 0, 0.008 * height])
        white, _ = leaves(top, 0.0075 * height, rng, lift=2.0, half=0.5)
        load = simple("snow_load", (0.84, 0.86, 0.90), 0.6)
        parts.append(add_mesh("snow_load", white, load, smooth=False))
    return parts


def blades(
    places: Array, length: float, lean: float, rng: np.random.Generator
) -> tuple[Mesh, Array]:
    """One bent blade per place (N, 3); returns the mesh and a shade per vertex."""
    count = len(places)
    angle = rng.uniform(0, 2 * np.pi, count)
    out = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)
    side = np.stack([-np.sin(angle), np.cos(angle), 0 * angle], 1)
    tall = length * rng.uniform(0.45, 1.15, (count, 1))
    width = 0.028 * length
    up = np.array([0, 0, 1.0])
    middle = places + tall * (0.6 * up + 0.25 * lean * out)
    tip = places + tall * (0.95 * up + lean * out)
    rows = np.stack(
        [
            places - width * side,
            places + width * side,
            middle + 0.7 * width * side,
            middle - 0.7 * width * side,
            tip,
            tip + 1e-3 * up,
        ],
        1,
    )
    base = 6 * np.arange(count)[:, None]
    faces = np.concatenate([base + np.array([0, 1, 2, 3]), base + np.array([3, 2, 5, 4])])
    return Mesh(rows.reshape(-1, 3), faces, None), np.repeat(rng.uniform(0, 1, count), 6)


def add_grass(
    places: Array,
    length: float,
    seed: int,
    dark: Colour = (0.025, 0.05, 0.010),
    light: Colour = (0.10, 0.13, 0.03),
    lean: float = 0.45,
) -> None:
    """Blades at places (N, 3) in one mesh."""
    mesh, shade = blades(places, length, lean, np.random.default_rng(seed))
    material = leaf_material("grass", dark, light)
    add_mesh("grass", mesh, material, attributes={"shade": shade}, smooth=False)


def tufts(centres: Array, each: int, radius: float, rng: np.random.Generator) -> Array:
    """`each` places around every centre (N, 3), denser towards it."""
    offset = rng.normal(0, radius, (len(centres), each, 3)) * np.array([1, 1, 0])
    return (centres[:, None] + offset).reshape(-1, 3)


def forest_floor(rows: Array) -> bpy.types.Object:
    """A ground of leaf litter from points (R, C, 3)."""
    g = Graph("litter")
    where = g.place()
    tone = g.node("TexVoronoi", {"Vector": where, "Scale": 26.0}).outputs[1]
    chance = g.node("SeparateColor", {0: tone}).outputs[0]
    colour = g.blend(chance, (0.035, 0.022, 0.012), (0.12, 0.075, 0.038))
    moss = g.ramp(g.noise(0.7, 6.0, where), 0.52, 0.66)
    colour = g.blend(g.math("MULTIPLY", moss, 0.8), colour, (0.035, 0.055, 0.012))
    height = g.math("ADD", chance, g.noise(40.0, 4.0, where))
    return add_mesh(
        "litter", grid(rows), g.done(g.principled(colour, 0.95, Normal=g.bump(height, 0.03, 1.0)))
    )
