"""How a picture is taken: size and exposure, the camera, soft boxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bpy
import numpy as np
from blend import add_boxes
from materials import simple

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Shot:
    """One picture.

    Attributes:
        folder, stem: where its file goes.
        build: fills an empty Blender file with the place, the light, the cars and the camera.
        exposure: in stops.
        size: width and height in pixels.
        samples: rays per pixel.
        stand: for pictures without a car, the nearest and farthest distance from the camera, in
            metres over the ground, at which a car may be put.
        look: of Blender's AgX view.
    """

    folder: str
    stem: str
    build: Callable[[], None]
    exposure: float
    size: tuple[int, int] = (1400, 933)
    samples: int = 20
    stand: tuple[float, float] | None = None
    look: str = "AgX - Medium High Contrast"


def camera(place: Point, target: Point, lens: float, stop: float = 8.0) -> None:
    """A full-frame camera at `place` looking at `target`; lens in mm, stop as an f-number."""
    data = bpy.data.cameras.new("camera")
    data.lens, data.sensor_width, data.clip_end = lens, 36.0, 20000.0
    eye = bpy.data.objects.new("camera", data)
    bpy.context.scene.collection.objects.link(eye)
    aim = bpy.data.objects.new("aim", None)
    bpy.context.scene.collection.objects.link(aim)
    eye.location, aim.location = place, target
    track = eye.constraints.new("TRACK_TO")
    track.target, track.track_axis, track.up_axis = aim, "TRACK_NEGATIVE_Z", "UP_Y"
    data.dof.use_dof, data.dof.aperture_fstop = True, stop
    data.dof.focus_distance = float(np.linalg.norm(np.subtract(target, place)))
    bpy.context.scene.camera = eye


def area_light(
    place: Point, target: Point, size: tuple[float, float], watts: float, *, seen: bool = True
) -> None:
    """A rectangular soft box aimed at a point; `seen` by the camera or not."""
    data = bpy.data.lights.new("softbox", "AREA")
    data.shape, data.size, data.size_y, data.energy = "RECTANGLE", size[0], size[1], watts
    lamp = bpy.data.objects.new("softbox", data)
    bpy.context.scene.collection.objects.link(lamp)
    lamp.location, lamp.visible_camera = place, seen
    way = np.subtract(target, place)
    lamp.rotation_euler = (
        float(np.arctan2(np.hypot(way[0], way[1]), -way[2])),
        0.0,
        float(np.arctan2(way[1], way[0]) - np.pi / 2),
    )


def bulb(place: Point, colour: Point, watts: float, radius: float = 0.12) -> None:
    """A round lamp of linear `colour`."""
    data = bpy.data.lights.new("bulb", "POINT")
    data.color, data.energy, data.shadow_soft_size = colour, watts, radius
    lamp = bpy.data.objects.new("bulb", data)
    bpy.context.scene.collection.objects.link(lamp)
    lamp.location = place


def tubes(places: list[tuple[float, float]], z: float, strength: float, length: float) -> None:
    """Lamps under a ceiling: a housing and a glowing strip along y each."""
    glowing = simple(
        "tube",
        (0.9, 0.9, 0.9),
        0.5,
        **{"Emission Color": (0.93, 1.0, 0.95), "Emission Strength": strength},
    )
    add_boxes("tubes", [((x, y, z), (0.16, length, 0.05)) for x, y in places], glowing)
    housings = [((x, y, z + 0.07), (0.24, length + 0.1, 0.08)) for x, y in places]
    add_boxes("housings", housings, simple("housing", (0.6, 0.6, 0.6), 0.5))
