"""What a poor camera adds, as torchvision transforms (v2) on float pictures in 0..1."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torchvision import tv_tensors
from torchvision.transforms import v2

from carseg.train.views.geometry import uniform


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
