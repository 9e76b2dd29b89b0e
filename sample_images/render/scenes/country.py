"""Cars out of town: in snow, in the desert, in a forest."""

from __future__ import annotations

import land
import numpy as np
from blend import add_mesh
from car import CarSpec, add_car
from shot import camera
from skies import sun_sky
from solid import Array, smoothstep
from trees import add_tree, plant
from undergrowth import add_conifer, add_grass, forest_floor, tufts


def _ruts(y: Array, depth: float, half: float = 0.76, width: float = 0.17) -> Array:
    """Two wheel tracks along x."""
    return -depth * np.exp(-(((np.abs(y) - half) / width) ** 4))


def _scatter(count: int, low: tuple[float, float], high: tuple[float, float], seed: int) -> Array:
    """Random places (N, 3) at z = 0 in a rectangle."""
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.uniform(low, high, (count, 2)), np.zeros(count)])


def _on(ground: land.Height, places: Array) -> Array:
    """The places (N, 3), each moved up or down onto the ground."""
    x, y = places[:, 0], places[:, 1]
    return np.column_stack([x, y, ground(x, y)])


def snow() -> None:
    """A yellow hatchback on a snowed-in track between spruces, low sun; upright."""

    def ground(x: Array, y: Array) -> Array:
        bank = 0.34 * smoothstep(1.5, 3.4, np.abs(y)) * (1 + 0.5 * land.fractal(x / 2, y / 2, 3))
        grain = 0.045 * land.fractal(x * 1.6, y * 1.6, 5) * (1 + 0.5 * bank)
        return bank + grain + _ruts(y, 0.055) + 0.02 + 0.03 * np.maximum(np.abs(y) - 9, 0)

    mesh = land.fan(ground, 0.5, 160, (0, 360), (360, 860), (-5.7, -5.6))
    add_mesh("snow", mesh, land.snow())
    sun_sky(13, 118, 0.25, haze=2.0)
    spruce = [add_conifer(k, 9.0, snowy=True) for k in (1, 2)]
    spots = [(-7.5, 5.6), (-3.1, 6.9), (0.6, 5.3), (3.9, 7.4), (7.6, 5.5), (12, 7.5), (17, 5.8)]
    rng = np.random.default_rng(4)
    spots += [(x, y) for x, y in rng.uniform((-16, 8.5), (48, 34), (75, 2))]
    spots += [(x, y) for x, y in rng.uniform((16, -16), (60, -7.5), (14, 2))]
    for i, (x, y) in enumerate(spots):
        plant(spruce[i % 2], (x, y, 0.03 * max(abs(y) - 9, 0)), 2.4 * i, rng.uniform(0.55, 1.15))
    for part in (part for tree in spruce for part in tree):
        part.location = (-60, 40, 0)
    spec = CarSpec("hatchback", "yellow", spokes=10, twin=False, plate="CS 24", steer=0.1)
    add_car(spec, (0, 0, -0.03), 0.0)
    camera((-5.7, -5.6, 1.45), (-0.1, 0.15, 0.95), 48, 6.3)


