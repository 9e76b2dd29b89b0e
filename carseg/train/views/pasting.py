"""Pastes cars on other backgrounds and beside other cars, as torchvision transforms (v2)."""

import numpy as np
import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as VF

from carseg.data.decoded import ESTIMATED, Cached
from carseg.imaging.grid import Size
from carseg.train.views.geometry import CarSomewhere, CropInside, uniform
from carseg.train.views.ground import on_ground


def as_sample(rgb: np.ndarray, truth: np.ndarray) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
    """Cached arrays as a float sample: picture (3, H, W) in 0..1 and soft truth (2, H, W)."""
    picture, soft = (torch.tensor(x).permute(2, 0, 1).contiguous() / 255 for x in (rgb, truth))
    return tv_tensors.Image(picture), tv_tensors.Mask(soft)


def _any_of(data: Cached) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
    return as_sample(*data[int(torch.randint(len(data), ()))])


class _Whole(v2.Transform):
    """A transform of picture and truth at once."""

    def forward(
        self, picture: tv_tensors.Image, truth: tv_tensors.Mask
    ) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
        """Plain tensors in, plain tensors out, types kept."""
        done = self.compose(picture.as_subclass(Tensor), truth.as_subclass(Tensor))
        return tv_tensors.Image(done[0]), tv_tensors.Mask(done[1])

    def compose(self, picture: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        """The sample after the change."""
        raise NotImplementedError


class Pasted(v2.Transform):
    """``cut_out`` for a ``share`` of the samples, ``whole`` for the others.

    A sample with estimated pixels stays whole: estimates are never pasted.
    """

    def __init__(self, cut_out: v2.Transform, whole: v2.Transform, share: float) -> None:
        super().__init__()
        self.cut_out, self.whole, self.share = cut_out, whole, share

    def forward(
        self, picture: tv_tensors.Image, truth: tv_tensors.Mask
    ) -> tuple[tv_tensors.Image, tv_tensors.Mask]:
        """One of the two."""
        pasted = uniform(0, 1) < self.share and not truth[ESTIMATED].any()
        return (self.cut_out if pasted else self.whole)(picture, truth)


class CarFree(_Whole):
    """Removes the car from the truth: the whole sample becomes background."""

    def compose(self, picture: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        """The picture stays, to be replaced by a background."""
        return picture, torch.zeros_like(truth)


class AnotherCar(_Whole):
    """One more car, before or behind those that are there. What surrounds them is to be replaced.

    ``somewhere`` puts it there: by default as large as the first one may be.
    """

    def __init__(self, size: Size, cars: Cached, somewhere: CarSomewhere | None = None) -> None:
        super().__init__()
        self.cars = cars
        self.prepare = v2.Compose(
            [
                somewhere or CarSomewhere(size),
                v2.RandomApply([v2.ColorJitter(0.3, 0.2, 0.5, 0.5)], 0.5),
            ]
        )

    def compose(self, picture: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        """Both cars are car; the one in front hides the other."""
        other, other_truth = (x.as_subclass(Tensor) for x in self.prepare(*_any_of(self.cars)))
        layers = [(picture, truth), (other, other_truth)]
        (front, near), (back, far) = layers if uniform(0, 1) < 0.5 else layers[::-1]
        seen = 1 - near[:1]
        return near[:1] * front + seen * back, near + seen * far


def plain_background(size: Size) -> Tensor:
    """A plain background (3, H, W) in 0..1: blending colours of wall and floor, mostly pale."""
    height, width = size
    pale = uniform(0, 1) < 0.7
    tone = uniform(0.75, 1) if pale else uniform(0, 1)
    spread = 0.05 if pale else 0.4
    wall, floor = (tone + spread * (torch.rand(3, 1, 1) - 0.5) for _ in range(2))
    floor = floor - uniform(0, 0.25)
    rows = torch.linspace(0, 1, height)[:, None].expand(height, width)
    edge, soft = uniform(0.3, 1.1), uniform(0.01, 0.4)
    share = torch.sigmoid((rows - edge) / soft * 4)
    return ((1 - share) * wall + share * floor).clamp(0, 1)


class NewBackground(_Whole):
    """Replaces everything but the car by a crop of a picture without cars, or a plain background.

    Args:
        feather: the largest spread in pixels by which the edge of the cut is softened.
        plain: the share of plain backgrounds; cars for sale are often photographed before them.
        grounded: the share of cars that leave shadows or a mirror image on the ground.
    """

    def __init__(
        self,
        size: Size,
        backgrounds: Cached | None,
        feather: float,
        plain: float = 0.0,
        grounded: float = 0.0,
    ) -> None:
        super().__init__()
        self.size, self.plain, self.grounded = size, plain, grounded
        if backgrounds is None:
            raise ValueError("New backgrounds need pictures without a car: give their folder.")
        self.backgrounds, self.feather = backgrounds, feather
        self.prepare = v2.Compose(
            [
                CropInside(size, least=0.35, degrees=0),
                v2.RandomApply([v2.ColorJitter(0.4, 0.3, 0.3, 0.1)], 0.5),
                v2.RandomApply([v2.GaussianBlur(5, (0.3, 2.0))], 0.3),
            ]
        )

    def compose(self, picture: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
        """The truth stays; the picture is mixed by the softened truth."""
        if uniform(0, 1) < self.plain:
            background = plain_background(self.size)
        else:
            background = self.prepare(*_any_of(self.backgrounds))[0].as_subclass(Tensor)
        if uniform(0, 1) < self.grounded:
            background = on_ground(background, picture, truth[:1])
        share, spread = truth[:1], uniform(0, self.feather)
        if spread > 0.3:
            share = VF.gaussian_blur(share, [5, 5], [spread, spread])
        return share * picture + (1 - share) * background, truth
