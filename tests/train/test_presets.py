import json
from itertools import pairwise

import pytest
import torch

from carseg.train.families import FAMILIES, families
from carseg.train.legs import OPTIONS, plan_legs
from carseg.train.losses import LOSSES
from carseg.train.module import Segmenter
from carseg.train.presets import FAIR2, PRESETS, Phase, Preset
from carseg.train.views.augment import AUGMENTATIONS


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_presets_are_whole(name):
    preset = PRESETS[name]
    assert Preset.from_dict(json.loads(json.dumps(preset.as_dict()))) == preset
    legs = plan_legs(preset)
    assert legs[0].start == 0
    assert legs[-1].stop == preset.pictures
    assert all(b.start == a.stop for a, b in pairwise(legs))
    assert all((leg.stop - leg.start) % leg.batch == 0 for leg in legs)
    ends = {end for leg in legs for end in range(leg.start, leg.stop + 1, leg.batch)}
    assert set(preset.snapshots) <= ends
    assert preset.loss in LOSSES
    assert all(stream.augmentation in AUGMENTATIONS for stream in preset.streams)
    assert preset.title
    assert preset.limits


def test_what_is_compared_saw_the_same_pictures():
    other = {name for name, preset in PRESETS.items() if preset.phases != FAIR2}
    assert other == {"street-best", "studio-best", "car-mini"}


def test_half_of_what_the_street_network_sees_are_real_photographs():
    sizes = {"carvana": 4_064, "carparts": 247, "street": 375, "traffic": 183}
    assert sizes.keys() == OPTIONS.keys()
    seen = {s.dataset: s.repeat * sizes[s.dataset] for s in PRESETS["street-best"].streams}
    assert sum(seen.values()) >= 2 * seen["carvana"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("unet-vgg16-finetuned", "unet-vgg16-random"),
        ("unet-vgg16-street", "unet-vgg16-random-street"),
        ("unet-mobilenetv2", "unet-mobilenetv2-random"),
        ("unet-mobilenetv2-street", "unet-mobilenetv2-random-street"),
    ],
)
def test_a_pair_differs_in_its_start_only(a, b):
    words = {"title", "summary", "order", "opens", "limits", "families"}
    first, second = (
        {k: v for k, v in PRESETS[name].as_dict().items() if k not in words} for name in (a, b)
    )
    # Scaling and a lower rate of the encoder belong to a start from ImageNet.
    of_the_start = {"unit_activations", "encoder_share"}
    assert {k for k in first if first[k] != second[k]} - of_the_start == {"encoder"}
    assert second["encoder_share"] == 1


def test_every_corner_that_the_squares_ask_for_can_be_trained():
    assert {name for family in FAMILIES for name in family.corners} <= set(PRESETS)


def shares(pictures):
    """A truth of pictures: bright is car, nothing is estimated."""
    car = (pictures[:, :1] > 99).byte() * 255
    return torch.cat([car, torch.zeros_like(car)], 1)


def test_the_average_follows_the_network_and_is_what_is_validated():
    """Against the recurrence, written out for one weight and one running statistic."""
    torch.manual_seed(0)
    module = Segmenter(Preset("", "", "unet", 1e-2, arguments={"widths": [4, 8]}), 4)
    first = module.network.head.weight, module.network.encoder[0][1].running_mean
    kept = module.average.module.head.weight, module.average.module.encoder[0][1].running_mean
    expected = None
    for step in range(12):
        with torch.no_grad():
            for value in first:
                value.add_(torch.randn_like(value))
        module.average.update_parameters(module.network)
        rate = min(0.999, (1 + step) / (10 + step))
        now = [value.detach().clone() for value in first]
        if expected is None:
            expected = now
        else:
            expected = [rate * a + (1 - rate) * b for a, b in zip(expected, now, strict=True)]
    for value, wanted in zip(kept, expected, strict=True):
        torch.testing.assert_close(value, wanted)
    assert not any(p.requires_grad for p in module.average.parameters())
    pictures = torch.randint(0, 255, (1, 3, 16, 24), dtype=torch.uint8)
    module.eval()
    wanted = module.average.module(module.normalised(pictures))
    torch.testing.assert_close(module(pictures), wanted)


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_two_steps_of_every_network_move_it(name):
    preset = PRESETS[name]
    torch.manual_seed(0)
    module = Segmenter(preset, 4).train()
    module.log = lambda *_, **__: None
    frozen = {k: v.clone() for k, v in module.network.state_dict().items()}
    optimizer = module.configure_optimizers()["optimizer"]
    pictures = torch.randint(0, 255, (2, 3, 32, 48), dtype=torch.uint8)
    losses = []
    for _ in range(2):
        optimizer.zero_grad()
        loss = module.training_step((pictures, shares(pictures)), 0)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert all(torch.isfinite(torch.tensor(losses)))
    still = [k for k, v in module.network.state_dict().items() if torch.equal(v, frozen[k])]
    for part in preset.frozen:
        assert {k for k in frozen if k.startswith(f"{part}.")} <= set(still)
    moved = [k for k, p in module.network.named_parameters() if p.requires_grad]
    assert not set(moved) & set(still)


def test_a_frozen_encoder_keeps_its_statistics():
    # MobileNetV2 has batch norm in its encoder: in train mode its statistics would follow.
    phases = (Phase((16, 24), 8, 4),)
    preset = Preset("", "", "smp-unet-mobilenet_v2", 1e-2, phases=phases, frozen=("encoder",))
    module = Segmenter(preset, 4).train()
    module.log = lambda *_, **__: None
    assert not any(part.training for part in module.network.encoder.modules())
    assert module.network.decoder.training
    before = {k: v.clone() for k, v in module.network.encoder.state_dict().items()}
    assert any("running_mean" in key for key in before)
    pictures = torch.randint(0, 255, (2, 3, 32, 32), dtype=torch.uint8)
    module.training_step((pictures, shares(pictures)), 0).backward()
    after = module.network.encoder.state_dict()
    assert all(torch.equal(v, after[k]) for k, v in before.items())


def test_families_are_made_of_what_presets_say():
    corners = [family.corners for family in FAMILIES]
    assert corners == [
        ("unet-scratch", "unet-vgg16-finetuned", "unet-scratch-street", "unet-vgg16-street"),
        (
            "unet-vgg16-random",
            "unet-vgg16-finetuned",
            "unet-vgg16-random-street",
            "unet-vgg16-street",
        ),
        (
            "unet-mobilenetv2-random",
            "unet-mobilenetv2",
            "unet-mobilenetv2-random-street",
            "unet-mobilenetv2-street",
        ),
    ]
    three = {name: PRESETS[name] for name in corners[0][:3]}
    with pytest.raises(ValueError, match="needs one preset per corner"):
        families(three)
