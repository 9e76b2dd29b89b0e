"""Losses on logits and targets in 0..1, both (N, classes, H, W), with a weight for each pixel.

``weight`` (same shape) says how much a pixel counts: less than 1 where the truth is an estimate.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


def bce(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Binary cross-entropy: the weighted sum over pixels divided by their number."""
    return F.binary_cross_entropy_with_logits(logits, target, weight)


def dice(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Dice loss pooled over the batch, 1 - (2 sum(wpt) + 1) / (sum(wp) + sum(wt) + 1).

    Milletari et al. 2016 (V-Net). With all weights 1 it is smp's ``DiceLoss`` with a ``smooth`` of
    half of ours; smp has no weights for pixels, and calls a batch without a car perfect.
    """
    found, car = torch.sigmoid(logits) * weight, target * weight
    return 1 - (2 * (found * target).sum() + 1) / (found.sum() + car.sum() + 1)


def hybrid(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """0.2 BCE + 0.8 Dice, the mixture published with the dilated TransUNet."""
    return 0.2 * bce(logits, target, weight) + 0.8 * dice(logits, target, weight)


def bce_dice(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """BCE + Dice, equally weighted."""
    return bce(logits, target, weight) + dice(logits, target, weight)


LOSSES: dict[str, Loss] = {"bce": bce, "dice": dice, "hybrid": hybrid, "bce+dice": bce_dice}
