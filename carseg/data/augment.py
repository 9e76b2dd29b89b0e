"""Training views: a picture and its mask changed together, the same way for the same seed."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor
from torchvision import tv_tensors
from torchvision.transforms import v2

AUGMENTATIONS: dict[str, Callable[[], v2.Transform]] = {
    "none": v2.Identity,
    # Carvana's views come mirrored anyway (angle n and 18 - n), and its light never changes:
    # a flip and a little light are all that can be added without leaving the studio.
    "flip-light": lambda: v2.Compose(
        [v2.RandomHorizontalFlip(), v2.ColorJitter(brightness=0.2, contrast=0.2, saturation=0.2)]
    ),
}


def view(
    rgb: np.ndarray, mask: np.ndarray, transform: v2.Transform, seed: int
) -> tuple[Tensor, Tensor]:
    """One training view, a pure function of its arguments.

    Args:
        rgb: uint8 (H, W, 3).  mask: bool (H, W).
        seed: the only source of chance; torch's global generator is left as it was.

    Returns:
        uint8 (3, H, W) and bool (1, H, W).
    """
    picture = tv_tensors.Image(torch.from_numpy(np.array(rgb)).permute(2, 0, 1).contiguous())
    truth = tv_tensors.Mask(torch.from_numpy(np.array(mask))[None])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        picture, truth = transform(picture, truth)
    return picture.as_subclass(Tensor), truth.as_subclass(Tensor)
