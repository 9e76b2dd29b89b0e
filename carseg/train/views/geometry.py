"""Moves a picture and its truth together, as torchvision transforms (v2).

A sample is a float picture (3, H, W) in 0..1 and a float truth (2, H, W): the share of a pixel that
is car, and the share that is only estimated. Both are interpolated in the same way, so an edge
keeps its place to a fraction of a pixel.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision import tv_tensors
from torchvision.transforms import v2

from carseg.imaging.grid import Size
from carseg.imaging.regions import box


def uniform(low: float, high: float) -> float:
    """A number from torch's generator."""
    return low + (high - low) * float(torch.rand(()))


def log_uniform(low: float, high: float) -> float:
    """A factor; halving and doubling are equally likely."""
    return math.exp(uniform(math.log(low), math.log(high)))


@dataclass(frozen=True)
class Placement:
    """Output pixels to source pixels: turn by ``degrees``, shrink by ``zoom``, ``flip``.

    ``anchor`` (x, y) of the source, in pixels, lands on ``target`` (x, y) of the output.
    """

    size: Size
    zoom: float
    degrees: float
    flip: bool
    anchor: tuple[float, float]
    target: tuple[float, float]


def resampled(x: Tensor, place: Placement, border: str) -> Tensor:
    """Resample (C, H, W) bilinearly; ``border`` is ``reflection`` or ``zeros``."""
    # Bilinear sampling reads only four neighbours, so a picture that shrinks is averaged first.
    shrink = min(max(1, round(1 / place.zoom)), min(x.shape[-2:]))
    if shrink > 1:
        x = F.avg_pool2d(x, shrink, ceil_mode=True, count_include_pad=False)
    height, width = x.shape[-2:]
    zoom = place.zoom * shrink
    (ax, ay), (tx, ty) = place.anchor, place.target
    cos = math.cos(math.radians(place.degrees)) / zoom
    sin = math.sin(math.radians(place.degrees)) / zoom
    mirror = -1.0 if place.flip else 1.0
    turn = torch.tensor([[mirror * cos, -mirror * sin], [sin, cos]])
    rows, columns = (torch.arange(n) + 0.5 for n in place.size)
    grid_y, grid_x = torch.meshgrid(rows - ty, columns - tx, indexing="ij")
    source = torch.stack((grid_x, grid_y), -1) @ turn.T
    source = source + torch.tensor([ax / shrink, ay / shrink])
    normalised = source / torch.tensor([width, height]) * 2 - 1
    done = F.grid_sample(
        x[None], normalised[None], mode="bilinear", padding_mode=border, align_corners=False
    )
    return done[0]


def car_bounds(truth: Tensor) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of the car in a truth (2, H, W), in pixels; of all without a car."""
    return box((truth[0] > 0.5).numpy()) or (0, 0, *truth.shape[-2:])


class Resample(v2.Transform):
    """Resample picture and truth to ``size`` by a placement that a subclass draws.

    Beyond its border a picture is reflected. ``beyond`` is the border mode of the truth. A
    reflected car can be seen, so the truth is reflected too, unless the background will be
    replaced.
    """

    beyond = "reflection"

    def __init__(self, size: Size) -> None:
        super().__init__()
        self.size = size

    def draw(self, truth: Tensor) -> Placement:
        """The placement of one sample."""
        raise NotImplementedError

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """One placement for picture and truth."""
        truth = next(x for x in flat_inputs if isinstance(x, tv_tensors.Mask))
        return {"place": self.draw(truth)}

    def transform(self, inpt: Tensor, params: dict[str, Any]) -> Tensor:
        """Both by the same placement."""
        border = self.beyond if isinstance(inpt, tv_tensors.Mask) else "reflection"
        return tv_tensors.wrap(
            resampled(inpt.as_subclass(Tensor), params["place"], border), like=inpt
        )


class Around(Resample):
    """The whole picture, turned, scaled and shifted a little: ``zoom`` 1 fits the output."""

    def __init__(
        self, size: Size, degrees: float, zoom: tuple[float, float], shift: float, turned: float
    ) -> None:
        super().__init__(size)
        self.degrees, self.zoom, self.shift, self.turned = degrees, zoom, shift, turned

    def draw(self, truth: Tensor) -> Placement:
        """Flipped in half of all cases; turned and scaled in a share of ``turned``."""
        height, width = self.size
        fit = math.sqrt(height * width / (truth.shape[-2] * truth.shape[-1]))
        turned = uniform(0, 1) < self.turned
        degrees = uniform(-self.degrees, self.degrees) if turned else 0.0
        zoom = log_uniform(*self.zoom) if turned else 1.0
        shift = [uniform(-self.shift, self.shift) if turned else 0.0 for _ in range(2)]
        return Placement(
            self.size,
            fit * zoom,
            degrees,
            uniform(0, 1) < 0.5,
            (truth.shape[-1] / 2, truth.shape[-2] / 2),
            (width * (0.5 + shift[0]), height * (0.5 + shift[1])),
        )


class CropInside(Resample):
    """A part of the picture and nothing from beyond its border; at least ``least`` of its sides."""

    def __init__(self, size: Size, least: float = 0.5, degrees: float = 5.0) -> None:
        super().__init__(size)
        self.least, self.degrees = least, degrees

    def draw(self, truth: Tensor) -> Placement:
        """Turned a little: corners may show a few reflected pixels."""
        height, width = self.size
        source_h, source_w = truth.shape[-2:]
        cover = max(height / source_h, width / source_w)
        zoom = cover / uniform(self.least, 1)
        half_w, half_h = width / zoom / 2, height / zoom / 2
        anchor = (uniform(half_w, source_w - half_w), uniform(half_h, source_h - half_h))
        degrees = uniform(-self.degrees, self.degrees)
        flip = uniform(0, 1) < 0.5
        return Placement(self.size, zoom, degrees, flip, anchor, (width / 2, height / 2))


class CarSomewhere(Resample):
    """The car at any place and scale, also cut off; what surrounds it is to be replaced.

    ``zoom`` is relative to a car whose box takes two thirds of the output's width, or of its height
    where that is less: photographs show cars from far away and from so near that they are cut.
    ``draw_zoom`` draws a number between its two ends.
    """

    beyond = "zeros"

    def __init__(
        self,
        size: Size,
        zoom: tuple[float, float] = (0.3, 1.5),
        draw_zoom: Callable[[float, float], float] = uniform,
    ) -> None:
        super().__init__(size)
        self.zoom, self.draw_zoom = zoom, draw_zoom

    def draw(self, truth: Tensor) -> Placement:
        """The centre of the car's box lands anywhere in the middle nine tenths of the output."""
        height, width = self.size
        top, left, bottom, right = car_bounds(truth)
        fit = 2 / 3 * min(width / (right - left), height / (bottom - top))
        return Placement(
            self.size,
            fit * self.draw_zoom(*self.zoom),
            uniform(-8, 8),
            uniform(0, 1) < 0.5,
            ((left + right) / 2, (top + bottom) / 2),
            (uniform(0.05, 0.95) * width, uniform(0.2, 0.85) * height),
        )
