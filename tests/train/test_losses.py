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
    both = (w * p).sum() + (w * t).sum()
    dice = 1 - (both - (w * abs(p - t)).sum() + 1) / (both + 1)
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
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_share_of_car_is_best_answered_by_itself(name, share):
    target = torch.full((1, 1, 4, 4), share)
    answers = torch.tensor([0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95])
    losses = [
        float(LOSSES[name](torch.logit(p).expand_as(target), target, torch.ones_like(target)))
        for p in answers
    ]
    assert float(answers[int(np.argmin(losses))]) == pytest.approx(share)


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
