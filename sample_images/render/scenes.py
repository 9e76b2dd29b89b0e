"""The scenes: each function fills an empty Blender file and returns how the picture is taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import bpy
import grounds
import numpy as np
from blend import add_mesh, grid
from car import CarSpec, add_car
from materials import Graph, simple


@dataclass(frozen=True)
class Shot:
    """Size in pixels (width, height), exposure in stops, name of the file's folder and stem."""

    folder: str
    stem: str
    size: tuple[int, int] = (1200, 800)
    exposure: float = 0.0
    look: str = "AgX - Medium High Contrast"


def camera(
    place: tuple[float, float, float],
    target: tuple[float, float, float],
    lens: float,
    stop: float = 8.0,
) -> None:
    """A full-frame camera at `place` looking at `target`; lens in mm, stop as an f-number."""
    data = bpy.data.cameras.new("camera")
    data.lens, data.sensor_width = lens, 36.0
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
    place: tuple[float, float, float],
    target: tuple[float, float, float],
    size: tuple[float, float],
    watts: float,
) -> None:
    """A rectangular soft box aimed at a point."""
    data = bpy.data.lights.new("softbox", "AREA")
    data.shape, data.size, data.size_y, data.energy = "RECTANGLE", size[0], size[1], watts
    lamp = bpy.data.objects.new("softbox", data)
    bpy.context.scene.collection.objects.link(lamp)
    lamp.location = place
    way = np.subtract(target, place)
    lamp.rotation_euler = (
        float(np.arctan2(np.hypot(way[0], way[1]), -way[2])),
        0.0,
        float(np.arctan2(way[1], way[0]) - np.pi / 2),
    )


def _world(colour: tuple[float, float, float], strength: float) -> None:
    """An even glow from all sides."""
    world = bpy.data.worlds.new("glow")
    bpy.context.scene.world = world
    background = world.node_tree.nodes.get("Background") if world.node_tree else None
    if background is None:
        world.use_nodes = True
        background = world.node_tree.nodes["Background"]
    background.inputs["Color"].default_value = (*colour, 1.0)
    background.inputs["Strength"].default_value = strength


def _studio_room() -> None:
    """Grey floor with a turntable ring, a white wall curving around, ceiling light boxes."""
    g = Graph("studio_floor")
    x, y, _ = (g.node("SeparateXYZ", {0: g.place()}).outputs[i] for i in range(3))
    r = g.math("SQRT", g.math("ADD", g.math("MULTIPLY", x, x), g.math("MULTIPLY", y, y)))
    ring = g.math("LESS_THAN", g.math("ABSOLUTE", g.math("SUBTRACT", r, 3.25)), 0.010)
    stain = g.ramp(g.noise(0.9, 6.0), 0.35, 0.75)
    scuff = g.ramp(g.noise(7.0, 8.0), 0.5, 0.8)
    disc = g.blend(stain, (0.27, 0.27, 0.262), (0.215, 0.21, 0.195))
    floor = g.blend(stain, (0.215, 0.225, 0.24), (0.19, 0.20, 0.21))
    colour = g.blend(g.math("LESS_THAN", r, 3.25), floor, disc)
    colour = g.blend(g.math("MULTIPLY", scuff, 0.25), colour, (0.15, 0.15, 0.15))
    colour = g.blend(g.math("MULTIPLY", ring, 0.8), colour, (0.05, 0.05, 0.05))
    rough = g.math("ADD", 0.28, g.math("MULTIPLY", scuff, 0.25))
    floor_material = g.done(g.principled(colour, rough, **{"Specular IOR Level": 0.35}))
    size = np.linspace(-16, 16, 3)
    add_mesh(
        "floor",
        grid(np.stack([*np.meshgrid(size, size), np.zeros((3, 3))], -1)),
        floor_material,
        smooth=False,
    )
    wall = simple("studio_wall", (0.88, 0.88, 0.88), 0.7)
    angle = np.linspace(0, 2 * np.pi, 97)
    curve = np.linspace(0, np.pi / 2, 8)
    profile = [(8.6 + 0.35 * np.sin(a), 0.35 - 0.35 * np.cos(a)) for a in curve] + [(8.95, 6.0)]
    rows = np.array([[(r * np.cos(a), r * np.sin(a), z) for a in angle] for r, z in profile])
    add_mesh("wall", grid(rows), wall)
    for x in (-3.4, 0.0, 3.4):
        area_light((x, 0.0, 4.9), (x, 0.0, 0.0), (1.5, 9.0), 330)
    area_light((0.0, -7.5, 3.6), (0, 0, 0.6), (9.0, 1.8), 260)
    area_light((-7.5, 0.0, 3.2), (0, 0, 0.6), (4.0, 1.8), 120)
    area_light((7.5, 0.0, 3.2), (0, 0, 0.6), (4.0, 1.8), 120)
    _world((1.0, 1.0, 1.0), 0.25)


def studio_sedan() -> Shot:
    """A dark sedan on the turntable, three-quarter front."""
    _studio_room()
    add_car(
        CarSpec("sedan", "blue", spokes=5, twin=True, plate="CS 2048"), (0, 0, 0), np.radians(38)
    )
    camera((0.0, -7.6, 1.7), (0.0, 0.0, 0.66), 47)
    return Shot("studio", "sedan-01", exposure=0.4)


def studio_suv() -> Shot:
    """A red SUV on the turntable, three-quarter rear."""
    _studio_room()
    add_car(
        CarSpec("suv", "red", spokes=5, twin=False, plate="CS 1024"), (0, 0, 0), np.radians(218)
    )
    camera((0.0, -7.6, 1.75), (0.0, 0.0, 0.78), 45)
    return Shot("studio", "suv-01", exposure=0.4)


def street_sunny() -> Shot:
    """A silver sedan at the kerb of a sunny street."""
    grounds.street()
    grounds.sun_sky(elevation=45, rotation=150)
    add_car(
        CarSpec("sedan", "silver", spokes=10, twin=False, plate="CS 4096", steer=0.12),
        (0, 0, 0),
        0.0,
    )
    camera((-5.6, -6.4, 1.55), (0.05, 0.0, 0.88), 46, 6.3)
    return Shot("street", "sedan-sunny", exposure=-1.15)


def street_lot() -> Shot:
    """An SUV on an overcast car park, partly behind another car; upright."""
    grounds.car_park()
    grounds.cloudy_sky()
    add_car(
        CarSpec("suv", "white", spokes=5, twin=True, plate="CS 8192"), (0, 0, 0), np.radians(90)
    )
    add_car(
        CarSpec("sedan", "graphite", spokes=10, twin=False, plate="CS 512"),
        (-2.75, -0.9, 0),
        np.radians(91),
    )
    camera((-3.4, -8.4, 1.6), (-0.3, 0.0, 0.85), 52, 7.1)
    return Shot("street", "suv-overcast", (900, 1200), exposure=1.0)


SCENES: dict[str, Callable[[], Shot]] = {
    "studio-sedan": studio_sedan,
    "studio-suv": studio_suv,
    "street-sunny": street_sunny,
    "street-lot": street_lot,
}
