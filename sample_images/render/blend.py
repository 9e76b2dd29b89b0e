"""Small bridge from numpy meshes to Blender objects."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import numpy as np
from solid import Array, Mesh

SUBJECT = 1  # object index of everything that belongs to a car: the mask render reads it


def add_mesh(
    name: str,
    mesh: Mesh,
    material: bpy.types.Material | Sequence[bpy.types.Material],
    *,
    attributes: dict[str, Array] | None = None,
    slots: Array | None = None,
    smooth: bool = True,
) -> bpy.types.Object:
    """Create an object; `attributes` are floats per vertex, `slots` a material per face."""
    data = bpy.data.meshes.new(name)
    vertices, faces, normals = mesh
    data.vertices.add(len(vertices))
    data.vertices.foreach_set("co", np.ascontiguousarray(vertices, dtype=np.float32).ravel())
    corners = faces.shape[1]
    data.loops.add(faces.size)
    data.loops.foreach_set("vertex_index", np.ascontiguousarray(faces, dtype=np.int32).ravel())
    data.polygons.add(len(faces))
    data.polygons.foreach_set("loop_start", np.arange(0, faces.size, corners, dtype=np.int32))
    data.update(calc_edges=True)
    data.validate()
    data.polygons.foreach_set("use_smooth", np.full(len(data.polygons), smooth))
    if normals is not None and len(data.vertices) == len(normals):
        data.normals_split_custom_set_from_vertices(normals.astype(np.float32))
    for key, values in (attributes or {}).items():
        layer = data.attributes.new(key, "FLOAT", "POINT")
        layer.data.foreach_set("value", values.astype(np.float32))
    for each in material if isinstance(material, Sequence) else (material,):
        data.materials.append(each)
    if slots is not None:
        data.polygons.foreach_set("material_index", slots.astype(np.int32))
    thing = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(thing)
    return thing


def add_boxes(
    name: str,
    boxes: Sequence[tuple[Sequence[float], Sequence[float]]],
    material: bpy.types.Material,
) -> bpy.types.Object:
    """One object of plain boxes, each a centre and a size."""
    return add_mesh(name, join([box(*each) for each in boxes]), material, smooth=False)


def lathe(profile: Sequence[tuple[float, float]], segments: int = 96) -> Mesh:
    """Revolve (y, radius) pairs around the y axis."""
    line = np.array(profile)
    angle = np.linspace(0, 2 * np.pi, segments, endpoint=False)
    ring = np.stack([np.cos(angle), np.zeros(segments), np.sin(angle)], 1)
    vertices = line[:, None, 1:] * ring[None] + np.array([0, 1, 0]) * line[:, None, :1]
    return Mesh(vertices.reshape(-1, 3), _grid_faces(len(line), segments, wrap=True), None)


def tube(
    points: Array,
    width: float,
    height: float,
    side: Sequence[float] = (0, 0, 1),
    sections: int = 10,
) -> Mesh:
    """Sweep an ellipse along points (N, 3); `height` is its half size along `side`."""
    points = np.asarray(points, dtype=np.float64)
    along = np.gradient(points, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross(along, np.array(side, dtype=np.float64))
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    up = np.cross(across, along)
    angle = np.linspace(0, 2 * np.pi, sections, endpoint=False)
    rings = (
        points[:, None]
        + width * np.cos(angle)[None, :, None] * across[:, None]
        + height * np.sin(angle)[None, :, None] * up[:, None]
    )
    ends = np.stack([points[0], points[-1]])
    rings = np.concatenate(
        [np.repeat(ends[:1, None], sections, 1), rings, np.repeat(ends[1:, None], sections, 1)]
    )
    return Mesh(rings.reshape(-1, 3), _grid_faces(len(rings), sections, wrap=True), None)


def box(centre: Sequence[float], size: Sequence[float], turn: float = 0.0) -> Mesh:
    """A plain box, turned by `turn` radians around z."""
    corner = np.array([(x, y, z) for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    c, s = np.cos(turn), np.sin(turn)
    vertices = corner * np.array(size) @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    faces = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return Mesh(vertices + np.array(centre), np.array(faces), None)


def join(meshes: Sequence[Mesh]) -> Mesh:
    """One flat-normal mesh from several with equal face sizes."""
    offset = np.cumsum([0] + [len(m.vertices) for m in meshes[:-1]])
    faces = [m.faces + o for m, o in zip(meshes, offset, strict=True)]
    return Mesh(np.concatenate([m.vertices for m in meshes]), np.concatenate(faces), None)


def grid(rows: Array) -> Mesh:
    """A surface from points (R, C, 3)."""
    count_rows, columns, _ = rows.shape
    return Mesh(rows.reshape(-1, 3), _grid_faces(count_rows, columns, wrap=False), None)


def _grid_faces(rows: int, columns: int, *, wrap: bool) -> Array:
    """Quads of a rows x columns grid, its columns closed when `wrap`."""
    r, c = np.meshgrid(
        np.arange(rows - 1), np.arange(columns if wrap else columns - 1), indexing="ij"
    )
    d = (c + 1) % columns
    faces = np.stack(
        [r * columns + c, r * columns + d, (r + 1) * columns + d, (r + 1) * columns + c], -1
    )
    return faces.reshape(-1, 4)


def adopt(root: bpy.types.Object, parts: Sequence[bpy.types.Object], index: int = SUBJECT) -> None:
    """Make `parts` children of `root` and mark them for the mask."""
    for part in parts:
        part.parent = root
        part.pass_index = index
