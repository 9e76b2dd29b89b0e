"""Wheels: a lathe-turned tyre, a cast rim as an implicit solid, brake disc and calliper."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_mesh, box, lathe
from solid import Array, mesh_field, rounded_box, smax, smin, smoothstep

WIDTH = 0.222  # metres across the tyre


def tyre_profile(radius: float, rim: float) -> list[tuple[float, float]]:
    """(y, radius) pairs from the inner to the outer bead, with four grooves in the tread."""
    w = WIDTH / 2
    side = [
        (0.84, rim - 0.006),
        (0.90, rim + 0.004),
        (0.985, rim + 0.25 * (radius - rim)),
        (1.0, rim + 0.5 * (radius - rim)),
        (0.975, rim + 0.75 * (radius - rim)),
        (0.92, radius - 0.016),
        (0.86, radius - 0.006),
    ]
    tread = [(0.80, radius - 0.003)]
    for groove in (0.5, 0.17, -0.17, -0.5):
        tread += [(groove + 0.05, radius), (groove + 0.045, radius - 0.008)]
        tread += [(groove - 0.045, radius - 0.008), (groove - 0.05, radius)]
    tread.append((-0.80, radius - 0.003))
    outline = side + tread + [(-y, r) for y, r in reversed(side)]
    return [(w * y, r) for y, r in reversed(outline)]


def rim_field(rim: float, spokes: int, twin: bool):
    """Cast face: hub, dished spokes that widen at both ends, outer ring, bolt holes."""
    sector = 2 * np.pi / spokes

    def field(p: Array) -> Array:
        x, y, z = p.T
        r = np.hypot(x, z)
        angle = (np.arctan2(z, x) + sector / 2) % sector - sector / 2
        across = np.abs(np.sin(angle) * r)
        face = 0.060 + 0.030 * smoothstep(0.05, rim, r)  # y of the spokes' front
        t = np.clip((r - 0.05) / (rim - 0.05), 0, 1)
        centre = 0.010 + 0.036 * t if twin else 0.0 * t
        half = (0.0105 + 0.006 * (1 - t) ** 2) if twin else 0.030 - 0.016 * t + 0.020 * t**4
        crown = 8.0 * np.minimum(across - centre, 0.05) ** 2
        spoke = smax(
            np.abs(across - centre) - half, np.abs(y - face + 0.016 + crown) - 0.016, 0.008
        )
        spoke = np.maximum(spoke, r - rim + 0.004)
        hub = smax(r - 0.068, np.abs(y - 0.046) - 0.020, 0.012)
        ring = np.hypot(r - rim + 0.006, (y - 0.090) * 0.7) - 0.011
        f = smin(smin(spoke, hub, 0.018), ring, 0.014)
        bolts = np.hypot(r - 0.045, across) - 0.0085
        cap = np.abs(r - 0.031) - 0.0015
        return smax(f, -np.maximum(np.minimum(bolts, cap), 0.058 - y), 0.002)

    return field


def add_wheel(
    radius: float, materials: dict[str, bpy.types.Material], spokes: int, twin: bool
) -> list[bpy.types.Object]:
    """Parts of one wheel centred at the origin, its face towards +y."""
    rim = radius * 0.70
    face = mesh_field(
        rim_field(rim, spokes, twin),
        (-rim - 0.03, 0.0, -rim - 0.03),
        (rim + 0.03, 0.12, rim + 0.03),
        0.0055,
    )
    barrel = [
        (-0.095, rim - 0.002),
        (-0.085, rim - 0.018),
        (0.05, rim - 0.028),
        (0.09, rim - 0.012),
        (0.094, rim),
    ]
    disc = [(0.012, 0.07), (0.012, rim * 0.74), (-0.012, rim * 0.74), (-0.012, 0.07)]
    drum = [(-0.02, 0.0), (-0.02, 0.075), (0.03, 0.07), (0.035, 0.0)]
    backing = [(-0.045, rim - 0.02), (-0.045, 0.0)]
    calliper = rounded_box((rim * 0.60, 0.0, 0.03), (0.042, 0.045, 0.075), 0.015)
    parts = [
        add_mesh("tyre", lathe(tyre_profile(radius, rim), 128), materials["rubber"]),
        add_mesh("rim", face, materials["alloy"]),
        add_mesh("barrel", lathe(barrel), materials["dark_alloy"]),
        add_mesh("disc", lathe(disc), materials["steel"], smooth=False),
        add_mesh("drum", lathe(drum), materials["dark_alloy"]),
        add_mesh("backing", lathe(backing), materials["lining"]),
        add_mesh(
            "calliper",
            mesh_field(calliper, (0.02, -0.06, -0.08), (rim, 0.06, 0.14), 0.008),
            materials["dark_alloy"],
        ),
    ]
    weight = box((0, -0.06, 0), (0.1, 0.1, 0.1))
    parts.append(add_mesh("hub", weight, materials["lining"], smooth=False))
    return parts
