"""Facades: bays and floors of recessed windows with frames and sills, shop fronts, cornices."""

from __future__ import annotations

from dataclasses import dataclass

import bpy
import numpy as np
from blend import add_mesh, box, join
from materials import Colour, Graph, simple
from solid import Mesh


@dataclass(frozen=True)
class Facade:
    """A house front along x, facing -y; sizes in metres."""

    x: float
    bays: int
    floors: int
    wall: Colour
    brick: bool = False
    bay: float = 2.6
    floor: float = 3.1
    ground: float = 3.6
    window: tuple[float, float] = (1.15, 1.75)
    shop: bool = True
    frame: Colour = (0.75, 0.74, 0.70)
    lit: float = 0.0  # share of windows with light behind them

    @property
    def width(self) -> float:
        """Metres along the street."""
        return self.bays * self.bay

    @property
    def height(self) -> float:
        """Metres to the top of the wall."""
        return self.ground + self.floors * self.floor + 0.5


def wall_material(colour: Colour, *, brick: bool) -> bpy.types.Material:
    """Weathered plaster or brickwork."""
    g = Graph("wall")
    where = g.place()
    stain = g.ramp(g.noise(0.35, 7.0, where), 0.3, 0.75)
    grain = g.noise(45.0, 5.0, where)
    darker = tuple(0.72 * c for c in colour)
    base = g.blend(stain, colour, darker)
    height = grain
    if brick:
        x, _, z = (g.node("SeparateXYZ", {0: where}).outputs[i] for i in range(3))
        flat = g.node("CombineXYZ", {0: x, 1: z}).outputs[0]
        other = (colour[0] * 1.35, colour[1] * 1.15, colour[2] * 1.05)
        tile = g.node(
            "TexBrick",
            {
                "Vector": flat,
                "Color1": colour,
                "Color2": other,
                "Mortar": (0.30, 0.28, 0.26),
                "Scale": 1.0,
                "Brick Width": 0.24,
                "Row Height": 0.075,
                "Mortar Size": 0.007,
            },
        )
        base = g.blend(g.math("MULTIPLY", stain, 0.35), tile.outputs[0], darker)
        height = g.math("SUBTRACT", g.math("MULTIPLY", grain, 0.4), tile.outputs[1])
    return g.done(g.principled(base, 0.85, Normal=g.bump(height, 0.006, 0.5)))


def pane_material(lit: float = 0.0) -> bpy.types.Material:
    """A window seen from outside: dark, mirror-like, some with pale curtains, a share `lit`."""
    g = Graph("pane")
    x, _, z = (g.node("SeparateXYZ", {0: g.place()}).outputs[i] for i in range(3))
    cell = g.node(
        "CombineXYZ",
        {
            0: g.math("FLOOR", g.math("MULTIPLY", x, 0.77)),
            1: g.math("FLOOR", g.math("MULTIPLY", z, 0.4)),
        },
    )
    chance = g.node("TexWhiteNoise", {"Vector": cell.outputs[0]}, noise_dimensions="3D").outputs[0]
    folds = g.ramp(
        g.node("TexWave", {"Vector": g.place(), "Scale": 4.0, "Distortion": 2.0}).outputs[1],
        0.0,
        1.0,
    )
    curtain = g.blend(folds, (0.16, 0.155, 0.14), (0.30, 0.29, 0.27))
    colour = g.blend(g.math("GREATER_THAN", chance, 0.55), (0.012, 0.014, 0.016), curtain)
    wavy = g.bump(g.noise(1.3, 1.0), 0.004, 0.25)
    coat = {"Coat_Weight": 1.0, "Coat_Roughness": 0.005, "Coat_IOR": 1.9, "Coat_Normal": wavy}
    if lit:
        other = g.node("TexWhiteNoise", {"W": chance}, noise_dimensions="1D").outputs
        on = g.math("MULTIPLY", g.math("LESS_THAN", other[0], lit), g.math("ADD", 0.4, chance))
        room = g.ramp(g.noise(0.8, 3.0), 0.25, 0.7)
        coat["Emission_Color"] = g.blend(chance, (1.0, 0.50, 0.20), (1.0, 0.74, 0.45))
        coat["Emission_Strength"] = g.math("MULTIPLY", g.math("MULTIPLY", on, room), 3.0)
    material = g.done(g.principled(colour, 0.6, **coat))
    material.cycles.emission_sampling = "NONE"  # windows are seen, lamps give the light
    return material