def desert() -> None:
    """A green SUV on a dirt road, mesas on the horizon, sun from the side."""

    def ground(x: Array, y: Array) -> Array:
        off = smoothstep(2.0, 5.0, np.abs(y))
        swell = 0.5 * off * land.fractal(x / 14, y / 14, 3)
        return swell + 0.03 * land.fractal(x, y, 7) + _ruts(y, 0.03, width=0.25) + 0.02

    def mesas(x: Array, y: Array) -> Array:
        raw = land.fractal(x / 800, y / 800, 40, 6) + 0.25 * land.fractal(x / 160, y / 160, 31, 5)
        top = smoothstep(0.16, 0.24, raw) * 95 + smoothstep(0.28, 0.33, raw) * 70
        return top * smoothstep(1000, 1500, np.hypot(x, y)) + 26 * raw - 14

    earth = land.sand("earth", (0.24, 0.125, 0.062), (0.40, 0.24, 0.13))
    add_mesh("earth", land.fan(ground, 0.5, 600, (0, 360), (260, 720), (6.9, -5.4)), earth)
    red = land.rock_face((0.30, 0.12, 0.06), (0.46, 0.25, 0.14), (0.60, 0.74, 0.98), 11000)
    add_mesh("mesas", land.fan(mesas, 400, 7000, (70, 200), (220, 520)), red)
    sun_sky(33, 165, 0.22, haze=1.6)
    rng = np.random.default_rng(8)
    stones = _scatter(240, (-60, 2.6), (40, 60), 2)
    near = _scatter(60, (-12, 2.3), (8, 9), 6)
    sizes = np.concatenate([rng.uniform(0.05, 0.45, 240), rng.uniform(0.03, 0.14, 60)])
    land.add_stones(_on(ground, np.concatenate([stones, near])), sizes, earth)
    shrubs = np.concatenate(
        [_scatter(170, (-60, 3.0), (30, 70), 5), _scatter(7, (-9, 2.4), (6, 6), 9)]
    )
    dry = ((0.07, 0.06, 0.028), (0.24, 0.20, 0.10))
    add_grass(_on(ground, tufts(shrubs, 150, 0.17, rng)), 0.55, 3, *dry, lean=0.75)
    add_car(CarSpec("suv", "green", spokes=5, twin=True, plate="CS 66"), (0, 0, -0.02), np.pi)
    camera((6.9, -5.4, 1.5), (-0.15, 0.15, 0.92), 44, 8.0)


def _wood(seed: int) -> None:
    """Trees on both sides of a track along x, none on it."""
    spruce = [add_conifer(k, 15.0, 70000) for k in (5, 6)]
    broad = add_tree(21, 13.0, 24000, 0.17)
    rng = np.random.default_rng(seed)
    for i, (x, y) in enumerate(rng.uniform((-30, -26), (45, 45), (210, 2))):
        if -9 < y < 3.6 or np.hypot(x - 3.8, y + 7.2) < 6.0:
            continue
        plant(broad if i % 3 == 0 else spruce[i % 2], (x, y, 0), 1.9 * i, rng.uniform(0.7, 1.2))
    for part in (*spruce[0], *spruce[1], *broad):
        part.location = (-30, -60, 0)


def forest() -> None:
    """A cream van on a forest track, a trunk in front of it, dappled light."""

    def ground(x: Array, y: Array) -> Array:
        verge = 0.18 * smoothstep(1.3, 3.2, np.abs(y)) * (1 + land.fractal(x / 3, y / 3, 4))
        return verge + 0.05 * land.fractal(x, y, 9) + _ruts(y, 0.06, 0.80, 0.2) + 0.03

    mesh = land.fan(ground, 0.5, 120, (0, 360), (240, 640), (6.0, -6.9))
    forest_floor(mesh.vertices.reshape(240, 640, 3))
    sun_sky(46, 125, 0.25)
    _wood(12)
    trunk = add_tree(33, 11.0, 6000)
    for part in trunk:
        part.location = (1.75, -2.55, 0.1)
    rng = np.random.default_rng(5)
    places = np.concatenate(
        [
            tufts(_scatter(420, (-16, 1.4), (16, 9), 1), 45, 0.16, rng),
            tufts(_scatter(120, (-10, -5.5), (8, -1.5), 2), 45, 0.16, rng),
            tufts(_scatter(60, (-14, -0.3), (14, 0.3), 3), 45, 0.12, rng),
        ]
    )
    add_grass(_on(ground, places), 0.30, 7)
    add_car(CarSpec("van", "cream", spokes=10, twin=False, plate="CS 2500"), (0, 0, -0.02), np.pi)
    camera((6.0, -6.9, 1.5), (0.25, 0.1, 1.05), 40, 6.3)
