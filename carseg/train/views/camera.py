"""Faults of a poor camera, as torchvision transforms (v2) of float pictures in 0..1."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision import tv_tensors
from torchvision.transforms import v2

from carseg.train.views.geometry import log_uniform, uniform


class _OnPicture(v2.Transform):
    """A transform of the picture that leaves the truth alone."""

    _transformed_types = (tv_tensors.Image,)

    def apply(self, picture: Tensor) -> Tensor:
        """(3, H, W) in 0..1 to the same."""
        raise NotImplementedError

    def transform(self, inpt: Any, _params: dict[str, Any]) -> Any:
        """Called by torchvision for each picture."""
        return tv_tensors.wrap(self.apply(inpt.as_subclass(Tensor)), like=inpt)


class Noise(_OnPicture):
    """Gaussian noise of a spread up to ``most``."""

    def __init__(self, most: float) -> None:
        super().__init__()
        self.most = most

    def apply(self, picture: Tensor) -> Tensor:
        """Independent for each pixel and channel."""
        return (picture + uniform(0, self.most) * torch.randn_like(picture)).clamp(0, 1)


class Motion(_OnPicture):
    """The camera moved: an even blur of 3 to ``most`` pixels in any direction."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def apply(self, picture: Tensor) -> Tensor:
        """The mean along a line, the same for all channels."""
        length, angle = uniform(3, self.most), uniform(0, math.pi)
        side = self.most | 1
        steps = (torch.linspace(-0.5, 0.5, 4 * side) * length)[:, None]
        way = torch.tensor([[math.sin(angle), math.cos(angle)]])
        rows, columns = (steps * way + side // 2).round().long().clamp(0, side - 1).T
        kernel = torch.zeros(side, side).index_put_(
            (rows, columns), torch.ones(len(steps)) / len(steps), accumulate=True
        )
        padded = F.pad(picture[None], [side // 2] * 4, mode="replicate")
        return F.conv2d(padded.transpose(0, 1), kernel[None, None])[:, 0]


class Night(_OnPicture):
    """Little light of one colour, and the noise that comes with it."""

    def apply(self, picture: Tensor) -> Tensor:
        """Darker by 2 to 10 in light, tinted, noisy."""
        light = picture.clamp(0, 1) ** 2.2 / log_uniform(2, 10)
        tint = 1 + 0.4 * (torch.rand(3, 1, 1) - 0.5)
        dark = (light * tint).clamp(0, 1) ** (1 / 2.2)
        return (dark + uniform(0, 0.05) * torch.randn_like(dark)).clamp(0, 1)


class LowResolution(_OnPicture):
    """Reduced to a share of its sides and enlarged again."""

    def __init__(self, least: float, most: float) -> None:
        super().__init__()
        self.least, self.most = least, most

    def apply(self, picture: Tensor) -> Tensor:
        """Bilinear, area-weighted on the way down."""
        size = picture.shape[-2:]
        share = uniform(self.least, self.most)
        small = [max(1, round(side * share)) for side in size]
        x = F.interpolate(picture[None], small, mode="bilinear", antialias=True)
        return F.interpolate(x, size, mode="bilinear")[0]
