"""Skies: clear with a sun, clouded, night, an even glow; each becomes the world of the scene."""

from __future__ import annotations

import warnings

import bpy
import numpy as np
from materials import Colour


def glow(colour: Colour, strength: float) -> None:
    """An even glow from all sides."""
    background = _background(strength)
    background.inputs["Color"].default_value = (*colour, 1.0)


def sun_sky(
    elevation: float, rotation: float, strength: float = 0.22, haze: float = 1.2, air: float = 1.0
) -> None:
    """Clear sky with a sun; angles in degrees, `rotation` clockwise from +y seen from above."""
    node = _background(strength)
    sky = node.id_data.nodes.new("ShaderNodeTexSky")
    sky.sky_type, sky.sun_disc = "MULTIPLE_SCATTERING", True
    sky.sun_elevation, sky.sun_rotation = np.radians(elevation), np.radians(rotation)
    sky.sun_size = np.radians(0.6)
    sky.altitude, sky.air_density, sky.aerosol_density = 100.0, air, haze
    node.id_data.links.new(sky.outputs[0], node.inputs["Color"])


def cloudy_sky(
    strength: float = 1.0,
    dark: Colour = (0.42, 0.45, 0.49),
    bright: Colour = (1.0, 1.0, 1.0),
) -> None:
    """Cloud from `dark` at the horizon to `bright` overhead, with soft lumps."""
    node = _background(strength)
    tree = node.id_data
    coord = tree.nodes.new("ShaderNodeTexCoord")
    noise = tree.nodes.new("ShaderNodeTexNoise")
    noise.inputs["Scale"].default_value, noise.inputs["Detail"].default_value = 2.2, 6.0
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    total = tree.nodes.new("ShaderNodeMath")
    total.operation = "MULTIPLY_ADD"
    total.inputs[1].default_value = 0.45
    ramp = _ramp(tree, [(0.25, dark), (0.95, bright)])
    for a, b in (
        (coord.outputs["Generated"], noise.inputs["Vector"]),
        (coord.outputs["Generated"], split.inputs[0]),
        (split.outputs[2], total.inputs[0]),
        (noise.outputs[0], total.inputs[2]),
        (total.outputs[0], ramp.inputs[0]),
        (ramp.outputs[0], node.inputs["Color"]),
    ):
        tree.links.new(a, b)


def banded_sky(strength: float, bands: list[tuple[float, Colour]]) -> None:
    """Colours by height: (sine of the elevation, linear colour) from the horizon upwards."""
    node = _background(strength)
    tree = node.id_data
    coord = tree.nodes.new("ShaderNodeTexCoord")
    split = tree.nodes.new("ShaderNodeSeparateXYZ")
    ramp = _ramp(tree, bands)
    for a, b in (
        (coord.outputs["Generated"], split.inputs[0]),
        (split.outputs[2], ramp.inputs[0]),
        (ramp.outputs[0], node.inputs["Color"]),
    ):
        tree.links.new(a, b)


def _ramp(tree: bpy.types.NodeTree, stops: list[tuple[float, Colour]]) -> bpy.types.Node:
    """A colour ramp node with these stops."""
    node = tree.nodes.new("ShaderNodeValToRGB")
    elements = node.color_ramp.elements
    while len(elements) < len(stops):
        elements.new(0.5)
    for element, (place, colour) in zip(elements, stops, strict=True):
        element.position, element.color = place, (*colour, 1.0)
    return node


def _background(strength: float) -> bpy.types.Node:
    """The background node of a new world."""
    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        world.use_nodes = True
    tree = world.node_tree
    tree.nodes.clear()
    background = tree.nodes.new("ShaderNodeBackground")
    output = tree.nodes.new("ShaderNodeOutputWorld")
    tree.links.new(background.outputs[0], output.inputs[0])
    background.inputs["Strength"].default_value = strength
    return background
