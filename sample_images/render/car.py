"""Assembles a car from its parts: shell, cabin, wheels, lamps, trim, plates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import bpy
import numpy as np
from blend import add_mesh, adopt
from body import Body
from cabin import add_cabin
from face import add_grille, add_lamps
from fittings import add_mirrors, add_plates, add_trim
from materials import PAINTS, glass, lining, rubber, shell, simple
from shapes import Shape
from solid import Array, Mesh, mesh_field
from styles import SHAPES
from wheels import WIDTH, add_wheel


@dataclass(frozen=True)
class CarSpec:
    """A car to build: body style, paint (a key of PAINTS), rim and plate text."""

    shape: str = "sedan"
    paint: str = "silver"
    spokes: int = 5
    twin: bool = True
    chrome: bool = True
    plate: str = "CS 2048"
    steer: float = 0.0  # radians the front wheels are turned
    lit: float = 0.0  # how strongly the lamps shine


@lru_cache(maxsize=4)
def _shell_meshes(
    name: str, step: float
) -> tuple[Body, Mesh, dict[str, Array], Mesh, dict[str, Array]]:
    """Outer and inner shell of a style with their regions (the slow part, so remembered)."""
    shape = SHAPES[name]
    body = Body(shape)
    side, top = max(1.03, shape.half_width + 0.09), max(1.85, max(z for _, z in shape.roof) + 0.1)
    low, high = (-0.06, -side, 0.1), (shape.length + 0.06, side, top)
    outer, inner = (
        mesh_field(body.outer, low, high, step),
        mesh_field(body.inner, low, high, 2.2 * step),
    )
    return body, outer, body.regions(outer.vertices), inner, body.regions(inner.vertices)


def _materials(spec: CarSpec) -> dict[str, bpy.types.Material]:
    return {
        "shell": shell(PAINTS[spec.paint], chrome=spec.chrome, lit=spec.lit),
        "lining": lining(),
        "lining_plain": simple("trim", (0.018, 0.018, 0.019), 0.7),
        "cloth": simple("cloth", (0.045, 0.043, 0.042), 0.85),
        "rubber": rubber(),
        "alloy": simple("alloy", (0.55, 0.56, 0.57), 0.28, Metallic=1.0),
        "dark_alloy": simple("dark_alloy", (0.10, 0.10, 0.105), 0.4, Metallic=0.9),
        "steel": simple("steel", (0.42, 0.42, 0.43), 0.32, Metallic=1.0),
        "chrome": simple("chrome", (0.80, 0.80, 0.81), 0.08, Metallic=1.0),
        "black": simple("gloss_black", (0.010, 0.010, 0.011), 0.15),
        "plastic": simple("plastic", (0.018, 0.018, 0.019), 0.5),
        "plate": simple("plate", (0.75, 0.75, 0.73), 0.35),
        "ink": simple("ink", (0.01, 0.012, 0.03), 0.4),
        "lens": glass("lens", (0.9, 0.92, 0.95)),
        "drl": simple(
            "drl",
            (0.85, 0.87, 0.9),
            0.2,
            **{"Emission Color": (0.9, 0.95, 1.0), "Emission Strength": 0.5 + 2.0 * spec.lit},
        ),
        "eye": simple(
            "eye",
            (0.42, 0.42, 0.43),
            0.32,
            Metallic=1.0,
            **{"Emission Color": (1.0, 0.93, 0.80), "Emission Strength": 6.0 * spec.lit},
        ),
        "amber": simple("amber", (0.75, 0.22, 0.01), 0.15, Coat_Weight=1.0),
        "red": simple("reflector", (0.35, 0.006, 0.006), 0.2, Coat_Weight=1.0),
    }


def add_car(
    spec: CarSpec, place: Sequence[float] = (0, 0, 0), heading: float = 0.0, step: float = 0.014
) -> bpy.types.Object:
    """Build a car; centred at `place`, its nose towards -x turned by `heading` radians."""
    shape = SHAPES[spec.shape]
    body, outer, regions, inner, inner_regions = _shell_meshes(spec.shape, step)
    materials = _materials(spec)
    parts = [
        add_mesh("shell", outer, materials["shell"], attributes=regions),
        add_mesh(
            "lining", inner, materials["lining"], attributes={"headlamp": inner_regions["headlamp"]}
        ),
    ]
    cabin = add_cabin(shape, materials)
    for part in cabin:
        part.location.x += shape.cabin_shift
    parts += cabin
    parts += _wheels(shape, spec, materials)
    parts += add_lamps(body, materials) + add_grille(body, materials)
    parts += add_mirrors(body, materials) + add_trim(body, materials)
    parts += add_plates(body, spec.plate, materials)
    root = bpy.data.objects.new(f"car_{spec.shape}", None)
    bpy.context.scene.collection.objects.link(root)
    adopt(root, parts)
    for part in parts:
        part.location.x -= shape.length / 2
    root.location, root.rotation_euler = tuple(place), (0.0, 0.0, heading)
    return root


def _wheels(
    shape: Shape, spec: CarSpec, materials: dict[str, bpy.types.Material]
) -> list[bpy.types.Object]:
    """Four wheels; the first is built, the others share its meshes."""
    first = add_wheel(shape.wheel_radius, materials, spec.spokes, spec.twin)
    track = shape.half_width - WIDTH / 2 - 0.012
    parts: list[bpy.types.Object] = []
    for number, (axle, sign) in enumerate((a, s) for a in shape.axles for s in (1, -1)):
        steer = spec.steer if axle == shape.axles[0] else 0.0
        for piece in first:
            copy = piece if number == 0 else piece.copy()
            if number:
                bpy.context.scene.collection.objects.link(copy)
            copy.location = (axle, sign * track, shape.wheel_radius)
            roll = 0.4 + 1.1 * number if piece.name.split(".")[0] in ("rim", "tyre") else 0.0
            copy.rotation_euler = (0.0, roll, (0.0 if sign > 0 else np.pi) + steer)
            parts.append(copy)
    return parts
