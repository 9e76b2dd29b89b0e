"""Runs pictures of any size through a network whose input sides must be multiples of its stride."""

from torch import Tensor, nn
from torch.nn import functional as F

from carseg.imaging.grid import padding_to


def padded_logits(network: nn.Module, x: Tensor, multiple: int) -> Tensor:
    """Logits of the size of ``x`` (N, C, H, W), reflected to a multiple and cropped back."""
    height, width = x.shape[-2:]
    left, right, top, bottom = padding_to((height, width), multiple)
    if left + right + top + bottom == 0:
        return network(x)
    # Reflection needs more pixels than it adds; a sliver is padded by repeating its border.
    fits = max(left, right) < width and max(top, bottom) < height
    x = F.pad(x, (left, right, top, bottom), mode="reflect" if fits else "replicate")
    return network(x)[..., top : top + height, left : left + width]
