"""Named presets of training views: torchvision transforms (v2) of picture and truth together."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torchvision.transforms import v2

from carseg.data.decoded import Cached
from carseg.imaging.grid import FINEST_GRID, Size
from carseg.train.views.camera import LowResolution, Motion, Night, Noise
from carseg.train.views.geometry import Around, CarSomewhere, CropInside, log_uniform
from carseg.train.views.pasting import AnotherCar, CarFree, NewBackground, Pasted, as_sample


@dataclass(frozen=True)
class Sources:
    """Pictures that a view may borrow: other cars with their truth, and pictures without a car."""

    cars: Cached
    backgrounds: Cached | None = None


@dataclass(frozen=True)
class Augmentation:
    """A preset of views.

    Attributes:
        make: builds the transform for an output size.
        portrait: the share of batches in portrait.
        detail: pictures are read from a cache of at least this area, because views zoom in.
        backgrounds: whether it needs pictures without a car.
    """

    make: Callable[[Size, Sources], v2.Transform]
    portrait: float = 0.0
    detail: int = 0
    backgrounds: bool = False


def _none(size: Size, _: Sources) -> v2.Transform:
    return Around(size, degrees=0, zoom=(1, 1), shift=0, turned=0)


def _studio(size: Size, _: Sources) -> v2.Transform:
    # What the published scratch U-Net used to grow 5,000 pictures to 25,000: flip, rotation up to
    # 35 degrees with a reflected border, scale, light. A third stays upright and at its own scale,
    # for that is what the studio's camera gives.
    return v2.Compose(
        [
            Around(size, degrees=35, zoom=(0.75, 1.33), shift=0.05, turned=0.67),
            v2.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2),
        ]
    )


def _light(size: Size, _: Sources) -> v2.Transform:
    # For the studio alone: hardly more than what its cars and its camera differ by.
    return v2.Compose(
        [
            Around(size, degrees=3, zoom=(0.92, 1.08), shift=0.03, turned=0.5),
            v2.ColorJitter(brightness=0.1, contrast=0.1, saturation=0.1, hue=0.02),
        ]
    )


def _photograph() -> list[v2.Transform]:
    """Effects of cameras and light. Weather, occluders and cast shadows are left out, because the
    stress dial tests them unseen."""
    return [
        v2.RandomApply([v2.ColorJitter(0.4, 0.4, 0.4, 0.05)], 0.8),
        v2.RandomGrayscale(0.05),
        v2.RandomApply([v2.GaussianBlur(5, (0.3, 1.6))], 0.2),
        v2.RandomApply([LowResolution(0.35, 0.8)], 0.2),
        v2.RandomApply([Noise(0.06)], 0.25),
        v2.RandomApply(
            [
                v2.ToDtype(torch.uint8, scale=True),
                v2.JPEG((30, 90)),
                v2.ToDtype(torch.float32, True),
            ],
            0.3,
        ),
    ]


def _street(size: Size, sources: Sources) -> v2.Transform:
    # The studio's only background is what a network learns by heart: seven in ten cars are cut out
    # with the true mask and put elsewhere, at any scale, often with another car. A few pictures
    # have no car at all, because the studio has no pictures without a car.
    cut_out = v2.Compose(
        [
            CarSomewhere(size),
            v2.RandomApply([v2.ColorJitter(0.3, 0.2, 0.5, 0.5)], 0.4),
            v2.RandomApply([AnotherCar(size, sources.cars)], 0.35),
            v2.RandomApply([CarFree()], 0.05),
            NewBackground(size, sources.backgrounds, feather=1.5, plain=0.2),
        ]
    )
    whole = CropInside(size, least=0.55, degrees=8)
    return v2.Compose([Pasted(cut_out, whole, 0.7), *_photograph()])


def _outdoors(size: Size, sources: Sources) -> v2.Transform:
    # What ``street`` leaves out and photographs are full of: cars far away and several of them,
    # shadows and mirror images that are no car, a camera that moved, night.
    def somewhere() -> CarSomewhere:
        return CarSomewhere(size, (0.05, 1.5), log_uniform)

    cars = [v2.RandomApply([AnotherCar(size, sources.cars, somewhere())], p) for p in (0.35, 0.2)]
    cut_out = v2.Compose(
        [
            v2.RandomChoice([CarSomewhere(size), somewhere()], p=[0.6, 0.4]),
            v2.RandomApply([v2.ColorJitter(0.3, 0.2, 0.5, 0.5)], 0.4),
            *cars,
            v2.RandomApply([CarFree()], 0.05),
            NewBackground(size, sources.backgrounds, feather=1.5, plain=0.2, grounded=0.7),
        ]
    )
    whole = CropInside(size, least=0.55, degrees=8)
    return v2.Compose([Pasted(cut_out, whole, 0.8), *_photograph(), *_moved_or_dark()])


def _moved_or_dark() -> list[v2.Transform]:
    """A blurred or a dark view at times."""
    return [v2.RandomApply([Motion(9)], 0.1), v2.RandomApply([Night()], 0.1)]


def _traffic(size: Size, _: Sources) -> v2.Transform:
    # Whole street scenes: several vehicles, small, hidden and cut off. Parts of them make some of
    # the vehicles large.
    return v2.Compose([CropInside(size, least=0.3), *_photograph(), *_moved_or_dark()])


def _photo(size: Size, sources: Sources) -> v2.Transform:
    # Real photographs change little, because their real surroundings are what they are for.
    cut_out = v2.Compose(
        [
            CarSomewhere(size, zoom=(0.3, 1.2)),
            NewBackground(size, sources.backgrounds, feather=1.5, plain=0.2),
        ]
    )
    # Half of them nearly whole, for that is how people take a car.
    whole = v2.RandomChoice([CropInside(size, least=0.8), CropInside(size)])
    return v2.Compose([Pasted(cut_out, whole, 0.2), *_photograph()])


def _again(size: Size, _: Sources) -> v2.Transform:
    # For views that were made, answered by a teacher and kept: another part of them, in other
    # light. They are whole views with all that happens to photographs already.
    return v2.Compose([CropInside(size, least=0.7, degrees=4), v2.ColorJitter(0.2, 0.2, 0.2, 0.02)])


_FINE = FINEST_GRID[0] * FINEST_GRID[1]

AUGMENTATIONS: dict[str, Augmentation] = {
    "none": Augmentation(_none),
    "studio": Augmentation(_studio),
    "light": Augmentation(_light),
    "street": Augmentation(_street, portrait=0.3, detail=_FINE, backgrounds=True),
    "outdoors": Augmentation(_outdoors, portrait=0.3, detail=_FINE, backgrounds=True),
    "traffic": Augmentation(_traffic, portrait=0.3, detail=_FINE),
    "photo": Augmentation(_photo, portrait=0.3, detail=_FINE, backgrounds=True),
    "again": Augmentation(_again),
}


def view(
    rgb: np.ndarray, truth: np.ndarray, transform: v2.Transform, seed: int
) -> tuple[Tensor, Tensor]:
    """One training view, a pure function of its arguments.

    Args:
        rgb: uint8 (H, W, 3).  truth: uint8 (H, W, 2), planes as in ``carseg.data.decoded``.
        seed: the only source of chance; torch's global generator is left as it was.

    Returns:
        uint8 (3, H, W) and uint8 shares (2, H, W) of the transform's size.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        picture, soft = transform(*as_sample(rgb, truth))
    return _as_bytes(picture), _as_bytes(soft)


def _as_bytes(x: Tensor) -> Tensor:
    return (x.as_subclass(Tensor).clamp(0, 1) * 255).round().to(torch.uint8)
