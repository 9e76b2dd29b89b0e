"""Trees and hedges grown from random numbers, with real leaves, so that shadows are real too."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_mesh, box, join, tube
from materials import Graph, simple
from solid import Array, Mesh


def leaf_material(
    name: str, dark: tuple[float, float, float], light: tuple[float, float, float]
) -> bpy.types.Material:
    """Leaves that let some light through; each leaf has its own shade."""
    g = Graph(name)
    colour = g.blend(g.attribute("shade"), dark, light)
    face = g.principled(colour, 0.5, **{"Specular IOR Level": 0.3})
    through = g.node("BsdfTranslucent", {"Color": g.blend(0.5, colour, light)}).outputs[0]
    return g.done(g.mix(0.35, face, through))


def leaves(
    centres: Array, size: float, rng: np.random.Generator, lift: float = 0.7, half: float = 0.3
) -> tuple[Mesh, Array]:
    """One folded quad per centre, turned at random; the more `lift`, the more of them face up.

    `half` is half a leaf's width as a share of its length `size` (metres).
    """
    count = len(centres)
    normal = rng.normal(size=(count, 3)) + np.array([0, 0, lift])
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    along = np.cross(normal, rng.normal(size=(count, 3)))
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(normal, along)
    scale = size * rng.uniform(0.6, 1.2, (count, 1))
    corners = [(0.0, 0.0), (0.5, half), (1.0, 0.0), (0.5, -half)]
    points = [
        centres + scale * (a * along + b * across + 0.12 * abs(b) * normal) for a, b in corners
    ]
    vertices = np.stack(points, 1).reshape(-1, 3)
    faces = np.arange(4 * count).reshape(count, 4)
    return Mesh(vertices, faces, None), np.repeat(rng.uniform(0, 1, count), 4)


def bark() -> bpy.types.Material:
    """Upright ridges and pale patches."""
    g = Graph("bark")
    where = g.node("VectorMath", {0: g.place(), 1: (1.0, 1.0, 0.16)}, operation="MULTIPLY").outputs
    ridge = g.noise(26.0, 6.0, where[0])
    colour = g.blend(g.ramp(ridge, 0.35, 0.65), (0.022, 0.017, 0.012), (0.115, 0.092, 0.068))
    patch = g.math("MULTIPLY", g.ramp(g.noise(2.2, 5.0), 0.52, 0.68), 0.5)
    colour = g.blend(patch, colour, (0.10, 0.11, 0.075))
    return g.done(g.principled(colour, 0.92, Normal=g.bump(ridge, 0.03, 1.0)))


def _grow(
    base: Array,
    way: Array,
    length: float,
    radius: float,
    depth: int,
    rng: np.random.Generator,
    wood: list[Mesh],
    tips: list[Array],
) -> None:
    """A branch with a bend, then smaller ones from its upper part."""
    t = np.linspace(0, 1, 7)[:, None]
    bend = rng.normal(0, 0.12, 3) * length
    line = base + t * way * length + t**2 * bend
    wood.append(taper(line, radius))
    if depth == 0:
        tips.extend(line[2:])
        return
    for _ in range(rng.integers(3, 5)):
        start = line[rng.integers(3, 7)]
        turn = way + rng.normal(0, 0.55, 3) + np.array([0, 0, 0.15])
        _grow(
            start,
            turn / np.linalg.norm(turn),
            length * rng.uniform(0.55, 0.8),
            radius * 0.55,
            depth - 1,
            rng,
            wood,
            tips,
        )


def taper(line: Array, radius: float, end: float = 0.66) -> Mesh:
    """A tube that thins to the share `end` of its radius."""
    mesh = tube(line, radius, radius, side=(1, 0.3, 0.2), sections=7)
    centre = np.repeat(np.concatenate([line[:1], line, line[-1:]]), 7, axis=0)
    share = np.repeat(np.r_[1.0, np.linspace(1, end, len(line)), end], 7)[:, None]
    return Mesh(centre + (mesh.vertices - centre) * share, mesh.faces, None)


def add_tree(
    seed: int, height: float = 7.0, count: int = 16000, leaf: float = 0.13
) -> list[bpy.types.Object]:
    """A broad-leaved tree at the origin: wood and crown."""
    rng = np.random.default_rng(seed)
    wood: list[Mesh] = []
    tips: list[Array] = []
    trunk = (
        np.array([[0, 0, 0], [0.03, 0.02, 0.14], [0.05, -0.02, 0.28], [0.02, 0.03, 0.42]]) * height
    )
    wood.append(taper(trunk, 0.022 * height))
    for angle in np.arange(5) * 1.257 + rng.uniform(0, 1):
        way = np.array([np.cos(angle) * 0.75, np.sin(angle) * 0.75, 0.8])
        start = trunk[rng.integers(2, 4)]
        _grow(start, way / np.linalg.norm(way), 0.27 * height, 0.010 * height, 2, rng, wood, tips)
    _grow(trunk[-1], np.array([0, 0, 1.0]), 0.28 * height, 0.013 * height, 2, rng, wood, tips)
    centres = np.array(tips)[rng.integers(0, len(tips), count)]
    centres = centres + rng.normal(0, 0.045 * height, (count, 3))
    mesh, shade = leaves(centres, leaf, rng)
    green = leaf_material("leaf", (0.020, 0.045, 0.008), (0.075, 0.13, 0.022))
    return [
        add_mesh("wood", join(wood), bark()),
        add_mesh("crown", mesh, green, attributes={"shade": shade}, smooth=False),
    ]


def plant(
    parts: list[bpy.types.Object], place: tuple[float, float, float], turn: float, scale: float
) -> None:
    """Place a linked copy of a tree."""
    for part in parts:
        copy = part.copy()
        bpy.context.scene.collection.objects.link(copy)
        copy.location, copy.rotation_euler, copy.scale = place, (0, 0, turn), (scale, scale, scale)


def add_hedge(
    x0: float, x1: float, y: float, height: float, depth: float, seed: int, base: float = 0.0
) -> None:
    """A clipped hedge along x."""
    rng = np.random.default_rng(seed)
    count = int((x1 - x0) * 1500)
    at = rng.uniform((x0, -1, 0.05), (x1, 1, 1), (count, 3))
    edge = np.maximum(np.abs(at[:, 1]), 2 * at[:, 2] - 1)
    at = at[rng.uniform(0, 1, count) < edge**3]  # leaves sit on the outside
    lump = 1 + 0.07 * np.sin(at[:, 0] * 3.1) + 0.05 * np.sin(at[:, 0] * 7.7 + 1)
    centres = np.stack(
        [at[:, 0], y + at[:, 1] * depth / 2 * lump, base + at[:, 2] * height * lump], 1
    )
    mesh, shade = leaves(centres, 0.075, rng)
    green = leaf_material("hedge", (0.014, 0.030, 0.008), (0.045, 0.085, 0.020))
    add_mesh("hedge", mesh, green, attributes={"shade": shade}, smooth=False)
    core = box(((x0 + x1) / 2, y, base + height * 0.45), (x1 - x0, depth * 0.72, height * 0.86))
    add_mesh("hedge_core", core, simple("hedge_core", (0.008, 0.012, 0.004), 1.0), smooth=False)
