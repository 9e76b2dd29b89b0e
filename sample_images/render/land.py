"""Open country: fractal terrain, its materials (sand, snow, grass, gravel, rock, sea), stones."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np
from blend import add_mesh, grid
from materials import Colour, Graph, Socket
from solid import Array, Mesh, mesh_field

Height = Callable[[Array, Array], Array]
"""Metres over a place: takes x and y of one shape, returns z of that shape."""


def noise(x: Array, y: Array, seed: int) -> Array:
    """Gradient noise (Perlin 2002) of period 1, about -0.7 to 0.7, shape of `x`."""
    rng = np.random.default_rng(seed)
    table = rng.permutation(4096)
    turn = rng.uniform(0, 2 * np.pi, 4096)
    i, j = np.floor(x).astype(int), np.floor(y).astype(int)
    u, v = x - i, y - j
    value = []
    for dj in (0, 1):
        for di in (0, 1):
            angle = turn[table[(table[(i + di) % 4096] + j + dj) % 4096]]
            value.append(np.cos(angle) * (u - di) + np.sin(angle) * (v - dj))
    a, b = (w**3 * (w * (w * 6 - 15) + 10) for w in (u, v))
    low, high = value[0] + a * (value[1] - value[0]), value[2] + a * (value[3] - value[2])
    return low + b * (high - low)


def fractal(
    x: Array, y: Array, seed: int, octaves: int = 5, gain: float = 0.5, *, ridged: bool = False
) -> Array:
    """Octaves of noise, each finer and weaker; `ridged` makes sharp crests (0 to about 1)."""
    total = np.zeros(np.shape(x))
    weight = np.ones(np.shape(x))
    for k in range(octaves):
        layer = noise(x * 2.0**k + 17.3 * k, y * 2.0**k - 9.1 * k, seed + k)
        if ridged:
            layer = (1 - 1.6 * np.abs(layer)) ** 2 * weight
            weight = np.clip(1.2 * layer, 0, 1)  # detail sits on the crests, valleys stay smooth
        total += layer * gain**k
    return total * (1 - gain if ridged else 1.0)


def fan(
    height: Height,
    near: float,
    far: float,
    bearing: tuple[float, float] = (0.0, 360.0),
    count: tuple[int, int] = (160, 360),
    centre: tuple[float, float] = (0.0, 0.0),
) -> Mesh:
    """Terrain around `centre` whose cells grow with distance, as a camera there sees them.

    Args:
        height: the surface.
        near, far: metres from the centre.
        bearing: first and last direction in degrees, counter-clockwise from +x.
        count: rings and spokes.
        centre: x and y.
    """
    r = np.geomspace(near, far, count[0])[:, None]
    a = np.radians(np.linspace(*bearing, count[1]))[None]
    x, y = centre[0] + r * np.cos(a), centre[1] + r * np.sin(a)
    return grid(np.stack([x, y, height(x, y)], -1))


def hazed(g: Graph, surface: Socket, colour: Colour, reach: float) -> Socket:
    """The surface seen through air: a share 1 - exp(-distance / reach) of it becomes `colour`."""
    far = g.node("CameraData").outputs["View Distance"]
    left = g.math("POWER", float(np.exp(-1.0)), g.math("DIVIDE", far, reach))
    air = g.node("Emission", {"Color": colour}).outputs[0]
    return g.mix(left, air, surface)


def sand(name: str, dark: Colour, light: Colour, ripple: float = 1.0) -> bpy.types.Material:
    """Sand or dry earth: pebbles, wind ripples, patches."""
    g = Graph(name)
    where = g.place()
    patch = g.ramp(g.noise(0.12, 7.0, where), 0.3, 0.7)
    pebble = g.node("TexVoronoi", {"Vector": where, "Scale": 22.0}).outputs[0]
    stone = g.math("MULTIPLY", g.math("LESS_THAN", pebble, 0.22), g.noise(1.3, 3.0, where))
    colour = g.blend(patch, dark, light)
    colour = g.blend(
        g.math("MULTIPLY", g.ramp(g.noise(14.0, 8.0, where), 0.3, 0.8), 0.35), colour, dark
    )
    colour = g.blend(stone, colour, tuple(0.45 * c for c in dark))
    wave = g.node(
        "TexWave",
        {"Vector": where, "Scale": 1.1, "Distortion": 7.0, "Detail": 3.0, "Detail Scale": 0.6},
    ).outputs[1]
    height = g.math("MULTIPLY", wave, 0.5 * ripple)
    height = g.math("ADD", height, g.math("MULTIPLY", g.noise(35.0, 6.0, where), 0.7))
    height = g.math("SUBTRACT", height, g.math("MULTIPLY", g.math("MINIMUM", pebble, 0.25), 2.0))
    return g.done(g.principled(colour, 0.9, Normal=g.bump(height, 0.03, 0.8)))


def snow() -> bpy.types.Material:
    """Fresh snow: bright, softly grained, a little light scattered inside."""
    g = Graph("snow")
    where = g.place()
    lumps = g.math(
        "ADD", g.noise(4.0, 8.0, where), g.math("MULTIPLY", g.noise(90.0, 2.0, where), 0.12)
    )
    colour = g.blend(g.noise(0.5, 4.0, where), (0.80, 0.82, 0.86), (0.90, 0.91, 0.92))
    sparkle = g.node("TexVoronoi", {"Vector": where, "Scale": 400.0}).outputs[0]
    rough = g.ramp(sparkle, 0.04, 0.10)
    return g.done(
        g.principled(
            colour,
            g.math("ADD", 0.25, g.math("MULTIPLY", rough, 0.4)),
            Normal=g.bump(lumps, 0.05, 0.7),
        )
    )


def meadow(
    dark: Colour = (0.035, 0.055, 0.014), dry: Colour = (0.13, 0.125, 0.045)
) -> bpy.types.Material:
    """Grass seen from a distance; blades near the camera stand on it."""
    g = Graph("meadow")
    where = g.place()
    patch = g.ramp(g.noise(0.08, 8.0, where), 0.3, 0.7)
    fine = g.ramp(g.noise(5.0, 9.0, where), 0.3, 0.75)
    colour = g.blend(patch, dark, dry)
    colour = g.blend(g.math("MULTIPLY", fine, 0.55), colour, tuple(0.4 * c for c in dark))
    return g.done(g.principled(colour, 0.95, Normal=g.bump(g.noise(30.0, 6.0, where), 0.06, 1.0)))


def rock_face(
    low: Colour,
    high: Colour,
    air: Colour,
    reach: float,
    cap: float = 0.0,
    wood: float = 0.0,
) -> bpy.types.Material:
    """Mountains in haze: strata from `low` to `high`.

    Snow lies above `cap` metres where it is flat enough, forest grows up to `wood` metres.
    """
    g = Graph("rock_face")
    where = g.place()
    _, _, z = (g.node("SeparateXYZ", {0: where}).outputs[i] for i in range(3))
    rough = g.noise(0.05, 9.0, where)
    layer = g.noise(1.0, 5.0, g.node("CombineXYZ", {2: g.math("MULTIPLY", z, 0.09)}).outputs[0])
    colour = g.blend(g.ramp(g.math("ADD", rough, layer), 0.75, 1.25), low, high)
    up = g.node("SeparateXYZ", {0: g.node("NewGeometry").outputs["Normal"]}).outputs[2]
    if wood:
        edge = g.math("ADD", g.math("DIVIDE", z, wood), g.noise(0.006, 8.0, where))
        trees = g.math("MULTIPLY", g.ramp(edge, 1.55, 1.35), g.ramp(up, 0.45, 0.65))
        crowns = g.ramp(g.noise(0.16, 3.0, where), 0.3, 0.7)
        green = g.blend(crowns, (0.008, 0.016, 0.008), (0.030, 0.048, 0.020))
        colour = g.blend(trees, colour, green)
    if cap:
        line = g.math("ADD", g.math("DIVIDE", z, cap), g.math("MULTIPLY", rough, 0.5))
        white = g.math("MULTIPLY", g.ramp(line, 1.15, 1.4), g.ramp(up, 0.66, 0.84))
        colour = g.blend(white, colour, (0.82, 0.84, 0.88))
    face = g.principled(colour, 0.95, Normal=g.bump(rough, 6.0, 0.8))
    return g.done(hazed(g, face, air, reach))


def sea(air: Colour, reach: float) -> bpy.types.Material:
    """Water to the horizon with wind waves."""
    g = Graph("sea")
    where = g.place()
    swell = g.noise(0.10, 9.0, where)
    chop = g.noise(0.9, 6.0, where)
    height = g.math("ADD", g.math("MULTIPLY", swell, 2.0), g.math("MULTIPLY", chop, 0.35))
    foam = g.ramp(
        g.math("ADD", g.noise(0.25, 9.0, where), g.math("MULTIPLY", chop, 0.3)), 0.80, 0.86
    )
    colour = g.blend(foam, (0.008, 0.045, 0.06), (0.55, 0.6, 0.62))
    water = g.principled(colour, 0.12, IOR=1.33, Normal=g.bump(height, 0.9, 0.9))
    return g.done(hazed(g, water, air, reach))


def add_stones(places: Array, sizes: Array, material: bpy.types.Material, seed: int = 0) -> None:
    """Boulders of three shapes at places (N, 3), `sizes` (N,) in metres, sunk a third."""
    rng = np.random.default_rng(seed)
    kinds = []
    for k in range(3):
        bumps = rng.normal(size=(9, 3)) * np.array([2.2, 2.2, 2.8])
        phase = rng.uniform(0, 6, 9)

        def field(p: Array, bumps: Array = bumps, phase: Array = phase) -> Array:
            wobble = np.sin(p @ bumps.T * 1.6 + phase).sum(axis=1) * 0.045
            return (np.linalg.norm(p * np.array([1, 1.15, 1.5]), axis=1) - 0.8 - wobble) * 0.6

        mesh = mesh_field(field, (-1.4,) * 3, (1.4,) * 3, 0.11)
        kinds.append(add_mesh(f"stone{k}", mesh, material))
    for i, (place, size) in enumerate(zip(places, sizes, strict=True)):
        thing = kinds[i % 3].copy()
        bpy.context.scene.collection.objects.link(thing)
        thing.location = place + np.array([0, 0, 0.15 * size])
        thing.rotation_euler = (0.0, 0.0, float(rng.uniform(0, 6.3)))
        thing.scale = (float(size),) * 3
    for thing in kinds:
        bpy.data.objects.remove(thing)
