"""What a checkpoint started from and learned from is decided by its presets."""

from dataclasses import replace
from typing import Any

import pytest

from carseg.analysis.recipes import (
    FIRST_RECIPE,
    SECOND_RECIPE,
    knows_one_studio,
    multiply_adds_seen,
    recipe_name,
    starts_pretrained,
    superseded,
)
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
        if one.kind in {"baseline", "brought"}:
            continue
        preset = PRESETS[recipe_name(name)]
        # A copy in other words is decided alike.
        for each in (one, replace(one, pretrained="something", title="", summary="")):
            assert starts_pretrained(each) is (preset.encoder != "random"), name
            assert knows_one_studio(each) is (preset.streams == PRESETS["unet-scratch"].streams)


def phased(phases, **changes: Any) -> Config:
    told = [{"size": list(size), "pictures": n, "batch": 8} for size, n in phases]
    return config({"phases": told}, **changes)


def test_the_second_recipe_sets_the_first_apart():
    shelves = {"old": phased(FIRST_RECIPE), "own": phased([((256, 384), 9)]), "brought": config({})}
    assert superseded(shelves) == frozenset()
    assert superseded(shelves | {"new": phased(SECOND_RECIPE)}) == {"old"}


def test_presets_of_today_have_the_second_recipe():
    compared = [preset for name, preset in PRESETS.items() if not name.endswith(("-best", "-mini"))]
    ways = {tuple((p.size, p.pictures) for p in preset.phases) for preset in compared}
    assert ways == {SECOND_RECIPE}


def test_the_work_of_a_training_grows_with_pixels_and_pictures():
    seen = phased([((160, 240), 10), ((320, 480), 5)], multiply_adds=7)
    assert multiply_adds_seen(seen) == 7 * (10 + 4 * 5)
    assert multiply_adds_seen(config({}, multiply_adds=7)) == 0
