"""Mirrors, handles, wipers, rails, exhaust and number plates."""

from __future__ import annotations

import bpy
import numpy as np
from blend import add_mesh, box, lathe, tube
from body import Body
from solid import Array, Mesh, mesh_field, rounded_box, smax


def add_mirrors(body: Body, materials: dict[str, bpy.types.Material]) -> list[bpy.types.Object]:
    """Door mirrors: painted cap, foot, silvered glass."""
    shape = body.shape
    x, z = shape.cowl[0] + 0.38, shape.cowl[1] + 0.07
    y = shape.house_half_width + 0.165

    def cap(p: Array) -> Array:
        q = (p - np.array([x, y, z])) / np.array([0.085, 0.118, 0.076])
        egg = (np.sum(np.abs(q) ** 2.6, axis=1) ** (1 / 2.6) - 1.0) * 0.08
        return smax(egg, p[:, 0] - x - 0.052 - 0.25 * (p[:, 1] - y), 0.008)

    foot_box = rounded_box((x - 0.005, y - 0.14, z - 0.065), (0.038, 0.09, 0.016), 0.014)
    mesh = mesh_field(cap, (x - 0.12, y - 0.15, z - 0.12), (x + 0.12, y + 0.15, z + 0.12), 0.007)
    foot = mesh_field(foot_box, (x - 0.1, y - 0.3, z - 0.12), (x + 0.1, y + 0.1, z), 0.007)
    pane = Mesh(
        np.array(
            [
                (x + 0.0535 + 0.25 * dy, y + dy, z + dz)
                for dy, dz in ((-0.095, -0.052), (0.095, -0.052), (0.095, 0.052), (-0.095, 0.052))
            ]
        ),
        np.array([[0, 1, 2, 3]]),
        None,
    )
    parts, regions = [], body.regions(mesh.vertices[:1])
    for sign in (1, -1):
        for name, piece, material in (
            ("mirror", mesh, "shell"),
            ("foot", foot, "plastic"),
            ("pane", pane, "chrome"),
        ):
            flip = np.array([1, sign, 1])
            normals = None if piece.normals is None else piece.normals * flip
            faces = piece.faces if sign > 0 else piece.faces[:, ::-1]
            flipped = Mesh(piece.vertices * flip, faces, normals)
            far = dict.fromkeys(regions, np.ones(len(piece.vertices)))
            parts.append(add_mesh(name, flipped, materials[material], attributes=far))
    return parts


def add_trim(body: Body, materials: dict[str, bpy.types.Material]) -> list[bpy.types.Object]:
    """Door handles, wipers, aerial fin, exhaust, roof rails."""
    shape, parts = body.shape, []
    crease = body.curve["crease"]
    for sign in (1, -1):
        for x in (shape.pillar_b - 0.20, shape.door_rear - 0.24):
            xs = np.linspace(x - 0.095, x + 0.095, 14)
            z = crease(xs) + 0.035
            hit = body.cast(
                np.stack([xs, np.full(14, 1.3 * sign), z], 1), np.array([0, -sign, 0.0])
            )
            lift = 0.030 * np.clip(1.25 * (1 - np.abs(np.linspace(-1, 1, 14)) ** 4), 0, 1)
            hit[:, 1] += sign * (lift - 0.008)
            parts.append(
                add_mesh(
                    "handle",
                    tube(hit, 0.008, 0.013),
                    materials["chrome" if not shape.cladding else "black"],
                )
            )
    if shape.rails:
        for sign in (1, -1):
            xs = np.linspace(1.95, 3.95, 40)
            top = body.cast(
                np.stack([xs, np.full(40, 0.565 * sign), np.full(40, 2.0)], 1),
                np.array([0, 0, -1.0]),
            )
            top[:, 2] += (
                0.038 * np.clip(4 * (1 - np.abs(np.linspace(-1, 1, 40)) ** 3), 0, 1) - 0.005
            )
            parts.append(add_mesh("rail", tube(top, 0.014, 0.012), materials["black"]))
    for y0, y1 in ((-0.62, -0.05), (0.02, 0.58)):
        ys = np.linspace(y0, y1, 12)
        xs = shape.cowl[0] + 0.24 * ys**2 + np.linspace(0.10, 0.16, 12)
        blade = body.cast(np.stack([xs, ys, np.full(12, 2.0)], 1), np.array([0, 0, -1.0]))
        parts.append(
            add_mesh(
                "wiper", tube(blade + np.array([0, 0, 0.008]), 0.009, 0.009), materials["plastic"]
            )
        )
    xs = np.linspace(0, 0.16, 8)
    fin_x = shape.roof[-2][0] - 0.05
    fin = body.cast(np.stack([fin_x + xs, 0 * xs, 0 * xs + 2.0], 1), np.array([0, 0, -1.0]))
    fin[:, 2] += 0.05 * (xs / 0.16) ** 0.8 - 0.02
    parts.append(add_mesh("fin", tube(fin, 0.012, 0.022, side=(0, 0, 1)), materials["black"]))
    pipe = [(-0.10, 0.032), (0.02, 0.034), (0.02, 0.029), (-0.08, 0.028), (-0.08, 0.0)]
    for y in (-0.56, 0.56):
        at = np.array([shape.length - 0.15, y, shape.clearance + 0.05])
        vertices = lathe(pipe, 40)
        parts.append(
            add_mesh(
                "pipe",
                Mesh(vertices.vertices[:, [1, 0, 2]] + at, vertices.faces, None),
                materials["steel"],
            )
        )
    return parts


def add_plates(
    body: Body, lettering: str, materials: dict[str, bpy.types.Material]
) -> list[bpy.types.Object]:
    """Number plates with invented text, front and rear."""
    shape, parts = body.shape, []
    front_z = shape.grille[-1][1] - 0.005
    for x, towards, z in ((-0.3, 1.0, front_z), (shape.length + 0.3, -1.0, shape.plate_rear_z)):
        at = body.cast(np.array([[x, 0.0, z]]), np.array([towards, 0.0, 0.0]))[0]
        at[0] -= towards * 0.012
        parts.append(
            add_mesh(
                "plate_frame", box(at, (0.016, 0.535, 0.125)), materials["black"], smooth=False
            )
        )
        at[0] -= towards * 0.0085
        parts.append(
            add_mesh("plate", box(at, (0.004, 0.515, 0.108)), materials["plate"], smooth=False)
        )
        curve = bpy.data.curves.new("plate_text", "FONT")
        curve.body, curve.size, curve.align_x, curve.align_y = lettering, 0.105, "CENTER", "CENTER"
        curve.materials.append(materials["ink"])
        label = bpy.data.objects.new("plate_text", curve)
        bpy.context.scene.collection.objects.link(label)
        label.location = (at[0] - towards * 0.0025, 0.0, z)
        label.rotation_euler = (np.pi / 2, 0.0, -towards * np.pi / 2)
        parts.append(label)
    return parts
