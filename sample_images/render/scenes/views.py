"""Open country without a car, taken at car height, with free ground where a car would stand."""

from __future__ import annotations

import grounds
import land
import numpy as np
from blend import add_mesh, box, join, tube
from materials import simple
from shot import camera
from skies import sun_sky
from solid import Array, smoothstep
from trees import add_tree, plant
from undergrowth import add_conifer, add_grass, tufts


def road() -> None:
    """A country road in the afternoon sun, seen along and across it."""

    def fields(x: Array, y: Array) -> Array:
        off = smoothstep(4.2, 9.0, np.abs(y + 2.0))
        far = np.hypot(x, y)
        hills = 60 * smoothstep(250, 1500, far) * (0.5 + land.fractal(x / 600, y / 600, 14, 4))
        return off * (0.5 * land.fractal(x / 18, y / 18, 4) - 0.15) + hills - 0.06

    add_mesh(
        "fields", land.fan(fields, 1.0, 4000, (0, 360), (220, 720), (-8.0, -4.6)), land.meadow()
    )
    marks = [("y", -5.0, 0.12, 0), ("y", 1.0, 0.12, 0), ("y", -2.0, 0.12, -1)]
    add_mesh(
        "road", grounds.plane(-200, 900, -5.3, 1.3, 0), grounds.asphalt("road", marks), smooth=False
    )
    sun_sky(32, 205, 0.22, haze=1.6)
    tree = add_tree(9, 9.0, 20000, 0.16)
    rng = np.random.default_rng(3)
    for i, x in enumerate(np.arange(6, 300, 11.0)):
        plant(tree, (x, 5.5 + rng.normal(0, 0.4), -0.1), 1.7 * i, rng.uniform(0.75, 1.15))
    for i, (x, y) in enumerate(rng.uniform((40, 40), (700, 420), (130, 2))):
        plant(
            tree,
            (x, y, float(fields(np.array(x), np.array(y))) - 0.2),
            2.9 * i,
            rng.uniform(0.8, 1.4),
        )
    for part in tree:
        part.location = (-40, 30, 0)
    sides = np.concatenate([1.75 + rng.exponential(0.9, 2600), -5.7 - rng.exponential(1.6, 2000)])
    centres = np.column_stack([rng.uniform(-7, 60, 4600), sides, np.zeros(4600)])
    add_grass(tufts(centres, 26, 0.10, rng), 0.34, 4, (0.03, 0.05, 0.012), (0.17, 0.16, 0.06))
    posts = [box((x, 1.85, 0.45), (0.10, 0.10, 1.0)) for x in np.arange(2, 300, 25.0)]
    add_mesh("posts", join(posts), simple("post", (0.7, 0.7, 0.68), 0.5), smooth=False)
    camera((-8.0, -4.6, 1.5), (4.5, -1.2, 1.05), 32, 8.0)


def _rail(x0: float, x1: float, y: float) -> None:
    """A steel guard rail along x."""
    steel = simple("rail", (0.45, 0.46, 0.47), 0.45, Metallic=0.9)
    posts = [box((x, y + 0.1, 0.33), (0.10, 0.12, 0.75)) for x in np.arange(x0, x1, 2.0)]
    add_mesh("rail_posts", join(posts), steel, smooth=False)
    along = np.linspace(x0, x1, 40)
    for z in (0.52, 0.66):
        line = np.stack([along, 0 * along + y, 0 * along + z], 1)
        add_mesh("rail", tube(line, 0.035, 0.062), steel)


