import numpy as np
import pytest
import torch
from segmentation_models_pytorch.losses import DiceLoss
from torch.nn import functional as F

from carseg.train.losses import LOSSES


@pytest.fixture(params=[(1, 1, 5, 7), (3, 1, 8, 6)])
def made(request):
    torch.manual_seed(0)
    shape = request.param
    target = (torch.rand(shape) > 0.6).float()
    return torch.randn(shape), target, torch.where(torch.rand(shape) > 0.7, 0.3, 1.0)


def formulas(logits, target, weight):
    """Straight from their definitions, in double precision."""
    z, t, w = (x.double().numpy() for x in (logits, target, weight))
    p = 1 / (1 + np.exp(-z))
    bce = -(w * (t * np.log(p) + (1 - t) * np.log(1 - p))).sum() / t.size
    dice = 1 - (2 * (w * p * t).sum() + 1) / ((w * p).sum() + (w * t).sum() + 1)
    return {"bce": bce, "dice": dice, "hybrid": 0.2 * bce + 0.8 * dice, "bce+dice": bce + dice}


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_losses_are_their_formulas(name, made):
    assert float(LOSSES[name](*made)) == pytest.approx(formulas(*made)[name], abs=1e-5)


def test_unweighted_losses_are_those_of_torch_and_smp(made):
    logits, target, _ = made
    ones = torch.ones_like(target)
    smp_dice = DiceLoss("binary", from_logits=True, smooth=0.5)
    torch.testing.assert_close(LOSSES["dice"](logits, target, ones), smp_dice(logits, target))
    bce = F.binary_cross_entropy_with_logits(logits, target)
    torch.testing.assert_close(LOSSES["bce"](logits, target, ones), bce)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_a_weightless_pixel_does_not_matter(name, made):
    logits, target, weight = made
    weight = weight.clone()
    weight[..., 0] = 0
    changed = logits.clone()
    changed[..., 0] += 5
    loss = LOSSES[name]
    torch.testing.assert_close(loss(changed, target, weight), loss(logits, target, weight))


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_no_car_at_all_is_learned_from(name):
    target = torch.zeros(2, 1, 6, 6)
    good, bad = torch.full_like(target, -6), torch.full_like(target, 6)
    ones = torch.ones_like(target)
    assert float(LOSSES[name](good, target, ones)) < float(LOSSES[name](bad, target, ones))
