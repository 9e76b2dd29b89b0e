"""What a checkpoint started from and learned from is decided by its presets."""

from dataclasses import replace
from typing import Any

import pytest

from carseg.analysis.recipes import knows_one_studio, recipe_name, starts_pretrained
from carseg.core.settings import ROOT
from carseg.models.checkpoint import Config, shelf
from carseg.train.presets import PRESETS

STUDIO, STREET, PHOTO = (
    {"dataset": dataset, "augmentation": views}
    for dataset, views in (("carvana", "studio"), ("carvana", "street"), ("carparts", "photo"))
)


def config(preset: dict[str, Any], base: dict[str, Any] | None = None, **changes: Any) -> Config:
    facts = {"name": "m", "title": "M", "summary": "", "sha256": "s", "bytes": 1, "area": 38400}
    facts |= {"architecture": "smp-unet-vgg16", "mean": (0.5,) * 3, "std": (0.5,) * 3}
    trained = {} if base is None else {"base": base}
    return Config(**(facts | {"preset": preset, "trained": trained} | changes))


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ({"encoder": "imagenet"}, True),
        ({"encoder": "random"}, False),
        ({"loss": "dice"}, None),
        ({}, None),
    ],
)
def test_the_start_is_that_of_the_preset_whatever_the_words_say(preset, expected):
    for words in ("nothing", "vgg16 encoder, ImageNet", ""):
        assert starts_pretrained(config(preset, pretrained=words)) is expected


def test_the_start_is_that_of_the_first_run():
    begun = {"preset": {"encoder": "imagenet"}, "trained": {}}
    assert starts_pretrained(config({"encoder": "random"}, begun)) is True
    assert starts_pretrained(config({"encoder": "imagenet"}, {"name": "lost"})) is None


def test_a_network_without_an_encoder_of_others_starts_at_random():
    assert starts_pretrained(config({"encoder": "imagenet"}, architecture="unet")) is False


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([{"streams": [STUDIO]}], True),
        ([{"streams": [STREET]}], False),
        ([{"streams": [STUDIO, PHOTO]}], False),
        ([{"augmentation": "light"}], True),
        ([{}], None),
        ([{"streams": [STUDIO]}, {"streams": [STREET]}], False),
        ([{"streams": [STREET]}, {"streams": [STUDIO]}], False),
        ([{}, {"streams": [STUDIO]}], None),
        ([{}, {"streams": [STREET]}], False),
    ],
)
def test_one_studio_is_known_if_no_run_had_anything_else(runs, expected):
    base = None
    for preset in runs[:-1]:
        base = {"preset": preset, "trained": {} if base is None else {"base": base}}
    assert knows_one_studio(config(runs[-1], base)) is expected


def test_what_ships_is_recorded():
    known = shelf(ROOT / "weights").known
    for name, one in known.items():
        if name.startswith("baseline"):
            continue
        preset = PRESETS[recipe_name(name)]
        # A copy in other words is decided alike.
        for each in (one, replace(one, pretrained="something", title="", summary="")):
            assert starts_pretrained(each) is (preset.encoder != "random"), name
            assert knows_one_studio(each) is (preset.streams == PRESETS["unet-scratch"].streams)
