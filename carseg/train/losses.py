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
    """Dice loss for soft targets, pooled over the batch and weighted.

    1 - (sum(p + t - |p - t|) + 1) / (sum(p + t) + 1). For targets of 0 and 1 the first sum is
    2 sum(pt), and this is the loss of V-Net (Milletari et al. 2016). For shares in between, the
    loss with 2 sum(pt) would reward rounded answers; this one is smallest if p equals t (Wang et
    al. 2023, arXiv 2303.16296). With weights of 1 and hard targets it equals smp's ``DiceLoss``
    with half of our ``smooth``. smp has no weights per pixel, and its loss of a batch without a car
    is 0.
    """
    found, car = torch.sigmoid(logits) * weight, target * weight
    both, apart = (found + car).sum(), (found - car).abs().sum()
    return 1 - (both - apart + 1) / (both + 1)


def hybrid(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """0.2 BCE + 0.8 Dice, the mixture published with the dilated TransUNet."""
    return 0.2 * bce(logits, target, weight) + 0.8 * dice(logits, target, weight)


def bce_dice(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """BCE + Dice, equally weighted."""
    return bce(logits, target, weight) + dice(logits, target, weight)


LOSSES: dict[str, Loss] = {"bce": bce, "dice": dice, "hybrid": hybrid, "bce+dice": bce_dice}
