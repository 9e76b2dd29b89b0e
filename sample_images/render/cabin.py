"""What is seen through the glass: dashboard, steering wheel, seats, mirror."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_mesh
from shapes import Shape
from solid import Array, Field, mesh_field, rounded_box, smin


def _leaning(
    base: tuple[float, float, float], half: tuple[float, float, float], lean: float, radius: float
) -> Field:
    """A rounded box standing on `base` and leaning back by dx = lean * dz."""
    upright = rounded_box((base[0], base[1], base[2] + half[2]), half, radius)

    def field(p: Array) -> Array:
        q = p.copy()
        q[:, 0] -= lean * (q[:, 2] - base[2])
        return upright(q) / np.hypot(1.0, lean)

    return field


def _seats(shape: Shape) -> Field:
    """Two front seats and a bench, with head restraints."""
    low, shoulder = shape.clearance + 0.20, shape.cowl[1] + 0.06
    tall = (shoulder - low) / 2
    parts = []
    for y in (-0.37, 0.37):
        parts.append(rounded_box((2.30, y, low + 0.06), (0.27, 0.25, 0.11), 0.07))
        parts.append(_leaning((2.50, y, low), (0.075, 0.235, tall), 0.33, 0.07))
        parts.append(
            _leaning((2.54 + 0.66 * tall, y, shoulder + 0.03), (0.045, 0.125, 0.085), 0.25, 0.04)
        )
        parts.append(
            _leaning((3.42 + 0.5 * tall, y, shoulder + 0.0), (0.045, 0.12, 0.075), 0.25, 0.04)
        )
    parts.append(_leaning((3.38, 0.0, low), (0.08, 0.66, tall), 0.30, 0.07))

    def field(p: Array) -> Array:
        f = parts[0](p)
        for part in parts[1:]:
            f = smin(f, part(p), 0.02)
        return f

    return field


def add_cabin(shape: Shape, materials: dict[str, bpy.types.Material]) -> list[bpy.types.Object]:
    """Objects of the interior in car coordinates (driver on the left, facing -x)."""
    top = shape.cowl[1]
    seats = mesh_field(_seats(shape), (1.9, -0.8, 0.2), (4.2, 0.8, top + 0.36), 0.022)
    dash_box = rounded_box((1.66, 0.0, top - 0.16), (0.24, 0.70, 0.155), 0.09)
    hood_box = rounded_box((1.78, -0.37, top - 0.03), (0.10, 0.18, 0.05), 0.04)
    dash = mesh_field(
        lambda p: smin(dash_box(p), hood_box(p), 0.03),
        (1.3, -0.8, top - 0.4),
        (2.0, 0.8, top + 0.1),
        0.02,
    )

    def rim(p: Array) -> Array:
        q = p - np.array([1.98, -0.37, top - 0.10])
        axis = (0.90 * q[:, 0] - 0.436 * q[:, 2])[:, None] * np.array([0.90, 0.0, -0.436])
        height, flat = np.linalg.norm(axis, axis=1), np.linalg.norm(q - axis, axis=1)
        torus = np.hypot(flat - 0.18, height) - 0.014
        spokes = np.maximum(
            np.maximum(np.abs(height) - 0.012, np.abs(q[:, 2]) - 0.025), flat - 0.18
        )
        return np.minimum(torus, np.minimum(spokes, np.hypot(flat - 0.0, height) - 0.06))

    wheel = mesh_field(rim, (1.75, -0.62, top - 0.36), (2.2, -0.12, top + 0.16), 0.009)
    mirror = rounded_box(
        (1.30 + shape.windscreen * 0.28 + 0.16, 0.0, top + 0.27), (0.015, 0.11, 0.032), 0.012
    )
    glass = mesh_field(mirror, (1.2, -0.2, top + 0.2), (2.4, 0.2, top + 0.34), 0.009)
    return [
        add_mesh("seats", seats, materials["cloth"]),
        add_mesh("dash", dash, materials["lining_plain"]),
        add_mesh("steering", wheel, materials["lining_plain"]),
        add_mesh("cabin_mirror", glass, materials["lining_plain"]),
    ]
