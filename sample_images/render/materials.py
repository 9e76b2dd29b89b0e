"""Materials built as node graphs: clear-coat paint, glass, rubber, asphalt, plaster, leaves."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import bpy

Colour = tuple[float, float, float]
Socket = Any  # a node socket, or a plain value for one


class Graph:
    """A material under construction; inputs take sockets or plain values alike."""

    def __init__(self, name: str) -> None:
        """Start an empty node tree."""
        self.material = bpy.data.materials.new(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.material.use_nodes = True
        self.tree = self.material.node_tree
        self.tree.nodes.clear()

    def node(
        self, kind: str, inputs: dict[Any, Socket] | None = None, **settings: Any
    ) -> bpy.types.Node:
        """Add a node, set its properties and its inputs (by name or position)."""
        node = self.tree.nodes.new("ShaderNode" + kind)
        for key, value in settings.items():
            setattr(node, key, value)
        for key, value in (inputs or {}).items():
            if isinstance(value, bpy.types.NodeSocket):
                self.tree.links.new(value, node.inputs[key])
            elif isinstance(value, tuple) and len(value) == 3 and node.inputs[key].type == "RGBA":
                node.inputs[key].default_value = (*value, 1.0)
            else:
                node.inputs[key].default_value = value
        return node

    def math(self, operation: str, *values: Socket, clamp: bool = False) -> Socket:
        """One arithmetic step."""
        return self.node(
            "Math", dict(enumerate(values)), operation=operation, use_clamp=clamp
        ).outputs[0]

    def attribute(self, name: str) -> Socket:
        """A float stored per vertex."""
        return self.node("Attribute", attribute_name=name).outputs["Fac"]

    def mix(self, factor: Socket, a: Socket, b: Socket) -> Socket:
        """Blend two shaders."""
        return self.node("MixShader", {0: factor, 1: a, 2: b}).outputs[0]

    def blend(self, factor: Socket, a: Socket, b: Socket) -> Socket:
        """Blend two colours."""
        return self.node("Mix", {"Factor": factor, 6: a, 7: b}, data_type="RGBA").outputs[2]

    def principled(self, colour: Socket, roughness: Socket, **more: Socket) -> Socket:
        """The standard surface; extra inputs by name with underscores for blanks."""
        inputs = {"Base Color": colour, "Roughness": roughness}
        inputs |= {key.replace("_", " "): value for key, value in more.items()}
        return self.node("BsdfPrincipled", inputs).outputs[0]

    def noise(self, scale: float, detail: float = 4.0, where: Socket | None = None) -> Socket:
        """Fractal noise in object space, 0 to 1."""
        inputs: dict[Any, Socket] = {"Scale": scale, "Detail": detail}
        inputs["Vector"] = where if where is not None else self.place()
        return self.node("TexNoise", inputs).outputs[0]

    def place(self) -> Socket:
        """Object coordinates."""
        return self.node("TexCoord").outputs["Object"]

    def ramp(self, factor: Socket, low: float, high: float) -> Socket:
        """Map low..high to 0..1, clamped."""
        return self.node("MapRange", {0: factor, 1: low, 2: high}).outputs[0]

    def bump(self, height: Socket, distance: float, strength: float = 1.0) -> Socket:
        """A normal from a height."""
        return self.node(
            "Bump", {"Height": height, "Distance": distance, "Strength": strength}
        ).outputs[0]

    def done(self, surface: Socket) -> bpy.types.Material:
        """Connect the surface and return the material."""
        out = self.node("OutputMaterial", {"Surface": surface})
        out.is_active_output = True
        return self.material


@dataclass(frozen=True)
class Paint:
    """A car paint: linear colour and how much of it is metal flake."""

    colour: Colour
    metallic: float = 0.0


PAINTS = {
    "silver": Paint((0.38, 0.39, 0.40), 0.85),
    "graphite": Paint((0.065, 0.07, 0.078), 0.75),
    "red": Paint((0.22, 0.004, 0.007), 0.35),
    "blue": Paint((0.006, 0.024, 0.095), 0.6),
    "white": Paint((0.78, 0.78, 0.77)),
    "black": Paint((0.006, 0.006, 0.007), 0.2),
    "green": Paint((0.035, 0.075, 0.05), 0.6),
    "bronze": Paint((0.16, 0.10, 0.06), 0.8),
    "orange": Paint((0.52, 0.115, 0.008), 0.15),
    "teal": Paint((0.010, 0.105, 0.115), 0.5),
    "cream": Paint((0.62, 0.55, 0.42)),
    "yellow": Paint((0.62, 0.36, 0.015)),
}


def simple(name: str, colour: Colour, roughness: float, **more: Socket) -> bpy.types.Material:
    """A plain surface."""
    g = Graph(name)
    return g.done(g.principled(colour, roughness, **more))


def _pane(g: Graph, tint: Colour) -> Socket:
    """Thin glass: tinted see-through with mirror reflections, no refraction and so no noise."""
    fresnel = g.node("Fresnel", {"IOR": 1.52}).outputs[0]
    seen = g.node("BsdfTransparent", {"Color": tint}).outputs[0]
    return g.mix(fresnel, seen, g.node("BsdfGlossy", {"Roughness": 0.0}).outputs[0])


def glass(name: str, tint: Colour) -> bpy.types.Material:
    """A pane of thin glass."""
    g = Graph(name)
    return g.done(_pane(g, tint))


def shell(paint: Paint, *, chrome: bool, lit: float = 0.0) -> bpy.types.Material:
    """The whole outer skin: regions stored at the vertices choose between paint, glass and lamps.

    One opaque surface whose inputs change from region to region, and one pane: a shader per region
    would go over the renderer's limit of closures.
    """
    g = Graph("shell")

    def inside(name: str, edge: float = 0.0) -> Socket:
        return g.math("LESS_THAN", g.attribute(name), edge)

    depth = g.math("MULTIPLY", g.attribute("taillamp"), -1.0)
    guide = g.math("MULTIPLY", g.ramp(depth, 0.010, 0.013), g.ramp(depth, 0.026, 0.023))
    guide = g.math("MULTIPLY", guide, inside("taillamp"))
    seams = [g.math("ABSOLUTE", g.attribute("seam_" + which)) for which in "abc"]
    gap = g.math(
        "LESS_THAN", g.math("MINIMUM", g.math("MINIMUM", seams[0], seams[1]), seams[2]), 0.0030
    )
    bright = (
        ((0.72, 0.72, 0.73), 0.14, 1.0, 0.0) if chrome else ((0.012, 0.012, 0.013), 0.09, 0.0, 0.0)
    )
    gloss = ((0.008, 0.008, 0.009), 0.07, 0.0, 0.0)
    layers = [  # later ones lie on top: where, (colour, roughness, metallic, coat)
        (inside("plastic"), ((0.022, 0.022, 0.023), 0.55, 0.0, 0.0)),
        (gap, ((0.003, 0.003, 0.003), 0.9, 0.0, 0.0)),
        (inside("dlo", 0.012), bright),
        (inside("frit"), gloss),
        (inside("grille"), ((0.005, 0.005, 0.005), 0.5, 0.0, 0.0)),
        (inside("headlamp", 0.006), gloss),
        (inside("taillamp", 0.005), gloss),
        (inside("taillamp"), ((0.10, 0.0012, 0.002), 0.2, 0.0, 1.0)),
        (guide, ((0.45, 0.012, 0.012), 0.2, 0.0, 1.0)),
        (g.node("NewGeometry").outputs["Backfacing"], ((0.04, 0.04, 0.042), 0.9, 0.0, 0.0)),
    ]
    look: list[Socket] = [paint.colour, 0.38 if paint.metallic else 0.5, paint.metallic, 1.0]
    for where, (colour, *numbers) in layers:
        look[0] = g.blend(where, look[0], colour)
        for i, number in enumerate(numbers, start=1):
            look[i] = g.node("Mix", {0: where, 2: look[i], 3: number}).outputs[0]
    flake = g.node("TexNoise", {"Vector": g.place(), "Scale": 1800.0, "Detail": 1.0}).outputs[0]
    peel = g.node("TexNoise", {"Vector": g.place(), "Scale": 150.0, "Detail": 1.0}).outputs[0]
    ribs = g.node("TexWave", {"Vector": g.place(), "Scale": 26.0}, bands_direction="Y").outputs[1]
    relief = g.math("MULTIPLY", g.math("MULTIPLY", ribs, inside("taillamp")), 8.0)
    skin = g.principled(
        look[0],
        look[1],
        Metallic=look[2],
        Coat_Weight=look[3],
        Coat_Roughness=0.015,
        Coat_IOR=1.55,
        Normal=g.bump(g.math("ADD", flake, relief), 0.0004, 0.15),
        Coat_Normal=g.bump(peel, 0.0001, 0.25),
        Emission_Color=(1.0, 0.03, 0.02),
        Emission_Strength=g.math(
            "ADD",
            g.math("MULTIPLY", guide, 0.15 + lit),
            g.math("MULTIPLY", inside("taillamp"), 0.12 * lit),
        ),
    )
    skin = g.mix(inside("glass"), skin, _pane(g, (0.62, 0.68, 0.66)))
    return g.done(g.mix(inside("headlamp"), skin, _pane(g, (0.93, 0.94, 0.95))))


def lining() -> bpy.types.Material:
    """Under the skin: matt, with dark bright-work behind the headlamps."""
    g = Graph("lining")
    lamp = g.math("LESS_THAN", g.attribute("headlamp"), 0.03)
    reflector = g.principled((0.45, 0.45, 0.46), 0.25, Metallic=1.0)
    return g.done(g.mix(lamp, g.principled((0.012, 0.012, 0.013), 0.7), reflector))


def rubber() -> bpy.types.Material:
    """Tyre: dull, a little dusty."""
    g = Graph("rubber")
    dust = g.ramp(g.noise(9.0), 0.45, 0.75)
    colour = g.blend(dust, (0.013, 0.013, 0.014), (0.030, 0.028, 0.026))
    return g.done(g.principled(colour, 0.62))