def coast() -> None:
    """A lay-by above the sea in the evening, headlands to the right."""

    def shore(x: Array, y: Array) -> Array:
        rise = smoothstep(40, 700, x - 0.12 * y)
        cape = 170 * rise * (0.40 + land.fractal(x / 260, y / 260, 40, 6))
        edge = smoothstep(4.6, 26.0, y + 2 * land.fractal(x / 9, y / 9, 2))
        return np.maximum(-0.08 - 15.0 * edge, cape - 24)

    air = (0.80, 0.62, 0.50)
    heath = land.rock_face((0.05, 0.055, 0.022), (0.20, 0.16, 0.10), air, 3500)
    add_mesh("shore", land.fan(shore, 3.0, 3500, (-20, 200), (260, 620), (0, -8)), heath)
    add_mesh(
        "sea",
        land.fan(lambda x, y: 0 * x - 14.0, 10, 16000, (-30, 210), (90, 200)),
        land.sea(air, 9000),
    )
    marks = [("y", 2.6, 0.11, 0), ("x", -1.9, 0.11, 3.8)]
    add_mesh(
        "layby", grounds.plane(-80, 120, -40, 4.2, 0), grounds.asphalt("layby", marks), smooth=False
    )
    _rail(-60, 110, 3.7)
    sun_sky(9, 318, 0.25, haze=1.8)
    rng = np.random.default_rng(6)
    centres = np.column_stack(
        [rng.uniform(-24, 30, 1500), rng.uniform(4.25, 5.6, 1500), 0 * np.ones(1500)]
    )
    add_grass(tufts(centres, 28, 0.10, rng), 0.40, 5, (0.05, 0.055, 0.02), (0.26, 0.22, 0.10), 0.7)
    camera((0.0, -8.0, 1.55), (0.6, 0.0, 1.12), 36, 8.0)


def mountains() -> None:
    """A gravel lay-by on a pass, snowy peaks behind a wooded slope."""

    def peaks(x: Array, y: Array) -> Array:
        far = np.hypot(x, y)
        ridge = land.fractal(x / 2600, y / 2600, 11, 8, 0.55, ridged=True)
        fore = 90 * smoothstep(120, 700, far) * (land.fractal(x / 420, y / 420, 8, 5) - 0.1)
        return 1500 * ridge * smoothstep(900, 4200, far) + fore - 7 * smoothstep(25, 160, far)

    air = (0.50, 0.68, 1.0)
    stone = land.rock_face((0.06, 0.057, 0.054), (0.17, 0.16, 0.148), air, 16000, 520, 420)
    add_mesh("peaks", land.fan(peaks, 900, 12000, (35, 150), (420, 800)), stone)
    grass = land.meadow((0.04, 0.06, 0.018), (0.12, 0.115, 0.05))
    add_mesh("slope", land.fan(peaks, 9, 1000, (0, 180), (160, 420)), grass)
    gravel = land.sand("gravel", (0.098, 0.094, 0.084), (0.19, 0.182, 0.162), ripple=0.1)
    add_mesh("gravel", grounds.plane(-80, 80, -40, 9.5, 0.02), gravel, smooth=False)
    sun_sky(38, 250, 0.22, haze=0.9)
    spruce = [add_conifer(k, 12.0, 60000) for k in (3, 4)]
    rng = np.random.default_rng(2)
    spots = rng.uniform((-260, 40), (260, 420), (900, 2))
    for i, (x, y) in enumerate(spots[land.fractal(spots[:, 0] / 90, spots[:, 1] / 90, 6) > -0.02]):
        plant(
            spruce[i % 2],
            (x, y, float(peaks(np.array(x), np.array(y))) - 0.3),
            2.3 * i,
            rng.uniform(0.6, 1.2),
        )
    for part in (part for tree in spruce for part in tree):
        part.location = (-60, -90, 0)
    land.add_stones(
        np.column_stack(
            [rng.uniform(-30, 30, 90), 9.3 + rng.uniform(-0.4, 2.4, 90), 0 * np.ones(90)]
        ),
        rng.uniform(0.12, 0.62, 90),
        stone,
    )
    centres = np.column_stack(
        [rng.uniform(-30, 30, 1300), rng.uniform(9.3, 13, 1300), 0 * np.ones(1300)]
    )
    add_grass(tufts(centres, 26, 0.10, rng), 0.3, 5, (0.04, 0.06, 0.015), (0.18, 0.17, 0.07))
    camera((0.0, -8.0, 1.5), (0.5, 0.0, 1.35), 36, 8.0)