def add_facade(plan: Facade, y: float) -> list[bpy.types.Object]:
    """Build a house front whose wall plane lies at `y`; returns its objects."""
    wall: list[Mesh] = []
    frames: list[Mesh] = []
    panes: list[Mesh] = []
    stone: list[Mesh] = []
    deep = 0.22
    win_w, win_h = plan.window
    for storey in range(plan.floors):
        z0 = plan.ground + storey * plan.floor
        low = z0 + 0.85
        for b in range(plan.bays):
            xc = plan.x + (b + 0.5) * plan.bay
            _window(xc, low, win_w, win_h, y + deep, frames, panes)
            stone.append(box((xc, y - 0.02, low - 0.05), (win_w + 0.22, 0.16, 0.09)))
            stone.append(box((xc, y + 0.0, low + win_h + 0.09), (win_w + 0.16, 0.06, 0.18)))
            wall.append(box((xc, y + deep / 2, (z0 + low) / 2), (win_w, deep, low - z0)))
            top = z0 + plan.floor
            wall.append(
                box((xc, y + deep / 2, (low + win_h + top) / 2), (win_w, deep, top - low - win_h))
            )
    for b in range(plan.bays + 1):
        left = plan.x + b * plan.bay - (plan.bay - win_w) / 2 * (b > 0)
        right = plan.x + b * plan.bay + (plan.bay - win_w) / 2 * (b < plan.bays)
        high = plan.height - 0.5 - plan.ground
        wall.append(
            box(
                ((left + right) / 2, y + deep / 2, plan.ground + high / 2),
                (right - left, deep, high),
            )
        )
    _ground_floor(plan, y, deep, wall, frames, panes, stone)
    middle = plan.x + plan.width / 2
    stone.append(box((middle, y - 0.12, plan.height - 0.22), (plan.width + 0.1, 0.5, 0.20)))
    stone.append(box((middle, y - 0.04, plan.height - 0.42), (plan.width, 0.3, 0.22)))
    stone.append(box((middle, y - 0.05, plan.ground), (plan.width, 0.22, 0.24)))
    back = box((middle, y + 4.2, plan.height / 2), (plan.width, 7.6, plan.height))
    limestone = wall_material((0.46, 0.43, 0.38), brick=False)
    return [
        add_mesh("wall", join(wall), wall_material(plan.wall, brick=plan.brick), smooth=False),
        add_mesh("core", back, simple("core", (0.08, 0.08, 0.08), 0.9), smooth=False),
        add_mesh("frames", join(frames), simple("frames", plan.frame, 0.45), smooth=False),
        add_mesh("panes", join(panes), pane_material(plan.lit), smooth=False),
        add_mesh("stone", join(stone), limestone, smooth=False),
    ]


def _window(
    x: float,
    low: float,
    width: float,
    height: float,
    y: float,
    frames: list[Mesh],
    panes: list[Mesh],
) -> None:
    """A casement with a mullion and a transom."""
    middle = low + height / 2
    panes.append(box((x, y, middle), (width, 0.02, height)))
    for dx in (-width / 2 + 0.035, 0.0, width / 2 - 0.035):
        frames.append(box((x + dx, y - 0.04, middle), (0.07, 0.07, height)))
    for z in (low + 0.035, low + height * 0.68, low + height - 0.035):
        frames.append(box((x, y - 0.045, z), (width, 0.07, 0.07)))


def _ground_floor(
    plan: Facade,
    y: float,
    deep: float,
    wall: list[Mesh],
    frames: list[Mesh],
    panes: list[Mesh],
    stone: list[Mesh],
) -> None:
    """Shop windows over a plinth, or plain windows, with a door in the first bay."""
    top = plan.ground - 0.12
    for b in range(plan.bays):
        xc = plan.x + (b + 0.5) * plan.bay
        door = b == 0
        width = 1.05 if door else (plan.bay - 0.45 if plan.shop else plan.window[0])
        low = 0.15 if door else (0.55 if plan.shop else 1.05)
        high = 2.55 if door or not plan.shop else 2.85
        _window(xc, low, width, high - low, y + deep, frames, panes)
        side = (plan.bay - width) / 2
        for sign in (-1, 1):
            wall.append(
                box((xc + sign * (width + side) / 2, y + deep / 2, top / 2), (side, deep, top))
            )
        wall.append(box((xc, y + deep / 2, (high + top) / 2), (width, deep, top - high)))
        stone.append(box((xc, y + deep / 2 - 0.03, low / 2), (width, deep, low)))
    stone.append(box((plan.x + plan.width / 2, y - 0.03, 0.22), (plan.width, 0.08, 0.44)))


def row(plans: list[Facade], y: float, *, turned: bool = False) -> None:
    """Several fronts at one building line; `turned` puts them at -y, facing +y."""
    for plan in plans:
        for part in add_facade(plan, y):
            part.rotation_euler.z = np.pi if turned else 0.0


def terrace(x0: float, x1: float, seed: int, lit: float = 0.0) -> list[Facade]:
    """Random neighbouring fronts from x0 until x1 is reached."""
    rng = np.random.default_rng(seed)
    colours = [
        ((0.52, 0.42, 0.29), False),
        ((0.25, 0.085, 0.055), True),
        ((0.58, 0.55, 0.48), False),
        ((0.34, 0.15, 0.09), True),
        ((0.40, 0.44, 0.43), False),
        ((0.60, 0.48, 0.36), False),
    ]
    plans, x, last = [], x0, -1
    while x < x1:
        pick = int(rng.choice([i for i in range(len(colours)) if i != last]))
        colour, brick = colours[pick]
        plan = Facade(
            x,
            int(rng.integers(3, 6)),
            int(rng.integers(2, 4)),
            colour,
            brick,
            bay=float(rng.uniform(2.3, 2.9)),
            floor=float(rng.uniform(2.9, 3.3)),
            shop=bool(rng.uniform() < 0.6),
            lit=lit,
        )
        plans.append(plan)
        x, last = x + plan.width, pick
    return plans
