"""Losses on logits (N, classes, H, W) and targets in 0..1 of the same shape."""

from collections.abc import Callable

from segmentation_models_pytorch.losses import DiceLoss
from torch import Tensor
from torch.nn import functional as F

Loss = Callable[[Tensor, Tensor], Tensor]

# Milletari et al. 2016 (V-Net), pooled over the batch: 1 - (2 sum(pt) + 1) / (sum(p) + sum(t) + 1).
# smp writes it as a Tversky index, in which half of the smoothing 1 does the same.
_dice = DiceLoss(mode="binary", from_logits=True, smooth=0.5)


def bce_dice(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy plus Dice loss, equally weighted."""
    return F.binary_cross_entropy_with_logits(logits, target) + _dice(logits, target)


LOSSES: dict[str, Loss] = {"bce+dice": bce_dice}
