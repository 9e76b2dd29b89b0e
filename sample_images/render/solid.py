"""Implicit solids: smooth CSG on signed fields, and a mesher that puts vertices exactly on them.

A field maps points (N, 3) in metres to values (N,): negative inside, positive outside and close
to a distance near the surface. Smooth minima and maxima give rounded joints whose radius is a
number, which is what makes pressed steel, cast rims and upholstery look soft where they should.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

Array = np.ndarray
Field = Callable[[Array], Array]
Knots = Sequence[tuple[float, float]]


class Mesh(NamedTuple):
    """Vertices (V, 3) in metres, faces (F, 3|4), unit normals (V, 3) or None for computed ones."""

    vertices: Array
    faces: Array
    normals: Array | None


def smax(a: Array, b: Array, radius: Array | float) -> Array:
    """Rounded intersection: equals max(a, b) where they differ by more than `radius`."""
    overlap = np.maximum(radius - np.abs(a - b), 0.0)
    return np.maximum(a, b) + overlap * overlap / (4.0 * radius)


def smin(a: Array, b: Array, radius: Array | float) -> Array:
    """Smooth minimum (rounded union)."""
    return -smax(-a, -b, radius)


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 below `low`, 1 above `high`, a cubic ease between."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def spline(knots: Knots) -> Callable[[Array], Array]:
    """Natural cubic spline through (x, y): C2, so reflections flow; straight beyond its ends."""
    x, y = (np.array(column, dtype=np.float64) for column in zip(*knots, strict=True))
    h = np.diff(x)
    slope = np.diff(y) / h
    system = np.diag(np.r_[1.0, 2.0 * (h[:-1] + h[1:]), 1.0])
    system[range(1, len(x) - 1), range(len(x) - 2)] = h[:-1]
    system[range(1, len(x) - 1), range(2, len(x))] = h[1:]
    bend = np.linalg.solve(system, np.r_[0.0, 6.0 * np.diff(slope), 0.0])

    def evaluate(at: Array) -> Array:
        inside = np.clip(at, x[0], x[-1])
        i = np.clip(np.searchsorted(x, inside) - 1, 0, len(h) - 1)
        t = inside - x[i]
        first = slope[i] - h[i] * (2.0 * bend[i] + bend[i + 1]) / 6.0
        value = y[i] + t * (
            first + t * (bend[i] / 2.0 + t * (bend[i + 1] - bend[i]) / (6.0 * h[i]))
        )
        start = slope[0] - h[0] * bend[1] / 6.0
        end = slope[-1] + h[-1] * bend[-2] / 6.0
        return value + np.minimum(at - x[0], 0.0) * start + np.maximum(at - x[-1], 0.0) * end

    return evaluate


def rounded_box(centre: Sequence[float], half: Sequence[float], radius: float) -> Field:
    """Field of an axis-aligned box with rounded edges; `half` are the outer half sizes."""
    middle, inner = np.array(centre), np.array(half) - radius

    def field(p: Array) -> Array:
        q = np.abs(p - middle) - inner
        return np.linalg.norm(np.maximum(q, 0.0), axis=1) + np.minimum(q.max(axis=1), 0.0) - radius

    return field


def polygon(points: Sequence[tuple[float, float]], u: Array, v: Array) -> Array:
    """Signed distance (negative inside) of the points (u, v) to a closed polygon."""
    corners = np.array(points, dtype=np.float64)
    nearest = np.full(u.shape, np.inf)
    inside = np.zeros(u.shape, dtype=bool)
    for (u0, v0), (u1, v1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        du, dv = u1 - u0, v1 - v0
        t = np.clip(((u - u0) * du + (v - v0) * dv) / (du * du + dv * dv), 0.0, 1.0)
        nearest = np.minimum(nearest, (u - u0 - t * du) ** 2 + (v - v0 - t * dv) ** 2)
        crosses = (v0 > v) != (v1 > v)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= crosses & (u < u0 + (v - v0) * du / dv)
    return np.where(inside, -1.0, 1.0) * np.sqrt(nearest)


def gradient(field: Field, points: Array, step: float = 1e-4) -> Array:
    """Central-difference gradient (N, 3)."""
    return np.stack(
        [(field(points + d) - field(points - d)) / (2.0 * step) for d in np.eye(3) * step], axis=1
    )


def project(field: Field, points: Array, rounds: int = 4) -> tuple[Array, Array]:
    """Newton steps onto the surface; returns points and unit normals."""
    for _ in range(rounds):
        slope = gradient(field, points)
        size = np.maximum((slope * slope).sum(axis=1), 0.05)
        move = -(field(points) / size)[:, None] * slope
        reach = np.linalg.norm(move, axis=1, keepdims=True)
        points = points + move * np.minimum(1.0, 0.01 / np.maximum(reach, 1e-12))
    slope = gradient(field, points)
    return points, slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), 1e-9)


def mesh_field(field: Field, low: Sequence[float], high: Sequence[float], step: float) -> Mesh:
    """Surface nets (a vertex per crossed cell, a quad per crossed edge), moved onto the surface.

    The grid is evaluated in full only near the surface: a coarse pass at four steps tells where.
    """
    start = np.array(low, dtype=np.float64)
    blocks = np.ceil((np.array(high) - start) / (4 * step)).astype(int) + 1
    values = _sparse_values(field, start, blocks, step)
    inside = values < 0
    shape = np.array(values.shape)
    corner = np.stack(np.meshgrid([0, 1], [0, 1], [0, 1], indexing="ij"), -1).reshape(8, 3)
    cut = [
        inside[tuple(slice(c, n - 1 + c) for c, n in zip(o, shape, strict=True))] for o in corner
    ]
    cells = np.argwhere(np.any(cut, axis=0) & ~np.all(cut, axis=0))
    index = np.full(shape - 1, -1)
    index[tuple(cells.T)] = np.arange(len(cells))
    total, count = np.zeros((len(cells), 3)), np.zeros((len(cells), 1))
    for a in corner:
        for axis in np.flatnonzero(a == 0):
            b = a + np.eye(3, dtype=int)[axis]
            va, vb = values[tuple((cells + a).T)], values[tuple((cells + b).T)]
            hit = (va < 0) != (vb < 0)
            t = np.where(hit, va / np.where(hit, va - vb, 1.0), 0.0)[:, None]
            total += hit[:, None] * (a + t * (b - a))
            count += hit[:, None]
    points = start + step * (cells + total / count)
    vertices, normals = project(field, points)
    return Mesh(vertices, _net_faces(inside, index), normals)


def _sparse_values(field: Field, start: Array, blocks: Array, step: float) -> Array:
    """Field values on the fine grid; far from the surface only their sign is right."""
    axes = [s + 4 * step * np.arange(n) for s, n in zip(start, blocks, strict=True)]
    coarse = field(np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)).reshape(blocks)
    values = np.repeat(np.repeat(np.repeat(coarse, 4, 0), 4, 1), 4, 2)
    near = np.argwhere(np.abs(values) < 4 * step * 3.5)
    values[tuple(near.T)] = field(start + step * near)
    return values


def _net_faces(inside: Array, index: Array) -> Array:
    """One quad around every grid edge whose ends differ, wound so that normals point outwards."""
    quads = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        ahead = np.roll(inside, -1, axis=axis)
        edges = np.argwhere(inside != ahead)
        edges = edges[
            (edges[:, axis] < inside.shape[axis] - 1) & (edges[:, u] > 0) & (edges[:, v] > 0)
        ]
        edges = edges[(edges[:, u] < inside.shape[u] - 1) & (edges[:, v] < inside.shape[v] - 1)]
        du, dv = np.eye(3, dtype=int)[u], np.eye(3, dtype=int)[v]
        ring = [index[tuple((edges - o).T)] for o in (0 * du, du, du + dv, dv)]
        quad = np.stack(ring, axis=1)
        outward = inside[tuple(edges.T)]
        quads.append(np.where(outward[:, None], quad, quad[:, ::-1]))
    faces = np.concatenate(quads)
    return faces[(faces >= 0).all(axis=1)]
