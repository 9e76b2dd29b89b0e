"""What a cut-out needs to stand in a background: where the ground is and how the light falls there.

The light is measured on a matt grey ball put where a car would stand, seen from the camera's side
and from behind. Its radiance over the normals n is fitted by a + b . n (spherical harmonics up to
order 1): b points to the light, and |b| / a, 2 for a single lamp and 0 for light from all sides,
says how soft it is.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import bpy
import numpy as np
from blend import add_mesh, lathe
from materials import simple
from PIL import Image
from shot import Shot
from solid import Array

RADIUS = 0.6  # metres
GREY = 0.5
SIDE = 48  # pixels of a ball's picture
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def ground_rows(shot: Shot, eye: bpy.types.Object) -> dict[str, float | list[float]]:
    """Rows as shares of the height from the top: the horizon, and where a car's wheels may be."""
    forward = -np.array(eye.matrix_world.col[2])[:3]
    tilt, height = np.arcsin(forward[2]), eye.matrix_world.translation.z
    half = eye.data.sensor_width * shot.size[1] / shot.size[0] / 2

    def row(below: float) -> float:
        """Of a direction `below` the horizontal, in radians."""
        return round(float(0.5 + np.tan(below + tilt) * eye.data.lens / half / 2), 4)

    near, far = (row(float(np.arctan(height / d))) for d in shot.stand)
    return {"horizon": row(0.0), "ground": [far, near]}


def measure(shot: Shot, scene: bpy.types.Scene) -> dict[str, object]:
    """Everything that stands in the JSON file beside a background (see the README there)."""
    eye = scene.camera
    rows = ground_rows(shot, eye)
    forward = -np.array(eye.matrix_world.col[2])[:3]
    forward[2] = 0
    forward /= np.linalg.norm(forward)
    stand = np.array(eye.matrix_world.translation) + forward * sum(shot.stand) / 2
    stand[2] = RADIUS + 0.05
    arc = np.linspace(0, np.pi, 33)
    ball = lathe([(-RADIUS * np.cos(a), RADIUS * np.sin(a)) for a in arc], 64)
    thing = add_mesh("ball", ball, simple("grey", (GREY,) * 3, 1.0, **{"Specular IOR Level": 0.0}))
    thing.location = stand
    normals, linear, shown = [], [], []
    for sign in (1, -1):
        _look_at(stand, forward * sign)
        radiance, display = _ball_pictures(scene)
        u, v = np.meshgrid(*[(np.arange(SIDE) + 0.5) / SIDE * 2.2 - 1.1] * 2)
        inside = np.hypot(u, v) < 0.97
        u, v = u[inside], -v[inside]
        normals.append(np.stack([sign * u, v, sign * np.sqrt(1 - u * u - v * v)], 1))
        linear.append(radiance[inside])
        shown.append(display[inside])
    scene.camera = eye
    light = fit(np.concatenate(normals), np.concatenate(linear) @ LUMINANCE)
    weight = 1 / np.abs(np.concatenate(normals)[:, 2])
    colour = np.average(np.concatenate(shown), axis=0, weights=weight)
    return rows | light | {"light_colour": [round(float(c), 4) for c in colour]}


def fit(normals: Array, radiance: Array) -> dict[str, object]:
    """Direction and softness of the light on a ball.

    Args:
        normals: (N, 3) to the right, up and to the camera.
        radiance: (N,) of a matt surface there, linear.
    """
    weight = np.sqrt(1 / np.abs(normals[:, 2]))  # a pixel at the rim shows more of the ball
    terms = np.column_stack([np.ones(len(normals)), normals]) * weight[:, None]
    mean, *slope = np.linalg.lstsq(terms, radiance * weight, rcond=None)[0]
    size = float(np.linalg.norm(slope))
    return {
        "light_azimuth": round(float(np.degrees(np.arctan2(slope[1], slope[0]))), 1),
        "light_from": [round(float(s / size), 3) for s in slope],
        "light_softness": round(float(np.clip(1 - size / (2 * mean), 0, 1)), 3),
    }


def _look_at(place: Array, forward: Array) -> None:
    """A level camera without perspective in front of the ball."""
    data = bpy.data.cameras.new("ball_camera")
    data.type, data.ortho_scale, data.clip_start = "ORTHO", 2.2 * RADIUS, 0.01
    eye = bpy.data.objects.new("ball_camera", data)
    bpy.context.scene.collection.objects.link(eye)
    eye.location = place - forward * 1.5
    eye.rotation_euler = (np.pi / 2, 0.0, float(np.arctan2(-forward[0], forward[1])))
    bpy.context.scene.camera = eye


def _ball_pictures(scene: bpy.types.Scene) -> tuple[Array, Array]:
    """Scene-linear radiance and the linear colour it has in the finished picture, (S, S, 3)."""
    scene.render.resolution_x = scene.render.resolution_y = SIDE
    scene.cycles.samples, scene.cycles.use_adaptive_sampling = 96, False
    scene.cycles.use_denoising = False
    image = scene.render.image_settings
    with tempfile.TemporaryDirectory() as folder:
        image.file_format, scene.render.filepath = "OPEN_EXR", str(Path(folder) / "ball.exr")
        bpy.ops.render.render(write_still=True)
        loaded = bpy.data.images.load(scene.render.filepath)
        flat = np.empty(loaded.size[0] * loaded.size[1] * loaded.channels, np.float32)
        loaded.pixels.foreach_get(flat)
        radiance = flat.reshape(SIDE, SIDE, loaded.channels)[::-1, :, :3]
        image.file_format, file = "PNG", str(Path(folder) / "ball.png")
        bpy.data.images["Render Result"].save_render(file, scene=scene)
        display = np.asarray(Image.open(file).convert("RGB")) / 255.0
    return radiance, np.where(
        display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4
    )
