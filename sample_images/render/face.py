"""Lamps, grille and badges: what gives a car its face."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_mesh, lathe, tube
from body import Body
from solid import Array, Mesh, gradient

AHEAD = np.array([-1.0, 0.0, 0.0])


def _facing(mesh: Mesh, at: Array, outwards: Array = AHEAD) -> Mesh:
    """Turn a lathe's +y towards `outwards`, its sideways part left out, and move it to `at`.

    A disc on a sloping panel must face as the panel does: one that looks straight ahead sinks in
    halfway.
    """
    out = outwards * (1, 0, 1) / np.hypot(outwards[0], outwards[2])
    across = np.array([0.0, 1.0, 0.0])
    frame = np.stack([across, out, np.cross(across, out)])
    return Mesh(mesh.vertices @ frame + at, mesh.faces, None)


def add_lamps(body: Body, materials: dict[str, bpy.types.Material]) -> list[bpy.types.Object]:
    """Projectors and a light guide behind each headlamp's glass, reflectors at the rear."""
    shape = body.shape
    outline = np.array(shape.headlamp)
    middle = outline[:, 1].mean()
    y = np.linspace(outline[0, 0] / 0.7 - 0.02, 0.84, 24)
    lower = outline[1:5]
    z = np.full_like(y, middle)
    for _ in range(3):
        hit = body.cast(np.stack([np.full_like(y, -0.2), y, z], 1), np.array([1.0, 0, 0]))
        z = np.interp(0.7 * (hit[:, 0] + y), lower[:, 0], lower[:, 1]) + 0.022
    guide = hit + np.array([0.022, 0.0, 0.0])
    parts = []
    for sign in (1, -1):
        flip = np.array([1, sign, 1])
        parts.append(add_mesh("drl", tube(guide * flip, 0.006, 0.005), materials["drl"]))
        for at_y, radius in ((0.60, 0.036), (0.72, 0.032)):
            start = np.array([[-0.2, at_y, middle + 0.012]])
            at = (body.cast(start, np.array([1.0, 0, 0]))[0] + np.array([0.055, 0, 0])) * flip
            ring = [
                (-0.02, radius + 0.012),
                (0.016, radius + 0.010),
                (0.018, radius + 0.004),
                (0.0, radius),
            ]
            angle = np.linspace(0, np.pi / 2, 10)
            dome = [(0.022 * np.cos(a), radius * np.sin(a)) for a in angle]
            eye = [(-0.018 + 0.01 * np.cos(a), radius * np.sin(a)) for a in angle]
            parts.append(add_mesh("bezel", _facing(lathe(ring, 48), at), materials["chrome"]))
            parts.append(add_mesh("lens", _facing(lathe(dome, 48), at), materials["lens"]))
            parts.append(add_mesh("eye", _facing(lathe(eye, 48), at), materials["eye"]))
        low = shape.clearance + 0.16
        line = np.stack(
            [np.full(8, shape.length + 0.3), np.linspace(0.62, 0.76, 8) * sign, np.full(8, low)], 1
        )
        strip = body.cast(line, np.array([-1.0, 0, 0]))
        parts.append(add_mesh("reflector", tube(strip, 0.006, 0.014), materials["red"]))
    return parts


def add_grille(body: Body, materials: dict[str, bpy.types.Material]) -> list[bpy.types.Object]:
    """Slats that follow the nose, a chrome surround and a bar of the lower intake."""
    shape = body.shape
    parts = []
    outline = np.array(shape.grille)[1:4]
    top, bottom = outline[0, 1], outline[-1, 1]
    for z in np.linspace(bottom, top, 8)[1:-1]:
        half = np.interp(z, outline[::-1, 1], outline[::-1, 0]) - 0.006
        y = np.linspace(-half, half, 40)
        hit = body.cast(
            np.stack([np.full_like(y, -0.3), y, np.full_like(y, z)], 1), np.array([1.0, 0, 0])
        )
        parts.append(
            add_mesh("slat", tube(hit + np.array([0.016, 0, 0]), 0.012, 0.005), materials["black"])
        )
    loop = (
        [(-y, z) for y, z in outline[::-1]]
        + [(y, z) for y, z in outline]
        + [(-outline[-1, 0], bottom)]
    )
    ring = _dense(np.array(loop), 0.02)
    hit = body.cast(np.column_stack([np.full(len(ring), -0.3), ring]), np.array([1.0, 0, 0]))
    parts.append(add_mesh("surround", tube(hit, 0.008, 0.007, side=(1, 0, 0)), materials["chrome"]))
    low = np.array(shape.intake)[1:, 1]
    y = np.linspace(-0.5, 0.5, 30)
    z = np.full_like(y, low.mean())
    hit = body.cast(np.stack([np.full_like(y, -0.3), y, z], 1), np.array([1.0, 0, 0]))
    parts.append(
        add_mesh("bar", tube(hit + np.array([0.03, 0, 0]), 0.012, 0.008), materials["plastic"])
    )
    badge = [(0.0, 0.042), (0.010, 0.040), (0.012, 0.033), (0.008, 0.031), (0.008, 0.0)]
    for x, towards, z in (
        (-0.3, 1.0, top + 0.035),
        (shape.length + 0.3, -1.0, shape.plate_rear_z + 0.13),
    ):
        at = body.cast(np.array([[x, 0.0, z]]), np.array([towards, 0, 0]))
        mesh = lathe([(y, r * 0.8) for y, r in badge], 48)
        outwards = gradient(body.uncut, at)[0]
        parts.append(add_mesh("badge", _facing(mesh, at[0], outwards), materials["chrome"]))
    return parts


def _dense(line: Array, spacing: float) -> Array:
    """Points along a polyline at about `spacing`."""
    gap = np.linalg.norm(np.diff(line, axis=0), axis=1)
    s = np.r_[0, np.cumsum(gap)]
    at = np.linspace(0, s[-1], int(s[-1] / spacing) + 2)
    return np.column_stack([np.interp(at, s, column) for column in line.T])
